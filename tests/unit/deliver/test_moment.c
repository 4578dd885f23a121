/* Two clocks: what a jump is, what a freeze is. */
#include <criterion/criterion.h>

#include "consumer/deliver/moment.h"

static struct clock_watch watch;
static struct moment now;

static struct clock_news pass(int64_t mono_ms, int64_t wall_ms)
{
    now.mono_ms += mono_ms;
    now.wall_ms += wall_ms;
    return clock_watch_tick(&watch, now, 5000);
}

static void begin(void)
{
    watch = (struct clock_watch){0};
    now = (struct moment){.wall_ms = 1700000000000, .mono_ms = 10};
    struct clock_news news = clock_watch_tick(&watch, now, 5000);
    cr_assert(!news.jumped && !news.frozen);
}
TestSuite(moment, .init = begin);

Test(moment, both_clocks_run)
{
    struct clock_news news = pass(5000, 5000);

    cr_expect(!news.jumped && !news.frozen);
}

Test(moment, a_gap_is_a_freeze)
{
    cr_expect(pass(5001, 5001).frozen);
    cr_expect_not(pass(1, 1).frozen);
}

Test(moment, jumps_at_the_edge)
{
    cr_expect_not(pass(10, 10 + CLOCK_JUMP_MS).jumped);
    cr_expect(pass(10, 11).jumped);
    cr_expect_not(pass(10, 10).jumped, "armed again");
    cr_expect_not(pass(10, 10 - CLOCK_JUMP_MS).jumped);
    cr_expect(pass(10, 9).jumped);
}

Test(moment, small_steps_add_up)
{
    for (int i = 0; i < 60; i++)
        cr_expect_not(pass(10, 1010).jumped);
    cr_expect(pass(10, 1010).jumped);
}

Test(moment, a_suspended_machine_was_frozen)
{
    struct clock_news news = pass(10, 3600000);

    cr_expect(news.jumped && news.frozen);
    cr_expect_not(pass(10, -3600000).frozen);
}
