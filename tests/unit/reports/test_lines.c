/*
 * test_lines.c - lines and their repair, at their edges.
 */
#include "recorder.h"

#include <fcntl.h>
#include <stdlib.h>

#include "producer/reports/lines.h"
#include "producer/reports/repair.h"

static struct lines lines_of(const char *text)
{
    struct lines lines;

    lines_init(&lines, recorder_file(text, strlen(text)));
    return lines;
}

static void lines_end(struct lines *lines)
{
    close(lines->fd);
    lines_fini(lines);
}

Test(lines, marks_blanks_and_the_last_line)
{
    struct lines lines = lines_of("\xef\xbb\xbf"
                                  "one\r\n\n  \t\n two \nthree");
    struct error err = {0};
    struct line line;

    cr_assert_eq(lines_next(&lines, 100, &line, &err), 1);
    cr_assert_str_eq(line.text, "one");
    cr_assert_eq(line.number, 1);
    cr_assert_eq(lines_next(&lines, 100, &line, &err), 1);
    cr_assert_str_eq(line.text, "two");
    cr_assert_eq(line.number, 4);
    cr_assert_eq(lines_next(&lines, 100, &line, &err), 1);
    cr_assert_str_eq(line.text, "three");
    cr_assert_eq(line.bytes, 5);
    cr_assert_eq(lines_next(&lines, 100, &line, &err), 0);
    cr_assert_eq(lines_next(&lines, 100, &line, &err), 0);
    lines_end(&lines);
}

Test(lines, a_line_at_and_over_the_limit)
{
    struct lines lines = lines_of("12345\n123456\n12345");
    struct error err = {0};
    struct line line;

    cr_assert_eq(lines_next(&lines, 5, &line, &err), 1);
    cr_assert_eq(lines_next(&lines, 5, &line, &err), -1);
    cr_assert_eq(err.kind, ERROR_LIMIT);
    cr_assert_eq(lines.number, 2);
    cr_assert_eq(lines_next(&lines, 5, &line, &err), 1);
    cr_assert_eq(line.number, 3);
    lines_end(&lines);
}

Test(lines, a_line_far_over_the_limit_is_skipped_in_little_memory)
{
    size_t bytes = (size_t)8 << 20;
    char *text = malloc(bytes + 8);
    struct error err = {0};
    struct lines lines;
    struct line line;

    cr_assert_not_null(text);
    memset(text, 'x', bytes);
    strcpy(text + bytes, "\nend\n");
    lines = lines_of(text);
    free(text);
    cr_assert_eq(lines_next(&lines, 1000, &line, &err), -1);
    cr_assert_eq(lines_next(&lines, 1000, &line, &err), 1);
    cr_assert_str_eq(line.text, "end");
    cr_assert_eq(line.number, 2);
    cr_assert_lt(lines.room, (size_t)1 << 20);
    lines_end(&lines);
}

Test(lines, many_lines_across_reads)
{
    enum { COUNT = 30000 };
    char *text = calloc(COUNT, 16), *at = text;
    struct error err = {0};
    struct lines lines;
    struct line line;
    const char *head;
    size_t bytes;

    for (int i = 0; i < COUNT; i++)
        at += sprintf(at, "line %d\n", i);
    lines = lines_of(text);
    free(text);
    cr_assert_eq(lines_head(&lines, 3, 1000, &head, &bytes, &err), 0);
    cr_assert_eq(bytes, strlen("line 0\nline 1\nline 2\n"));
    for (int i = 0; i < COUNT; i++) {
        cr_assert_eq(lines_next(&lines, 1000, &line, &err), 1);
        cr_assert_eq(atoi(line.text + 5), i);
    }
    cr_assert_eq(lines_next(&lines, 1000, &line, &err), 0);
    lines_end(&lines);
}

Test(lines, a_pipe_gives_a_line_when_it_is_there)
{
    struct error err = {0};
    struct lines lines;
    struct line line;
    int ends[2];

    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(write(ends[1], "one\ntw", 6), 6);
    lines_init(&lines, ends[0]);
    cr_assert_eq(lines_next(&lines, 1000, &line, &err), 1);
    cr_assert_str_eq(line.text, "one");
    cr_assert_eq(write(ends[1], "o\n", 2), 2);
    cr_assert_eq(lines_next(&lines, 1000, &line, &err), 1);
    cr_assert_str_eq(line.text, "two");
    close(ends[1]);
    lines_end(&lines);
}

Test(lines, a_folder_cannot_be_read)
{
    struct error err = {0};
    struct lines lines;
    struct line line;

    lines_init(&lines, open("/", O_RDONLY));
    cr_assert_eq(lines_next(&lines, 1000, &line, &err), -1);
    cr_assert_eq(err.kind, ERROR_IO);
    lines_end(&lines);
}

Test(lines, tail)
{
    static const char *const rows[] = {"a\nlast", "a\nlast\n\r\n", "last", "\nlast\n"};
    struct arena arena;

    arena_init(&arena);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct lines lines = lines_of(rows[i]);
        size_t bytes;
        char *text;

        cr_assert_eq(lines_tail(&lines, &arena, &text, &bytes), 1);
        cr_expect_str_eq(text, "last", "row %zu", i);
        cr_expect_eq(bytes, 4);
        lines_end(&lines);
    }
    arena_fini(&arena);
}

Test(lines, tail_longer_than_a_first_look)
{
    size_t bytes = (size_t)300 << 10, found;
    char *text = malloc(bytes + 16), *tail;
    struct lines lines;
    struct arena arena;

    memset(text, 'y', bytes + 15);
    memcpy(text, "first\n", 6);
    text[bytes] = '\0';
    lines = lines_of(text);
    arena_init(&arena);
    cr_assert_eq(lines_tail(&lines, &arena, &tail, &found), 1);
    cr_assert_eq(found, bytes - 6);
    arena_fini(&arena);
    lines_end(&lines);
    free(text);
}

Test(repair, rows)
{
    static const struct {
        const char *from, *to;
        size_t places;
    } rows[] = {
        {"{\"a\":\"x\"}", "{\"a\":\"x\"}", 0},
        {"\"\\ud83d\\ude00\"", "\"\\ud83d\\ude00\"", 0},
        {"\"\\uD83D\\uDE00\"", "\"\\uD83D\\uDE00\"", 0},
        {"\"\\ud83d\"", "\"\\ufffd\"", 1},
        {"\"\\ud83d\\u0041\"", "\"\\ufffd\\u0041\"", 1},
        {"\"\\ud83d\\ud83d\\ude00\"", "\"\\ufffd\\ud83d\\ude00\"", 1},
        {"\"\\ude00\\ud83d\"", "\"\\ufffd\\ufffd\"", 2},
        {"\"\\u0000\"", "\"\\ufffd\"", 1},
        {"\"\\\\u0000\"", "\"\\\\u0000\"", 0},
        {"\"\\\\\\u0000\"", "\"\\\\\\ufffd\"", 1},
        {"\"\\u12\"", "\"\\u12\"", 0},
        {"\"\\\"NaN\"", "\"\\\"NaN\"", 0},
        {"[NaN,-Infinity,Infinity,-1]", "[null,null,null,-1]", 3},
        {"\"a\xff"
         "b\"",
         "\"a\xef\xbf\xbd"
         "b\"",
         1},
        {"\"\xed\xa0\x80\"", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"", 3},
        {"\"\xf0\x9f\x98\x80\"", "\"\xf0\x9f\x98\x80\"", 0},
        {"\"\xf0\x9f", "\"\xef\xbf\xbd\xef\xbf\xbd", 2},
        {"\"\\", "\"\\", 0},
    };
    struct arena arena;

    arena_init(&arena);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t bytes, places = 0;
        char *text = repair_json(rows[i].from, strlen(rows[i].from), &arena, &bytes, &places);

        cr_expect_str_eq(text, rows[i].to, "row %zu", i);
        cr_expect_eq(bytes, strlen(rows[i].to), "row %zu", i);
        cr_expect_eq(places, rows[i].places, "row %zu: %zu", i, places);
        cr_expect(places == 0 || repair_is_needed(rows[i].from, strlen(rows[i].from)));
    }
    arena_fini(&arena);
}

Test(repair, a_nul_byte)
{
    struct arena arena;
    size_t bytes, places;
    char *text;

    arena_init(&arena);
    cr_assert(repair_is_needed("\"a\0b\"", 5));
    text = repair_json("\"a\0b\"", 5, &arena, &bytes, &places);
    cr_assert_str_eq(text, "\"a\xef\xbf\xbd"
                           "b\"");
    arena_fini(&arena);
}

Test(lines, all_of_a_file_up_to_the_limit)
{
    struct lines lines = lines_of("\xef\xbb\xbf"
                                  "12\n34");
    struct error err = {0};
    const char *text;
    size_t bytes;

    cr_assert_eq(lines_all(&lines, 8, &text, &bytes, &err), 0);
    cr_assert_eq(bytes, 5);
    cr_assert_str_eq(text, "12\n34");
    lines_end(&lines);
    lines = lines_of("123456789");
    cr_assert_eq(lines_all(&lines, 8, &text, &bytes, &err), -1);
    cr_assert_eq(err.kind, ERROR_LIMIT);
    lines_end(&lines);
}
