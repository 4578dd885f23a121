/*
 * text.c - bounded, valid text out of anything.
 */
#include "producer/text.h"

#include <string.h>

#include "producer/digest.h"
#include "producer/record.h"

#define CHARACTER_BYTES_MAX 4

/* Bytes of the character at the front; 0 where there is none. */
static size_t character_bytes(const char *text, size_t bytes)
{
    for (size_t count = 1; count <= CHARACTER_BYTES_MAX && count <= bytes; count++) {
        if (utf8_valid(text, count))
            return count;
    }
    return 0;
}

const char *text_cut(const char *text, size_t chars_max, struct arena *arena)
{
    size_t bytes = text ? strlen(text) : 0, at = 0;

    if (!text || utf8_length(text, bytes) <= chars_max)
        return text;
    for (size_t chars = 0; chars < chars_max; chars++) {
        size_t count = character_bytes(text + at, bytes - at);

        at += count ? count : 1;
    }
    return arena_strndup(arena, text, at);
}

const char *text_name(const char *text, size_t chars_max, struct arena *arena)
{
    const char *cut = text_cut(text, chars_max, arena);
    char hex[DIGEST_HEX_BYTES];

    if (cut == text)
        return text;
    digest_hex_bytes(text, strlen(text), hex);
    cut = text_cut(text, chars_max - TEXT_DIGEST_CHARS, arena);
    return cut ? arena_printf(arena, "%s~%s", cut, hex) : NULL;
}

const char *text_repair(const char *text, size_t bytes, struct arena *arena, size_t *ret_count)
{
    char *copy, *to;
    size_t count;

    if (!text || (utf8_valid(text, bytes) && text[bytes] == '\0'))
        return text;
    copy = to = arena_alloc(arena, bytes * strlen(TEXT_REPLACEMENT) + 1);
    for (size_t at = 0; copy && at < bytes; at += count ? count : 1) {
        count = character_bytes(text + at, bytes - at);
        if (count) {
            to = mempcpy(to, text + at, count);
            continue;
        }
        to = mempcpy(to, TEXT_REPLACEMENT, strlen(TEXT_REPLACEMENT));
        if (ret_count)
            (*ret_count)++;
    }
    return copy;
}
