/*
 * ci_expand.c - the small language of the CI table: variables, files, filters, alternatives.
 *
 * Pure but for files: the same environment gives the same value. No value that comes out holds a
 * user and a password before a host.
 */
#include <string.h>

#include "producer/ci.h"
#include "producer/ci_filter.h"
#include "producer/text.h"

#define NAME_BYTES_MAX   96
#define RESULT_BYTES_MAX 4096

/* A variable with what follows its name, cut into its parts. */
struct reference {
    char text[NAME_BYTES_MAX];
    const char *name, *value, *pointer, *filter; /* all but the name may be NULL */
};

/* Ends the part before `mark`; what follows it, or NULL. */
static const char *part_after(char *text, char mark)
{
    char *at = strchr(text, mark);

    if (!at)
        return NULL;
    *at = '\0';
    return at + 1;
}

static bool parse_reference(const char *text, size_t bytes, struct reference *ret_reference)
{
    struct reference *reference = ret_reference;

    if (bytes >= sizeof(reference->text))
        return false;
    memcpy(reference->text, text, bytes);
    reference->text[bytes] = '\0';
    reference->name = reference->text;
    reference->filter = part_after(reference->text, ':');
    reference->pointer = part_after(reference->text, '@');
    reference->value = part_after(reference->text, '=');
    return true;
}

/* A string or a number of a JSON file; the pointer's steps hold no escapes. */
static const char *json_member(const char *path, const char *pointer, struct arena *arena)
{
    json_t *document = json_load_file(path, 0, NULL), *member = document;
    const char *value = NULL;

    while (member && *pointer == '/') {
        size_t bytes = strcspn(++pointer, "/");

        member = json_object_getn(member, pointer, bytes);
        pointer += bytes;
    }
    if (json_is_string(member))
        value = arena_strdup(arena, json_string_value(member));
    else if (json_is_integer(member))
        value = arena_printf(arena, "%" JSON_INTEGER_FORMAT, json_integer_value(member));
    json_decref(document);
    return value;
}

/* The value of what stands between "${" and "}"; NULL: unset. */
static const char *variable(const char *text, size_t bytes, ci_lookup *lookup, void *ctx,
                            struct arena *arena)
{
    struct reference reference;
    const char *value;

    if (!parse_reference(text, bytes, &reference))
        return NULL;
    value = lookup(ctx, reference.name);
    if (!value || !*value || (reference.value && strcmp(value, reference.value) != 0))
        return NULL;
    value = reference.pointer ? json_member(value, reference.pointer, arena) : value;
    value = value ? text_repair(value, strlen(value), arena, NULL) : NULL;
    value = value && reference.filter ? ci_filter(reference.filter, value, arena) : value;
    return value ? ci_clean(value, arena) : NULL;
}

/* One alternative: false where a variable is not set. */
static bool alternative(const char *text, const char *end, ci_lookup *lookup, void *ctx,
                        struct arena *arena, char ret_value[RESULT_BYTES_MAX])
{
    size_t bytes = 0;

    while (text < end) {
        const char *part = text, *close = NULL;
        size_t count = 1;

        if (strncmp(text, "${", 2) == 0) {
            close = memchr(text, '}', (size_t)(end - text));
            if (!close)
                return false;
            part = variable(text + 2, (size_t)(close - text) - 2, lookup, ctx, arena);
            if (!part)
                return false;
            count = strlen(part);
        }
        if (bytes + count >= RESULT_BYTES_MAX)
            return false;
        memcpy(ret_value + bytes, part, count);
        bytes += count;
        text = close ? close + 1 : text + 1;
    }
    ret_value[bytes] = '\0';
    return bytes > 0;
}

const char *ci_expand(const char *template, ci_lookup *lookup, void *ctx, struct arena *arena)
{
    char value[RESULT_BYTES_MAX];

    for (const char *at = template; at && *at;) {
        const char *end = strchrnul(at, '|');

        if (alternative(at, end, lookup, ctx, arena, value))
            return arena_strdup(arena, value);
        at = *end ? end + 1 : end;
    }
    return NULL;
}
