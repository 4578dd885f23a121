/*
 * The two syntaxes of matchers, and which of them counts: every row of matchers.json is a text and
 * what Alertmanager 0.27 and later make of it by default (null: it is refused). Then what is ours:
 * comparisons, and names that need quotes.
 */
#include <criterion/criterion.h>
#include <jansson.h>
#include <string.h>

#include "consumer/route/matcher.h"

static const char *const signs[] = {
    [MATCH_EQ] = "=",  [MATCH_NE] = "!=", [MATCH_RE] = "=~", [MATCH_NOT_RE] = "!~",
    [MATCH_GE] = ">=", [MATCH_LE] = "<=", [MATCH_GT] = ">",  [MATCH_LT] = "<"};

static int parse(const char *text, bool single, struct matcher *list[MATCHER_LIST_MAX],
                 size_t *count)
{
    struct error err = {0};

    *count = 0;
    if (!single)
        return matcher_parse_list(text, list, count, &err);
    *count = matcher_parse(text, &list[0], &err) == 0;
    return *count ? 0 : -1;
}

static const char *string_at(const json_t *row, size_t index)
{
    return json_string_value(json_array_get(row, index));
}

static void check_row(const json_t *row)
{
    struct matcher *list[MATCHER_LIST_MAX];
    const char *text = json_string_value(json_object_get(row, "text"));
    const json_t *wanted = json_object_get(row, "matchers");
    size_t count;
    int rc = parse(text, json_is_true(json_object_get(row, "single")), list, &count);

    cr_expect_eq(rc, json_is_null(wanted) ? -1 : 0, "`%s`", text);
    cr_expect_eq(count, json_array_size(wanted), "`%s`: %zu", text, count);
    for (size_t i = 0; i < count; i++) {
        const json_t *matcher = json_array_get(wanted, i);

        if (matcher) {
            cr_expect_str_eq(matcher_name(list[i]), string_at(matcher, 0), "`%s`", text);
            cr_expect_str_eq(signs[matcher_operator(list[i])], string_at(matcher, 1), "`%s`", text);
            cr_expect_str_eq(matcher_value(list[i]), string_at(matcher, 2), "`%s`: %s", text,
                             matcher_value(list[i]));
        }
        matcher_free(list[i]);
    }
}

Test(matcher_syntax, is_alertmanagers)
{
    json_error_t why;
    json_t *rows = json_load_file("unit/route/matchers.json", 0, &why);
    size_t index;
    json_t *row;

    cr_assert(json_array_size(rows) > 150, "%s", why.text);
    json_array_foreach (rows, index, row)
        check_row(row);
    json_decref(rows);
}

Test(matcher_syntax, comparisons_are_ours)
{
    static const struct {
        const char *text, *printed;
    } rows[] = {
        {"severity>=high", "severity>=\"high\""},
        {"severity >= \"high\"", "severity>=\"high\""},
        {"{\"severity\">medium}", "severity>\"medium\""},
        {"confidence<0.5", "confidence<\"0.5\""},
        {"tool>=high", NULL},
        {"gr\xc3\xb6\xc3\x9f"
         "e<1",
         NULL},
        {"\"severity>\"=high", "\"severity>\"=\"high\""},
        {"a=\"\\u0000\"", "a=\"\\\\u0000\""},
        {"\"\\u0000\"=a", NULL},
        {"\"a\"=\"\\x00\"", NULL},
    };
    char printed[MATCHER_TEXT_BYTES_MAX];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct matcher *list[MATCHER_LIST_MAX];
        size_t count;
        int rc = parse(rows[i].text, false, list, &count);

        cr_expect_eq(rc, rows[i].printed ? 0 : -1, "%s", rows[i].text);
        if (rc || !rows[i].printed)
            continue;
        matcher_format(list[0], printed, sizeof(printed));
        cr_expect_str_eq(printed, rows[i].printed, "%s: %s", rows[i].text, printed);
        matcher_free(list[0]);
    }
}

Test(matcher_syntax, prints_names_that_need_quotes)
{
    static const struct {
        const char *name, *value, *printed;
    } rows[] = {
        {"a b", "c\t\"", "\"a b\"=\"c\\t\\\"\""},
        {"gr\xc3\xb6\xc3\x9f"
         "e",
         "10\tm",
         "gr\xc3\xb6\xc3\x9f"
         "e=\"10\tm\""},
        {"a\xc2\xa0", "", "\"a\\u00a0\"=\"\""},
        {"a,b", "\x7f", "\"a,b\"=\"\\x7f\""},
        {"", "x", "=\"x\""},
    };
    char printed[MATCHER_TEXT_BYTES_MAX];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct matcher *matcher = NULL;
        struct error err = {0};

        cr_assert_eq(matcher_new(rows[i].name, MATCH_EQ, rows[i].value, &matcher, &err), 0);
        cr_expect_eq(matcher_format(matcher, printed, sizeof(printed)), strlen(rows[i].printed));
        cr_expect_str_eq(printed, rows[i].printed, "%s", printed);
        matcher_free(matcher);
    }
}

Test(matcher_syntax, names_at_their_longest_fit_when_quoted)
{
    char name[MATCHER_NAME_BYTES_MAX + 1], value[MATCHER_VALUE_BYTES_MAX + 1];
    static char printed[MATCHER_TEXT_BYTES_MAX];
    struct matcher *matcher = NULL;
    struct error err = {0};

    memset(name, ' ', sizeof(name));
    memset(value, '\1', sizeof(value));
    name[MATCHER_NAME_BYTES_MAX] = value[MATCHER_VALUE_BYTES_MAX] = '\0';
    cr_assert_eq(matcher_new(name, MATCH_EQ, value, &matcher, &err), 0);
    cr_expect_eq(matcher_format(matcher, printed, sizeof(printed)),
                 MATCHER_NAME_BYTES_MAX + 4 * MATCHER_VALUE_BYTES_MAX + 5);
    matcher_free(matcher);
}
