/*
 * flush.c - writes what a batch changed: notifications, alerts, evidence, runs, series, ids seen,
 * position.
 *
 * Each partition's changes go out with its position, all in one transaction. A record that would be
 * larger than its limit loses its oldest sightings first; what is written is also what is kept, so
 * that a table restored from the topic is the same.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "consumer/correlate/correlator_private.h"

#define EVIDENCE_KEY_BYTES (FINGERPRINT_BYTES + sizeof(EVIDENCE_KEY_SUFFIX))
#define KEY_TEXT_BYTES     (NAME_MAX_CHARS * 4 + 64) /* a run id in UTF-8, and what is around it */

struct flusher {
    struct correlator *correlator;
    struct partition *partition;
    int64_t now_ms;
    const struct output_sink *sink;
    struct error *err;
};

static int put(struct flusher *flusher, enum output_topic topic, const char *key, const void *value,
               size_t bytes)
{
    struct output output = {
        .topic = topic,
        .partition = flusher->partition->number,
        .key = key,
        .key_bytes = strlen(key),
        .value = value,
        .value_bytes = bytes,
    };

    return flusher->sink->record(flusher->sink->self, &output, flusher->err);
}

static int put_record(struct flusher *flusher, enum output_topic topic, const char *key,
                      const struct record_type *type, const void *record)
{
    size_t bytes;
    const char *value =
        record_encode(type, record, &flusher->correlator->arena, &bytes, flusher->err);

    return value ? put(flusher, topic, key, value, bytes) : -1;
}

/* What gives way in an alert that is too large: places, then who was told, then labels. */
static bool shrink_alert(struct alert *alert)
{
    struct list *lists[] = {&alert->sightings, &alert->told};

    for (size_t i = 0; i < 2; i++) {
        size_t size = i == 0 ? sizeof(struct sighting) : sizeof(struct told);
        size_t gone = (lists[i]->count + 3) / 4;

        if (lists[i]->count <= 1)
            continue;
        lists[i]->items = (char *)lists[i]->items + gone * size;
        lists[i]->count -= gone;
        return true;
    }
    if (alert->labels.count == 0)
        return false;
    alert->labels.count = 0;
    return true;
}

static int put_alert(struct flusher *flusher, struct alert_slot *slot, const char *key)
{
    struct alert draft = *slot->alert;
    bool cut = false;

    for (;;) {
        size_t bytes;
        const char *value =
            record_encode(&alert_type, &draft, &flusher->correlator->arena, &bytes, flusher->err);

        if (!value)
            return -1;
        if (bytes <= ALERT_RECORD_BYTES_MAX || !shrink_alert(&draft)) {
            if (cut && alert_slot_replace(slot, &draft, flusher->err))
                return -1;
            flusher->correlator->counters.cut += cut;
            return put(flusher, OUTPUT_ALERTS, key, value, bytes);
        }
        cut = true;
    }
}

static void evidence_key(const struct key *fingerprint, char key[EVIDENCE_KEY_BYTES])
{
    key_fingerprint(fingerprint, key);
    memcpy(key + FINGERPRINT_BYTES - 1, EVIDENCE_KEY_SUFFIX, sizeof(EVIDENCE_KEY_SUFFIX));
}

static int put_evidence(struct flusher *flusher, struct alert_slot *slot)
{
    struct evidence draft = *slot->evidence;
    char key[EVIDENCE_KEY_BYTES];

    evidence_key(&slot->key, key);
    for (;;) {
        size_t bytes;
        const char *value = record_encode(&evidence_type, &draft, &flusher->correlator->arena,
                                          &bytes, flusher->err);

        if (!value)
            return -1;
        if (bytes <= EVIDENCE_RECORD_BYTES_MAX || draft.samples.count == 1) {
            if (draft.samples.count < slot->evidence->samples.count) {
                flusher->correlator->counters.cut++;
                if (alert_slot_replace_evidence(slot, &draft, flusher->err))
                    return -1;
            }
            return put(flusher, OUTPUT_ALERTS, key, value, bytes);
        }
        draft.samples.count--;
    }
}

static int bury_alert(struct flusher *flusher, const struct alert_slot *slot)
{
    char key[FINGERPRINT_BYTES], evidence[EVIDENCE_KEY_BYTES];

    key_fingerprint(&slot->key, key);
    evidence_key(&slot->key, evidence);
    return put(flusher, OUTPUT_ALERTS, key, NULL, 0) ||
                   put(flusher, OUTPUT_ALERTS, evidence, NULL, 0)
               ? -1
               : 0;
}

static int flush_alert(struct flusher *flusher, struct alert_slot *slot)
{
    char key[FINGERPRINT_BYTES];

    if (inhibit_alert(flusher->correlator, slot, flusher->now_ms, flusher->sink, flusher->err))
        return -1;
    if (slot->leaving)
        return bury_alert(flusher, slot);
    key_fingerprint(&slot->key, key);
    sightings_sort(&slot->alert->sightings);
    if (notify_alert(flusher->correlator, flusher->partition, slot, flusher->now_ms, flusher->sink,
                     flusher->err) ||
        put_alert(flusher, slot, key))
        return -1;
    return slot->evidence_changed ? put_evidence(flusher, slot) : 0;
}

static int put_tally(struct flusher *flusher, const char *run, const struct tally *tally,
                     bool tombstone)
{
    struct run_count count = {.accepted = tally->accepted};
    char key[KEY_TEXT_BYTES], fingerprint[FINGERPRINT_BYTES];

    key_fingerprint(&tally->fingerprint, fingerprint);
    snprintf(key, sizeof(key), RUN_KEY_PREFIX "%s#%s", run, fingerprint);
    return tombstone ? put(flusher, OUTPUT_STATE, key, NULL, 0)
                     : put_record(flusher, OUTPUT_STATE, key, &run_count_type, &count);
}

static int put_shard(struct flusher *flusher, const char *run, const struct run_shard *shard,
                     bool tombstone)
{
    const struct shard_end *end = shard->end->ends.items;
    char key[KEY_TEXT_BYTES];

    snprintf(key, sizeof(key), RUN_KEY_PREFIX "%s#%" PRId64, run, end->shard);
    return tombstone ? put(flusher, OUTPUT_STATE, key, NULL, 0)
                     : put_record(flusher, OUTPUT_STATE, key, &run_state_type, shard->end);
}

/* Tallies and ends that nobody needs any more; with them, or not, the run itself. */
static int strip_run(struct flusher *flusher, const struct run_slot *run)
{
    const char *id = run->state->run.id;
    const struct tally *tally;
    size_t cursor = 0;
    char key[KEY_TEXT_BYTES];

    while ((tally = key_table_next(&run->tallies, &cursor))) {
        if (tally->accepted > 0 && put_tally(flusher, id, tally, true))
            return -1;
    }
    for (size_t i = 0; i < run->shards_count; i++) {
        if (put_shard(flusher, id, &run->shards[i], true))
            return -1;
    }
    snprintf(key, sizeof(key), RUN_KEY_PREFIX "%s", id);
    return run->leaving ? put(flusher, OUTPUT_STATE, key, NULL, 0) : 0;
}

static int flush_run(struct flusher *flusher, struct run_slot *run)
{
    const char *id = run->state->run.id;
    char key[KEY_TEXT_BYTES];

    if (run->stripping || run->leaving)
        return strip_run(flusher, run);
    snprintf(key, sizeof(key), RUN_KEY_PREFIX "%s", id);
    if (run->state_changed && put_record(flusher, OUTPUT_STATE, key, &run_state_type, run->state))
        return -1;
    for (size_t i = 0; i < run->shards_count; i++) {
        if (run->shards[i].changed && put_shard(flusher, id, &run->shards[i], false))
            return -1;
    }
    for (const struct tally *tally = run->dirty; tally; tally = tally->next_dirty) {
        if (put_tally(flusher, id, tally, false))
            return -1;
    }
    return notify_run(flusher->correlator, flusher->partition, run, flusher->now_ms, flusher->sink,
                      flusher->err);
}

static int flush_pipeline(struct flusher *flusher, const struct pipeline_slot *slot)
{
    char key[sizeof(PIPELINE_KEY_PREFIX) + FINGERPRINT_BYTES] = PIPELINE_KEY_PREFIX;

    key_fingerprint(&slot->key, key + strlen(key));
    return slot->leaving
               ? put(flusher, OUTPUT_STATE, key, NULL, 0)
               : put_record(flusher, OUTPUT_STATE, key, &pipeline_state_type, slot->state);
}

static int flush_series(struct flusher *flusher, const struct series_slot *slot)
{
    char key[sizeof(SERIES_KEY_PREFIX) + SERIES_BYTES] = SERIES_KEY_PREFIX;

    series_of_state(slot->state, key + strlen(SERIES_KEY_PREFIX));
    return slot->leaving ? put(flusher, OUTPUT_STATE, key, NULL, 0)
                         : put_record(flusher, OUTPUT_STATE, key, &series_state_type, slot->state);
}

static int flush_seen(struct flusher *flusher)
{
    struct correlator *correlator = flusher->correlator;
    struct seen *seen = &flusher->partition->seen;
    char key[64];

    correlator->counters.ids_over_bound += seen_leave(
        seen, flusher->now_ms - correlator->rules.dedupe_window_ms, correlator->rules.seen_ids_max);
    for (size_t i = 0; i < seen->chunks_leaving; i++) {
        snprintf(key, sizeof(key), SEEN_KEY_PREFIX "%" PRId64, seen->chunks[i].offset);
        if (put(flusher, OUTPUT_STATE, key, NULL, 0))
            return -1;
    }
    for (size_t i = seen->chunks_committed; i < seen->chunks_count; i++) {
        size_t bytes = SEEN_HEAD_BYTES + (size_t)seen->chunks[i].count * KEY_BYTES;
        unsigned char *value = arena_alloc(&correlator->arena, bytes);

        if (!value)
            return error_set(flusher->err, ERROR_MEMORY, "no memory for ids seen");
        seen_value(seen, i, value);
        snprintf(key, sizeof(key), SEEN_KEY_PREFIX "%" PRId64, seen->chunks[i].offset);
        if (put(flusher, OUTPUT_STATE, key, value, bytes))
            return -1;
    }
    return 0;
}

static int flush_staged(struct flusher *flusher)
{
    for (const struct staged *staged = flusher->partition->staged; staged; staged = staged->next) {
        if (flusher->sink->record(flusher->sink->self, &staged->output, flusher->err))
            return -1;
    }
    return 0;
}

static int flush_position(struct flusher *flusher)
{
    const struct partition *partition = flusher->partition;
    struct position position = {.next = partition->next < 0 ? 0 : partition->next};

    if (put_record(flusher, OUTPUT_STATE, POSITION_KEY, &position_type, &position))
        return -1;
    return flusher->sink->position(flusher->sink->self, partition->number, position.next,
                                   flusher->err);
}

static int flush_partition(struct flusher *flusher)
{
    struct partition *partition = flusher->partition;

    for (struct alert_slot *slot = partition->touched_alerts; slot; slot = slot->next_touched) {
        arena_reset(&flusher->correlator->arena);
        if (flush_alert(flusher, slot))
            return -1;
    }
    for (struct run_slot *run = partition->touched_runs; run; run = run->next_touched) {
        arena_reset(&flusher->correlator->arena);
        if (flush_run(flusher, run))
            return -1;
    }
    for (const struct pipeline_slot *slot = partition->touched_pipelines; slot;
         slot = slot->next_touched) {
        if (flush_pipeline(flusher, slot))
            return -1;
    }
    for (struct series_slot *slot = partition->touched_series; slot; slot = slot->next_touched) {
        arena_reset(&flusher->correlator->arena);
        if (flush_series(flusher, slot))
            return -1;
    }
    arena_reset(&flusher->correlator->arena);
    if (flush_seen(flusher) || flush_staged(flusher))
        return -1;
    return flush_position(flusher);
}

int correlator_flush(struct correlator *correlator, int64_t now_ms, const struct output_sink *sink,
                     struct error *err)
{
    for (int32_t i = 0; i < correlator->rules.partitions; i++) {
        struct partition *partition = &correlator->partitions[i];
        struct flusher flusher = {.correlator = correlator,
                                  .partition = partition,
                                  .now_ms = now_ms,
                                  .sink = sink,
                                  .err = err};

        if (!partition_pending(partition))
            continue;
        if (flush_partition(&flusher))
            return -1;
    }
    return 0;
}
