/*
 * test_record_parse.c - the lexical rules: each is refused with its line, its column and no
 * quotation.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "producer/record.h"

static struct error parse(const char *json, size_t bytes)
{
    struct error err = {.kind = ERROR_NONE};
    json_t *document = record_parse(json, bytes, &err);

    cr_assert_eq(document == NULL, error_is_set(&err));
    json_decref(document);
    return err;
}

#define ROW(json, text)                                                                            \
    {                                                                                              \
        json, sizeof(json) - 1, text                                                               \
    }

static const struct {
    const char *json;
    size_t bytes;
    const char *text;
} refusals[] = {
    ROW("{\"a\":1,\"a\":1}", "line 1, column 10: a member name for the second time"),
    ROW("{\"a\":NaN}", "line 1, column 8: not JSON"),
    ROW("{\"a\":Infinity}", "line 1, column 13: not JSON"),
    ROW("{\"a\":-Infinity}", "line 1, column 6: not JSON"),
    ROW("{\"a\":\"\\ud800\"}", "line 1, column 13: half of a surrogate pair"),
    ROW("{\"a\":\"\\udc00x\"}", "line 1, column 14: half of a surrogate pair"),
    ROW("{\"a\":9223372036854775808}", "line 1, column 24: a number too large to hold"),
    ROW("{\"a\":-9223372036854775809}", "line 1, column 25: a number too large to hold"),
    ROW("{\"a\":1e400}", "line 1, column 10: a number too large to hold"),
    ROW("{\"a\":\"x\\u0000y\"}", "line 1, column 15: a NUL character in a string"),
    ROW("{\"x\\u0000\":1}", "line 1, column 10: a NUL character in a member name"),
    ROW("{\"a\":\"x\0y\"}", NULL),
    ROW("{\"a\":\"\xff\"}", "line 1, column 6: not UTF-8"),
    ROW("{\"a\":\"\xed\xa0\x80\"}", "line 1, column 6: not UTF-8"),
    ROW("{\"a\":\"\xc0\xaf\"}", "line 1, column 6: not UTF-8"),
    ROW("\xef\xbb\xbf{}", "line 1, column 1: a byte order mark before the document"),
    ROW("{} {}", "line 1, column 4: there is text behind the document"),
    ROW("{}\n\nx", "line 3, column 1: there is text behind the document"),
    ROW("{\"secret\": hunter2}", NULL),
    ROW("{\"a\":\n 1,}", "line 2, column 4: not JSON"),
    ROW("{\"a\":01}", NULL),
    ROW("{\"a\":\"tab\there\"}", NULL),
    ROW("{\"a\":1", "line 1, column 6: the text ends before the document does"),
    ROW("", NULL),
    ROW("\0", NULL),
    ROW("[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", "line 1, column 17: nested deeper than 16"),
    ROW("{\"é\":\n\"€[\", \"a\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}",
        "line 2, column 26: nested deeper than 16"),
};

Test(record_parse, refuses_with_place_and_reason)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct error err = parse(refusals[i].json, refusals[i].bytes);

        cr_assert_eq(err.kind, ERROR_INPUT, "%zu: %s", i, refusals[i].json);
        cr_assert_str_eq(err.pointer, "");
        if (refusals[i].text)
            cr_expect_str_eq(err.text, refusals[i].text, "%s: %s", refusals[i].json, err.text);
        cr_assert_eq(strncmp(err.text, "line ", 5), 0, "%s", err.text);
        cr_assert_null(strstr(err.text, "hunter2"));
    }
}

static const char *const documents[] = {
    "{}",
    " \r\n\t[1, -0, 1.5e-3, true, false, null, \"\\u00e9\\n\\/\"] \n",
    "[9223372036854775807, -9223372036854775808, 1e308, 1e-400]",
    "\"\\ud834\\udd1e\"",
    "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]",
    "[[[[]]],\"[[[[[[[[[[[[[[[[[[[[\\\"[[[[[[[[[[[[\"]",
    "null",
};

Test(record_parse, takes)
{
    for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
        struct error err = parse(documents[i], strlen(documents[i]));

        cr_assert(!error_is_set(&err), "%s: %s", documents[i], err.text);
    }
}

Test(record_parse, an_unfinished_string_ends_the_measuring_of_depth)
{
    cr_assert_eq(parse("\"[[[[[[[[[[[[[[[[[[[[[[[[\\", 26).kind, ERROR_INPUT);
    cr_assert_eq(parse("\"\\", 2).kind, ERROR_INPUT);
}
