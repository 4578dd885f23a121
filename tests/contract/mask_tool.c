/*
 * mask_tool.c - the mask over texts for test_mask.py: a JSON string a line in, one a line out.
 *
 *   mask_tool secrets|personal|all [NAME=PATTERN ...]
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "producer/mask.h"

static const struct {
    const char *name;
    unsigned kinds;
} kinds[] = {
    {"secrets", MASK_SECRETS}, {"personal", MASK_PERSONAL}, {"all", MASK_SECRETS | MASK_PERSONAL}};

static unsigned kinds_of(const char *name)
{
    for (size_t i = 0; name && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, name) == 0)
            return kinds[i].kinds;
    }
    return 0;
}

static int mask_line(const struct mask *mask, const char *line)
{
    json_t *text = json_loads(line, JSON_DECODE_ANY, NULL);
    struct arena arena;
    int rc = -1;

    arena_init(&arena);
    const char *masked = mask_text(mask, json_string_value(text), &arena, NULL);
    json_t *out = masked ? json_string(masked) : NULL;
    if (out && json_dumpf(out, stdout, JSON_ENCODE_ANY) == 0) {
        putchar('\n');
        rc = 0;
    }
    json_decref(out);
    json_decref(text);
    arena_fini(&arena);
    return rc;
}

int main(int argc, char **argv)
{
    struct mask_pattern patterns[MASK_PATTERNS_MAX];
    struct mask_options options = {.kinds = kinds_of(argv[1]), .patterns = patterns};
    struct error err = {0};
    struct mask *mask = NULL;
    char *line = NULL;
    size_t room = 0;
    int rc = options.kinds ? 0 : -1;

    for (int i = 2; i < argc && i - 2 < MASK_PATTERNS_MAX; i++) {
        char *equals = strchr(argv[i], '=');
        if (!equals)
            return 2;
        *equals = '\0';
        patterns[options.patterns_count++] = (struct mask_pattern){argv[i], equals + 1};
    }
    if (rc == 0)
        rc = mask_new(&options, &mask, &err);
    while (rc == 0 && getline(&line, &room, stdin) > 0)
        rc = mask_line(mask, line);
    if (rc != 0)
        fprintf(stderr, "mask_tool: %s\n", err.text);
    free(line);
    mask_free(mask);
    return rc == 0 ? 0 : 1;
}
