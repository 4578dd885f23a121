/*
 * test_arena.c - zeroed, aligned, all given back at once, and honest about its limit.
 */
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "producer/arena.h"

Test(arena, memory_is_zeroed_and_aligned_also_when_reused)
{
    struct arena arena;

    arena_init(&arena);
    for (int round = 0; round < 3; round++) {
        for (size_t bytes = 0; bytes < 200; bytes++) {
            unsigned char *taken = arena_alloc(&arena, bytes);

            cr_assert_not_null(taken);
            cr_assert_eq((uintptr_t)taken % _Alignof(max_align_t), 0);
            for (size_t i = 0; i < bytes; i++)
                cr_assert_eq(taken[i], 0);
            memset(taken, 0xff, bytes);
        }
        arena_reset(&arena);
        cr_assert_eq(arena.bytes, 0);
    }
    arena_fini(&arena);
}

Test(arena, pieces_do_not_overlap)
{
    struct arena arena;
    char *pieces[3000];

    arena_init(&arena);
    for (size_t i = 0; i < 3000; i++) {
        pieces[i] = arena_alloc(&arena, 1 + i % 97);
        memset(pieces[i], (int)(i % 251), 1 + i % 97);
    }
    for (size_t i = 0; i < 3000; i++) {
        for (size_t byte = 0; byte < 1 + i % 97; byte++)
            cr_assert_eq((unsigned char)pieces[i][byte], i % 251);
    }
    arena_fini(&arena);
}

Test(arena, one_huge_piece_among_small_ones)
{
    struct arena arena;
    char *small, *huge;

    arena_init(&arena);
    small = arena_strdup(&arena, "small");
    huge = arena_alloc(&arena, 3 * ARENA_KEEP_BYTES);
    memset(huge, 'h', 3 * ARENA_KEEP_BYTES);
    cr_assert_str_eq(small, "small");
    arena_reset(&arena);
    small = arena_alloc(&arena, 64);
    cr_assert_not_null(small);
    cr_assert_eq(small[0], 0);
    arena_fini(&arena);
}

Test(arena, strings)
{
    struct arena arena;

    arena_init(&arena);
    cr_assert_null(arena_strdup(&arena, NULL));
    cr_assert_null(arena_strndup(&arena, NULL, 3));
    cr_assert_str_eq(arena_strdup(&arena, ""), "");
    cr_assert_str_eq(arena_strndup(&arena, "abcdef", 3), "abc");
    cr_assert_str_eq(arena_printf(&arena, "%s-%d", "x", 7), "x-7");
    arena_fini(&arena);
}

Test(arena, sizes_that_overflow_are_refused)
{
    struct arena arena;

    arena_init(&arena);
    cr_assert_null(arena_alloc(&arena, SIZE_MAX));
    cr_assert_null(arena_alloc(&arena, SIZE_MAX - 64));
    cr_assert_null(arena_array(&arena, SIZE_MAX / 2, 3));
    cr_assert_null(arena_strndup(&arena, "x", SIZE_MAX));
    cr_assert_not_null(arena_array(&arena, 0, 8));
    cr_assert_not_null(arena_array(&arena, 8, 0));
    arena_fini(&arena);
}

Test(arena, the_limit_holds_at_its_edge_and_ends_with_a_reset)
{
    struct arena arena;

    arena_init(&arena);
    arena.bytes_max = 64;
    cr_assert_not_null(arena_alloc(&arena, 48));
    cr_assert_null(arena_alloc(&arena, 17));
    cr_assert_not_null(arena_alloc(&arena, 16));
    cr_assert_null(arena_alloc(&arena, 0));
    cr_assert_null(arena_printf(&arena, "x"));
    arena_reset(&arena);
    cr_assert_not_null(arena_alloc(&arena, 64));
    arena_fini(&arena);
}

Test(arena, fini_accepts_an_empty_one_twice)
{
    struct arena arena;

    arena_init(&arena);
    arena_fini(&arena);
    arena_fini(&arena);
}
