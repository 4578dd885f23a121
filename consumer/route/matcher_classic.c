/*
 * matcher_classic.c - Alertmanager's classic syntax: severity=~"high|critical", tool!=garak.
 *
 * With all that it tolerates: a value with or without double quotes, \" \\ and \n as escapes and
 * any other backslash as itself, white space around each part, a list with or without braces, even
 * with one of them only, and with a comma at its end. What is wrong is refused with the reason;
 * nothing is guessed.
 */
#include <stdlib.h>
#include <string.h>

#include "consumer/route/matcher_syntax.h"

static size_t name_length(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:";

    if (!*text || !strchr(letters, *text))
        return 0;
    return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:0123456789");
}

/* Takes the escapes and the quotes off `raw`, in place. */
static int unquote(char *raw, struct error *err)
{
    bool quoted = *raw == '"';
    const char *from = quoted ? raw + 1 : raw;
    char *to = raw;

    for (; *from && *from != '"'; from++) {
        bool escape = *from == '\\' && from[1];

        if (escape)
            from++;
        if (escape && *from != 'n' && *from != '"' && *from != '\\')
            *to++ = '\\';
        *to++ = escape && *from == 'n' ? '\n' : *from;
    }
    if (*from && (!quoted || from[1]))
        return error_set(err, ERROR_INPUT, "a double quote inside the value needs a \\ before it");
    if (quoted && !*from)
        return error_set(err, ERROR_INPUT, "the closing double quote is missing");
    *to = '\0';
    return 0;
}

/* `text` is changed: it becomes name and value. */
static int read_one(char *text, struct matchers *ret, struct error *err)
{
    char *name = text + strspn(text, CLASSIC_SPACE);
    size_t name_bytes = name_length(name);
    char *sign = name + name_bytes;
    enum matcher_op op = MATCH_EQ;
    size_t sign_bytes;
    char *value;

    sign += strspn(sign, CLASSIC_SPACE);
    sign_bytes = operator_length(sign, &op);
    if (name_bytes == 0 || sign_bytes == 0)
        return error_set(err, ERROR_INPUT,
                         "expected a label's name, one of = != =~ !~ >= <= > <, and a value");
    value = sign + sign_bytes;
    value += strspn(value, CLASSIC_SPACE);
    for (size_t end = strlen(value); end > 0 && strchr(CLASSIC_SPACE, value[end - 1]); end--)
        value[end - 1] = '\0';
    if (unquote(value, err))
        return -1;
    name[name_bytes] = '\0';
    return matchers_add(ret, name, op, value, err);
}

int matcher_read_classic(const char *text, struct matchers *ret, struct error *err)
{
    char *copy = strdup(text);
    int rc;

    if (!copy)
        return error_set(err, ERROR_MEMORY, "out of memory");
    rc = read_one(copy, ret, err);
    free(copy);
    return rc;
}

/* Bytes up to the comma that ends the first matcher, or up to the end. */
static size_t item_length(const char *text)
{
    bool quoted = false, escaped = false;
    const char *c = text;

    for (; *c && (*c != ',' || quoted); c++) {
        if (*c == '"') {
            quoted = escaped ? quoted : !quoted;
            escaped = false;
        } else if (*c == '\\') {
            escaped = !escaped;
        } else if (*c != ',') {
            escaped = false;
        }
    }
    return (size_t)(c - text);
}

/* Without the white space around it. */
static char *trim(char *text)
{
    size_t spaces, kept = 0;

    while ((spaces = space_length(text)) > 0)
        text += spaces;
    for (size_t at = 0; text[at];) {
        spaces = space_length(text + at);
        at += spaces ? spaces : 1;
        kept = spaces ? kept : at;
    }
    text[kept] = '\0';
    return text;
}

/* What stands behind the last comma is trimmed, and may be nothing. */
static int read_items(char *text, struct matchers *ret, struct error *err)
{
    for (;;) {
        size_t bytes = item_length(text);
        bool last = text[bytes] == '\0';

        text[bytes] = '\0';
        if (last) {
            text = trim(text);
            return *text ? read_one(text, ret, err) : 0;
        }
        if (read_one(text, ret, err))
            return -1;
        text += bytes + 1;
    }
}

int matchers_read_classic(const char *text, struct matchers *ret, struct error *err)
{
    const char *start = *text == '{' ? text + 1 : text;
    size_t bytes = strlen(start);
    char *copy = strndup(start, bytes > 0 && start[bytes - 1] == '}' ? bytes - 1 : bytes);
    int rc;

    if (!copy)
        return error_set(err, ERROR_MEMORY, "out of memory");
    rc = read_items(copy, ret, err);
    free(copy);
    return rc;
}
