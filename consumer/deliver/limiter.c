/*
 * limiter.c - see limiter.h.
 */
#include "consumer/deliver/limiter.h"

#include "consumer/deliver/backoff.h"

bool limiter_probing(const struct limiter *limiter)
{
    return limiter->blocked || limiter->failures >= LIMITER_FAILURES_MAX;
}

enum gate limiter_gate(const struct limiter *limiter, const struct integration *integration,
                       int64_t now_ms)
{
    int64_t slots = limiter_probing(limiter) ? 1 : integration->concurrency;

    if (limiter->in_flight >= slots)
        return GATE_FULL;
    return limiter->not_before_ms > now_ms ? GATE_LATER : GATE_OPEN;
}

void limiter_take(struct limiter *limiter)
{
    limiter->in_flight++;
}

void limiter_give(struct limiter *limiter)
{
    limiter->in_flight--;
}

static void not_before(struct limiter *limiter, int64_t at_ms)
{
    if (at_ms > limiter->not_before_ms)
        limiter->not_before_ms = at_ms;
}

int64_t limiter_note(struct limiter *limiter, const struct integration *integration,
                     const struct verdict *verdict, const struct response *response, int64_t now_ms,
                     uint64_t random, bool *ret_clamped)
{
    int64_t wait_ms = response->retry_after_ms;

    *ret_clamped = wait_ms > integration->retry_after_max_ms;
    if (*ret_clamped)
        wait_ms = integration->retry_after_max_ms;
    if (verdict->outcome == RETRY) {
        limiter->failures++;
        limiter->blocked = limiter->blocked || verdict->blocks_receiver;
        if (limiter_probing(limiter)) {
            int64_t probe_ms = backoff_ms(
                limiter->blocked ? limiter->failures : limiter->failures - LIMITER_FAILURES_MAX + 1,
                integration->backoff_min_ms, integration->backoff_max_ms, random);
            wait_ms = wait_ms > probe_ms ? wait_ms : probe_ms;
        }
    } else if (response->status != 0) {
        /* Delivered, or a no to this one message: the receiver itself is well. */
        limiter->failures = 0;
        limiter->blocked = false;
    }
    if (wait_ms <= 0)
        return 0;
    not_before(limiter, now_ms + wait_ms);
    return now_ms + wait_ms;
}
