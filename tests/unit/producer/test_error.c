/*
 * test_error.c - the first error wins, in one line, cut on a character boundary.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "producer/error.h"

Test(error, first_one_wins)
{
    struct error err = {.kind = ERROR_NONE};

    cr_assert(!error_is_set(&err));
    cr_assert_eq(error_set_at(&err, ERROR_INPUT, "/a", "first %d", 1), -1);
    cr_assert_eq(error_set(&err, ERROR_FATAL, "second"), -1);
    cr_assert(error_is_set(&err));
    cr_assert_eq(err.kind, ERROR_INPUT);
    cr_assert_str_eq(err.pointer, "/a");
    cr_assert_str_eq(err.text, "first 1");
}

Test(error, clear_makes_room_for_the_next)
{
    struct error err = {.kind = ERROR_NONE};

    error_set_at(&err, ERROR_INPUT, "/a", "first");
    error_clear(&err);
    cr_assert(!error_is_set(&err));
    cr_assert_str_eq(err.pointer, "");
    error_set(&err, ERROR_RETRIABLE, "second");
    cr_assert_str_eq(err.text, "second");
    cr_assert_str_eq(err.pointer, "");
}

Test(error, nobody_has_to_listen)
{
    cr_assert_eq(error_set(NULL, ERROR_INPUT, "nobody"), -1);
    cr_assert_eq(error_set_at(NULL, ERROR_INPUT, "/a", "nobody"), -1);
    cr_assert(!error_is_set(NULL));
}

Test(error, text_stays_one_line)
{
    struct error err = {.kind = ERROR_NONE};

    error_set(&err, ERROR_INPUT,
              "a\nb\tc\x1b[31md\x7f"
              "e");
    cr_assert_str_eq(err.text, "a b c [31md e");
}

Test(error, too_long_is_cut_at_the_limit)
{
    char text[ERROR_TEXT_BYTES_MAX + 100];
    struct error err = {.kind = ERROR_NONE};

    memset(text, 'x', sizeof(text));
    text[ERROR_TEXT_BYTES_MAX - 1] = '\0';
    error_set(&err, ERROR_INPUT, "%s", text);
    cr_assert_eq(strlen(err.text), ERROR_TEXT_BYTES_MAX - 1);

    text[ERROR_TEXT_BYTES_MAX - 1] = 'x';
    text[ERROR_TEXT_BYTES_MAX] = '\0';
    error_clear(&err);
    error_set(&err, ERROR_INPUT, "%s", text);
    cr_assert_eq(strlen(err.text), ERROR_TEXT_BYTES_MAX - 1);
}

Test(error, a_cut_splits_no_character)
{
    char text[ERROR_TEXT_BYTES_MAX + 8], pointer[ERROR_POINTER_BYTES_MAX + 8];
    struct error err = {.kind = ERROR_NONE};

    memset(text, 'x', sizeof(text));
    memcpy(text + ERROR_TEXT_BYTES_MAX - 3, "€€", sizeof("€€"));
    memset(pointer, 'y', sizeof(pointer));
    memcpy(pointer + ERROR_POINTER_BYTES_MAX - 2, "éé", sizeof("éé"));
    error_set_at(&err, ERROR_INPUT, pointer, "%s", text);
    cr_assert_eq(strlen(err.text), ERROR_TEXT_BYTES_MAX - 3);
    cr_assert_eq(strlen(err.pointer), ERROR_POINTER_BYTES_MAX - 2);
}
