/*
 * commits.c - from changed tables to one batch, and what its end makes of them.
 *
 * A partition goes into a batch with its records, its dead letters and wake-ups, and its positions;
 * the position moves only with the last of the changes that it stands for. After a commit the
 * flights that waited for it may start, and ends that it holds are forgotten. After an abort the
 * partitions of the batch are as they were before it; ends are applied again, flights that had sent
 * nothing are decided again.
 */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "consumer/deliver/state.h"
#include "consumer/records/run_state.h"

#define STAGE_BYTES_MAX (BATCH_BYTES_MAX / 4 * 3)

static int put_position(struct deliverer *deliverer, const struct partition *partition,
                        struct error *err)
{
    struct tier_position tiers[RETRY_TIERS_MAX];
    struct position position = {.next = partition->now.input, .retry = {.items = tiers}};
    size_t bytes = 0;

    for (size_t i = 0; i < deliverer->tiers_count; i++) {
        if (partition->now.tiers[i] >= 0)
            tiers[position.retry.count++] = (struct tier_position){.tier = deliverer->tiers[i],
                                                                   .next = partition->now.tiers[i]};
    }
    arena_reset(&deliverer->encoded);
    char *value = record_encode(&position_type, &position, &deliverer->encoded, &bytes, err);
    if (value == NULL)
        return -1;
    for (size_t i = 0; i < deliverer->tiers_count; i++) {
        if (partition->now.tiers[i] >= 0 &&
            batch_side_position(&deliverer->batch, DELIVER_RETRY + (int)i, partition->number,
                                partition->now.tiers[i], err) != 0)
            return -1;
    }
    return batch_put(&deliverer->batch, DELIVER_DELIVERIES, partition->number, POSITION_KEY,
                     strlen(POSITION_KEY), value, bytes, NULL, err);
}

static int put_output(struct deliverer *deliverer, struct partition *partition, struct error *err)
{
    for (size_t i = 0; i < partition->output.count; i++) {
        const struct batch_record *record = &partition->output.records[i];
        if (batch_put(&deliverer->batch, record->topic, record->partition, record->key,
                      record->key_bytes, record->value, record->value_bytes, record->envelope,
                      err) != 0)
            return -1;
    }
    batch_reset(&partition->output);
    return 0;
}

static int put_entries(struct deliverer *deliverer, struct partition *partition, struct error *err)
{
    size_t room = STAGE_BYTES_MAX - deliverer->batch.bytes;
    const struct entry *entry = table_stage(&partition->table, room);

    for (; entry != NULL; entry = entry->next_staged) {
        if (batch_put(&deliverer->batch, DELIVER_DELIVERIES, partition->number, entry->key,
                      entry->key_bytes, entry->value.data, entry->value.bytes, NULL, err) != 0)
            return -1;
    }
    return 0;
}

static void flights_staged(struct deliverer *deliverer, const struct partition *partition)
{
    struct flight *flight;

    DL_FOREACH (deliverer->flights, flight) {
        if (flight->partition == partition->number && flight->epoch == EPOCH_OPEN)
            flight->epoch = EPOCH_STAGED;
    }
}

static int stage_partition(struct deliverer *deliverer, struct partition *partition,
                           struct error *err)
{
    partition->in_staged = true;
    if (put_output(deliverer, partition, err) != 0 || put_entries(deliverer, partition, err) != 0)
        return -1;
    if (partition->table.open == NULL) {
        partition->staged = partition->now;
        flights_staged(deliverer, partition);
        if (put_position(deliverer, partition, err) != 0)
            return -1;
    }
    return batch_position(&deliverer->batch, partition->number, partition->staged.input, err);
}

int deliverer_stage(struct deliverer *deliverer, bool lazily, const struct batch **ret_batch,
                    struct error *err)
{
    bool left = false;

    *ret_batch = NULL;
    if (deliverer->is_staged)
        return 0;
    batch_reset(&deliverer->batch);
    for (struct partition *partition = deliverer->partitions; partition != NULL;
         partition = partition->next) {
        bool news = partition->table.open != NULL || partition->output.count > 0;
        bool moved = memcmp(&partition->now, &partition->staged, sizeof(partition->now)) != 0;
        if (!partition->live || partition->now.input < 0 || (!news && (lazily || !moved)))
            continue;
        if (deliverer->batch.bytes + partition->output.bytes >= STAGE_BYTES_MAX) {
            left = true;
            continue;
        }
        if (stage_partition(deliverer, partition, err) != 0)
            return -1;
        left = left || partition->table.open != NULL;
        deliverer->is_staged = true;
    }
    if (deliverer->is_staged) {
        deliverer->open_bytes = left ? STAGED_BYTES_MAX : 0;
        *ret_batch = &deliverer->batch;
    }
    return 0;
}

void deliverer_committed(struct deliverer *deliverer)
{
    struct flight *flight, *next;

    for (struct partition *partition = deliverer->partitions; partition != NULL;
         partition = partition->next) {
        if (!partition->in_staged)
            continue;
        table_commit(&partition->table);
        partition->committed = partition->staged;
        partition->in_staged = false;
    }
    DL_FOREACH_SAFE(deliverer->flights, flight, next)
    {
        if (flight->epoch != EPOCH_STAGED)
            continue;
        flight->epoch = EPOCH_NONE;
        if (flight->state == FLIGHT_ENDED)
            flight_free(deliverer, flight);
        else
            flight->state = FLIGHT_READY;
    }
    batch_reset(&deliverer->batch);
    deliverer->is_staged = false;
}

static int roll_back(struct deliverer *deliverer, struct partition *partition, struct moment now,
                     struct error *err)
{
    struct entry *changed = table_abort(&partition->table);
    struct entry *entry;

    partition->in_staged = false;
    partition->now = partition->staged = partition->committed;
    batch_reset(&partition->output);
    for (entry = changed; entry != NULL; entry = entry->next_changed) {
        if (heads_build(deliverer, partition, entry, err) != 0)
            return -1;
    }
    for (entry = changed; entry != NULL; entry = entry->next_changed) {
        if (heads_link(deliverer, partition, entry, now, err) != 0)
            return -1;
    }
    table_sweep(&partition->table, changed);
    return 0;
}

int deliverer_aborted(struct deliverer *deliverer, struct moment now, struct error *err)
{
    struct flight *flight, *next;

    for (struct partition *partition = deliverer->partitions; partition != NULL;
         partition = partition->next) {
        if (!partition->in_staged)
            continue;
        if (roll_back(deliverer, partition, now, err) != 0)
            return -1;
        DL_FOREACH_SAFE(deliverer->flights, flight, next)
        {
            if (flight->partition == partition->number && flight->epoch != EPOCH_NONE &&
                flight_aborted(deliverer, flight, now, err) != 0)
                return -1;
        }
    }
    batch_reset(&deliverer->batch);
    deliverer->is_staged = false;
    return receivers_sync(deliverer, now, err);
}
