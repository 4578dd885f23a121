/*
 * moment.h - what time it is, on both clocks, and whether something is wrong with them.
 *
 * Timers persist as wall time and are armed as monotonic remainders, so a clock that is set does
 * not fire or stall them; when the two clocks have parted by more than CLOCK_JUMP_MS since the
 * timers were armed they are read again. A monotonic gap means that the process was frozen:
 * somebody else may own its partitions by now. Pure: the caller reads the clocks.
 */
#ifndef TOCSIN_CONSUMER_DELIVER_MOMENT_H
#define TOCSIN_CONSUMER_DELIVER_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_JUMP_MS 60000

struct moment {
    int64_t wall_ms; /* since the epoch */
    int64_t mono_ms; /* since some start; never goes back */
};

struct clock_watch {
    int64_t offset_ms; /* wall - monotonic when the timers were armed */
    int64_t last_mono_ms;
    bool started;
};

/* What changed since the last call. */
struct clock_news {
    bool jumped;     /* arm all timers again */
    bool frozen;     /* check the membership before anything is sent */
    int64_t jump_ms; /* by how much the wall clock was set */
};

struct clock_news clock_watch_tick(struct clock_watch *watch, struct moment now,
                                   int64_t frozen_after_ms);

/* Reads CLOCK_REALTIME and CLOCK_MONOTONIC. */
struct moment moment_now(void);

#endif
