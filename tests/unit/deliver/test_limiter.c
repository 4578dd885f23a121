/* A receiver's limits: concurrency, Retry-After, breaker. */
#include <criterion/criterion.h>

#include "consumer/deliver/limiter.h"

#define NOW_MS   1700000000000
#define FAILURES 5

static const struct integration integration = {.concurrency = 2,
                                               .breaker_failures = FAILURES,
                                               .backoff_min_ms = 1000,
                                               .backoff_max_ms = 60000,
                                               .retry_after_max_ms = 3600000};
static struct limiter limiter;

static int64_t note(enum outcome outcome, bool blocks, int status, int64_t retry_after_ms,
                    bool *ret_clamped)
{
    struct verdict verdict = {.outcome = outcome, .blocks_receiver = blocks};
    struct response response = {.status = status, .retry_after_ms = retry_after_ms};

    return limiter_note(&limiter, &integration, &verdict, &response, NOW_MS, 0, ret_clamped);
}

static void begin(void)
{
    limiter = (struct limiter){0};
}
TestSuite(limiter, .init = begin);

Test(limiter, concurrency)
{
    cr_expect_eq(limiter_gate(&limiter, &integration, NOW_MS), GATE_OPEN);
    limiter_take(&limiter, &integration, NOW_MS);
    cr_expect_eq(limiter_gate(&limiter, &integration, NOW_MS), GATE_OPEN);
    limiter_take(&limiter, &integration, NOW_MS);
    cr_expect_eq(limiter_gate(&limiter, &integration, NOW_MS), GATE_FULL);
    limiter_give(&limiter);
    cr_expect_eq(limiter_gate(&limiter, &integration, NOW_MS), GATE_OPEN);
}

Test(limiter, retry_after_on_any_outcome_belongs_to_the_receiver)
{
    static const struct {
        enum outcome outcome;
        int status;
    } rows[] = {{DELIVERED, 200}, {RETRY, 429}, {RETRY, 503}, {DEAD, 400}};
    bool clamped;

    for (size_t i = 0; i < 4; i++) {
        limiter = (struct limiter){0};
        cr_expect_eq(note(rows[i].outcome, false, rows[i].status, 5000, &clamped), NOW_MS + 5000);
        cr_expect_not(clamped);
        cr_expect_eq(limiter_gate(&limiter, &integration, NOW_MS + 4999), GATE_LATER);
        cr_expect_eq(limiter_gate(&limiter, &integration, NOW_MS + 5000), GATE_OPEN);
    }
}

Test(limiter, retry_after_is_clamped)
{
    bool clamped;

    cr_expect_eq(note(RETRY, false, 429, 3600000, &clamped), NOW_MS + 3600000);
    cr_expect_not(clamped);
    cr_expect_eq(note(RETRY, false, 429, 3600001, &clamped), NOW_MS + 3600000);
    cr_expect(clamped);
}

Test(limiter, a_shorter_retry_after_does_not_shorten_a_longer_one)
{
    bool clamped;

    note(RETRY, false, 429, 60000, &clamped);
    note(RETRY, false, 429, 1000, &clamped);
    cr_expect_eq(limiter.not_before_ms, NOW_MS + 60000);
}

Test(limiter, a_run_of_failures_opens_the_breaker)
{
    bool clamped;

    for (int i = 1; i < FAILURES; i++) {
        cr_expect_eq(note(RETRY, false, 503, -1, &clamped), 0);
        cr_expect_not(limiter_probing(&limiter));
    }
    cr_expect_eq(note(RETRY, false, 503, -1, &clamped), NOW_MS + 1000);
    cr_expect(limiter_probing(&limiter));
    cr_expect_eq(limiter_gate(&limiter, &integration, NOW_MS), GATE_LATER);
    limiter_take(&limiter, &integration, NOW_MS);
    cr_expect_eq(limiter_gate(&limiter, &integration, NOW_MS + 1000), GATE_FULL, "one probe");
    limiter_give(&limiter);
    note(DELIVERED, false, 200, -1, &clamped);
    cr_expect_not(limiter_probing(&limiter));
}

Test(limiter, a_refusal_of_one_message_is_a_sign_of_life)
{
    bool clamped;

    for (int i = 0; i < FAILURES; i++)
        note(RETRY, false, 503, -1, &clamped);
    note(DEAD, false, 400, -1, &clamped);
    cr_expect_not(limiter_probing(&limiter));
}

Test(limiter, unauthorized_opens_it_at_once)
{
    bool clamped;

    cr_expect_eq(note(RETRY, true, 401, -1, &clamped), NOW_MS + 1000);
    cr_expect(limiter_probing(&limiter));
    cr_expect_eq(limiter_gate(&limiter, &integration, NOW_MS + 999), GATE_LATER);
}

/* The rate. */

static struct integration with_rate(int64_t requests, int64_t per_ms, int64_t burst)
{
    struct integration limited = integration;

    limited.concurrency = 256;
    limited.rate = (struct rate){requests, per_ms, burst};
    return limited;
}

Test(limiter, a_burst_and_then_the_rate)
{
    const struct integration limited = with_rate(2, 1000, 3);

    for (int i = 0; i < 3; i++) {
        cr_expect_eq(limiter_gate(&limiter, &limited, NOW_MS), GATE_OPEN, "%d", i);
        limiter_take(&limiter, &limited, NOW_MS);
    }
    cr_expect_eq(limiter_gate(&limiter, &limited, NOW_MS), GATE_LATER);
    cr_expect_eq(limiter_next_ms(&limiter, &limited), NOW_MS + 500);
    cr_expect_eq(limiter_gate(&limiter, &limited, NOW_MS + 499), GATE_LATER);
    cr_expect_eq(limiter_gate(&limiter, &limited, NOW_MS + 500), GATE_OPEN);
    limiter_take(&limiter, &limited, NOW_MS + 500);
    cr_expect_eq(limiter_gate(&limiter, &limited, NOW_MS + 999), GATE_LATER);
    cr_expect_eq(limiter_gate(&limiter, &limited, NOW_MS + 1000), GATE_OPEN);
}

Test(limiter, an_idle_receiver_saves_no_more_than_its_burst)
{
    const struct integration limited = with_rate(1, 1000, 2);
    int64_t later_ms = NOW_MS + 3600000;

    limiter_take(&limiter, &limited, NOW_MS);
    for (int i = 0; i < 2; i++) {
        cr_expect_eq(limiter_gate(&limiter, &limited, later_ms), GATE_OPEN);
        limiter_take(&limiter, &limited, later_ms);
    }
    cr_expect_eq(limiter_gate(&limiter, &limited, later_ms), GATE_LATER);
}

Test(limiter, later_steps_are_paid_for_by_the_next_delivery)
{
    const struct integration limited = with_rate(1, 1000, 1);

    limiter_take(&limiter, &limited, NOW_MS);
    limiter_borrow(&limiter, &limited, NOW_MS);
    limiter_borrow(&limiter, &limited, NOW_MS);
    cr_expect_eq(limiter_next_ms(&limiter, &limited), NOW_MS + 3000);
}

Test(limiter, a_clock_that_is_set_back_holds_up_no_longer_than_the_debt)
{
    const struct integration limited = with_rate(1, 1000, 1);
    int64_t before_ms = NOW_MS - 86400000;

    limiter_take(&limiter, &limited, NOW_MS);
    limiter_borrow(&limiter, &limited, before_ms);
    cr_expect_leq(limiter_next_ms(&limiter, &limited), before_ms + 1000 * (1 + LIMITER_DEBT_MAX));
}

Test(limiter, without_a_rate_nothing_is_counted)
{
    limiter_take(&limiter, &integration, NOW_MS);
    cr_expect_eq(limiter_next_ms(&limiter, &integration), 0);
}

/* The breaker's settings. */

Test(limiter, no_number_of_failures_opens_it_where_none_is_set)
{
    struct integration patient = integration;
    struct verdict verdict = {.outcome = RETRY};
    struct response response = {.status = 503, .retry_after_ms = -1};
    bool clamped;

    patient.breaker_failures = 0;
    for (int i = 0; i < 1000; i++)
        limiter_note(&limiter, &patient, &verdict, &response, NOW_MS, 0, &clamped);
    cr_expect_not(limiter_probing(&limiter));
    verdict.blocks_receiver = true;
    limiter_note(&limiter, &patient, &verdict, &response, NOW_MS, 0, &clamped);
    cr_expect(limiter_probing(&limiter));
}

/* The guard. */

static struct integration with_guard(int64_t dead, int64_t share_percent)
{
    struct integration guarded = integration;

    guarded.guard_dead = dead;
    guarded.guard_share_percent = share_percent;
    guarded.guard_window_ms = 600000;
    return guarded;
}

Test(limiter, the_guard_holds_after_its_number_and_share)
{
    const struct integration guarded = with_guard(2, 50);

    for (int i = 0; i < 3; i++)
        limiter_delivered(&limiter, &guarded, NOW_MS);
    cr_expect_not(limiter_withholds(&limiter, &guarded, NOW_MS, 0), "1 of 4");
    cr_expect_not(limiter_withholds(&limiter, &guarded, NOW_MS, 0), "2 of 5");
    cr_expect(limiter_withholds(&limiter, &guarded, NOW_MS, 0), "3 of 6");
    cr_expect_eq(limiter.guarded_ms, NOW_MS);
    cr_expect(limiter_probing(&limiter));
    cr_expect_eq(limiter.not_before_ms, NOW_MS + 1000);
    cr_expect(limiter_withholds(&limiter, &guarded, NOW_MS, UINT64_MAX), "and goes on so");
    limiter_delivered(&limiter, &guarded, NOW_MS);
    cr_expect_not(limiter_probing(&limiter));
    cr_expect_not(limiter_withholds(&limiter, &guarded, NOW_MS, 0), "counting begins anew");
}

Test(limiter, the_guard_looks_at_one_window)
{
    const struct integration guarded = with_guard(1, 1);

    cr_expect_not(limiter_withholds(&limiter, &guarded, NOW_MS, 0));
    cr_expect_not(limiter_withholds(&limiter, &guarded, NOW_MS + 600000, 0));
    cr_expect(limiter_withholds(&limiter, &guarded, NOW_MS + 600000, 0));
}

Test(limiter, without_a_guard_everything_may_be_given_up)
{
    const struct integration guarded = with_guard(0, 1);

    for (int i = 0; i < 1000; i++)
        cr_expect_not(limiter_withholds(&limiter, &guarded, NOW_MS, 0));
}
