/*
 * utf8.c - what a byte sequence means as UTF-8 (RFC 3629).
 *
 * No surrogates, no overlong forms, nothing above U+10FFFF: what passes here passes every JSON
 * parser.
 */
#include <string.h>

#include "producer/record.h"

static bool is_continuation(unsigned char byte)
{
    return (byte & 0xc0U) == 0x80U;
}

size_t utf8_length(const char *text, size_t bytes)
{
    size_t length = 0;

    for (size_t i = 0; i < bytes; i++)
        length += !is_continuation((unsigned char)text[i]);
    return length;
}

/* Forms of a character by its first byte; the second byte's range is what excludes overlong forms,
 * surrogates and what lies beyond U+10FFFF. */
static const struct form {
    unsigned char first_min, first_max, bytes, second_min, second_max;
} forms[] = {
    {0xc2, 0xdf, 2, 0x80, 0xbf}, {0xe0, 0xe0, 3, 0xa0, 0xbf}, {0xe1, 0xec, 3, 0x80, 0xbf},
    {0xed, 0xed, 3, 0x80, 0x9f}, {0xee, 0xef, 3, 0x80, 0xbf}, {0xf0, 0xf0, 4, 0x90, 0xbf},
    {0xf1, 0xf3, 4, 0x80, 0xbf}, {0xf4, 0xf4, 4, 0x80, 0x8f},
};

/* Bytes of the character above U+007F at the front, 0 for none. */
static size_t wide_bytes(const unsigned char *text, size_t bytes)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        const struct form *form = &forms[i];

        if (text[0] < form->first_min || text[0] > form->first_max)
            continue;
        if (bytes < form->bytes || text[1] < form->second_min || text[1] > form->second_max)
            return 0;
        for (size_t at = 2; at < form->bytes; at++) {
            if (!is_continuation(text[at]))
                return 0;
        }
        return form->bytes;
    }
    return 0;
}

bool utf8_valid(const char *text, size_t bytes)
{
    const unsigned char *at = (const unsigned char *)text;

    while (bytes > 0) {
        size_t width = *at < 0x80 ? 1 : wide_bytes(at, bytes);

        if (width == 0)
            return false;
        at += width;
        bytes -= width;
    }
    return true;
}

size_t utf8_prefix(const char *text, size_t bytes_max)
{
    size_t bytes = strnlen(text, bytes_max);

    if (text[bytes] == '\0')
        return bytes;
    while (bytes > 0 && is_continuation((unsigned char)text[bytes]))
        bytes--;
    return bytes;
}
