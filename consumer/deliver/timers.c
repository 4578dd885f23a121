/*
 * timers.c - see timers.h.
 */
#include "consumer/deliver/timers.h"

#include <stdlib.h>

#define TIMERS_CAPACITY_MIN 64

void timers_fini(struct timers *timers)
{
    free(timers->heap);
    *timers = (struct timers){0};
}

static void put(struct timers *timers, size_t place, struct timer *timer)
{
    timers->heap[place - 1] = timer;
    timer->place = place;
}

static void sift_up(struct timers *timers, struct timer *timer)
{
    size_t place = timer->place;

    while (place > 1 && timers->heap[place / 2 - 1]->at_ms > timer->at_ms) {
        put(timers, place, timers->heap[place / 2 - 1]);
        place /= 2;
    }
    put(timers, place, timer);
}

static void sift_down(struct timers *timers, struct timer *timer)
{
    size_t place = timer->place;

    for (;;) {
        size_t child = place * 2;
        if (child > timers->count)
            break;
        if (child < timers->count && timers->heap[child]->at_ms < timers->heap[child - 1]->at_ms)
            child++;
        if (timers->heap[child - 1]->at_ms >= timer->at_ms)
            break;
        put(timers, place, timers->heap[child - 1]);
        place = child;
    }
    put(timers, place, timer);
}

int timers_arm(struct timers *timers, struct timer *timer, int64_t at_ms, struct error *err)
{
    if (timer->place == 0) {
        if (timers->count == timers->capacity) {
            size_t capacity = timers->capacity ? timers->capacity * 2 : TIMERS_CAPACITY_MIN;
            struct timer **heap = realloc(timers->heap, capacity * sizeof(struct timer *));
            if (heap == NULL)
                return error_set(err, ERROR_MEMORY, "out of memory for %zu timers", capacity);
            timers->heap = heap;
            timers->capacity = capacity;
        }
        put(timers, ++timers->count, timer);
    }
    timer->at_ms = at_ms;
    sift_up(timers, timer);
    sift_down(timers, timer);
    return 0;
}

void timers_disarm(struct timers *timers, struct timer *timer)
{
    size_t place = timer->place;

    if (place == 0)
        return;
    timer->place = 0;
    struct timer *last = timers->heap[--timers->count];
    if (last == timer)
        return;
    put(timers, place, last);
    sift_up(timers, last);
    sift_down(timers, last);
}

struct timer *timers_first(const struct timers *timers)
{
    return timers->count > 0 ? timers->heap[0] : NULL;
}
