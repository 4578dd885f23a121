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

/* Bytes below U+0080 at the front, rounded down to whole words: most text is nothing else. */
static size_t ascii_words(const char *text, size_t bytes)
{
    size_t at = 0;
    uint64_t word;

    for (; at + sizeof(word) <= bytes; at += sizeof(word)) {
        memcpy(&word, text + at, sizeof(word));
        if (word & UINT64_C(0x8080808080808080))
            break;
    }
    return at;
}

size_t utf8_length(const char *text, size_t bytes)
{
    size_t length = ascii_words(text, bytes);

    for (size_t i = length; i < bytes; i++)
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
    for (size_t at = ascii_words(text, bytes); at < bytes;) {
        const unsigned char *next = (const unsigned char *)text + at;
        size_t width = *next < 0x80 ? 1 : wide_bytes(next, bytes - at);

        if (width == 0)
            return false;
        at += width;
        if (width > 1)
            at += ascii_words(text + at, bytes - at);
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
