/*
 * matcher.c - one condition on one label: made, compared, printed. The texts are read in
 * matcher_parse.c.
 *
 * A regular expression is compiled once, when the configuration is read, and anchored at both ends.
 * It is given a bounded number of steps for each value, since the values come from outside: one
 * that needs more is taken as not matching, so that the alert falls back to the parent route and is
 * still told.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "consumer/route/matcher.h"

#include <errno.h>
#include <math.h>
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/route/matcher_syntax.h"
#include "consumer/route/quote.h"
#include "producer/finding.h"

#define REGEX_HEAP_KIB_MAX 4096
#define RANK_NONE          (-1.0) /* a value that has no place in the order */

struct matcher {
    enum matcher_op op;
    char *name;
    char *value;
    double rank;      /* of the value, for the operators that compare */
    pcre2_code *code; /* of the regular expression */
    pcre2_match_context *limits;
};

static const char *const op_texts[] = {
    [MATCH_EQ] = "=",  [MATCH_NE] = "!=", [MATCH_RE] = "=~", [MATCH_NOT_RE] = "!~",
    [MATCH_GE] = ">=", [MATCH_LE] = "<=", [MATCH_GT] = ">",  [MATCH_LT] = "<",
};

static double rank_of_severity(const char *value)
{
    for (int i = 0; severity_names[i]; i++) {
        if (strcmp(severity_names[i], value) == 0)
            return i;
    }
    return RANK_NONE;
}

static double rank_of_confidence(const char *value)
{
    char *end;
    double number = strtod(value, &end);

    return end != value && *end == '\0' && number >= 0 && number <= 1 ? number : RANK_NONE;
}

/* The labels that have an order. */
static const struct ordered_label {
    const char *name;
    double (*rank)(const char *value);
    const char *expected;
} ordered_labels[] = {
    {"severity", rank_of_severity, "one of info, low, medium, high, critical"},
    {"confidence", rank_of_confidence, "a number from 0 to 1"},
};
#define ORDERED_LABELS (sizeof(ordered_labels) / sizeof(ordered_labels[0]))

static const struct ordered_label *ordered_label_find(const char *name)
{
    for (size_t i = 0; i < ORDERED_LABELS; i++) {
        if (strcmp(ordered_labels[i].name, name) == 0)
            return &ordered_labels[i];
    }
    return NULL;
}

bool label_name_valid(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";

    if (!*name || !strchr(letters, *name))
        return false;
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")] ==
           '\0';
}

static int compile_order(struct matcher *matcher, struct error *err)
{
    const struct ordered_label *label = ordered_label_find(matcher->name);

    if (!label)
        return error_set(err, ERROR_INPUT, "%s %s: only severity and confidence have an order",
                         matcher->name, op_texts[matcher->op]);
    matcher->rank = label->rank(matcher->value);
    if (matcher->rank == RANK_NONE)
        return error_set(err, ERROR_INPUT, "%s %s: the value has to be %s", matcher->name,
                         op_texts[matcher->op], label->expected);
    return 0;
}

static int compile_regex(struct matcher *matcher, struct error *err)
{
    const uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_DOLLAR_ENDONLY |
                             PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_AUTO_CAPTURE;
    PCRE2_UCHAR why[128];
    int code = 0;
    size_t at = 0;
    char *pattern = NULL;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    int rc = -1;

    matcher->limits = pcre2_match_context_create(NULL);
    if (!context || !matcher->limits || asprintf(&pattern, "^(?:%s)$", matcher->value) < 0) {
        pattern = NULL;
        error_set(err, ERROR_MEMORY, "out of memory");
        goto out;
    }
    pcre2_set_match_limit(matcher->limits, MATCHER_STEPS_MAX);
    pcre2_set_heap_limit(matcher->limits, REGEX_HEAP_KIB_MAX);
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    matcher->code =
        pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, options, &code, &at, context);
    if (!matcher->code) {
        pcre2_get_error_message(code, why, sizeof(why));
        error_set(err, ERROR_INPUT, "%s%s: bad regular expression: %s", matcher->name,
                  op_texts[matcher->op], (const char *)why);
        goto out;
    }
    rc = 0;
out:
    free(pattern);
    pcre2_compile_context_free(context);
    return rc;
}

static int check_sizes(const char *name, const char *value, struct error *err)
{
    if (strlen(name) > MATCHER_NAME_BYTES_MAX)
        return error_set(err, ERROR_LIMIT, "a label's name is longer than %d bytes",
                         MATCHER_NAME_BYTES_MAX);
    if (strlen(value) > MATCHER_VALUE_BYTES_MAX)
        return error_set(err, ERROR_LIMIT, "%s: the value is longer than %d bytes", name,
                         MATCHER_VALUE_BYTES_MAX);
    return 0;
}

int matcher_new(const char *name, enum matcher_op op, const char *value, struct matcher **ret,
                struct error *err)
{
    struct matcher *matcher = NULL;
    int rc = -1;

    if (check_sizes(name, value, err))
        goto out;
    matcher = calloc(1, sizeof(*matcher));
    if (matcher) {
        matcher->op = op;
        matcher->name = strdup(name);
        matcher->value = strdup(value);
    }
    if (!matcher || !matcher->name || !matcher->value) {
        error_set(err, ERROR_MEMORY, "out of memory");
        goto out;
    }
    if (op >= MATCH_GE)
        rc = compile_order(matcher, err);
    else if (op == MATCH_RE || op == MATCH_NOT_RE)
        rc = compile_regex(matcher, err);
    else
        rc = 0;
out:
    if (rc) {
        matcher_free(matcher);
        matcher = NULL;
    }
    *ret = matcher;
    return rc;
}

void matcher_free(struct matcher *matcher)
{
    if (!matcher)
        return;
    pcre2_code_free(matcher->code);
    pcre2_match_context_free(matcher->limits);
    free(matcher->name);
    free(matcher->value);
    free(matcher);
}

static bool regex_matches(const struct matcher *matcher, const char *value)
{
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    int rc = PCRE2_ERROR_NOMEMORY;

    if (data)
        rc = pcre2_match(matcher->code, (PCRE2_SPTR)value, strlen(value), 0, 0, data,
                         matcher->limits);
    pcre2_match_data_free(data);
    if (rc == PCRE2_ERROR_NOMATCH)
        return matcher->op == MATCH_NOT_RE;
    return rc >= 0 && matcher->op == MATCH_RE;
}

static bool order_matches(const struct matcher *matcher, const char *value)
{
    double rank = ordered_label_find(matcher->name)->rank(value);

    if (rank == RANK_NONE)
        return false;
    switch (matcher->op) {
    case MATCH_GE:
        return rank >= matcher->rank;
    case MATCH_LE:
        return rank <= matcher->rank;
    case MATCH_GT:
        return rank > matcher->rank;
    default:
        return rank < matcher->rank;
    }
}

const char *label_value(const struct label *labels, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(labels[i].name, name) == 0)
            return labels[i].value;
    }
    return "";
}

bool matcher_matches(const struct matcher *matcher, const struct label *labels, size_t count)
{
    const char *value = label_value(labels, count, matcher->name);

    switch (matcher->op) {
    case MATCH_EQ:
        return strcmp(value, matcher->value) == 0;
    case MATCH_NE:
        return strcmp(value, matcher->value) != 0;
    case MATCH_RE:
    case MATCH_NOT_RE:
        return regex_matches(matcher, value);
    default:
        return order_matches(matcher, value);
    }
}

const char *matcher_name(const struct matcher *matcher)
{
    return matcher->name;
}

enum matcher_op matcher_operator(const struct matcher *matcher)
{
    return matcher->op;
}

const char *matcher_value(const struct matcher *matcher)
{
    return matcher->value;
}

static int compare(const void *left, const void *right)
{
    const struct matcher *a = *(struct matcher *const *)left;
    const struct matcher *b = *(struct matcher *const *)right;
    int order = strcmp(a->name, b->name);

    if (order == 0)
        order = strcmp(a->value, b->value);
    return order ? order : (int)a->op - (int)b->op;
}

void matcher_sort(struct matcher **list, size_t count)
{
    if (count > 1)
        qsort(list, count, sizeof(struct matcher *), compare);
}

/* name, operator, value, each in quotes as Go writes them; 0 when memory is out. */
static size_t format_quoted(const struct matcher *matcher, char *text, size_t bytes)
{
    struct quoted quoted;
    size_t length = 0;

    quoted_init(&quoted);
    quoted_put_string(&quoted, matcher->name);
    quoted_put(&quoted, op_texts[matcher->op]);
    quoted_put_string(&quoted, matcher->value);
    if (quoted_text(&quoted))
        length = (size_t)snprintf(text, bytes, "%s", quoted_text(&quoted));
    quoted_fini(&quoted);
    return length;
}

size_t matcher_format(const struct matcher *matcher, char *text, size_t bytes)
{
    size_t length = name_is_plain(matcher->name) ? 0 : format_quoted(matcher, text, bytes);

    if (length > 0)
        return length;
    length = (size_t)snprintf(text, bytes, "%s%s\"", matcher->name, op_texts[matcher->op]);
    for (const char *c = matcher->value; *c && length + 4 < bytes; c++) {
        if (*c == '\\' || *c == '"' || *c == '\n')
            text[length++] = '\\';
        text[length++] = *c == '\n' ? 'n' : *c;
    }
    text[length++] = '"';
    text[length] = '\0';
    return length;
}
