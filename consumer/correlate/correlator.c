/*
 * correlator.c - the partitions' tables: made, committed, rolled back, dropped.
 */
#include "consumer/correlate/correlator_private.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static void partition_init(struct correlator *correlator, struct partition *partition)
{
    int32_t number = partition->number;

    *partition = (struct partition){.number = number, .next = -1, .next_before = -1};
    key_table_init(&partition->alerts, correlator->seed);
    key_table_init(&partition->runs, correlator->seed);
    key_table_init(&partition->pipelines, correlator->seed);
    key_table_init(&partition->series, correlator->seed);
    seen_init(&partition->seen, correlator->seed);
    arena_init(&partition->arena);
    partition->staged_end = &partition->staged;
}

static void partition_fini(struct partition *partition)
{
    struct alert_slot *alert;
    struct run_slot *run;
    struct pipeline_slot *pipeline;
    struct series_slot *series;
    size_t cursor = 0;

    while ((alert = key_table_next(&partition->alerts, &cursor)))
        alert_slot_free(alert);
    for (cursor = 0; (run = key_table_next(&partition->runs, &cursor));)
        run_slot_free(run);
    for (cursor = 0; (series = key_table_next(&partition->series, &cursor));)
        series_slot_free(series);
    key_table_fini(&partition->alerts);
    for (cursor = 0; (pipeline = key_table_next(&partition->pipelines, &cursor));)
        pipeline_slot_free(pipeline);
    key_table_fini(&partition->runs);
    key_table_fini(&partition->pipelines);
    key_table_fini(&partition->series);
    seen_fini(&partition->seen);
    arena_fini(&partition->arena);
}

/* The most (receiver, group) pairs that one set of labels can have. */
static size_t pairs_bound(const struct correlator_rules *rules)
{
    size_t routes = rules->route ? route_matches_bound(rules->route) : 0;
    size_t run = 0, longest = 1;

    for (size_t i = 0; i < rules->addressees_count; i++) {
        bool same =
            i > 0 && strcmp(rules->addressees[i].receiver, rules->addressees[i - 1].receiver) == 0;

        run = same ? run + 1 : 1;
        longest = run > longest ? run : longest;
    }
    return routes * longest;
}

int correlator_new(const struct correlator_rules *rules, struct correlator **ret, struct error *err)
{
    struct correlator *correlator = calloc(1, sizeof(*correlator));

    *ret = NULL;
    if (!correlator)
        return error_set(err, ERROR_MEMORY, "no memory for the tables");
    correlator->rules = *rules;
    correlator->dead_bytes_max = DEAD_LETTER_TOPIC_MESSAGE_BYTES_MAX;
    correlator->pairs_max = pairs_bound(rules);
    arena_init(&correlator->arena);
    correlator->partitions = calloc((size_t)rules->partitions, sizeof(*correlator->partitions));
    if (!correlator->partitions) {
        free(correlator);
        return error_set(err, ERROR_MEMORY, "no memory for %d partitions", rules->partitions);
    }
    if (getrandom(&correlator->seed, sizeof(correlator->seed), 0) < 0)
        correlator->seed = (uint64_t)(uintptr_t)correlator;
    for (int32_t i = 0; i < rules->partitions; i++) {
        correlator->partitions[i].number = i;
        partition_init(correlator, &correlator->partitions[i]);
    }
    *ret = correlator;
    return 0;
}

int correlator_reload(struct correlator *correlator, const struct correlator_rules *rules,
                      struct error *err)
{
    if (correlator_pending(correlator) || rules->partitions != correlator->rules.partitions)
        return error_set(err, ERROR_INPUT, "other rules come between two batches");
    correlator->rules = *rules;
    correlator->pairs_max = pairs_bound(rules);
    for (int32_t i = 0; i < rules->partitions; i++) {
        struct partition *partition = &correlator->partitions[i];
        if (partition->live && inhibit_restored(correlator, partition, err))
            return -1;
    }
    return 0;
}

void correlator_free(struct correlator *correlator)
{
    if (!correlator)
        return;
    for (int32_t i = 0; i < correlator->rules.partitions; i++)
        partition_fini(&correlator->partitions[i]);
    free(correlator->partitions);
    arena_fini(&correlator->arena);
    free(correlator);
}

struct partition *correlator_partition(struct correlator *correlator, int32_t number)
{
    return number >= 0 && number < correlator->rules.partitions ? &correlator->partitions[number]
                                                                : NULL;
}

void correlator_drop(struct correlator *correlator, int32_t number)
{
    struct partition *partition = correlator_partition(correlator, number);

    if (!partition)
        return;
    partition_fini(partition);
    partition_init(correlator, partition);
}

struct alert_slot *partition_alert(struct correlator *correlator, struct partition *partition,
                                   const struct key *key, struct error *err)
{
    struct alert_slot *slot = key_table_get(&partition->alerts, key);

    (void)correlator;
    if (slot)
        return slot;
    slot = alert_slot_new(key, err);
    if (slot && key_table_put(&partition->alerts, key, slot, err)) {
        alert_slot_free(slot);
        return NULL;
    }
    return slot;
}

int partition_touch_alert(struct partition *partition, struct alert_slot *slot, struct error *err)
{
    bool touched = slot->touched;

    if (alert_slot_touch(slot, &partition->touched_alerts, err))
        return -1;
    if (!touched)
        partition->weight += 2 * slot->bytes;
    return 0;
}

static void batch_settle(struct partition *partition)
{
    partition->touched_alerts = NULL;
    partition->touched_runs = NULL;
    partition->touched_pipelines = NULL;
    partition->touched_series = NULL;
    partition->last_run = NULL;
    partition->moved = partition->urgent = false;
    partition->weight = 0;
    arena_reset(&partition->arena);
    partition->staged = NULL;
    partition->staged_end = &partition->staged;
}

static void partition_commit(struct partition *partition)
{
    for (struct alert_slot *slot = partition->touched_alerts, *next; slot; slot = next) {
        next = slot->next_touched;
        if (!alert_slot_commit(slot))
            alert_slot_free(key_table_take(&partition->alerts, &slot->key));
    }
    for (struct run_slot *slot = partition->touched_runs, *next; slot; slot = next) {
        next = slot->next_touched;
        if (!run_slot_commit(slot))
            run_slot_free(key_table_take(&partition->runs, &slot->key));
    }
    for (struct pipeline_slot *slot = partition->touched_pipelines, *next; slot; slot = next) {
        next = slot->next_touched;
        if (!pipeline_slot_commit(slot))
            pipeline_slot_free(key_table_take(&partition->pipelines, &slot->key));
    }
    for (struct series_slot *slot = partition->touched_series, *next; slot; slot = next) {
        next = slot->next_touched;
        if (!series_slot_commit(slot))
            series_slot_free(key_table_take(&partition->series, &slot->key));
    }
    seen_commit(&partition->seen);
    partition->next_before = partition->next;
    batch_settle(partition);
}

static void partition_rollback(struct partition *partition)
{
    for (struct alert_slot *slot = partition->touched_alerts, *next; slot; slot = next) {
        next = slot->next_touched;
        if (!alert_slot_rollback(slot))
            alert_slot_free(key_table_take(&partition->alerts, &slot->key));
    }
    for (struct run_slot *slot = partition->touched_runs, *next; slot; slot = next) {
        next = slot->next_touched;
        if (!run_slot_rollback(slot))
            run_slot_free(key_table_take(&partition->runs, &slot->key));
    }
    for (struct pipeline_slot *slot = partition->touched_pipelines, *next; slot; slot = next) {
        next = slot->next_touched;
        if (!pipeline_slot_rollback(slot))
            pipeline_slot_free(key_table_take(&partition->pipelines, &slot->key));
    }
    for (struct series_slot *slot = partition->touched_series, *next; slot; slot = next) {
        next = slot->next_touched;
        if (!series_slot_rollback(slot))
            series_slot_free(key_table_take(&partition->series, &slot->key));
    }
    seen_rollback(&partition->seen);
    partition->next = partition->next_before;
    batch_settle(partition);
}

static void staged_counters_reset(struct correlator *correlator)
{
    correlator->notifications_staged = 0;
    correlator->ended_staged = 0;
    correlator->lost_staged = 0;
}

void correlator_commit(struct correlator *correlator)
{
    for (int32_t i = 0; i < correlator->rules.partitions; i++)
        partition_commit(&correlator->partitions[i]);
    correlator->counters.notifications += correlator->notifications_staged;
    correlator->counters.runs_ended += correlator->ended_staged;
    correlator->counters.runs_lost += correlator->lost_staged;
    staged_counters_reset(correlator);
}

void correlator_rollback(struct correlator *correlator)
{
    for (int32_t i = 0; i < correlator->rules.partitions; i++)
        partition_rollback(&correlator->partitions[i]);
    staged_counters_reset(correlator);
}

bool partition_pending(const struct partition *partition)
{
    return partition->moved || partition->touched_alerts || partition->touched_runs ||
           partition->touched_pipelines || partition->touched_series || partition->staged;
}

bool correlator_pending(const struct correlator *correlator)
{
    for (int32_t i = 0; i < correlator->rules.partitions; i++) {
        if (partition_pending(&correlator->partitions[i]))
            return true;
    }
    return false;
}

bool correlator_urgent(const struct correlator *correlator)
{
    for (int32_t i = 0; i < correlator->rules.partitions; i++) {
        if (correlator->partitions[i].urgent)
            return true;
    }
    return false;
}

size_t correlator_weight(const struct correlator *correlator)
{
    size_t weight = 0;

    for (int32_t i = 0; i < correlator->rules.partitions; i++)
        weight += correlator->partitions[i].weight;
    return weight;
}

void correlator_limit_dead(struct correlator *correlator, size_t bytes_max)
{
    if (bytes_max < correlator->dead_bytes_max)
        correlator->dead_bytes_max = bytes_max;
}

void correlator_counters(const struct correlator *correlator, struct correlator_counters *ret)
{
    *ret = correlator->counters;
}
