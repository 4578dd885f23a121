/*
 * quote.c - Go's %q: short escapes, \x for ASCII controls and broken bytes, \u and \U for the rest.
 *
 * "Printable" is Go's: letters, marks, numbers, punctuation, symbols and the ASCII space. PCRE2 has
 * the tables of Unicode, so that the process' locale plays no part.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "consumer/route/quote.h"

#include <pcre2.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "producer/record.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pcre2_code *printable;

static void compile_printable(void)
{
    int code;
    size_t at;

    printable = pcre2_compile((PCRE2_SPTR) "[\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}]",
                              PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_ANCHORED, &code, &at, NULL);
}

static bool is_printable(const char *character, size_t bytes)
{
    pcre2_match_data *data = NULL;
    int rc = -1;

    pthread_once(&once, compile_printable);
    if (printable)
        data = pcre2_match_data_create(1, NULL);
    if (data)
        rc = pcre2_match(printable, (PCRE2_SPTR)character, bytes, 0, 0, data, NULL);
    pcre2_match_data_free(data);
    return rc >= 0;
}

void quoted_init(struct quoted *quoted)
{
    memset(quoted, 0, sizeof(*quoted));
    quoted->stream = open_memstream(&quoted->text, &quoted->bytes);
}

void quoted_fini(struct quoted *quoted)
{
    if (quoted->stream)
        fclose(quoted->stream);
    free(quoted->text);
}

void quoted_put(struct quoted *quoted, const char *plain)
{
    if (quoted->stream)
        fputs(plain, quoted->stream);
}

/* Length of the character at `text` in bytes, its code point in *ret_point; 0 where it is no UTF-8.
 */
static size_t character_length(const char *text, uint32_t *ret_point)
{
    static const struct {
        unsigned char mask, lead;
    } leads[] = {{0x80, 0x00}, {0xe0, 0xc0}, {0xf0, 0xe0}, {0xf8, 0xf0}};
    unsigned char first = (unsigned char)*text;

    for (size_t i = 0; i < 4; i++) {
        if ((first & leads[i].mask) != leads[i].lead)
            continue;
        if (strnlen(text, i + 1) <= i || !utf8_valid(text, i + 1))
            return 0;
        *ret_point = first & (unsigned char)~leads[i].mask;
        for (size_t j = 1; j <= i; j++)
            *ret_point = *ret_point << 6 | ((unsigned char)text[j] & 0x3f);
        return i + 1;
    }
    return 0;
}

static void put_ascii(FILE *stream, char c)
{
    static const char short_from[] = "\a\b\f\n\r\t\v\"\\", short_to[] = "abfnrtv\"\\";
    const char *found = strchr(short_from, c);

    if (found)
        fprintf(stream, "\\%c", short_to[found - short_from]);
    else if ((unsigned char)c < ' ' || (unsigned char)c >= 0x7f)
        fprintf(stream, "\\x%02x", (unsigned char)c);
    else
        fputc(c, stream);
}

void quoted_put_string(struct quoted *quoted, const char *value)
{
    FILE *stream = quoted->stream;

    if (!stream)
        return;
    fputc('"', stream);
    while (*value) {
        uint32_t point = 0;
        size_t bytes = character_length(value, &point);

        if (bytes <= 1)
            put_ascii(stream, *value);
        else if (is_printable(value, bytes))
            fwrite(value, 1, bytes, stream);
        else
            fprintf(stream, point < 0x10000 ? "\\u%04x" : "\\U%08x", point);
        value += bytes ? bytes : 1;
    }
    fputc('"', stream);
}

const char *quoted_text(struct quoted *quoted)
{
    if (!quoted->stream || fflush(quoted->stream) || ferror(quoted->stream))
        return NULL;
    return quoted->text;
}
