/*
 * test_watchdog.c - it bites once when a call hangs, and only then; each slot by itself.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "consumer/kafka/watchdog.h"

static atomic_int bites;
static char bitten[64];

static void bite(const char *who, const char *what)
{
    snprintf(bitten, sizeof(bitten), "%s %s", who, what);
    atomic_fetch_add(&bites, 1);
}

static void pass(int ticks)
{
    int64_t nanoseconds = (int64_t)ticks * WATCHDOG_TICK_MS * 1000000;

    nanosleep(
        &(struct timespec){.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000},
        NULL);
}

static struct watchdog *watchdog;

static void set_up(void)
{
    cr_assert_eq(watchdog_new("role", bite, &watchdog, NULL), 0);
}

static void tear_down(void)
{
    watchdog_free(watchdog);
}

TestSuite(watchdog, .init = set_up, .fini = tear_down);

Test(watchdog, bites_once_what_hangs)
{
    watchdog_enter(watchdog, WATCHDOG_COMMITTER, "a call", 2 * WATCHDOG_TICK_MS);
    pass(6);
    cr_assert_eq(atomic_load(&bites), 1);
    cr_assert_str_eq(bitten, "role a call");
    watchdog_leave(watchdog, WATCHDOG_COMMITTER);
}

Test(watchdog, leaves_alone_what_returns)
{
    for (int i = 0; i < 4; i++) {
        watchdog_enter(watchdog, WATCHDOG_LOOP, "a call", 3 * WATCHDOG_TICK_MS);
        pass(1);
        watchdog_leave(watchdog, WATCHDOG_LOOP);
    }
    pass(4);
    cr_assert_eq(atomic_load(&bites), 0);
}

Test(watchdog, counts_the_outer_call)
{
    watchdog_enter(watchdog, WATCHDOG_LOOP, "outer", 2 * WATCHDOG_TICK_MS);
    watchdog_enter(watchdog, WATCHDOG_LOOP, "inner", 1000 * WATCHDOG_TICK_MS);
    watchdog_leave(watchdog, WATCHDOG_LOOP);
    pass(5);
    cr_assert_eq(atomic_load(&bites), 1);
    cr_assert_str_eq(bitten, "role outer");
    watchdog_leave(watchdog, WATCHDOG_LOOP);
}

Test(watchdog, slots_do_not_disturb_each_other)
{
    watchdog_enter(watchdog, WATCHDOG_LOOP, "short", 2 * WATCHDOG_TICK_MS);
    watchdog_enter(watchdog, WATCHDOG_COMMITTER, "long", 1000 * WATCHDOG_TICK_MS);
    watchdog_leave(watchdog, WATCHDOG_LOOP);
    pass(5);
    cr_assert_eq(atomic_load(&bites), 0);
    watchdog_leave(watchdog, WATCHDOG_COMMITTER);
}

Test(watchdog, null_is_freed)
{
    watchdog_free(NULL);
}

Test(watchdog, ends_the_process_by_default, .exit_code = WATCHDOG_EXIT)
{
    struct watchdog *real;

    cr_assert_eq(watchdog_new("role", NULL, &real, NULL), 0);
    watchdog_enter(real, WATCHDOG_LOOP, "a call", WATCHDOG_TICK_MS);
    pass(8);
    watchdog_free(real);
}
