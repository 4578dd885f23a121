/* Matchers against Alertmanager's rules: what parses, what it means, how it is printed. */
#include "consumer/route/matcher.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct matcher *parse(const char *text)
{
    struct matcher *matcher = NULL;
    struct error err = {0};

    cr_assert_eq(matcher_parse(text, &matcher, &err), 0, "%s: %s", text, err.text);
    return matcher;
}

Test(matcher, prints_what_it_read)
{
    static const struct {
        const char *text, *printed;
    } rows[] = {
        {"severity=high", "severity=\"high\""},
        {" severity \t=~ \"a|b\" ", "severity=~\"a|b\""},
        {"a!=", "a!=\"\""},
        {"a=\"\"", "a=\"\""},
        {"a:b!~x y", "a:b!~\"x y\""},
        {"a=\"say \\\"hi\\\"\"", "a=\"say \\\"hi\\\"\""},
        {"a=back\\slash", "a=\"back\\\\slash\""},
        {"a=back\\", "a=\"back\\\\\""},
        {"a=\\n", "a=\"\\n\""},
        {"a=two\nlines", "a=\"two\\nlines\""},
        {"a=\"a,b}\"", "a=\"a,b}\""},
        {"a==b", "a=\"=b\""},
        {"severity>=high", "severity>=\"high\""},
        {"confidence < \"0.5\"", "confidence<\"0.5\""},
    };
    char printed[MATCHER_TEXT_BYTES_MAX];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct matcher *matcher = parse(rows[i].text);

        cr_assert_eq(matcher_format(matcher, printed, sizeof(printed)), strlen(rows[i].printed));
        cr_assert_str_eq(printed, rows[i].printed);
        matcher_free(matcher);
    }
}

Test(matcher, refuses)
{
    static const char *const texts[] = {
        "",           "severity",     "=high",         "a~b",      "a b=c",      "a=\"x",
        "a=x\"",      "a=\"x\"y\"",   "a=\"",          "a=~(",     "a=\"\\\"",   "a=\xff",
        "tool>=high", "severity>bad", "confidence<=2", "a=~[z-a]", "severity>=", "a=~\\C",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct matcher *matcher = NULL;
        struct error err = {0};

        cr_assert_eq(matcher_parse(texts[i], &matcher, &err), -1, "%s", texts[i]);
        cr_assert_null(matcher);
        cr_assert(error_is_set(&err));
    }
}

Test(matcher, matches)
{
    static const struct label labels[] = {{"severity", "high"},   {"tool", "garak"},
                                          {"confidence", "0.5"},  {"text", "one\ntwo"},
                                          {"name", "h\xc3\xa9h"}, {"odd", "unheard"}};
    static const struct {
        const char *text;
        bool matches;
    } rows[] = {
        {"severity=high", true},   {"severity!=high", false},   {"severity=hig", false},
        {"tool=~gar", false},      {"tool=~gar.*", true},       {"tool=~a|garak", true},
        {"tool!~gar", true},       {"tool=~garak$", true},      {"missing=\"\"", true},
        {"missing!=x", true},      {"missing=~.*", true},       {"missing=~.+", false},
        {"missing!~.+", true},     {"text=~one.*", false},      {"text=~(?s)one.*", true},
        {"name=~h.h", true},       {"severity>=medium", true},  {"severity>=high", true},
        {"severity>high", false},  {"severity<critical", true}, {"severity<=medium", false},
        {"confidence>=0.5", true}, {"confidence>0.5", false},   {"confidence<0.51", true},
        {"tool=~(?i)GARAK", true}, {"tool=~garak\\n?", true},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct matcher *matcher = parse(rows[i].text);

        cr_assert_eq(matcher_matches(matcher, labels, 6), rows[i].matches, "%s", rows[i].text);
        matcher_free(matcher);
    }
}

Test(matcher, a_value_outside_the_order_never_compares)
{
    static const struct label labels[] = {{"severity", "awful"}, {"confidence", "1.5"}};
    static const char *const texts[] = {"severity>=info", "severity<=critical", "confidence>=0",
                                        "confidence<=1"};

    for (size_t i = 0; i < 4; i++) {
        struct matcher *matcher = parse(texts[i]);

        cr_assert(!matcher_matches(matcher, labels, 2), "%s", texts[i]);
        cr_assert(!matcher_matches(matcher, labels, 0), "%s", texts[i]);
        matcher_free(matcher);
    }
}

Test(matcher, a_regular_expression_that_gives_up_does_not_match)
{
    static const char *const texts[] = {"a=~(x+x+)+[vw]", "a!~(x+x+)+[vw]"};
    const struct label label = {"a", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxz"};

    for (size_t i = 0; i < 2; i++) {
        struct matcher *matcher = parse(texts[i]);

        cr_assert(!matcher_matches(matcher, &label, 1));
        matcher_free(matcher);
    }
}

Test(matcher, sizes_at_their_edges)
{
    char value[MATCHER_VALUE_BYTES_MAX + 2], name[MATCHER_NAME_BYTES_MAX + 2];
    char printed[MATCHER_TEXT_BYTES_MAX];
    struct matcher *matcher = NULL;
    struct error err = {0};

    memset(value, '"', sizeof(value));
    memset(name, 'n', sizeof(name));
    value[MATCHER_VALUE_BYTES_MAX] = name[MATCHER_NAME_BYTES_MAX] = '\0';
    cr_assert_eq(matcher_new(name, MATCH_EQ, value, &matcher, &err), 0);
    cr_assert_eq(matcher_format(matcher, printed, sizeof(printed)),
                 MATCHER_NAME_BYTES_MAX + 2 * MATCHER_VALUE_BYTES_MAX + 3);
    matcher_free(matcher);

    value[MATCHER_VALUE_BYTES_MAX] = 'v';
    value[MATCHER_VALUE_BYTES_MAX + 1] = '\0';
    cr_assert_eq(matcher_new("a", MATCH_EQ, value, &matcher, &err), -1);
    cr_assert_eq(err.kind, ERROR_LIMIT);
    error_clear(&err);
    name[MATCHER_NAME_BYTES_MAX] = 'n';
    name[MATCHER_NAME_BYTES_MAX + 1] = '\0';
    cr_assert_eq(matcher_new(name, MATCH_EQ, "", &matcher, &err), -1);
    cr_assert_eq(err.kind, ERROR_LIMIT);
}

static size_t parse_list(const char *text, struct matcher *list[MATCHER_LIST_MAX], int *ret_rc)
{
    struct error err = {0};
    size_t count = 0;

    *ret_rc = matcher_parse_list(text, list, &count, &err);
    return count;
}

Test(matcher_list, splits_at_commas_outside_quotes)
{
    static const struct {
        const char *text;
        size_t count;
        int rc;
    } rows[] = {
        {"", 0, 0},
        {"{}", 0, 0},
        {"a=b", 1, 0},
        {"{a=\"b\"}", 1, 0},
        {"{a=\"b\", c!=d , e=~\"f,g\",}", 3, 0},
        {"a=\"\\\",\",b=c", 2, 0},
        {"a=b, ", 1, 0},
        {",a=b", 0, -1},
        {"a=b,,c=d", 0, -1},
        {"{a=\"b\"} ", 1, 0},
        {"a=b,c", 0, -1},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct matcher *list[MATCHER_LIST_MAX];
        int rc;
        size_t count = parse_list(rows[i].text, list, &rc);

        cr_assert_eq(rc, rows[i].rc, "%s", rows[i].text);
        cr_assert_eq(count, rows[i].count, "%s: %zu", rows[i].text, count);
        for (size_t j = 0; j < count; j++)
            matcher_free(list[j]);
    }
}

Test(matcher_list, has_a_limit)
{
    struct matcher *list[MATCHER_LIST_MAX];
    char text[(MATCHER_LIST_MAX + 1) * 4 + 1] = "";
    size_t count;
    int rc;

    for (int i = 0; i < MATCHER_LIST_MAX; i++)
        strcat(text, "a=b,");
    count = parse_list(text, list, &rc);
    cr_assert_eq(rc, 0);
    cr_assert_eq(count, MATCHER_LIST_MAX);
    for (size_t j = 0; j < count; j++)
        matcher_free(list[j]);
    strcat(text, "a=b");
    count = parse_list(text, list, &rc);
    cr_assert_eq(rc, -1);
    for (size_t j = 0; j < count; j++)
        matcher_free(list[j]);
}

Test(matcher_list, sorts_by_name_value_operator)
{
    struct matcher *list[MATCHER_LIST_MAX];
    static const char *const sorted[] = {"a=\"1\"", "a!=\"1\"", "a=\"2\"", "b=\"0\""};
    char printed[MATCHER_TEXT_BYTES_MAX];
    int rc;
    size_t count = parse_list("b=0,a=2,a!=1,a=1", list, &rc);

    matcher_sort(list, count);
    for (size_t i = 0; i < count; i++) {
        matcher_format(list[i], printed, sizeof(printed));
        cr_assert_str_eq(printed, sorted[i]);
        matcher_free(list[i]);
    }
}

Test(label, names)
{
    static const char *const good[] = {"a", "_", "A1_"}, *const bad[] = {"", "1a", "a-b", "a:b",
                                                                         "é"};

    for (size_t i = 0; i < 3; i++)
        cr_assert(label_name_valid(good[i]), "%s", good[i]);
    for (size_t i = 0; i < 5; i++)
        cr_assert(!label_name_valid(bad[i]), "%s", bad[i]);
}
