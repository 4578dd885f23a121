/*
 * fuzz_mask - of any text no known value is left, and where personal data were hidden masking it
 * again changes nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "producer/mask.h"
#include "producer/record.h"

#define VALUE "hunter2-hunter2"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static const struct mask *the_mask(void)
{
    static const char *const values[] = {VALUE};
    static const struct mask_pattern patterns[] = {{"ours", "OURS-([0-9]{4,})"}};
    static const struct mask_options options = {.kinds = MASK_SECRETS | MASK_PERSONAL,
                                                .patterns = patterns,
                                                .patterns_count = 1,
                                                .values = values,
                                                .values_count = 1};
    static struct mask *mask;
    struct error err = {0};

    if (!mask)
        must(mask_new(&options, &mask, &err) == 0);
    return mask;
}

static const struct mask *personal_mask(void)
{
    static const struct mask_options options = {.kinds = MASK_PERSONAL};
    static struct mask *mask;
    struct error err = {0};

    if (!mask)
        must(mask_new(&options, &mask, &err) == 0);
    return mask;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    size_t hidden = 0;

    arena_init(&arena);
    char *text = arena_strndup(&arena, (const char *)data, size);
    must(text != NULL);
    if (utf8_valid(text, strlen(text))) {
        const char *masked = mask_text(the_mask(), text, &arena, &hidden);
        must(masked != NULL && (hidden > 0) == (masked != text));
        must(strstr(masked, VALUE) == NULL && utf8_valid(masked, strlen(masked)));
        masked = mask_text(personal_mask(), text, &arena, NULL);
        const char *twice = masked ? mask_text(personal_mask(), masked, &arena, NULL) : NULL;
        must(twice != NULL && strcmp(twice, masked) == 0);
    }
    arena_fini(&arena);
    return 0;
}
