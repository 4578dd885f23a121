/*
 * limiter.c - see limiter.h.
 *
 * The bucket is one number: when it will be full again (the generic cell rate algorithm). Each
 * request moves that time forward by its share; there is room while it is less than a burst away.
 */
#include "consumer/deliver/limiter.h"

#include "consumer/deliver/backoff.h"

#define US_PER_MS 1000

bool limiter_probing(const struct limiter *limiter)
{
    return limiter->broken_ms != 0 || limiter->guarded_ms != 0;
}

/* The share of one request; 0: there is no rate. */
static int64_t share_us(const struct rate *rate)
{
    return rate->requests > 0 ? rate->per_ms * US_PER_MS / rate->requests : 0;
}

int64_t limiter_next_ms(const struct limiter *limiter, const struct integration *integration)
{
    const struct rate *rate = &integration->rate;
    int64_t room_us = limiter->full_us - (rate->burst - 1) * share_us(rate);
    int64_t room_ms = rate->requests > 0 ? (room_us + US_PER_MS - 1) / US_PER_MS : 0;

    return room_ms > limiter->not_before_ms ? room_ms : limiter->not_before_ms;
}

enum gate limiter_gate(const struct limiter *limiter, const struct integration *integration,
                       int64_t now_ms)
{
    int64_t slots = limiter_probing(limiter) ? 1 : integration->concurrency;

    if (limiter->in_flight >= slots)
        return GATE_FULL;
    return limiter_next_ms(limiter, integration) > now_ms ? GATE_LATER : GATE_OPEN;
}

void limiter_borrow(struct limiter *limiter, const struct integration *integration, int64_t now_ms)
{
    const struct rate *rate = &integration->rate;
    int64_t share = share_us(rate), now_us = now_ms * US_PER_MS;
    int64_t latest_us = now_us + (rate->burst + LIMITER_DEBT_MAX) * share;

    if (share == 0)
        return;
    limiter->full_us = (limiter->full_us > now_us ? limiter->full_us : now_us) + share;
    if (limiter->full_us > latest_us) /* or the clock was set back */
        limiter->full_us = latest_us;
}

void limiter_take(struct limiter *limiter, const struct integration *integration, int64_t now_ms)
{
    limiter->in_flight++;
    limiter_borrow(limiter, integration, now_ms);
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

/* Another failure: how long until the next probe, 0 while the breaker is closed. */
static int64_t fail(struct limiter *limiter, const struct integration *integration, bool blocks,
                    int64_t now_ms, uint64_t random)
{
    int64_t most = integration->breaker_failures;

    limiter->failures++;
    limiter->blocked = limiter->blocked || blocks;
    if (limiter->broken_ms == 0 && (limiter->blocked || (most > 0 && limiter->failures >= most)))
        limiter->broken_ms = now_ms;
    if (!limiter_probing(limiter))
        return 0;
    return backoff_ms(limiter->blocked || limiter->failures < most ? limiter->failures
                                                                   : limiter->failures - most + 1,
                      integration->backoff_min_ms, integration->backoff_max_ms, random);
}

int64_t limiter_note(struct limiter *limiter, const struct integration *integration,
                     const struct verdict *verdict, const struct response *response, int64_t now_ms,
                     uint64_t random, bool *ret_clamped)
{
    int64_t wait_ms = response->retry_after_ms;

    *ret_clamped = false;
    if (verdict->spares_receiver)
        return 0;
    *ret_clamped = wait_ms > integration->retry_after_max_ms;
    if (*ret_clamped)
        wait_ms = integration->retry_after_max_ms;
    if (verdict->outcome == RETRY) {
        int64_t probe_ms = fail(limiter, integration, verdict->blocks_receiver, now_ms, random);
        wait_ms = wait_ms > probe_ms ? wait_ms : probe_ms;
    } else if (response->status != 0) {
        /* Delivered, or a no to this one message: the receiver itself is well. */
        limiter->failures = 0;
        limiter->blocked = false;
        limiter->broken_ms = 0;
    }
    if (*ret_clamped || verdict->outcome == DELIVERED)
        limiter->clamped = *ret_clamped;
    if (wait_ms <= 0)
        return 0;
    not_before(limiter, now_ms + wait_ms);
    return now_ms + wait_ms;
}

static void count(struct limiter *limiter, const struct integration *integration, bool dead,
                  int64_t now_ms)
{
    struct endings *endings = &limiter->endings;

    if (now_ms < endings->window_ms || now_ms - endings->window_ms >= integration->guard_window_ms)
        *endings = (struct endings){.window_ms = now_ms};
    endings->all++;
    endings->dead += dead;
}

void limiter_delivered(struct limiter *limiter, const struct integration *integration,
                       int64_t now_ms)
{
    count(limiter, integration, false, now_ms);
    if (limiter->guarded_ms != 0)
        limiter->endings = (struct endings){0};
    limiter->guarded_ms = 0;
    limiter->withheld = 0;
}

bool limiter_withholds(struct limiter *limiter, const struct integration *integration,
                       int64_t now_ms, uint64_t random)
{
    const struct endings *endings = &limiter->endings;

    if (integration->guard_dead == 0)
        return false;
    if (limiter->guarded_ms == 0) {
        count(limiter, integration, true, now_ms);
        if (endings->dead <= integration->guard_dead ||
            endings->dead * 100 < endings->all * integration->guard_share_percent)
            return false;
        limiter->guarded_ms = now_ms;
    }
    limiter->withheld++;
    not_before(limiter, now_ms + backoff_ms(limiter->withheld, integration->backoff_min_ms,
                                            integration->backoff_max_ms, random));
    return true;
}

bool limiter_is_well(const struct limiter *limiter, int64_t now_ms)
{
    return limiter->failures == 0 && !limiter_probing(limiter) && !limiter->clamped &&
           limiter->not_before_ms <= now_ms;
}
