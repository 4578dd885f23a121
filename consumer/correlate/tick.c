/*
 * tick.c - what time brings, by itself: runs whose ends do not come, alerts that nobody finds any
 * more, series that nobody measures any more, and what need not be kept.
 *
 * A run that is lost resolves nothing; those who wait for its end are told that it has none. Ends
 * and tallies of a run stay as long as its findings' ids do: a further attempt can be judged until
 * then.
 */
#include "consumer/correlate/correlator_private.h"

#define SCAN_MS 60000 /* between two looks at all alerts */

static int tick_run(struct correlator *correlator, struct partition *partition,
                    struct run_slot *run, int64_t now_ms, struct error *err)
{
    const struct correlator_rules *rules = &correlator->rules;
    const struct run_state *state = run->state;

    if (!run->closing && state->phase == RUN_OPEN &&
        now_ms - state->first_seen_ms >= rules->run_time_limit_ms)
        run_slot_close(run, true);
    if (run->closing)
        return run_close(correlator, partition, run, now_ms, err);
    if (state->phase == RUN_OPEN)
        return 0;
    if (run->touched)
        return 0;
    if (now_ms - state->ended_ms >= RETENTION_MS)
        run->leaving = true;
    else if (now_ms - state->ended_ms >= rules->dedupe_window_ms &&
             (run->shards_count > 0 || run->tallies.count > 0))
        run->stripping = true;
    else
        return 0;
    run_slot_touch(run, &partition->touched_runs);
    return 0;
}

static int tick_alert(struct correlator *correlator, struct partition *partition,
                      struct alert_slot *slot, int64_t now_ms, struct error *err)
{
    if (slot->alert->status == ALERT_OPEN)
        return resolve_if_clean(correlator, partition, slot, NULL, now_ms, err);
    if (slot->touched || now_ms - slot->alert->resolved_ms < RETENTION_MS)
        return 0;
    if (partition_touch_alert(partition, slot, err))
        return -1;
    slot->leaving = true;
    return 0;
}

static void tick_series(struct partition *partition, struct series_slot *slot, int64_t now_ms)
{
    const struct series_point *points = slot->state->points.items;
    size_t count = slot->state->points.count;

    if (!slot->touched && (count == 0 || now_ms - points[count - 1].time_ms >= SERIES_RETENTION_MS))
        series_slot_leave(slot, &partition->touched_series);
}

static int tick_partition(struct correlator *correlator, struct partition *partition,
                          int64_t now_ms, struct error *err)
{
    struct alert_slot *slot;
    struct run_slot *run;
    struct series_slot *series;
    size_t cursor = 0;

    while ((run = key_table_next(&partition->runs, &cursor))) {
        if (run->state && tick_run(correlator, partition, run, now_ms, err))
            return -1;
    }
    if (now_ms < partition->scan_ms)
        return 0;
    partition->scan_ms = now_ms + SCAN_MS;
    if (pipelines_tick(correlator, partition, now_ms, err))
        return -1;
    for (cursor = 0; (slot = key_table_next(&partition->alerts, &cursor));) {
        if (slot->alert && tick_alert(correlator, partition, slot, now_ms, err))
            return -1;
    }
    for (cursor = 0; (series = key_table_next(&partition->series, &cursor));)
        tick_series(partition, series, now_ms);
    return 0;
}

int correlator_tick(struct correlator *correlator, int64_t now_ms, struct error *err)
{
    for (int32_t i = 0; i < correlator->rules.partitions; i++) {
        if (correlator->partitions[i].live &&
            tick_partition(correlator, &correlator->partitions[i], now_ms, err))
            return -1;
    }
    return 0;
}
