/* Columns on a terminal, and matchers as words of a command line. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/matcher_word.h"
#include "consumer/text_table.h"

static struct arena arena;

static void setup(void)
{
    arena_init(&arena);
}

static void teardown(void)
{
    arena_fini(&arena);
}

TestSuite(text_table, .init = setup, .fini = teardown);

static char *printed(const struct text_table *table)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);

    text_table_print(table, out);
    fclose(out);
    return text;
}

Test(text_table, columns_are_as_wide_as_they_have_to_be)
{
    struct text_table table = {.arena = &arena, .columns = 3};
    struct error err = {0};
    const char *const rows[][3] = {
        {"A", "LONGER", "C"}, {"wide: \u6f22", "b\x1b[31m\nb", NULL}, {NULL, "", "end"}};

    cr_assert_eq(text_table_add(&table, rows[0], NULL, &err), 0);
    cr_assert_eq(text_table_add(&table, rows[1], "\033[31m", &err), 0);
    cr_assert_eq(text_table_add(&table, rows[2], NULL, &err), 0);
    char *text = printed(&table);

    cr_assert(strstr(text, "A         LONGER"), "%s", text);
    cr_assert(strstr(text, "\033[31mwide: \u6f22\033[0m  b"), "%s", text);
    cr_assert_not(strstr(text, "b\x1b"), "what is in a cell drives no terminal: %s", text);
    free(text);
}

Test(text_table, many_rows)
{
    struct text_table table = {.arena = &arena, .columns = 1};
    struct error err = {0};
    size_t lines = 0;

    for (int i = 0; i < 1000; i++) {
        const char *const cells[] = {arena_printf(&arena, "row %d", i)};

        cr_assert_eq(text_table_add(&table, cells, NULL, &err), 0);
    }
    char *text = printed(&table);

    for (const char *at = text; *at; at++)
        lines += *at == '\n';
    cr_assert_eq(lines, 1000);
    cr_assert(strstr(text, "row 999\n"));
    free(text);
}

Test(text_table, a_first_word_is_a_rule)
{
    struct matcher *matcher = NULL;
    struct error err = {0};

    cr_assert_eq(matcher_word_parse("garak/dan", true, &matcher, &err), 0);
    cr_assert_str_eq(matcher_name(matcher), "alertname");
    cr_assert_str_eq(matcher_value(matcher), "garak/dan");
    matcher_free(matcher);
    cr_assert_eq(matcher_word_parse("severity>=high", true, &matcher, &err), 0);
    cr_assert_str_eq(matcher_name(matcher), "severity");
    matcher_free(matcher);
    cr_assert_eq(matcher_word_parse("garak/dan", false, &matcher, &err), -1);
}
