/*
 * timers.h - a binary heap of deadlines on the monotonic clock.
 *
 * A timer is embedded in what it wakes and knows its place, so that arming again and disarming are
 * logarithmic. Memory grows only when a timer is armed; a timer that is armed again never fails.
 */
#ifndef TOCSIN_CONSUMER_DELIVER_TIMERS_H
#define TOCSIN_CONSUMER_DELIVER_TIMERS_H

#include <stddef.h>
#include <stdint.h>

#include "producer/error.h"

struct timer {
    int64_t at_ms;
    size_t place; /* from 1; 0: not armed */
    void *self;   /* what it wakes */
};

struct timers {
    struct timer **heap;
    size_t count, capacity;
};

void timers_fini(struct timers *timers);
int timers_arm(struct timers *timers, struct timer *timer, int64_t at_ms, struct error *err);
void timers_disarm(struct timers *timers, struct timer *timer);

/* The earliest, NULL when none is armed. */
struct timer *timers_first(const struct timers *timers);

#endif
