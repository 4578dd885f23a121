/*
 * moment.c - see moment.h.
 */
#include "consumer/deliver/moment.h"

#include <time.h>

struct clock_news clock_watch_tick(struct clock_watch *watch, struct moment now,
                                   int64_t frozen_after_ms)
{
    struct clock_news news = {0};
    int64_t offset_ms = now.wall_ms - now.mono_ms;

    if (watch->started) {
        news.jump_ms = offset_ms - watch->offset_ms;
        news.jumped = news.jump_ms > CLOCK_JUMP_MS || news.jump_ms < -CLOCK_JUMP_MS;
        /* A suspended machine stops its monotonic clock, not the world's. */
        news.frozen =
            now.mono_ms - watch->last_mono_ms > frozen_after_ms || news.jump_ms > CLOCK_JUMP_MS;
    }
    if (!watch->started || news.jumped)
        watch->offset_ms = offset_ms;
    watch->last_mono_ms = now.mono_ms;
    watch->started = true;
    return news;
}

static int64_t clock_ms(clockid_t id)
{
    struct timespec at;

    clock_gettime(id, &at);
    return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

struct moment moment_now(void)
{
    return (struct moment){.wall_ms = clock_ms(CLOCK_REALTIME),
                           .mono_ms = clock_ms(CLOCK_MONOTONIC)};
}
