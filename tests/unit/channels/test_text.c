/*
 * test_text.c - neutralising, escaping and cutting: at their edges, and with bytes that are no
 * text.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "consumer/channels/slack_page.h"
#include "consumer/channels/text.h"

static struct arena arena;

static void setup(void)
{
    arena_init(&arena);
}

static void teardown(void)
{
    arena_fini(&arena);
}

TestSuite(text, .init = setup, .fini = teardown);

static const char *render(enum text_shape shape, size_t units_max, const char *text)
{
    const struct text_style style = {
        .shape = shape, .escape = slack_escape, .units_max = units_max};

    return text_render(&style, text, 0, &arena);
}

struct row {
    const char *from, *line, *block;
};

static const struct row rows[] = {
    {"plain", "plain", "plain"},
    {"", "", ""},
    {"a\nb\tc", "a b c", "a\nb\tc"},
    {"a\r\nb", "a b", "a\nb"},
    {"a\rb", "a b", "a\u240Db"},
    {"\x1b[31mred", "\u241B[31mred", "\u241B[31mred"},
    {"\x01\x1f\x7f", "\u2401\u241F\u2421", "\u2401\u241F\u2421"},
    {"\xc2\x9b", "\u2039U+009B\u203A", "\u2039U+009B\u203A"},
    {"\xe2\x80\xae"
     "abc\xe2\x80\xac",
     "\u2039U+202E\u203Aabc\u2039U+202C\u203A", "\u2039U+202E\u203Aabc\u2039U+202C\u203A"},
    {"a\xe2\x81\xa6"
     "b\xe2\x81\xa9",
     "a\u2039U+2066\u203Ab\u2039U+2069\u203A", "a\u2039U+2066\u203Ab\u2039U+2069\u203A"},
    {"a\u2028b\u2029", "a\u2039U+2028\u203Ab\u2039U+2029\u203A",
     "a\u2039U+2028\u203Ab\u2039U+2029\u203A"},
    {"a\u200Bb", "a\u2039U+200B\u203Ab", "a\u2039U+200B\u203Ab"},
    {"a\u200Db", "a\u2039U+200D\u203Ab", "a\u2039U+200D\u203Ab"},
    {"\U0001F469\u200D\U0001F680", "\U0001F469\u200D\U0001F680", "\U0001F469\u200D\U0001F680"},
    {"\u0645\u06CC\u200C\u062E", "\u0645\u06CC\u200C\u062E", "\u0645\u06CC\u200C\u062E"},
    {"\u2764\uFE0F", "\u2764\uFE0F", "\u2764\uFE0F"},
    {"\uFEFFa", "\u2039U+FEFF\u203Aa", "\u2039U+FEFF\u203Aa"},
    {"\U000E0041", "\u2039U+E0041\u203A", "\u2039U+E0041\u203A"},
    {"\u3164", "\u2039U+3164\u203A", "\u2039U+3164\u203A"},
    {"\xff", "\uFFFD", "\uFFFD"},
    {"a\xc3", "a\uFFFD", "a\uFFFD"},
    {"\xe2\x82", "\uFFFD\uFFFD", "\uFFFD\uFFFD"},
    {"\xc0\xaf", "\uFFFD\uFFFD", "\uFFFD\uFFFD"},
    {"\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD", "\uFFFD\uFFFD\uFFFD"},
    {"\xf4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD", "\uFFFD\uFFFD\uFFFD\uFFFD"},
    {"\xef\xbf\xbe", "\u2039U+FFFE\u203A", "\u2039U+FFFE\u203A"},
    {"<!channel> & co", "&lt;!channel&gt; &amp; co", "&lt;!channel&gt; &amp; co"},
};

Test(text, every_row)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_expect_str_eq(render(TEXT_LINE, 1000, rows[i].from), rows[i].line, "line of row %zu", i);
        cr_expect_str_eq(render(TEXT_BLOCK, 1000, rows[i].from), rows[i].block, "block of row %zu",
                         i);
    }
    cr_expect_str_eq(render(TEXT_LINE, 10, NULL), "");
}

Test(text, a_line_is_cut_at_its_limit_and_not_before)
{
    char text[152];

    memset(text, 'x', sizeof text);
    text[149] = '\0';
    cr_expect_eq(text_units(render(TEXT_LINE, 150, text)), 149);
    text[149] = 'x';
    text[150] = '\0';
    cr_expect_str_eq(render(TEXT_LINE, 150, text), text);
    text[150] = 'x';
    text[151] = '\0';
    const char *cut = render(TEXT_LINE, 150, text);
    cr_expect_eq(text_units(cut), 150);
    cr_expect_str_eq(cut + 149, "\u2026");
}

Test(text, no_limit_breaks_an_entity_or_a_character)
{
    const char *hostile = "a<b>&\u00E9\u20AC\U0001F600\x1b\xe2\x80\xae"
                          "\xff&&&&<<<<";

    for (size_t limit = 0; limit < 120; limit++) {
        const char *cut = render(TEXT_LINE, limit, hostile);
        cr_expect_leq(text_units(cut), limit);
        for (const char *at = strchr(cut, '&'); at; at = strchr(at + 1, '&'))
            cr_expect(strncmp(at, "&amp;", 5) == 0 || strncmp(at, "&lt;", 4) == 0 ||
                          strncmp(at, "&gt;", 4) == 0,
                      "limit %zu: %s", limit, cut);
        uint32_t code = 0;
        for (const char *at = cut; *at;) {
            size_t length = text_next(at, strlen(at), &code);
            cr_assert_gt(length, 0, "limit %zu", limit);
            at += length;
        }
    }
}

Test(text, a_pair_of_surrogates_counts_two)
{
    cr_expect_eq(text_units("\U0001F600"), 2);
    cr_expect_str_eq(render(TEXT_LINE, 2, "\U0001F600"), "\U0001F600");
    cr_expect_str_eq(render(TEXT_LINE, 1, "\U0001F600"), "\u2026");
    cr_expect_str_eq(render(TEXT_LINE, 0, "\U0001F600"), "");
}

Test(text, a_block_says_how_much_is_missing)
{
    const struct text_style style = {.shape = TEXT_BLOCK, .units_max = 100};
    char text[201];

    memset(text, 'x', 200);
    text[200] = '\0';
    cr_expect_str_eq(text_render(&style, text, 0, &arena) + 60, "\n\u2026 (140 more bytes)");
    cr_expect_str_eq(text_render(&style, text, 1000, &arena) + 60, "\n\u2026 (1140 more bytes)");
    cr_expect_str_eq(text_render(&style, "short", 1000, &arena), "short\n\u2026 (1000 more bytes)");
    cr_expect_str_eq(text_render(&style, "", 1000, &arena), "\u2026 (1000 more bytes)");
    text[70] = '\0';
    cr_expect_str_eq(text_render(&style, text, 5, &arena) + 60, "\n\u2026 (15 more bytes)");
    text[70] = 'x';
    text[100] = '\0';
    cr_expect_str_eq(text_render(&style, text, 0, &arena), text);
}

Test(text, a_megabyte_is_cut_like_a_page)
{
    size_t bytes = 1000000;
    char *text = arena_alloc(&arena, bytes + 1);

    memset(text, '&', bytes);
    const char *cut = render(TEXT_BLOCK, 2900, text);
    cr_expect_leq(text_units(cut), 2900);
    cr_expect_not_null(strstr(cut, " more bytes)"));
    for (size_t i = 0; i + 4 <= bytes; i += 4)
        memcpy(text + i, "\xf3\xa0\x81\x81", 4);
    cr_expect_leq(text_units(render(TEXT_BLOCK, 2900, text)), 2900);
}
