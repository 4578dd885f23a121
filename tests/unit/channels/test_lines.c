/*
 * test_lines.c - wrapping for a terminal, and the buffer that it writes to.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "consumer/channels/lines.h"

static struct arena arena;

static void setup(void)
{
    arena_init(&arena);
}

static void teardown(void)
{
    arena_fini(&arena);
}

TestSuite(lines, .init = setup, .fini = teardown);

static const char *wrap(const char *text, size_t width, const char *first, const char *next)
{
    struct buffer out;

    buffer_init(&out, 100000, &arena);
    lines_wrap(&out, text,
               (struct lines){.width = width, .first_indent = first, .next_indent = next});
    return buffer_get(&out);
}

Test(lines, breaks_at_spaces_and_inside_words_that_are_too_long)
{
    cr_expect_str_eq(wrap("one two three", 8, NULL, NULL), "one two\nthree\n");
    cr_expect_str_eq(wrap("one two", 7, NULL, NULL), "one two\n");
    cr_expect_str_eq(wrap("one two", 6, NULL, NULL), "one\ntwo\n");
    cr_expect_str_eq(wrap("abcdefgh", 3, NULL, NULL), "abc\ndef\ngh\n");
    cr_expect_str_eq(wrap("", 10, "> ", "  "), "> \n");
    cr_expect_str_eq(wrap("a\n\nb", 10, "| ", "| "), "| a\n| \n| b\n");
    cr_expect_str_eq(wrap("name value", 8, "k  ", "   "), "k  name\n   value\n");
    cr_expect_str_eq(wrap("x", 1, "indent", "indent"), "indentx\n");
    cr_expect_str_eq(wrap("a\tb", 20, NULL, NULL), "a    b\n");
}

Test(lines, counts_columns_not_bytes)
{
    cr_expect_str_eq(wrap("\u00E9\u00E9\u00E9", 3, NULL, NULL), "\u00E9\u00E9\u00E9\n");
    cr_expect_str_eq(wrap("\u6F22\u5B57\u6F22", 4, NULL, NULL), "\u6F22\u5B57\n\u6F22\n");
    cr_expect_str_eq(wrap("e\u0301e\u0301", 2, NULL, NULL), "e\u0301e\u0301\n");
}

Test(lines, a_buffer_takes_whole_texts_up_to_its_ceiling)
{
    struct buffer buffer;

    buffer_init(&buffer, 5, &arena);
    cr_expect_str_eq(buffer_get(&buffer), "");
    buffer_text(&buffer, "abc");
    buffer_printf(&buffer, "%d", 45);
    cr_expect_str_eq(buffer_get(&buffer), "abc45");
    cr_expect_not(buffer.full);
    buffer_text(&buffer, "");
    cr_expect_not(buffer.full);
    buffer_text(&buffer, "x");
    cr_expect(buffer.full);
    cr_expect_str_eq(buffer_get(&buffer), "abc45");
    buffer_init(&buffer, 5, &arena);
    buffer_text(&buffer, "abcdef");
    cr_expect(buffer.full);
    cr_expect_str_eq(buffer_get(&buffer), "");
}
