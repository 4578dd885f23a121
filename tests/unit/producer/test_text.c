/*
 * test_text.c - names that are too long, cut so that they stay apart.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "producer/record.h"
#include "producer/text.h"

#define CHARS_MAX 40

Test(text, a_name_that_fits_is_as_it_was)
{
    struct arena arena;
    char name[CHARS_MAX + 1];

    arena_init(&arena);
    memset(name, 'n', CHARS_MAX);
    name[CHARS_MAX] = '\0';
    cr_assert_eq(text_name(name, CHARS_MAX, &arena), name);
    cr_assert_null(text_name(NULL, CHARS_MAX, &arena));
    arena_fini(&arena);
}

Test(text, long_names_stay_apart_and_the_same_stay_one)
{
    char left[CHARS_MAX + 2], right[CHARS_MAX + 2];
    const char *cut, *other, *again;
    struct arena arena;

    arena_init(&arena);
    memset(left, 'n', CHARS_MAX + 1);
    left[CHARS_MAX + 1] = '\0';
    strcpy(right, left);
    right[CHARS_MAX] = 'm';
    cut = text_name(left, CHARS_MAX, &arena);
    other = text_name(right, CHARS_MAX, &arena);
    again = text_name(left, CHARS_MAX, &arena);
    cr_assert_eq(utf8_length(cut, strlen(cut)), CHARS_MAX);
    cr_assert_eq(strncmp(cut, "nnnnnnn~", 8), 0);
    cr_assert_str_neq(cut, other);
    cr_assert_str_eq(cut, again);
    arena_fini(&arena);
}
