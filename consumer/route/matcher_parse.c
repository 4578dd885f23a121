/*
 * matcher_parse.c - reads matchers as people write them: severity=~"high|critical", tool!=garak.
 *
 * The classic syntax of Alertmanager, with all that it tolerates: a value with or without double
 * quotes,
 * \" \\ and \n as escapes and any other backslash as itself, white space around each part, a list
 * with or without braces and with a comma at its end. To its four operators come >=, <=, > and <.
 * What is wrong is refused with the text and the reason; nothing is guessed.
 */
#include <stdlib.h>
#include <string.h>

#include "consumer/route/matcher.h"

#define SPACE "\t\n\f\r "

/* A longer operator stands before its own beginning. */
static const struct {
    const char *text;
    enum matcher_op op;
} operators[] = {
    {"=~", MATCH_RE}, {"!~", MATCH_NOT_RE}, {"!=", MATCH_NE}, {">=", MATCH_GE},
    {"<=", MATCH_LE}, {"=", MATCH_EQ},      {">", MATCH_GT},  {"<", MATCH_LT},
};
#define OPERATORS (sizeof(operators) / sizeof(operators[0]))

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

    for (; *from; from++) {
        if (*from == '\\' && from[1]) {
            from++;
            if (*from != 'n' && *from != '"' && *from != '\\')
                *to++ = '\\';
            *to++ = *from == 'n' ? '\n' : *from;
        } else if (*from == '"' && quoted && !from[1]) {
            quoted = false;
        } else if (*from == '"') {
            return error_set(err, ERROR_INPUT,
                             "a double quote inside the value needs a \\ before it");
        } else {
            *to++ = *from;
        }
    }
    if (quoted)
        return error_set(err, ERROR_INPUT, "the closing double quote is missing");
    *to = '\0';
    return 0;
}

/* `text` is changed: it becomes name and value. */
static int parse(char *text, struct matcher **ret, struct error *err)
{
    char *name = text + strspn(text, SPACE);
    size_t name_bytes = name_length(name);
    char *sign = name + name_bytes;
    char *value;
    size_t i = 0;

    sign += strspn(sign, SPACE);
    while (i < OPERATORS && strncmp(sign, operators[i].text, strlen(operators[i].text)) != 0)
        i++;
    if (name_bytes == 0 || i == OPERATORS)
        return error_set(err, ERROR_INPUT,
                         "expected a label's name, one of = != =~ !~ >= <= > <, and a value");
    value = sign + strlen(operators[i].text);
    value += strspn(value, SPACE);
    for (size_t end = strlen(value); end > 0 && strchr(SPACE, value[end - 1]); end--)
        value[end - 1] = '\0';
    if (!utf8_valid(value, strlen(value)))
        return error_set(err, ERROR_INPUT, "the value is not valid UTF-8");
    if (unquote(value, err))
        return -1;
    name[name_bytes] = '\0';
    return matcher_new(name, operators[i].op, value, ret, err);
}

int matcher_parse(const char *text, struct matcher **ret, struct error *err)
{
    struct error why = {0};
    char *copy = strdup(text);
    int rc;

    *ret = NULL;
    if (!copy)
        return error_set(err, ERROR_MEMORY, "out of memory");
    rc = parse(copy, ret, &why);
    if (rc)
        error_set(err, why.kind, "matcher `%.100s`: %s", text, why.text);
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

static int parse_items(char *text, struct matcher *list[MATCHER_LIST_MAX], size_t *count,
                       struct error *err)
{
    bool last = false;

    while (!last) {
        size_t bytes = item_length(text);

        last = text[bytes] == '\0';
        text[bytes] = '\0';
        if (last && text[strspn(text, SPACE)] == '\0')
            return 0;
        if (*count == MATCHER_LIST_MAX)
            return error_set(err, ERROR_LIMIT, "more than %d matchers", MATCHER_LIST_MAX);
        if (matcher_parse(text, &list[*count], err))
            return -1;
        ++*count;
        text += bytes + 1;
    }
    return 0;
}

int matcher_parse_list(const char *text, struct matcher *list[MATCHER_LIST_MAX], size_t *count,
                       struct error *err)
{
    const char *start = *text == '{' ? text + 1 : text;
    size_t bytes = strlen(start);
    char *copy = strndup(start, bytes > 0 && start[bytes - 1] == '}' ? bytes - 1 : bytes);
    int rc;

    if (!copy)
        return error_set(err, ERROR_MEMORY, "out of memory");
    rc = parse_items(copy, list, count, err);
    free(copy);
    return rc;
}
