/*
 * run_accept.c - a run's end, and what a run that has ended says about alerts.
 *
 * Resolving needs proof: a complete run whose ends all know what they tried, that tried this rule
 * on this target at least half as hard as when it was found, accepted nothing and withheld nothing,
 * and did not start before the run that found it. Everything less resolves nothing. A run with more
 * alerts than fit into one transaction is judged in several; its end is written with the last.
 * Judging twice, after a crash between them, changes nothing.
 */
#include <string.h>

#include "consumer/correlate/correlator_private.h"

#define RUN_WEIGHT       4096
#define CLOSE_WEIGHT_MAX ((size_t)8 << 20) /* judge the rest in the next batch */

struct run_slot *run_open(const struct intake *intake, const struct run *run, struct error *err)
{
    struct partition *partition = intake->partition;
    struct run_slot *slot;
    struct key key;

    key_of_text(run->id, strlen(run->id), &key);
    slot = key_table_get(&partition->runs, &key);
    if (!slot) {
        slot = run_slot_new(&key, intake->correlator->seed, err);
        if (slot && key_table_put(&partition->runs, &key, slot, err)) {
            run_slot_free(slot);
            return NULL;
        }
    }
    if (!slot)
        return NULL;
    run_slot_touch(slot, &partition->touched_runs);
    slot->stripping = slot->leaving = false;
    if (!slot->state) {
        struct run_state draft = {.run = *run, .phase = RUN_OPEN, .first_seen_ms = intake->time_ms};

        partition->weight += RUN_WEIGHT;
        if (run_slot_replace(slot, &draft, err))
            return NULL;
    }
    return slot;
}

static int64_t larger(int64_t left, int64_t right)
{
    return left > right ? left : right;
}

/* A further attempt begins a lost run anew. */
static bool too_late(const struct run_slot *slot, const struct run_end *end)
{
    return slot->state->phase == RUN_LOST && end->run.attempt <= slot->state->run.attempt;
}

/* The run as the end knows it, waiting to be ended (again). */
static int wait_for_rest(const struct intake *intake, struct run_slot *slot,
                         const struct run_end *end, struct error *err)
{
    struct run_state draft = *slot->state;

    draft.run.shards = larger(draft.run.shards, end->run.shards);
    draft.run.attempt = larger(draft.run.attempt, end->run.attempt);
    if (end->run.started_ms < draft.run.started_ms)
        draft.run.started_ms = end->run.started_ms;
    if (draft.phase != RUN_OPEN) {
        draft.phase = RUN_OPEN;
        draft.status = RUN_COMPLETE;
        draft.first_seen_ms = intake->time_ms;
    }
    return run_slot_replace(slot, &draft, err);
}

/* It may be missed from now on. What its findings and ends say of it counts for more. */
int run_take_begin(const struct intake *intake, const struct run_begin *begin, struct error *err)
{
    struct run_slot *slot = run_open(intake, &begin->run, err);
    struct run_state draft;

    if (!slot)
        return -1;
    draft = *slot->state;
    if (draft.phase == RUN_OPEN && begin->run.shards > draft.run.shards) {
        draft.run.shards = begin->run.shards;
        if (run_slot_replace(slot, &draft, err))
            return -1;
    }
    return pipeline_heard(intake->correlator, intake->partition, &begin->run, false, intake->now_ms,
                          err);
}

int run_take_end(const struct intake *intake, const struct run_end *end, struct error *err)
{
    struct correlator *correlator = intake->correlator;
    struct partition *partition = intake->partition;
    struct run_slot *slot = run_open(intake, &end->run, err);
    bool changed;

    if (!slot)
        return -1;
    if (too_late(slot, end))
        return 0;
    if (run_slot_end(slot, end, partition->number, correlator->rules.partitions, &correlator->arena,
                     &changed, err))
        return -1;
    if (!changed)
        return 0;
    partition->weight += RUN_WEIGHT + intake->arrival->value_bytes;
    if (wait_for_rest(intake, slot, end, err))
        return -1;
    if (!run_slot_complete(slot))
        return 0;
    run_slot_close(slot, false);
    return run_close(correlator, partition, slot, intake->now_ms, err);
}

int resolve_if_clean(struct correlator *correlator, struct partition *partition,
                     struct alert_slot *slot, const char *run, int64_t now_ms, struct error *err)
{
    int reason = lifecycle_resolvable(slot->alert, now_ms, &correlator->rules.lifecycle);
    struct alert draft;

    if (reason == RESOLVED_NOT)
        return 0;
    if (partition_touch_alert(partition, slot, err))
        return -1;
    lifecycle_resolve(slot->alert, reason, run, now_ms, &draft);
    if (alert_slot_replace(slot, &draft, err))
        return -1;
    alert_slot_news(slot, NEWS_RESOLVED);
    partition->urgent = true;
    partition->weight += slot->alert->told.count * PICTURE_RECORD_BYTES_MAX;
    return 0;
}

/* What the run tried where it found the alert is what a later run has to try to clear it. */
static int note_attempts(struct partition *partition, struct alert_slot *slot, const char *run,
                         int64_t attempts, struct error *err)
{
    for (size_t i = 0; i < slot->alert->sightings.count; i++) {
        const struct sighting *sighting = slot->alert->sightings.items;

        if (strcmp(sighting[i].run, run) != 0 || sighting[i].run_attempts == attempts)
            continue;
        if (partition_touch_alert(partition, slot, err))
            return -1;
        ((struct sighting *)slot->alert->sightings.items)[i].run_attempts = attempts;
    }
    return 0;
}

static int clear_alert(struct correlator *correlator, struct partition *partition,
                       struct alert_slot *slot, const struct run_slot *run, int64_t attempts,
                       int64_t now_ms, struct error *err)
{
    const struct run *of = &run->state->run;
    struct clean_run proof = {
        .id = of->id,
        .repository = of->repository,
        .pipeline = of->pipeline,
        .branch = of->branch,
        .started_ms = of->started_ms,
        .attempts = attempts,
    };
    struct alert draft;
    bool changed;

    if (lifecycle_clean(slot->alert, &proof, &correlator->rules.lifecycle, now_ms,
                        &correlator->arena, &draft, &changed, err))
        return -1;
    if (!changed)
        return 0;
    if (partition_touch_alert(partition, slot, err) || alert_slot_replace(slot, &draft, err))
        return -1;
    return resolve_if_clean(correlator, partition, slot, of->id, now_ms, err);
}

/* It has news by this run, of which nobody has heard the final counts. */
static bool wants_final(const struct alert_slot *slot, const struct run_slot *run)
{
    return slot->alert->version > run->ended_before_ms && slot->alert->told.count > 0 &&
           strcmp(slot->alert->news_run, run->state->run.id) == 0;
}

static int judge(struct correlator *correlator, struct partition *partition, struct run_slot *run,
                 const struct tally *tally, int64_t now_ms, struct error *err)
{
    struct alert_slot *slot = key_table_get(&partition->alerts, &tally->fingerprint);

    if (!slot || !slot->alert)
        return 0;
    if (tally->attempts > 0 &&
        note_attempts(partition, slot, run->state->run.id, tally->attempts, err))
        return -1;
    if (slot->alert->status == ALERT_OPEN && run_slot_clean(run, tally) &&
        clear_alert(correlator, partition, slot, run, tally->attempts, now_ms, err))
        return -1;
    if (!wants_final(slot, run))
        return 0;
    if (partition_touch_alert(partition, slot, err))
        return -1;
    slot->final = true;
    partition->weight += slot->alert->told.count * PICTURE_RECORD_BYTES_MAX;
    return 0;
}

/* The last step: the run has ended here. */
static int finish(struct correlator *correlator, struct partition *partition, struct run_slot *run,
                  int64_t now_ms, struct error *err)
{
    struct run_state draft = *run->state;

    draft.phase = run->losing ? RUN_LOST : RUN_ENDED;
    draft.status = run->losing ? RUN_CRASHED : run_slot_status(run);
    draft.ended_ms = now_ms;
    if (run_slot_replace(run, &draft, err) ||
        (run->losing ? correlator->rules.publish_lost &&
                           run_publish_lost(correlator, partition, run, now_ms, err)
                     : run_clear_own(correlator, partition, run, now_ms, err)))
        return -1;
    run->closing = false;
    run->ended_now = true;
    if (run->losing)
        correlator->lost_staged++;
    else
        correlator->ended_staged++;
    return 0;
}

int run_close(struct correlator *correlator, struct partition *partition, struct run_slot *run,
              int64_t now_ms, struct error *err)
{
    struct error why = {0};

    run_slot_touch(run, &partition->touched_runs);
    partition->urgent = true;
    run->ended_before_ms = run->state->ended_ms;
    if (!run->close_list && run_expand(partition, run, err))
        return -1;
    while (partition->weight < CLOSE_WEIGHT_MAX) {
        const struct tally *tally = run_slot_close_next(run, &why);

        if (error_is_set(&why))
            return error_set(err, why.kind, "%s", why.text);
        if (!tally)
            return finish(correlator, partition, run, now_ms, err);
        if (judge(correlator, partition, run, tally, now_ms, err))
            return -1;
    }
    return 0;
}
