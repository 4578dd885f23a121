/*
 * test_record_encode.c - what is written, what is left out, and that what is written can be read.
 */
#include <criterion/criterion.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "producer/record_check.h"
#include "sample_record.h"

static struct arena arena;

static void start(void)
{
    arena_init(&arena);
}

static void stop(void)
{
    arena_fini(&arena);
}

TestSuite(record_encode, .init = start, .fini = stop);

static struct tree small(void)
{
    return (struct tree){.text = "abc"};
}

static const char *written(const struct tree *tree)
{
    struct error err = {.kind = ERROR_NONE};
    size_t bytes = 0;
    const char *json = record_encode(&tree_type, tree, &arena, &bytes, &err);

    cr_assert_not_null(json, "%s: %s", err.pointer, err.text);
    cr_assert_eq(strlen(json), bytes);
    return json;
}

static struct error refused(const struct tree *tree)
{
    struct error err = {.kind = ERROR_NONE};
    size_t bytes = 0;

    cr_assert_null(record_encode(&tree_type, tree, &arena, &bytes, &err));
    return err;
}

Test(record_encode, what_says_nothing_is_left_out)
{
    struct tree tree = small();

    cr_assert_str_eq(written(&tree), TREE_START "}");
    tree.filled_text = "";
    tree.filled_integer = 1;
    cr_assert_str_eq(written(&tree), TREE_START ",\"filled_integer\":1}");
}

Test(record_encode, every_kind_in_the_order_of_the_table)
{
    struct leaf leaves[] = {{.word = "c"}, {.word = "d", .number = 2}}, other = {.word = "b"};
    const char *strings[] = {"e", ""};
    struct label labels[] = {{"b", "\"\\\b\f\n\r\t/\x01\x7f€"}, {"a", ""}};
    struct count counts[] = {{TREE_PRINT, 0}, {TREE_PRINT2, 12}};
    struct tree tree = small();

    tree.uuid = TREE_UUID;
    tree.fingerprint = TREE_PRINT;
    tree.integer = -3;
    tree.time_ms = 1500;
    tree.number = 0.1;
    tree.any = -1e300;
    tree.flag = true;
    tree.color = 2;
    tree.leaf.word = "a";
    tree.other = &other;
    tree.leaves = (struct list){leaves, 2};
    tree.strings = (struct list){strings, 2};
    tree.labels = (struct list){labels, 2};
    tree.counts = (struct list){counts, 2};
    cr_assert_str_eq(written(&tree), TREE_START
                     ",\"uuid\":\"" TREE_UUID "\",\"fingerprint\":\"" TREE_PRINT
                     "\",\"integer\":-3,"
                     "\"time\":\"1970-01-01T00:00:01.500Z\",\"number\":0.1,\"any\":-1e+300,"
                     "\"flag\":true,\"color\":\"blue\",\"leaf\":{\"word\":\"a\"},"
                     "\"other\":{\"word\":\"b\"},\"leaves\":[{\"word\":\"c\"},{\"word\":\"d\","
                     "\"number\":2}],\"strings\":[\"e\",\"\"],"
                     "\"labels\":{\"b\":\"\\\"\\\\\\b\\f\\n\\r\\t/\\u0001\x7f€\",\"a\":\"\"},"
                     "\"counts\":{\"" TREE_PRINT "\":0,\"" TREE_PRINT2 "\":12}}");
}

Test(record_encode, what_it_writes_reads_back_the_same)
{
    struct error err = {.kind = ERROR_NONE};
    const char *json = TREE_START
        ",\"integer\":-1,\"filled_integer\":5,\"time\":\"2024-02-29T23:59:59.999Z\",\"any\":1e-07,"
        "\"leaves\":[{\"word\":\"x\",\"number\":3}],\"labels\":{\"z\":\"1\",\"a\":\"2\"}}";
    struct tree tree;

    cr_assert_eq(record_decode(&tree_type, json, strlen(json), &arena, &tree, &err), 0, "%s",
                 err.text);
    cr_assert_str_eq(written(&tree), json);
}

Test(record_encode, the_value_is_the_text_parsed)
{
    struct error err = {.kind = ERROR_NONE};
    struct tree tree = small();
    json_t *value = record_encode_value(&tree_type, &tree, &err);

    cr_assert_str_eq(json_string_value(json_object_get(value, "text")), "abc");
    json_decref(value);
    tree.text = NULL;
    cr_assert_null(record_encode_value(&tree_type, &tree, &err));
    cr_assert_str_eq(err.pointer, "/text");
}

Test(record_encode, refuses_what_no_decoder_would_take)
{
    struct leaf leaves[3] = {{.word = "a"}, {.word = NULL}, {.word = "a"}};
    const char *strings[] = {"a", "b\xff"};
    struct label twice[] = {{"a", "1"}, {"a", "2"}}, bad_name[] = {{"a b", ""}},
                 bad_value[] = {{"a", "\xc3"}}, no_value[] = {{"a", NULL}};
    struct count bad_count[] = {{"x", 1}}, negative[] = {{TREE_PRINT, -1}},
                 counts_twice[] = {{TREE_PRINT, 1}, {TREE_PRINT, 2}};
    const struct {
        const char *pointer;
        struct tree tree;
    } rows[] = {
        {"/text", {.text = NULL}},
        {"/text", {.text = "a"}},
        {"/text", {.text = "abcdef"}},
        {"/text", {.text = "ab\xff"}},
        {"/uuid", {.text = "abc", .uuid = "x"}},
        {"/fingerprint", {.text = "abc", .fingerprint = "v1:0"}},
        {"/integer", {.text = "abc", .integer = -4}},
        {"/integer", {.text = "abc", .integer = INT64_MAX}},
        {"/filled_integer", {.text = "abc", .filled_integer = 8}},
        {"/time", {.text = "abc", .time_ms = -1}},
        {"/time", {.text = "abc", .time_ms = TIME_MS_MAX + 1}},
        {"/number", {.text = "abc", .number = 1.5}},
        {"/any", {.text = "abc", .any = NAN}},
        {"/any", {.text = "abc", .any = INFINITY}},
        {"/color", {.text = "abc", .color = 3}},
        {"/color", {.text = "abc", .color = -1}},
        {"/leaf/word", {.text = "abc", .leaf = {.number = 1}}},
        {"/leaves/1/word", {.text = "abc", .leaves = {leaves, 2}}},
        {"/leaves", {.text = "abc", .leaves = {leaves, 3}}},
        {"/strings/1", {.text = "abc", .strings = {strings, 2}}},
        {"/labels", {.text = "abc", .labels = {twice, 2}}},
        {"/labels/a b", {.text = "abc", .labels = {bad_name, 1}}},
        {"/labels/a", {.text = "abc", .labels = {bad_value, 1}}},
        {"/labels", {.text = "abc", .labels = {no_value, 1}}},
        {"/counts/x", {.text = "abc", .counts = {bad_count, 1}}},
        {"/counts/" TREE_PRINT, {.text = "abc", .counts = {negative, 1}}},
        {"/counts", {.text = "abc", .counts = {counts_twice, 2}}},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct error err = refused(&rows[i].tree);

        cr_assert_eq(err.kind, ERROR_INPUT);
        cr_assert_str_eq(err.pointer, rows[i].pointer, "row %zu: %s %s", i, err.pointer, err.text);
    }
}

Test(record_encode, numbers_are_short_and_exact)
{
    static const struct {
        double value;
        const char *text;
    } rows[] = {
        {0.1, "0.1"},
        {1, "1"},
        {1.0 / 3, "0.3333333333333333"},
        {1e21, "1e+21"},
        {-2.5e-7, "-2.5e-07"},
        {0.1 + 0.2, "0.30000000000000004"},
        {123456, "123456"},
        {-0.0, "0"},
        {5e-324, "4.94065645841247e-324"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[NUMBER_TEXT_BYTES];

        number_format(rows[i].value, text);
        cr_assert_str_eq(text, rows[i].text, "%s", text);
        cr_assert_float_eq(strtod(text, NULL), rows[i].value, 0);
    }
}

Test(record_encode, numbers_do_not_follow_the_locale)
{
    char text[NUMBER_TEXT_BYTES];

    if (!setlocale(LC_NUMERIC, "de_DE.UTF-8") && !setlocale(LC_NUMERIC, "fr_FR.UTF-8"))
        cr_skip_test("no locale with another decimal point here");
    number_format(-1234.5, text);
    cr_assert_str_eq(text, "-1234.5");
}

Test(record_encode, long_texts_grow)
{
    struct label labels[1] = {{"a", NULL}};
    struct tree tree = small();
    char value[LABEL_VALUE_MAX + 1] = {0};

    memset(value, '\n', LABEL_VALUE_MAX);
    labels[0].value = value;
    tree.labels = (struct list){labels, 1};
    cr_assert_eq(strlen(written(&tree)),
                 strlen(TREE_START ",\"labels\":{\"a\":\"\"}}") + (size_t)2 * LABEL_VALUE_MAX);
}

Test(record_encode, every_allocation_that_fails_is_an_error)
{
    struct label labels[] = {{"a", "1"}, {"b", "2"}};
    struct tree tree = small();
    size_t needed, bytes;

    tree.labels = (struct list){labels, 2};
    written(&tree);
    needed = arena.bytes;
    for (size_t limit = 1; limit < needed; limit += 16) {
        struct error err = {.kind = ERROR_NONE};

        arena_reset(&arena);
        arena.bytes_max = limit;
        cr_assert_null(record_encode(&tree_type, &tree, &arena, &bytes, &err));
        cr_assert_eq(err.kind, ERROR_MEMORY);
    }
}
