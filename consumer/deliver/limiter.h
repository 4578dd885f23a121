/*
 * limiter.h - whether a receiver takes another request now: concurrency, not-before, breaker.
 *
 * One for each integration of a process. Retry-After and failures belong to the receiver, not to
 * the message that met them. The breaker opens after 401 or 403, or after a run of failures; then
 * one request at a time probes, no earlier than the backoff says, until one is delivered. A group
 * that is held up here is simply not due yet. Pure: time and randomness are passed in.
 */
#ifndef TOCSIN_CONSUMER_DELIVER_LIMITER_H
#define TOCSIN_CONSUMER_DELIVER_LIMITER_H

#include "consumer/config/config.h"

#define LIMITER_FAILURES_MAX 5 /* in a row; the next try is a probe */

struct limiter {
    int64_t in_flight;
    int64_t not_before_ms; /* wall clock; 0: none */
    int64_t failures;      /* in a row */
    bool blocked;          /* by 401 or 403 */
};

enum gate {
    GATE_OPEN,
    GATE_FULL,  /* until a request in flight has ended */
    GATE_LATER, /* until limiter.not_before_ms */
};

enum gate limiter_gate(const struct limiter *limiter, const struct integration *integration,
                       int64_t now_ms);
bool limiter_probing(const struct limiter *limiter);

void limiter_take(struct limiter *limiter);
void limiter_give(struct limiter *limiter); /* the slot that was taken */

/* What a request's end means for the receiver. Returns the time before which nothing is sent there
 * because of it, 0 for none; *ret_clamped tells that Retry-After was cut to the configured maximum.
 */
int64_t limiter_note(struct limiter *limiter, const struct integration *integration,
                     const struct verdict *verdict, const struct response *response, int64_t now_ms,
                     uint64_t random, bool *ret_clamped);

#endif
