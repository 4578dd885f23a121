/*
 * deliverer.c - makes a deliverer, and the life of its partitions: restored, live, dropped.
 *
 * See deliverer.h. What is due is in ticks.c, what is committed in commits.c.
 */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "consumer/deliver/state.h"
#include "consumer/records/run_state.h"

int deliverer_new(const struct config *config, const struct deliverer_ops *ops, void *self,
                  struct deliverer **ret, struct error *err)
{
    struct deliverer *deliverer = calloc(1, sizeof(*deliverer));
    const struct retry_tier *tiers = config->topics.retry_tiers.items;

    *ret = NULL;
    if (deliverer == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for the deliverer");
    if (config->topics.retry_tiers.count > RETRY_TIERS_MAX) {
        free(deliverer);
        return error_set(err, ERROR_LIMIT, "at most %d retry tiers", RETRY_TIERS_MAX);
    }
    deliverer->config = config;
    deliverer->mutes = ops->muted != NULL ? MUTES_UNKNOWN : MUTES_NONE;
    deliverer->mutes_epoch = 1;
    deliverer->ops = ops;
    deliverer->self = self;
    deliverer->tiers_count = config->topics.retry_tiers.count;
    for (size_t i = 0; i < deliverer->tiers_count; i++) {
        deliverer->tiers[i] = tiers[i].name;
        deliverer->tier_ms[i] = tiers[i].delay_ms;
    }
    batch_init(&deliverer->batch);
    arena_init(&deliverer->scratch);
    arena_init(&deliverer->one);
    arena_init(&deliverer->encoded);
    arena_init(&deliverer->notes);
    *ret = deliverer;
    return 0;
}

static void outlets_free(struct deliverer *deliverer)
{
    struct outlet *outlet, *next;

    HASH_ITER (hh, deliverer->outlets, outlet, next) {
        HASH_DEL(deliverer->outlets, outlet);
        free(outlet->id);
        free(outlet);
    }
}

void deliverer_free(struct deliverer *deliverer)
{
    struct flight *flight, *next;

    if (deliverer == NULL)
        return;
    DL_FOREACH_SAFE(deliverer->flights, flight, next)
    flight_free(deliverer, flight);
    while (deliverer->partitions != NULL) {
        struct partition *partition = deliverer->partitions;
        deliverer->partitions = partition->next;
        partition_clear(deliverer, partition);
        batch_fini(&partition->output);
        free(partition);
    }
    outlets_free(deliverer);
    timers_fini(&deliverer->timers);
    batch_fini(&deliverer->batch);
    arena_fini(&deliverer->scratch);
    arena_fini(&deliverer->one);
    arena_fini(&deliverer->encoded);
    arena_fini(&deliverer->notes);
    free(deliverer);
}

int deliverer_restore(struct deliverer *deliverer, int32_t partition, const char *key,
                      size_t key_bytes, const void *value, size_t value_bytes, struct error *err)
{
    struct partition *known = partition_get(deliverer, partition, err);

    return known == NULL ? -1 : table_load(&known->table, key, key_bytes, value, value_bytes, err);
}

/* Takes the record `pos` out of the table: it is written with every batch. */
static int positions_restore(struct deliverer *deliverer, struct partition *partition,
                             struct error *err)
{
    struct entry *entry = table_find(&partition->table, POSITION_KEY, strlen(POSITION_KEY));
    struct position position;

    if (entry == NULL)
        return 0;
    if (record_decode(&position_type, entry->value.data, entry->value.bytes, &deliverer->scratch,
                      &position, err) != 0)
        return -1;
    partition->now.input = position.next;
    for (size_t i = 0; i < position.retry.count; i++) {
        const struct tier_position *tier = (const struct tier_position *)position.retry.items + i;
        for (size_t at = 0; at < deliverer->tiers_count; at++) {
            if (strcmp(deliverer->tiers[at], tier->tier) == 0)
                partition->now.tiers[at] = tier->next;
        }
    }
    return table_load(&partition->table, POSITION_KEY, strlen(POSITION_KEY), NULL, 0, err);
}

static int flights_relink(struct deliverer *deliverer, const struct partition *partition,
                          struct moment now, struct error *err)
{
    struct flight *flight, *next;

    DL_FOREACH_SAFE(deliverer->flights, flight, next)
    {
        if (flight->partition == partition->number &&
            flight_relink(deliverer, flight, now, err) != 0)
            return -1;
    }
    return 0;
}

int deliverer_restored(struct deliverer *deliverer, int32_t number, struct moment now,
                       int64_t *ret_next, int64_t ret_tier_next[RETRY_TIERS_MAX], struct error *err)
{
    struct partition *partition = partition_get(deliverer, number, err);

    arena_reset(&deliverer->scratch);
    if (partition == NULL || positions_restore(deliverer, partition, err) != 0)
        return -1;
    partition->staged = partition->committed = partition->now;
    for (struct entry *entry = partition->table.entries; entry != NULL; entry = entry->hh.next) {
        if (heads_build(deliverer, partition, entry, err) != 0)
            return -1;
    }
    partition->live = true;
    for (struct entry *entry = partition->table.entries; entry != NULL; entry = entry->hh.next) {
        if (heads_link(deliverer, partition, entry, now, err) != 0)
            return -1;
    }
    *ret_next = partition->now.input;
    memcpy(ret_tier_next, partition->now.tiers, sizeof(partition->now.tiers));
    return flights_relink(deliverer, partition, now, err);
}

void deliverer_drop(struct deliverer *deliverer, int32_t number)
{
    struct partition *partition = partition_find(deliverer, number);
    struct flight *flight, *next;

    if (partition == NULL)
        return;
    DL_FOREACH_SAFE(deliverer->flights, flight, next)
    {
        if (flight->partition != number)
            continue;
        if (flight->state == FLIGHT_WAITS || flight->state == FLIGHT_READY)
            flight_free(deliverer, flight);
        else
            flight->epoch = EPOCH_NONE;
    }
    partition_clear(deliverer, partition);
    for (struct outlet *outlet = deliverer->outlets; outlet != NULL; outlet = outlet->hh.next) {
        if (outlet->groups == NULL && outlet->receivers == NULL)
            outlet_forget(outlet);
    }
}

size_t deliverer_in_flight(const struct deliverer *deliverer)
{
    return deliverer->in_air;
}

size_t deliverer_pending(const struct deliverer *deliverer)
{
    return deliverer->pending;
}

struct deliverer_counters deliverer_counters(const struct deliverer *deliverer)
{
    return deliverer->counters;
}
