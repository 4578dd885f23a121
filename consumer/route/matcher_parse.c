/*
 * matcher_parse.c - reads matchers as people write them, in either of Alertmanager's two syntaxes.
 *
 * As Alertmanager does by default since 0.27, a text is read in both: what only one of them
 * understands is taken from that one, and where the two differ the classic one counts, so that old
 * configurations keep their meaning. What neither understands is refused with the text and the
 * classic syntax's reason, or the other's where the classic one has no quotes for names.
 */
#include <stdlib.h>
#include <string.h>

#include "consumer/route/matcher_syntax.h"

/* A longer operator stands before its own beginning. */
static const struct {
    const char *text;
    enum matcher_op op;
} operators[] = {
    {"=~", MATCH_RE}, {"!~", MATCH_NOT_RE}, {"!=", MATCH_NE}, {">=", MATCH_GE},
    {"<=", MATCH_LE}, {"=", MATCH_EQ},      {">", MATCH_GT},  {"<", MATCH_LT},
};
#define OPERATORS (sizeof(operators) / sizeof(operators[0]))

size_t operator_length(const char *text, enum matcher_op *ret_op)
{
    for (size_t i = 0; i < OPERATORS; i++) {
        size_t bytes = strlen(operators[i].text);

        if (strncmp(text, operators[i].text, bytes) == 0) {
            *ret_op = operators[i].op;
            return bytes;
        }
    }
    return 0;
}

size_t space_length(const char *text)
{
    static const char *const spaces[] = {
        "\t",           "\n",           "\v",
        "\f",           "\r",           " ",
        "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80",
        "\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82",
        "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85",
        "\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88",
        "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8",
        "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f",
        "\xe3\x80\x80",
    };

    for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++) {
        if (strncmp(text, spaces[i], strlen(spaces[i])) == 0)
            return strlen(spaces[i]);
    }
    return 0;
}

bool name_is_plain(const char *name)
{
    for (; *name; name++) {
        if (strchr("{}!=~,\\\"'`<>", *name) || space_length(name) > 0)
            return false;
    }
    return true;
}

void matchers_clear(struct matchers *matchers)
{
    for (size_t i = 0; i < matchers->count; i++)
        matcher_free(matchers->list[i]);
    matchers->count = 0;
}

int matchers_add(struct matchers *matchers, const char *name, enum matcher_op op, const char *value,
                 struct error *err)
{
    if (matchers->count == MATCHER_LIST_MAX)
        return error_set(err, ERROR_LIMIT, "more than %d matchers", MATCHER_LIST_MAX);
    if (matcher_new(name, op, value, &matchers->list[matchers->count], err))
        return -1;
    matchers->count++;
    return 0;
}

static bool are_equal(const struct matchers *a, const struct matchers *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct matcher *left = a->list[i], *right = b->list[i];

        if (matcher_operator(left) != matcher_operator(right) ||
            strcmp(matcher_name(left), matcher_name(right)) != 0 ||
            strcmp(matcher_value(left), matcher_value(right)) != 0)
            return false;
    }
    return true;
}

/* The classic syntax has no quotes around names. */
static bool begins_with_quote(const char *text)
{
    size_t bytes;

    while ((bytes = *text == '{' ? 1 : space_length(text)) > 0)
        text += bytes;
    return *text == '"';
}

/* A text as one of the syntaxes understands it. */
struct reading {
    struct matchers matchers;
    int rc;
    struct error err;
};

/* The one that counts; the other is empty afterwards. */
static struct reading *decide(const char *text, struct reading *classic, struct reading *utf8)
{
    struct reading *chosen = utf8;

    if (classic->rc == 0 && (utf8->rc != 0 || !are_equal(&utf8->matchers, &classic->matchers)))
        chosen = classic;
    if (classic->rc != 0 && utf8->rc != 0 && !begins_with_quote(text))
        chosen = classic;
    matchers_clear(chosen == utf8 ? &classic->matchers : &utf8->matchers);
    return chosen;
}

static int read_both(const char *text, bool single, struct matchers *ret, struct error *err)
{
    struct reading classic = {0}, utf8 = {0}, *chosen;

    if (!utf8_valid(text, strlen(text)))
        return error_set(err, ERROR_INPUT, "the text is not valid UTF-8");
    utf8.rc = matchers_read_utf8(text, &utf8.matchers, &utf8.err);
    if (single && utf8.rc == 0 && utf8.matchers.count != 1)
        utf8.rc =
            error_set(&utf8.err, ERROR_INPUT, "expected one matcher, not %zu", utf8.matchers.count);
    classic.rc = single ? matcher_read_classic(text, &classic.matchers, &classic.err)
                        : matchers_read_classic(text, &classic.matchers, &classic.err);
    if (classic.err.kind == ERROR_MEMORY || utf8.err.kind == ERROR_MEMORY) {
        matchers_clear(&classic.matchers);
        matchers_clear(&utf8.matchers);
        return error_set(err, ERROR_MEMORY, "out of memory");
    }
    chosen = decide(text, &classic, &utf8);
    if (chosen->rc != 0) {
        matchers_clear(&chosen->matchers);
        return error_set(err, chosen->err.kind, "%s", chosen->err.text);
    }
    *ret = chosen->matchers;
    return 0;
}

int matcher_parse(const char *text, struct matcher **ret, struct error *err)
{
    struct matchers matchers = {.count = 0};
    struct error why = {0};
    size_t bytes = strlen(text);

    *ret = NULL;
    if (*text == '{' || (bytes > 0 && text[bytes - 1] == '}'))
        error_set(&why, ERROR_INPUT, "one matcher stands without braces");
    else if (read_both(text, true, &matchers, &why) == 0)
        *ret = matchers.list[0];
    if (*ret)
        return 0;
    return error_set(err, why.kind, "matcher `%.100s`: %s", text, why.text);
}

int matcher_parse_list(const char *text, struct matcher *list[MATCHER_LIST_MAX], size_t *count,
                       struct error *err)
{
    struct matchers matchers = {.count = 0};
    struct error why = {0};
    size_t taken = 0;

    if (read_both(text, false, &matchers, &why))
        return error_set(err, why.kind, "matcher `%.100s`: %s", text, why.text);
    for (; taken < matchers.count && *count < MATCHER_LIST_MAX; taken++)
        list[(*count)++] = matchers.list[taken];
    if (taken == matchers.count)
        return 0;
    for (; taken < matchers.count; taken++)
        matcher_free(matchers.list[taken]);
    return error_set(err, ERROR_LIMIT, "more than %d matchers", MATCHER_LIST_MAX);
}
