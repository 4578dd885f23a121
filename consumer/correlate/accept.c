/*
 * accept.c - what becomes of a record of `findings`.
 *
 * Header path: an id that was seen is dropped, and a new id of an open alert that brings nothing
 * but a count is counted, without a look at the value. Everything else is decoded: what a record
 * says of its identity is held against what its fields give. An id is remembered only with its
 * finding.
 */
#include <string.h>

#include "consumer/correlate/correlator_private.h"
#include "consumer/correlate/evidence.h"
#include "consumer/correlate/own_finding.h"
#include "consumer/records/dead_letter.h"

#define SEEN_ID_WEIGHT  17  /* a byte for its part of the record's head */
#define TALLY_WEIGHT    768 /* key with a run id, small value */
#define POSITION_WEIGHT 512

static bool key_is(const struct arrival *arrival, const struct key *fingerprint)
{
    struct key key;

    return arrival->key && key_of_fingerprint(arrival->key, arrival->key_bytes, &key) &&
           key_equal(&key, fingerprint);
}

/* The run of the last finding is most often that of this one. */
static struct run_slot *known_run(struct partition *partition, const struct span *id)
{
    struct key key;

    if (partition->last_run && span_is(id, partition->last_run->state->run.id))
        return partition->last_run;
    key_of_text(id->text, id->bytes, &key);
    return key_table_get(&partition->runs, &key);
}

static size_t known_sighting(const struct alert *alert, const struct hints *hints)
{
    const struct sighting *sighting = alert->sightings.items;
    size_t at = alert->sightings.count;

    while (at > 0 && !(span_is(&hints->run, sighting[at - 1].run) &&
                       span_is(&hints->model_version, sighting[at - 1].model_version)))
        at--;
    return at;
}

static int remember_id(const struct intake *intake, const struct key *id, struct error *err)
{
    intake->partition->weight += SEEN_ID_WEIGHT;
    return seen_add(&intake->partition->seen, id, intake->arrival->offset, intake->time_ms, err);
}

/* Counts a finding for its run and remembers its id. */
static int settle_finding(const struct intake *intake, struct run_slot *run, const struct key *id,
                          const struct key *fingerprint, struct error *err)
{
    struct partition *partition = intake->partition;
    struct tally *tally = run_slot_tally(run, fingerprint, err);

    if (!tally || remember_id(intake, id, err))
        return -1;
    run_slot_touch(run, &partition->touched_runs);
    run->stripping = run->leaving = false;
    partition->last_run = run;
    if (!tally->dirty)
        partition->weight += TALLY_WEIGHT;
    if (!run_slot_count(run, tally) || run->state->phase != RUN_OPEN || !run_slot_complete(run))
        return 0;
    run_slot_close(run, false);
    return run_close(intake->correlator, partition, run, intake->now_ms, err);
}

/* 1: done; 0: the value has to be read. */
static int by_headers(const struct intake *intake, enum reception *ret, struct error *err)
{
    const struct hints *hints = intake->hints;
    struct partition *partition = intake->partition;
    struct alert_slot *slot;
    struct run_slot *run;
    size_t at;

    if (!hints_complete(hints))
        return 0;
    if (seen_has(&partition->seen, &hints->id)) {
        *ret = RECEIVED_DUPLICATE;
        return 1;
    }
    slot = key_table_get(&partition->alerts, &hints->fingerprint);
    if (!slot || !slot->alert || slot->alert->status != ALERT_OPEN ||
        hints->severity > slot->alert->severity || hints->confidence > slot->alert->confidence ||
        evidence_needs(slot->evidence, hints->severity, hints->confidence) ||
        !key_is(intake->arrival, &hints->fingerprint))
        return 0;
    at = known_sighting(slot->alert, hints);
    run = at > 0 ? known_run(partition, &hints->run) : NULL;
    if (!run)
        return 0;
    if (partition_touch_alert(partition, slot, err))
        return -1;
    lifecycle_count(slot->alert, (struct sighting *)slot->alert->sightings.items + at - 1,
                    intake->time_ms);
    if (settle_finding(intake, run, &hints->id, &hints->fingerprint, err))
        return -1;
    *ret = RECEIVED_COUNTED;
    return 1;
}

static bool is_before(const struct run *run, const struct run *other)
{
    return run->commit && run->started_ms < other->started_ms &&
           strcmp(run->repository, other->repository) == 0 &&
           strcmp(run->pipeline, other->pipeline) == 0 && strcmp(run->branch, other->branch) == 0;
}

/* What the run before this one in its place was built from, for whoever asks what changed since;
 * "": nothing is known. All runs are looked through once for each of them. */
static const char *previous_commit(struct partition *partition, struct run_slot *slot)
{
    const struct run *run = &slot->state->run, *previous = NULL;
    const struct run_slot *other;
    size_t cursor = 0;

    if (slot->previous_known)
        return slot->previous_commit;
    while ((other = key_table_next(&partition->runs, &cursor))) {
        if (other->state && is_before(&other->state->run, run) &&
            (!previous || other->state->run.started_ms > previous->started_ms))
            previous = &other->state->run;
    }
    if (previous && strlen(previous->commit) < sizeof(slot->previous_commit))
        strcpy(slot->previous_commit, previous->commit);
    slot->previous_known = true;
    return slot->previous_commit;
}

static void note_previous(const struct intake *intake, struct run_slot *run, struct alert *draft)
{
    struct sighting *sightings = draft->sightings.items;
    size_t at = draft->sightings.count;
    const char *commit;

    while (at > 0 && strcmp(sightings[at - 1].run, run->state->run.id) != 0)
        at--;
    if (at == 0 || sightings[at - 1].run_count != 1)
        return;
    commit = previous_commit(intake->partition, run);
    sightings[at - 1].previous_commit = *commit ? commit : NULL;
}

static int apply(const struct intake *intake, const struct finding *finding,
                 struct alert_slot *slot, struct run_slot *run, struct change *ret_change,
                 struct error *err)
{
    struct correlator *correlator = intake->correlator;
    struct alert draft;
    struct evidence evidence;

    if (lifecycle_finding(slot->alert, finding, intake->time_ms, intake->now_ms,
                          &correlator->rules.lifecycle, &correlator->arena, &draft, ret_change,
                          err) ||
        partition_touch_alert(intake->partition, slot, err))
        return -1;
    if (run)
        note_previous(intake, run, &draft);
    bool anew = ret_change->news == NEWS_OPENED || ret_change->news == NEWS_REOPENED;
    const struct evidence *before = anew ? NULL : slot->evidence;

    if (evidence_wants(before, finding->severity, finding->confidence)) {
        if (evidence_add(before, finding, draft.version, &correlator->arena, &evidence, err) ||
            alert_slot_replace_evidence(slot, &evidence, err))
            return -1;
        intake->partition->weight += EVIDENCE_RECORD_BYTES_MAX / SAMPLES_MAX;
    }
    /* the draft points into the copy's original, which a commit or a rollback keeps until then */
    return alert_slot_replace(slot, &draft, err);
}

static void weigh(const struct intake *intake, const struct alert_slot *slot)
{
    size_t pairs =
        intake->correlator->pairs_max * slot->alert->sightings.count + slot->alert->told.count;

    if (pairs > (size_t)2 * TOLD_MAX)
        pairs = (size_t)2 * TOLD_MAX;
    intake->partition->weight += 2 * slot->bytes + pairs * PICTURE_RECORD_BYTES_MAX;
}

static int count_finding(const struct intake *intake, const struct finding *finding,
                         const struct key *id, const struct key *fingerprint, enum reception *ret,
                         struct error *err)
{
    struct change change;
    struct alert_slot *slot =
        partition_alert(intake->correlator, intake->partition, fingerprint, err);
    bool own = is_own_finding(finding); /* about its run, not of it */
    struct run_slot *run = slot && !own ? run_open(intake, &finding->run, err) : NULL;

    if (!slot || (!own && !run) || apply(intake, finding, slot, run, &change, err))
        return -1;
    slot->leaving = false;
    if (change.news != NEWS_NONE)
        alert_slot_news(slot, change.news);
    slot->new_sighting = slot->new_sighting || change.new_sighting;
    if (change.news != NEWS_NONE || change.new_sighting) {
        intake->partition->urgent = true;
        weigh(intake, slot);
    }
    *ret = change.news == NEWS_NONE ? RECEIVED_DECODED : RECEIVED_NEWS;
    return own ? remember_id(intake, id, err) : settle_finding(intake, run, id, fingerprint, err);
}

int refuse_record(const struct intake *intake, int reason, const struct error *why,
                  enum reception *ret, struct error *err)
{
    if (why->kind == ERROR_MEMORY)
        return error_set(err, ERROR_MEMORY, "%s", why->text);
    *ret = RECEIVED_DEAD;
    return stage_dead(intake, reason, why, err);
}

static bool is_identity(const char *pointer)
{
    return strcmp(pointer, "/fingerprint") == 0 || strcmp(pointer, "/data/fingerprint") == 0;
}

/* Whether records of a key belong to this partition. */
static bool is_home(const struct intake *intake, const char *key)
{
    return partition_of_key(key, strlen(key), intake->correlator->rules.partitions) ==
           intake->partition->number;
}

/* It was sent on to the partition of its key, and came from there under another. */
static int refuse_key(const struct intake *intake, const char *key, enum reception *ret,
                      struct error *err)
{
    struct error why = {0};

    error_set(&why, ERROR_INPUT, "sent on once already, and still not under its key %s", key);
    return refuse_record(intake, DEAD_WRONG_KEY, &why, ret, err);
}

static int take_finding(const struct intake *intake, const json_t *value, const char *pointer,
                        enum reception *ret, struct error *err)
{
    struct correlator *correlator = intake->correlator;
    const struct arrival *arrival = intake->arrival;
    struct finding finding;
    struct envelope envelope;
    struct key id, fingerprint;
    struct error why = {0};

    if (finding_decode_value(value, pointer, intake->time_ms, &correlator->arena, &finding, &why))
        return refuse_record(intake, is_identity(why.pointer) ? DEAD_WRONG_KEY : DEAD_MALFORMED,
                             &why, ret, err);
    key_of_uuid(finding.id, strlen(finding.id), &id);
    key_of_fingerprint(finding.fingerprint, strlen(finding.fingerprint), &fingerprint);
    if (intake->hints->rekeyed &&
        !(is_home(intake, finding.fingerprint) && key_is(arrival, &fingerprint)))
        return refuse_key(intake, finding.fingerprint, ret, err);
    if (!is_home(intake, finding.fingerprint)) {
        *ret = RECEIVED_SENT_ON;
        return envelope_of_finding(&finding, &correlator->arena, &envelope, err)
                   ? -1
                   : stage_sent_on(intake, finding.fingerprint, &envelope, err);
    }
    if (seen_has(&intake->partition->seen, &id)) {
        *ret = RECEIVED_DUPLICATE;
        return 0;
    }
    return count_finding(intake, &finding, &id, &fingerprint, ret, err);
}

static int take_measurement(const struct intake *intake, const json_t *value, const char *pointer,
                            enum reception *ret, struct error *err)
{
    struct arena *arena = &intake->correlator->arena;
    struct measurement measurement;
    struct envelope envelope;
    char series[SERIES_BYTES];
    struct error why = {0};

    if (record_decode_value(&measurement_type, value, pointer, arena, &measurement, &why))
        return refuse_record(intake, DEAD_MALFORMED, &why, ret, err);
    measurement_series(&measurement, series);
    if (is_home(intake, series))
        return measure_accept(intake, &measurement, ret, err);
    if (intake->hints->rekeyed)
        return refuse_key(intake, series, ret, err);
    *ret = RECEIVED_SENT_ON;
    return envelope_of_measurement(&measurement, arena, &envelope, err)
               ? -1
               : stage_sent_on(intake, series, &envelope, err);
}

static const struct {
    const char *type;
    int (*take)(const struct intake *intake, const json_t *value, const char *pointer,
                enum reception *ret, struct error *err);
} takers[] = {
    {FINDING_TYPE, take_finding},
    {RUN_BEGIN_TYPE, run_begin_record},
    {RUN_END_TYPE, run_end_record},
    {MEASUREMENT_TYPE, take_measurement},
};

static int by_type(const struct intake *intake, const json_t *document, enum reception *ret,
                   struct error *err)
{
    struct error why = {0};
    const char *pointer, *type;
    const json_t *value = envelope_open(document, &pointer);

    type = json_string_value(json_object_get(value, "type"));
    for (size_t i = 0; type && i < sizeof(takers) / sizeof(takers[0]); i++) {
        if (strcmp(takers[i].type, type) == 0)
            return takers[i].take(intake, value, pointer, ret, err);
    }
    if (type)
        error_set_at(&why, ERROR_INPUT, "/type", "no record of the type %.100s is taken here",
                     type);
    else
        error_set_at(&why, ERROR_INPUT, json_is_object(value) ? "/type" : "",
                     "expected an object with a type, found none");
    return refuse_record(intake, type ? DEAD_UNKNOWN_TYPE : DEAD_MALFORMED, &why, ret, err);
}

static int by_value(const struct intake *intake, enum reception *ret, struct error *err)
{
    const struct arrival *arrival = intake->arrival;
    struct error why = {0};
    json_t *document;
    int rc;

    if (!arrival->value || arrival->value_bytes == 0) {
        error_set(&why, ERROR_INPUT, "expected a record, found no value");
        return refuse_record(intake, DEAD_MALFORMED, &why, ret, err);
    }
    if (arrival->value_bytes > FINDING_RECORD_BYTES_MAX) {
        error_set(&why, ERROR_LIMIT, "expected at most %d bytes, found %zu",
                  FINDING_RECORD_BYTES_MAX, arrival->value_bytes);
        return refuse_record(intake, DEAD_TOO_LARGE, &why, ret, err);
    }
    document = record_parse(arrival->value, arrival->value_bytes, &why);
    if (!document)
        return refuse_record(intake, DEAD_MALFORMED, &why, ret, err);
    rc = by_type(intake, document, ret, err);
    json_decref(document);
    return rc;
}

int correlator_accept(struct correlator *correlator, const struct arrival *arrival, int64_t now_ms,
                      enum reception *ret, struct error *err)
{
    struct partition *partition = correlator_partition(correlator, arrival->partition);
    struct hints hints;
    struct intake intake = {
        .correlator = correlator,
        .partition = partition,
        .arrival = arrival,
        .hints = &hints,
        .time_ms = arrival->time_ms > 0 ? arrival->time_ms : now_ms,
        .now_ms = now_ms,
    };
    int rc;

    if (!partition || !partition->live)
        return error_set(err, ERROR_INPUT, "partition %d is not restored", arrival->partition);
    if (correlator->arena.bytes > 0)
        arena_reset(&correlator->arena);
    hints_read(arrival->envelope, &hints);
    rc = by_headers(&intake, ret, err);
    if (rc < 0 || (rc == 0 && by_value(&intake, ret, err)))
        return -1;
    if (!partition->moved)
        partition->weight += POSITION_WEIGHT;
    partition->next = arrival->offset + 1;
    partition->moved = true;
    correlator->counters.received[*ret]++;
    return 0;
}
