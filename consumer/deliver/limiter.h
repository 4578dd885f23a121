/*
 * limiter.h - whether a receiver takes another request now: concurrency, rate, not-before, breaker,
 * guard.
 *
 * One for each integration of a process. Retry-After and failures belong to the receiver, not to
 * the message that met them. The breaker opens after 401 or 403, or after a run of failures; the
 * guard closes when most of what ends is given up: something is wrong with the receiver, not with
 * every message. While either holds, one request at a time probes, no earlier than the backoff
 * says, and nothing is given up but for age, until one is delivered. A group that is held up here
 * is simply not due yet. Pure: time and randomness are passed in.
 */
#ifndef TOCSIN_CONSUMER_DELIVER_LIMITER_H
#define TOCSIN_CONSUMER_DELIVER_LIMITER_H

#include "consumer/config/config.h"

#define LIMITER_DEBT_MAX 256 /* requests that a delivery of several steps may borrow */

/* Deliveries that ended in the guard's window. */
struct endings {
    int64_t window_ms, all, dead;
};

struct limiter {
    int64_t in_flight;
    int64_t not_before_ms; /* wall clock; 0: none */
    int64_t failures;      /* in a row */
    bool blocked;          /* by 401 or 403 */
    int64_t broken_ms;     /* since when the breaker is open; 0: it is not */
    int64_t guarded_ms;    /* since when the guard holds; 0: it does not */
    int64_t withheld;      /* dead letters in a row that the guard has kept back */
    struct endings endings;
    bool clamped;    /* the last Retry-After was cut */
    int64_t full_us; /* wall clock at which the bucket is full again */
};

enum gate {
    GATE_OPEN,
    GATE_FULL,  /* until a request in flight has ended */
    GATE_LATER, /* until limiter_next_ms() */
};

enum gate limiter_gate(const struct limiter *limiter, const struct integration *integration,
                       int64_t now_ms);
int64_t limiter_next_ms(const struct limiter *limiter, const struct integration *integration);
bool limiter_probing(const struct limiter *limiter);

/* A slot and a request's share of the rate. */
void limiter_take(struct limiter *limiter, const struct integration *integration, int64_t now_ms);
/* A later request of the same slot: it is not held up, the next slot pays for it. */
void limiter_borrow(struct limiter *limiter, const struct integration *integration, int64_t now_ms);
void limiter_give(struct limiter *limiter); /* the slot that was taken */

/* What a request's end means for the receiver. Returns the time before which nothing is sent there
 * because of it, 0 for none; *ret_clamped tells that Retry-After was cut to the configured maximum.
 */
int64_t limiter_note(struct limiter *limiter, const struct integration *integration,
                     const struct verdict *verdict, const struct response *response, int64_t now_ms,
                     uint64_t random, bool *ret_clamped);

/* A delivery ended well. */
void limiter_delivered(struct limiter *limiter, const struct integration *integration,
                       int64_t now_ms);
/* One is about to be given up. True: the guard holds it back, and it is tried again no earlier than
 * limiter.not_before_ms. */
bool limiter_withholds(struct limiter *limiter, const struct integration *integration,
                       int64_t now_ms, uint64_t random);

/* Nothing is worth remembering. */
bool limiter_is_well(const struct limiter *limiter, int64_t now_ms);

#endif
