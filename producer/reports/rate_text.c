/*
 * rate_text.c - see rate_text.h.
 */
#include "producer/reports/rate_text.h"

#include <ctype.h>
#include <string.h>

#include "producer/record_text.h"

/* Marks that open and close a quotation. */
static const struct {
    const char *open, *close;
} quotes[] = {{"\xe2\x80\x9c", "\xe2\x80\x9d"}, {"`", "`"}, {"\"", "\""}};

static const char *const after[] = {"%", " %", " sample", " record", " row", " case"};
static const char *const before[] = {"p-value = ", "p = ", "value of ", "score of ", "rate of "};

/* Bytes of a quotation that begins here, its marks included; 0: none does, or it has no end. */
static size_t quotation(const char *at)
{
    for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++) {
        size_t bytes = strlen(quotes[i].open);
        const char *close =
            strncmp(at, quotes[i].open, bytes) == 0 ? strstr(at + bytes, quotes[i].close) : NULL;

        if (close)
            return (size_t)(close - at) + strlen(quotes[i].close);
    }
    return 0;
}

/* Bytes of a number that begins here: digits, with points, commas and an exponent between them. */
static size_t number(const char *at)
{
    size_t bytes = strspn(at, "0123456789"), more;

    while (bytes > 0 && at[bytes] && strchr(".,", at[bytes]) &&
           (more = strspn(at + bytes + 1, "0123456789")) > 0)
        bytes += 1 + more;
    if (bytes > 0 && (at[bytes] == 'e' || at[bytes] == 'E')) {
        size_t sign = at[bytes + 1] == '-' || at[bytes + 1] == '+';

        more = strspn(at + bytes + 1 + sign, "0123456789");
        bytes += more > 0 ? 1 + sign + more : 0;
    }
    return bytes;
}

static bool is_followed(const char *at)
{
    for (size_t i = 0; i < sizeof(after) / sizeof(after[0]); i++) {
        if (strncmp(at, after[i], strlen(after[i])) == 0)
            return true;
    }
    return *at == '/' && isdigit((unsigned char)at[1]);
}

/* Whether what stands before a number says that it was measured. */
static bool is_introduced(const char *text, const char *at)
{
    for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
        size_t bytes = strlen(before[i]);

        if ((size_t)(at - text) >= bytes && strncmp(at - bytes, before[i], bytes) == 0)
            return true;
    }
    return at > text + 1 && at[-1] == '/' && isdigit((unsigned char)at[-2]);
}

const char *rate_text_strip(const char *text, struct arena *arena)
{
    struct record_text stripped;
    const char *at = text;

    record_text_init(&stripped, arena);
    while (*at) {
        bool is_in_word = at > text && (isalnum((unsigned char)at[-1]) || at[-1] == '_');
        size_t quoted = quotation(at), bytes = quoted || is_in_word ? 0 : number(at);

        if (bytes > 0 && (is_followed(at + bytes) || is_introduced(text, at)))
            record_text_byte(&stripped, '#');
        else
            record_text_append(&stripped, at, quoted ? quoted : bytes ? bytes : 1);
        at += quoted ? quoted : bytes ? bytes : 1;
    }
    if (stripped.failed)
        return NULL;
    return stripped.text ? stripped.text : "";
}
