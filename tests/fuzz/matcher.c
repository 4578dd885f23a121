/*
 * fuzz_matcher - a matcher of any text is refused in words, or prints as a text that means the
 * same.
 */
#include <stdlib.h>
#include <string.h>

#include "consumer/route/matcher.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[MATCHER_TEXT_BYTES_MAX], again[MATCHER_TEXT_BYTES_MAX];
    struct matcher *matcher = NULL, *second = NULL;
    struct error err = {0};

    if (size >= sizeof(text))
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    if (matcher_parse(text, &matcher, &err) != 0) {
        if (!error_is_set(&err))
            abort();
        return 0;
    }
    matcher_format(matcher, text, sizeof(text));
    if (*matcher_name(matcher) != '\0') {
        if (matcher_parse(text, &second, &err) != 0)
            abort();
        matcher_format(second, again, sizeof(again));
        if (strcmp(text, again) != 0)
            abort();
    }
    matcher_free(matcher);
    matcher_free(second);
    return 0;
}
