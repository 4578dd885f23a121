/* A receiver's limits: concurrency, Retry-After, breaker. */
#include <criterion/criterion.h>

#include "consumer/deliver/limiter.h"

#define NOW_MS 1700000000000

static const struct integration integration = {.concurrency = 2,
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
    limiter_take(&limiter);
    cr_expect_eq(limiter_gate(&limiter, &integration, NOW_MS), GATE_OPEN);
    limiter_take(&limiter);
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

    for (int i = 1; i < LIMITER_FAILURES_MAX; i++) {
        cr_expect_eq(note(RETRY, false, 503, -1, &clamped), 0);
        cr_expect_not(limiter_probing(&limiter));
    }
    cr_expect_eq(note(RETRY, false, 503, -1, &clamped), NOW_MS + 1000);
    cr_expect(limiter_probing(&limiter));
    cr_expect_eq(limiter_gate(&limiter, &integration, NOW_MS), GATE_LATER);
    limiter_take(&limiter);
    cr_expect_eq(limiter_gate(&limiter, &integration, NOW_MS + 1000), GATE_FULL, "one probe");
    limiter_give(&limiter);
    note(DELIVERED, false, 200, -1, &clamped);
    cr_expect_not(limiter_probing(&limiter));
}

Test(limiter, a_refusal_of_one_message_is_a_sign_of_life)
{
    bool clamped;

    for (int i = 0; i < LIMITER_FAILURES_MAX; i++)
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
