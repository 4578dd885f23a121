/*
 * wakeup.c - retry.<tier>: a wake-up, and a trace that any Kafka tool can see.
 *
 * A wait longer than the smallest tier also puts a record into the largest tier not longer than the
 * wait. It is read at once and kept in memory until its tier's delay is over; then it hops if the
 * group is not due yet, and is dropped if nothing is due. The state decides: a lost, double or late
 * wake-up does no harm, since a restore arms every not-before.
 */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "consumer/deliver/state.h"

int wakeup_write(struct deliverer *deliverer, const struct group_head *group,
                 const struct group_state *state, int64_t now_ms, struct error *err)
{
    struct wakeup wakeup = {
        .integration = state->integration,
        .group = state->group,
        .not_before_ms = state->not_before_ms,
        .attempt = state->attempt,
        .why = state->last_error ? state->last_error : "",
    };
    size_t tier = deliverer->tiers_count, bytes = 0;

    while (tier > 0 && deliverer->tier_ms[tier - 1] > state->not_before_ms - now_ms)
        tier--;
    if (tier == 0)
        return 0;
    arena_reset(&deliverer->encoded);
    char *value = record_encode(&wakeup_type, &wakeup, &deliverer->encoded, &bytes, err);
    if (value == NULL)
        return -1;
    deliverer->open_bytes += bytes;
    return batch_put(&group->partition->output, DELIVER_RETRY + (int)tier - 1,
                     group->partition->number, group->entry->key, group->entry->key_bytes, value,
                     bytes, NULL, err);
}

static void waiting_free(struct partition *partition, size_t tier, struct waiting *waiting)
{
    DL_DELETE(partition->waiting[tier], waiting);
    partition->waiting_count[tier]--;
    free(waiting->key);
    free(waiting);
}

void wakeups_drop(struct partition *partition)
{
    for (size_t tier = 0; tier < RETRY_TIERS_MAX; tier++) {
        while (partition->waiting[tier] != NULL)
            waiting_free(partition, tier, partition->waiting[tier]);
    }
}

int deliverer_wakeup(struct deliverer *deliverer, size_t tier,
                     const struct delivered_record *record, struct moment now, struct error *err)
{
    struct partition *partition = partition_find(deliverer, record->partition);

    (void)now;
    if (partition == NULL || !partition->live || tier >= deliverer->tiers_count ||
        record->offset < partition->now.tiers[tier] ||
        record->offset < partition->read_next[tier] ||
        partition->waiting_count[tier] == WAKEUPS_WAITING_MAX)
        return 0;
    struct waiting *waiting = calloc(1, sizeof(*waiting));
    char *key = malloc(record->key_bytes + 1);
    if (waiting == NULL || key == NULL) {
        free(waiting);
        free(key);
        return error_set(err, ERROR_MEMORY, "out of memory for a wake-up");
    }
    if (record->key_bytes > 0)
        memcpy(key, record->key, record->key_bytes);
    *waiting = (struct waiting){.offset = record->offset,
                                .at_ms = record->time_ms + deliverer->tier_ms[tier],
                                .key = key,
                                .key_bytes = record->key_bytes};
    DL_APPEND(partition->waiting[tier], waiting);
    partition->waiting_count[tier]++;
    partition->read_next[tier] = record->offset + 1;
    return 0;
}

static int wake(struct deliverer *deliverer, struct partition *partition,
                const struct waiting *waiting, struct moment now, struct error *err)
{
    struct group_head *group = group_find(partition, waiting->key, waiting->key_bytes);
    struct group_state state;

    deliverer->counters.wakeups++;
    if (group == NULL || group->due_ms == 0 || group->flight != NULL ||
        group->look_ms - now.wall_ms < deliverer->tier_ms[0])
        return 0; /* nothing is due, or its timer is about to say so */
    arena_reset(&deliverer->scratch);
    if (group_load(group, &deliverer->scratch, &state, err) != 0)
        return -1;
    return state.attempt > 0 ? wakeup_write(deliverer, group, &state, now.wall_ms, err) : 0;
}

int wakeups_tick(struct deliverer *deliverer, struct moment now, struct error *err)
{
    for (struct partition *partition = deliverer->partitions; partition != NULL;
         partition = partition->next) {
        for (size_t tier = 0; tier < deliverer->tiers_count; tier++) {
            struct waiting *waiting;
            while ((waiting = partition->waiting[tier]) != NULL && waiting->at_ms <= now.wall_ms) {
                if (wake(deliverer, partition, waiting, now, err) != 0)
                    return -1;
                partition->now.tiers[tier] = waiting->offset + 1;
                waiting_free(partition, tier, waiting);
            }
        }
    }
    return 0;
}

int64_t wakeups_next_ms(const struct deliverer *deliverer)
{
    int64_t next_ms = INT64_MAX;

    for (const struct partition *partition = deliverer->partitions; partition != NULL;
         partition = partition->next) {
        for (size_t tier = 0; tier < deliverer->tiers_count; tier++) {
            const struct waiting *waiting = partition->waiting[tier];
            if (waiting != NULL && waiting->at_ms < next_ms)
                next_ms = waiting->at_ms;
        }
    }
    return next_ms;
}
