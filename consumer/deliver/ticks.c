/*
 * ticks.c - what is due now, and how long nothing will be.
 *
 * Timers wake groups; a group that its receiver's limits held up stands in the receiver's queue and
 * is looked at again when they allow it, so a receiver that is slow or away costs the others
 * nothing.
 */
#include <stdlib.h>
#include <utlist.h>

#include "consumer/deliver/state.h"

#define ENDED_KEEP_MS 60000 /* an end whose partition does not come back */
#define RUNS_SWEEP_MS 3600000

bool deliverer_full(const struct deliverer *deliverer)
{
    return deliverer->open_bytes >= STAGED_BYTES_MAX;
}

void deliverer_hold(struct deliverer *deliverer, bool hold)
{
    deliverer->hold = hold;
}

/* Ends that no table will ever take: somebody else has sent since, or owns the group. */
static void sweep_flights(struct deliverer *deliverer, struct moment now)
{
    struct flight *flight, *next;

    DL_FOREACH_SAFE(deliverer->flights, flight, next)
    {
        const struct partition *partition = partition_find(deliverer, flight->partition);
        if (flight->state == FLIGHT_ENDED && flight->epoch == EPOCH_NONE &&
            ((partition != NULL && partition->live) ||
             now.mono_ms - flight->ended_mono_ms > ENDED_KEEP_MS))
            flight_free(deliverer, flight);
    }
}

static int sweep_runs(struct deliverer *deliverer, struct moment now, struct error *err)
{
    if (now.mono_ms < deliverer->sweep_mono_ms)
        return 0;
    deliverer->sweep_mono_ms = now.mono_ms + RUNS_SWEEP_MS;
    for (struct partition *partition = deliverer->partitions; partition != NULL;
         partition = partition->next) {
        for (struct entry *entry = partition->table.entries; entry != NULL;
             entry = entry->hh.next) {
            const struct run_head *head = entry->head;
            if (entry->kind == ENTRY_RUN && head != NULL && partition->live &&
                now.wall_ms - head->first_ms > RUN_PARTS_KEEP_MS &&
                run_forget(deliverer, partition, entry, err) != 0)
                return -1;
        }
    }
    return 0;
}

static bool is_over_age(const struct outlet *outlet, int64_t now_ms)
{
    return limiter_probing(&outlet->limiter) && outlet->integration->age_max_ms > 0 &&
           now_ms - outlet->ready->due_ms >= outlet->integration->age_max_ms;
}

/* The queue of one receiver, first come first, as far as its limits allow. */
static int serve(struct deliverer *deliverer, struct outlet *outlet, size_t *budget,
                 struct moment now, struct error *err)
{
    while (outlet->ready != NULL && *budget > 0 && !deliverer_full(deliverer)) {
        struct group_head *group = outlet->ready;
        bool open = !deliverer->hold && !is_held_up(deliverer) &&
                    limiter_gate(&outlet->limiter, outlet->integration, now.wall_ms) == GATE_OPEN;
        if (!open && !is_over_age(outlet, now.wall_ms))
            return 0;
        group_unready(group);
        (*budget)--;
        if (group_look(deliverer, group, now, err) != 0)
            return -1;
        if (!open && group == outlet->ready)
            return 0;
    }
    return 0;
}

int deliverer_tick(struct deliverer *deliverer, struct moment now, struct error *err)
{
    size_t budget = TICK_GROUPS_MAX;
    struct timer *timer;

    sweep_flights(deliverer, now);
    if (wakeups_tick(deliverer, now, err) != 0 || sweep_runs(deliverer, now, err) != 0)
        return -1;
    for (struct outlet *outlet = deliverer->outlets; outlet != NULL; outlet = outlet->hh.next) {
        if (serve(deliverer, outlet, &budget, now, err) != 0 ||
            fallback_tick(deliverer, outlet, now, err) != 0)
            return -1;
    }
    while ((timer = timers_first(&deliverer->timers)) != NULL && timer->at_ms <= now.mono_ms &&
           budget > 0 && !deliverer_full(deliverer)) {
        timers_disarm(&deliverer->timers, timer);
        budget--;
        if (group_look(deliverer, timer->self, now, err) != 0)
            return -1;
    }
    return receivers_sync(deliverer, now, err);
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* When the queue of a receiver moves without any event; INT64_MAX: not by time. */
static int64_t outlet_wait_ms(const struct deliverer *deliverer, const struct outlet *outlet,
                              struct moment now)
{
    if (outlet->ready == NULL || deliverer->hold || is_held_up(deliverer))
        return INT64_MAX;
    switch (limiter_gate(&outlet->limiter, outlet->integration, now.wall_ms)) {
    case GATE_OPEN:
        return 0;
    case GATE_LATER:
        return limiter_next_ms(&outlet->limiter, outlet->integration) - now.wall_ms;
    case GATE_FULL:
        break;
    }
    return INT64_MAX;
}

int64_t deliverer_wait_ms(const struct deliverer *deliverer, struct moment now)
{
    const struct timer *timer = timers_first(&deliverer->timers);
    const struct flight *flight;
    int64_t wait_ms = INT64_MAX, wakeup_ms = wakeups_next_ms(deliverer);

    DL_FOREACH (deliverer->flights, flight) {
        if (flight->state == FLIGHT_READY)
            return 0;
    }
    if (deliverer_full(deliverer))
        return INT64_MAX; /* until the commit under way is done */
    if (wakeup_ms != INT64_MAX)
        wait_ms = sooner(wait_ms, wakeup_ms - now.wall_ms);
    for (const struct outlet *outlet = deliverer->outlets; outlet != NULL; outlet = outlet->hh.next)
        wait_ms = sooner(wait_ms, outlet_wait_ms(deliverer, outlet, now));
    if (timer != NULL)
        wait_ms = sooner(wait_ms, timer->at_ms - now.mono_ms);
    return wait_ms > 0 ? wait_ms : 0;
}

int deliverer_rearm(struct deliverer *deliverer, struct moment now, struct error *err)
{
    for (struct partition *partition = deliverer->partitions; partition != NULL;
         partition = partition->next) {
        for (struct entry *entry = partition->table.entries; entry != NULL;
             entry = entry->hh.next) {
            if (entry->kind == ENTRY_GROUP && entry->head != NULL &&
                group_arm(deliverer, entry->head, now, err) != 0)
                return -1;
        }
    }
    return 0;
}
