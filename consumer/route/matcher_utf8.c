/*
 * matcher_utf8.c - Alertmanager's UTF-8 syntax, of 0.27 and later: {"größe"="10 m", team=~"a|b"}.
 *
 * A name or a value is either quoted, with the escapes of a Go string, or any run of characters
 * without white space and without {}!=~,\"'` in it. Braces stand in pairs; a comma may end the
 * list. A name without quotes also ends before < and >: to Alertmanager these are characters like
 * any other, to us they compare.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/route/matcher_syntax.h"

#define RESERVED       "{}!=~,\\\"'`"
#define CODE_POINT_MAX 0x10ffff

struct cursor {
    const char *at;
    char *room; /* for names and values, as long as the text */
    struct error *err;
};

static int refuse(struct cursor *c, const char *expected)
{
    if (*c->at == '\0')
        return error_set(c->err, ERROR_INPUT, "it ends where %s was expected", expected);
    return error_set(c->err, ERROR_INPUT, "expected %s at `%.40s`", expected, c->at);
}

static void skip_space(struct cursor *c)
{
    size_t bytes;

    while ((bytes = space_length(c->at)) > 0)
        c->at += bytes;
}

static void put_point(char **to, uint32_t point)
{
    char *t = *to;

    if (point < 0x80) {
        *t++ = (char)point;
    } else if (point < 0x800) {
        *t++ = (char)(0xc0 | point >> 6);
        *t++ = (char)(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
        *t++ = (char)(0xe0 | point >> 12);
        *t++ = (char)(0x80 | (point >> 6 & 0x3f));
        *t++ = (char)(0x80 | (point & 0x3f));
    } else {
        *t++ = (char)(0xf0 | point >> 18);
        *t++ = (char)(0x80 | (point >> 12 & 0x3f));
        *t++ = (char)(0x80 | (point >> 6 & 0x3f));
        *t++ = (char)(0x80 | (point & 0x3f));
    }
    *to = t;
}

/* Escapes that stand for a number: \x and two hexadecimal digits is a byte, \ and three octal ones
 * too; \u and \U are characters. */
static const struct number_escape {
    char letter; /* 0: the first digit */
    int digits, base;
    bool character;
} number_escapes[] = {
    {'x', 2, 16, false}, {'u', 4, 16, true}, {'U', 8, 16, true}, {0, 3, 8, false}};
#define NUMBER_ESCAPES (sizeof(number_escapes) / sizeof(number_escapes[0]))

static int digit_value(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + ('a' - 'A') : c) : NULL;

    return found ? (int)(found - digits) : 16;
}

static bool read_number(const char **from, const struct number_escape *escape, char **to)
{
    uint32_t number = 0;

    for (int i = 0; i < escape->digits; i++, ++*from) {
        int digit = digit_value(**from);

        if (digit >= escape->base)
            return false;
        number = number * (uint32_t)escape->base + (uint32_t)digit;
    }
    if (number == 0 || (!escape->character && number > 0xff) ||
        (escape->character && (number > CODE_POINT_MAX || (number >= 0xd800 && number <= 0xdfff))))
        return false;
    if (escape->character)
        put_point(to, number);
    else
        *(*to)++ = (char)number;
    return true;
}

/* `*from` stands behind the backslash. */
static bool read_escape(const char **from, char **to)
{
    static const char letters[] = "abfnrtv\\\"", meanings[] = "\a\b\f\n\r\t\v\\\"";
    const char *found = **from ? strchr(letters, **from) : NULL;

    if (found) {
        *(*to)++ = meanings[found - letters];
        ++*from;
        return true;
    }
    for (size_t i = 0; i < NUMBER_ESCAPES; i++) {
        const struct number_escape *escape = &number_escapes[i];

        if (escape->letter && **from == escape->letter) {
            ++*from;
            return read_number(from, escape, to);
        }
        if (!escape->letter)
            return read_number(from, escape, to);
    }
    return false;
}

static int read_quoted(struct cursor *c, const char **ret)
{
    const char *from = c->at + 1;
    char *start = c->room, *to = start;

    while (*from && *from != '"' && *from != '\n') {
        if (*from != '\\') {
            *to++ = *from++;
            continue;
        }
        from++;
        if (!read_escape(&from, &to))
            return error_set(c->err, ERROR_INPUT, "an escape that is none in `%.40s`", c->at);
    }
    if (*from != '"')
        return error_set(c->err, ERROR_INPUT, "no closing double quote for `%.40s`", c->at);
    if (!utf8_valid(start, (size_t)(to - start)))
        return error_set(c->err, ERROR_INPUT, "no valid UTF-8 in `%.40s`", c->at);
    *to++ = '\0';
    c->at = from + 1;
    c->room = to;
    *ret = start;
    return 0;
}

static int read_plain(struct cursor *c, const char *ends, const char *expected, const char **ret)
{
    char *start = c->room;
    size_t bytes = 0;

    while (c->at[bytes] && !strchr(ends, c->at[bytes]) && space_length(c->at + bytes) == 0)
        bytes++;
    if (bytes == 0)
        return refuse(c, expected);
    memcpy(start, c->at, bytes);
    start[bytes] = '\0';
    c->at += bytes;
    c->room = start + bytes + 1;
    *ret = start;
    return 0;
}

static int read_matcher(struct cursor *c, struct matchers *ret)
{
    const char *name = NULL, *value = NULL;
    enum matcher_op op = MATCH_EQ;
    size_t bytes;

    skip_space(c);
    if (*c->at == '"' ? read_quoted(c, &name)
                      : read_plain(c, RESERVED "<>", "a label's name", &name))
        return -1;
    skip_space(c);
    bytes = operator_length(c->at, &op);
    if (bytes == 0)
        return refuse(c, "one of = != =~ !~ >= <= > <");
    c->at += bytes;
    skip_space(c);
    if (*c->at == '"' ? read_quoted(c, &value) : read_plain(c, RESERVED, "a value", &value))
        return -1;
    return matchers_add(ret, name, op, value, c->err);
}

/* Up to the end of the list, or to the brace that closes it. */
static int read_list(struct cursor *c, struct matchers *ret)
{
    bool more = *c->at != '\0' && *c->at != '}';

    while (more) {
        if (read_matcher(c, ret))
            return -1;
        skip_space(c);
        more = *c->at == ',';
        if (!more)
            break;
        c->at++;
        skip_space(c);
        more = *c->at != '\0' && *c->at != '}';
    }
    return 0;
}

int matchers_read_utf8(const char *text, struct matchers *ret, struct error *err)
{
    char *room = malloc(strlen(text) + 2 * ((size_t)MATCHER_LIST_MAX + 1));
    struct cursor c = {.at = text, .room = room, .err = err};
    bool braces;
    int rc;

    if (!room)
        return error_set(err, ERROR_MEMORY, "out of memory");
    skip_space(&c);
    braces = *c.at == '{';
    if (braces) {
        c.at++;
        skip_space(&c);
    }
    rc = read_list(&c, ret);
    if (rc == 0 && braces)
        rc = *c.at == '}' ? 0 : refuse(&c, "a comma or }");
    if (rc == 0 && braces)
        c.at++;
    skip_space(&c);
    if (rc == 0 && *c.at)
        rc = refuse(&c, "the end");
    free(room);
    return rc;
}
