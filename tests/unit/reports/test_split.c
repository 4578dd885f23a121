/*
 * test_split.c - JSON documents record by record: whole, cut off anywhere, damaged.
 */
#include "recorder.h"

#include <stdlib.h>

#include "producer/reports/sketch.h"
#include "producer/reports/split.h"

#define RECORDS_SEEN_MAX 64

/* What a format was given. */
static struct seen {
    json_t *outline;
    json_int_t n[RECORDS_SEEN_MAX];
    struct report_place place[RECORDS_SEEN_MAX];
    size_t count, bad, bad_line;
    struct error why;
    bool is_cut;
} seen;

static int see_outline(struct report *report, json_t *outline, struct error *err)
{
    (void)report;
    (void)err;
    seen.outline = json_incref(outline);
    return 0;
}

static int see_record(struct report *report, json_t *record, const struct report_place *place,
                      struct error *err)
{
    (void)report;
    if (!json_is_integer(json_object_get(record, "n")))
        return error_set_at(err, ERROR_INPUT, "/n", "expected a number");
    cr_assert_lt(seen.count, RECORDS_SEEN_MAX);
    seen.place[seen.count] = *place;
    seen.n[seen.count++] = json_integer_value(json_object_get(record, "n"));
    return 0;
}

static int see_end(struct report *report, struct error *err)
{
    (void)err;
    seen.is_cut = report->is_cut;
    return 0;
}

static const char *const flat[] = {"/list", NULL};
static const char *const root[] = {"", NULL};
static const char *const nested[] = {"/runs/*/results", "/more", NULL};

static struct report_ops format = {.name = "seen",
                                   .shape = REPORT_DOCUMENT,
                                   .document = see_outline,
                                   .record = see_record,
                                   .end = see_end};

static int read_document(const char *const *arrays, const char *text, size_t bytes,
                         struct error *err)
{
    struct recorder *recorder = calloc(1, sizeof(*recorder));
    int rc;

    json_decref(seen.outline);
    memset(&seen, 0, sizeof(seen));
    format.arrays = arrays;
    recorder->format = &format;
    rc = recorder_read_bytes(recorder, text, bytes, err);
    seen.bad = recorder->bad_count;
    seen.bad_line = recorder->bad_line[0];
    seen.why = recorder->bad[0];
    free(recorder);
    return rc;
}

static void expect(const char *const *arrays, const char *text, const char *numbers, size_t bad)
{
    struct error err = {0};
    char found[256] = "";

    cr_assert_eq(read_document(arrays, text, strlen(text), &err), 0, "%s: %s", text, err.text);
    for (size_t i = 0; i < seen.count; i++)
        snprintf(found + strlen(found), sizeof(found) - strlen(found), "%lld ",
                 (long long)seen.n[i]);
    cr_assert_str_eq(found, numbers, "%s gave %s", text, found);
    cr_assert_eq(seen.bad, bad, "%s: %zu bad", text, seen.bad);
}

Test(split, gives_the_outline_and_each_record)
{
    expect(flat, "{\"a\": 1, \"list\": [{\"n\": 1}, {\"n\": 2}], \"b\": [2]}", "1 2 ", 0);
    cr_assert_eq(json_object_size(seen.outline), 3);
    cr_assert_eq(json_array_size(json_object_get(seen.outline, "list")), 0);
    cr_assert_eq(json_array_size(json_object_get(seen.outline, "b")), 1);
    cr_assert(!seen.is_cut);
    expect(flat, "{\"list\": []}", "", 0);
    expect(flat, "{\"list\": null}", "", 0);
    expect(flat, "\xef\xbb\xbf {\"list\":[{\"n\":1}]}", "1 ", 0);
    expect(root, "[{\"n\": 1},\n {\"n\": 2}]", "1 2 ", 0);
    expect(root, "{\"n\": 1}", "", 0);
}

Test(split, says_where_a_record_stands)
{
    expect(nested,
           "{\"runs\":[{\"results\":[{\"n\":1}]},{\"t\":1,\"results\":[{\"n\":2},{\"n\":3}]}],"
           "\"more\":[{\"n\":4}]}",
           "1 2 3 4 ", 0);
    cr_assert_eq(seen.place[0].outer, 0);
    cr_assert_eq(seen.place[2].outer, 1);
    cr_assert_eq(seen.place[2].index, 1);
    cr_assert_eq(seen.place[3].array, 1);
    cr_assert_eq(json_array_size(json_object_get(seen.outline, "runs")), 2);
}

Test(split, tells_bad_records_with_line_and_pointer)
{
    expect(flat, "{\"list\": [\n{\"n\": 1},\n{\"n\": \"x\"},\n7,\n{\"n\": 2}]}", "1 2 ", 2);
    cr_assert_eq(seen.bad_line, 3);
    cr_assert_str_eq(seen.why.pointer, "/list/1/n");
    expect(flat, "{\"a\": [1,], \"list\": [{\"n\": 1}]}", "1 ", 1);
    cr_assert_str_eq(seen.why.pointer, "/a");
    expect(flat, "{\"list\": [{\"n\": 1}]} x", "1 ", 1);
    cr_assert_str_eq(seen.why.text, "text behind the document");
}

struct cut {
    const char *text;
    const char *marks[4]; /* a record is whole when all up to the end of its mark is there */
};

/* Every record that is whole is given, whatever was cut behind it. */
Test(split, cut_off_anywhere_keeps_what_is_whole)
{
    static const struct cut cuts[] = {
        {"{\"a\": \"b]}\", \"list\": [{\"n\": 1, \"t\": \"}]\\\"\"}, {\"n\": 2}, {\"n\": 3}], "
         "\"z\": 0}",
         {"\\\"\"}", "2}", "3}"}},
        {"{\n  \"a\": {},\n  \"list\": [\n    {\n      \"n\": 1\n    },\n    {\n      \"n\": 2\n   "
         " }\n"
         "  ],\n  \"z\": {\"y\": [1, 2]}\n}\n",
         {"1\n    }", "2\n    }"}},
    };

    for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
        const char *text = cuts[i].text, *close = strrchr(text, '}');

        for (size_t bytes = 1; text + bytes <= close; bytes++) {
            struct error err = {0};
            size_t whole = 0;
            int rc = read_document(flat, text, bytes, &err);

            for (const char *const *mark = cuts[i].marks; *mark; mark++)
                whole += strstr(text, *mark) + strlen(*mark) <= text + bytes;
            cr_assert_eq(seen.count, whole, "%zu bytes of %s", bytes, text);
            cr_assert_eq(seen.bad > 0, true, "%zu bytes of %s", bytes, text);
            cr_assert(rc == 0 ? seen.is_cut : whole == 0);
        }
    }
}

Test(split, finds_records_again_behind_damage)
{
    /* a quote that is missing turns what follows inside out */
    expect(flat, "{\"list\": [{\"n\": 1}, {\"n\": 2, \"t\": \"x}, {\"n\": 3}, {\"n\": 4}]}",
           "1 3 4 ", 1);
    /* a bracket that is missing or one too many: the outline is broken as well */
    expect(flat, "{\"list\": [{\"n\": 1}, {\"n\": 2, \"t\": [}, {\"n\": 3}, {\"n\": 4}]}", "1 3 4 ",
           2);
    expect(flat, "{\"list\": [{\"n\": 1}, {\"n\": 2}}, {\"n\": 3}, {\"n\": 4}]}", "1 2 3 4 ", 2);
    /* bytes of something else, between and within */
    expect(flat, "{\"list\": [{\"n\": 1} \x01\x02 , {\"n\": 3}, {\"n\": 4}]}", "1 3 4 ", 1);
    expect(flat, "{\"list\": [{\"n\": 1}, {\"n\": \x01}, {\"n\": 3}]}", "1 3 ", 1);
    /* by its indent, not what lies deeper */
    expect(
        flat,
        "{\"list\": [\n  {\"n\": 1},\n  {\"n\": 2, \"t\": [\n    {\"n\": 9},\n    {\"n\": 9\n ,\n"
        "  {\"n\": 3}\n]}",
        "1 3 ", 1);
}

Test(split, is_refused_where_nothing_can_be_read)
{
    struct error err = {0};

    cr_assert_eq(read_document(flat, "nonsense", 8, &err), -1);
    cr_assert_eq(err.kind, ERROR_INPUT);
    error_clear(&err);
    cr_assert_eq(read_document(flat, "{\"list\": [{\"n\"", 14, &err), -1);
    cr_assert_str_eq(err.text, "nothing of the report can be read");
}

/* "{"runs":[{"results":[]},…]}" with so many */
static char *runs_of(size_t count)
{
    static const char run[] = "{\"results\":[]},";
    char *text = malloc(count * strlen(run) + 32), *at = stpcpy(text, "{\"runs\":[");

    cr_assert_not_null(text);
    for (size_t i = 0; i < count; i++)
        at = stpcpy(at, run);
    stpcpy(at - 1, "]}");
    return text;
}

Test(split, so_many_arrays_of_records_and_no_more)
{
    struct error err = {0};
    char *text = runs_of(SPLIT_ARRAYS_MAX);

    cr_assert_eq(read_document(nested, text, strlen(text), &err), 0, "%s", err.text);
    free(text);
    text = runs_of(SPLIT_ARRAYS_MAX + 1);
    cr_assert_eq(read_document(nested, text, strlen(text), &err), -1);
    cr_assert_eq(err.kind, ERROR_LIMIT);
    free(text);
}

/* Each of them seems to go on to the end: the search for whole ones is given up, not quadratic. */
Test(split, records_without_an_end_are_searched_so_often_and_no_more)
{
    static const char record[] = "{\"n\":[1},";
    size_t count = 4000;
    char *text = malloc(count * strlen(record) + 32), *at = stpcpy(text, "{\"list\":[{\"n\":1},");
    struct error err = {0};

    cr_assert_not_null(text);
    for (size_t i = 0; i < count; i++)
        at = stpcpy(at, record);
    cr_assert_eq(read_document(flat, text, strlen(text), &err), 0, "%s", err.text);
    cr_assert_eq(seen.count, 1);
    cr_assert_lt(seen.bad, 100);
    cr_assert_gt(seen.bad, 10);
    free(text);
}

Test(split, every_format_fits)
{
    for (size_t i = 0; report_formats[i]; i++) {
        const struct report_ops *row = report_formats[i];
        size_t patterns = 0;

        while (row->arrays && row->arrays[patterns])
            patterns++;
        cr_expect_leq(patterns, SPLIT_PATTERNS_MAX, "%s", row->name);
        cr_expect(row->instead || row->shape != REPORT_LINES || row->line, "%s", row->name);
        cr_expect(row->instead || row->shape != REPORT_TEXT || row->text, "%s", row->name);
        cr_expect(row->shape != REPORT_TEXT || row->recognises_text, "%s", row->name);
        cr_expect(row->shape == REPORT_TEXT || row->recognises, "%s", row->name);
        cr_expect_eq(report_format(row->name), row, "%s: a name for the second time", row->name);
    }
}

Test(split, the_names_of_all_formats_fit)
{
    char names[REPORT_NAMES_BYTES_MAX];

    report_names(names);
    cr_assert_lt(strlen(names), sizeof(names) - 1, "REPORT_NAMES_BYTES_MAX is too small");
    cr_assert_not_null(strstr(names, "garak-hitlog, "));
}

Test(sketch, holds_first_elements_and_few_levels)
{
    static const char text[] = "{\"a\": [{\"b\": {\"c\": {\"d\": 1}}}, 2], \"s\": \"t\"}";
    json_t *sketch = sketch_of(text, strlen(text));
    char *dumped = json_dumps(sketch, JSON_COMPACT);

    cr_assert_str_eq(dumped, "{\"a\":[{\"b\":{\"c\":null}}],\"s\":\"t\"}");
    free(dumped);
    json_decref(sketch);
    sketch = sketch_of(text, 20);
    cr_assert(json_is_array(json_object_get(sketch, "a")));
    json_decref(sketch);
    for (size_t bytes = SKETCH_STRING_BYTES_MAX - 2; bytes <= SKETCH_STRING_BYTES_MAX - 1;
         bytes++) {
        char *long_text = malloc(SKETCH_STRING_BYTES_MAX + 16);
        int length = sprintf(long_text, "[\"%0*d\"]", (int)bytes, 0);

        sketch = sketch_of(long_text, (size_t)length);
        cr_assert_eq(json_is_string(json_array_get(sketch, 0)),
                     bytes + 2 <= SKETCH_STRING_BYTES_MAX);
        json_decref(sketch);
        free(long_text);
    }
    cr_assert_null(sketch_of("{} x", 4));
    cr_assert_null(sketch_of("\"a\"", 3));
    cr_assert_null(sketch_of("", 0));
}
