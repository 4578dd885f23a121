/*
 * percent.c - see percent.h.
 */
#include "consumer/enrich/percent.h"

#include <string.h>

#define ENCODED_BYTES_MAX 32 /* of one character: the longest is &quot; */
#define CHARACTER_BYTES   4

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~", c) != NULL);
}

static size_t character_bytes(const char *text)
{
    size_t bytes = 1;

    while (bytes < CHARACTER_BYTES && ((unsigned char)text[bytes] & 0xc0) == 0x80)
        bytes++;
    return bytes;
}

static const char *in_html(const char *text)
{
    static const struct {
        char c;
        const char *html;
    } rows[] = {{'&', "&amp;"},  {'<', "&lt;"},   {'>', "&gt;"},
                {'"', "&quot;"}, {'\'', "&#39;"}, {'\n', "<br>"}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].c == *text)
            return rows[i].html;
    }
    return NULL;
}

static size_t encode(const char *text, size_t bytes, enum percent_style style,
                     char ret[ENCODED_BYTES_MAX])
{
    static const char digits[] = "0123456789ABCDEF";
    size_t used = 0;

    for (size_t i = 0; i < bytes; i++) {
        unsigned char byte = (unsigned char)text[i];

        if (is_unreserved(text[i]) || (style == PERCENT_PATH && text[i] == '/')) {
            ret[used++] = text[i];
            continue;
        }
        ret[used++] = '%';
        ret[used++] = digits[byte >> 4];
        ret[used++] = digits[byte & 15];
    }
    return used;
}

char *percent_encode(const char *text, enum percent_style style, size_t bytes_max,
                     struct arena *arena)
{
    size_t room = strlen(text) * ENCODED_BYTES_MAX, used = 0;
    char *copy = arena_alloc(arena, (room < bytes_max ? room : bytes_max) + 1);

    while (copy && *text) {
        size_t bytes = character_bytes(text);
        const char *html = style == PERCENT_HTML ? in_html(text) : NULL;
        char encoded[ENCODED_BYTES_MAX];
        size_t count = encode(html ? html : text, html ? strlen(html) : bytes, style, encoded);

        if (used + count > bytes_max)
            break;
        memcpy(copy + used, encoded, count);
        used += count;
        text += bytes;
    }
    return copy;
}
