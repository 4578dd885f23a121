/* Alertmanager's timers as pure functions. */
#include <criterion/criterion.h>

#include "consumer/deliver/deliverer.h"
#include "consumer/deliver/due.h"

#define NOW_MS 1700000000000
static const struct timing timing = {.group_wait_ms = 30000,
                                     .group_interval_ms = 300000,
                                     .repeat_interval_ms = 14400000,
                                     .max_wait_ms = 3600000};

static struct group_state fresh(void)
{
    return (struct group_state){.timing = timing};
}

Test(due, first_after_group_wait_and_never_put_off)
{
    struct group_state state = fresh();

    due_news(&state, NULL, false, true, NOW_MS, NOW_MS);
    cr_expect_eq(state.due_ms, NOW_MS + 30000);
    due_news(&state, NULL, false, true, NOW_MS + 20000, NOW_MS + 20000);
    cr_expect_eq(state.due_ms, NOW_MS + 30000);
}

Test(due, written_in_the_future_counts_as_now)
{
    struct group_state state = fresh();

    due_news(&state, NULL, false, true, NOW_MS + 999999, NOW_MS);
    cr_expect_eq(state.due_ms, NOW_MS + 30000);
}

Test(due, ticks_of_group_interval)
{
    static const struct {
        int64_t after_ms, due_ms;
    } rows[] = {{0, 300000}, {1, 300000}, {299999, 300000}, {300000, 600000}, {900001, 1200000}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct group_state state = fresh();
        state.told_ms = NOW_MS;
        due_news(&state, NULL, false, false, 0, NOW_MS + rows[i].after_ms);
        cr_expect_eq(state.due_ms, NOW_MS + rows[i].due_ms);
    }
}

Test(due, news_comes_before_a_repeat)
{
    struct group_state state = fresh();

    state.told_ms = NOW_MS;
    due_settled(&state, &(struct due_facts){.open = true}, NOW_MS);
    cr_expect_eq(state.due_ms, NOW_MS + 14400000);
    due_news(&state, NULL, false, false, 0, NOW_MS + 1000);
    cr_expect_eq(state.due_ms, NOW_MS + 300000);
}

Test(due, no_group_interval_means_at_once)
{
    struct group_state state = fresh();

    state.timing.group_interval_ms = 0;
    state.told_ms = NOW_MS - 1;
    due_news(&state, NULL, false, false, 0, NOW_MS);
    cr_expect_eq(state.due_ms, NOW_MS);
}

Test(due, run_end)
{
    struct group_state state = fresh();

    state.flush = FLUSH_RUN_END;
    due_news(&state, "run-1", false, true, NOW_MS, NOW_MS);
    cr_expect_eq(state.due_ms, NOW_MS + 3600000);
    due_news(&state, "run-2", false, true, NOW_MS + 5000, NOW_MS + 5000);
    cr_expect_eq(state.waits_until_ms, NOW_MS + 3600000, "the longest wait is the first one's");
    due_run_ended(&state, NOW_MS + 9000);
    cr_expect_eq(state.due_ms, NOW_MS + 9000);
    due_settled(&state, &(struct due_facts){.open = true, .held = true}, NOW_MS + 9000);
    cr_expect_eq(state.due_ms, NOW_MS + 3600000);
    due_settled(&state, &(struct due_facts){.open = true}, NOW_MS + 9000);
    cr_expect_null(state.waits_for);
    cr_expect_eq(state.waits_until_ms, 0);
}

Test(due, a_late_picture_of_an_ended_run)
{
    struct group_state state = fresh();

    state.flush = FLUSH_RUN_END;
    due_news(&state, "run-1", true, true, NOW_MS, NOW_MS);
    cr_expect_eq(state.due_ms, NOW_MS);
    cr_expect_null(state.waits_for);
}

Test(due, settled)
{
    struct group_state state = fresh();

    state.told_ms = NOW_MS;
    due_settled(&state, &(struct due_facts){.open = true, .changed = true}, NOW_MS);
    cr_expect_eq(state.due_ms, NOW_MS + 300000);
    due_settled(&state, &(struct due_facts){.open = false}, NOW_MS);
    cr_expect_eq(state.due_ms, NOW_MS + FINISHED_KEEP_MS);
    state.timing.repeat_interval_ms = 0;
    due_settled(&state, &(struct due_facts){.open = true}, NOW_MS);
    cr_expect_eq(state.due_ms, 0);
}

Test(due, repeat_at_its_edge)
{
    struct group_state state = fresh();

    cr_expect_not(due_repeat(&state, NOW_MS), "never told");
    state.told_ms = NOW_MS;
    cr_expect_not(due_repeat(&state, NOW_MS + 14399999));
    cr_expect(due_repeat(&state, NOW_MS + 14400000));
}
