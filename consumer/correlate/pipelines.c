/*
 * pipelines.c - runs that never end, and pipelines that stop running: noticed, and taken back by
 * themselves.
 *
 * A run that is lost is published by every partition that knew it, under one finding id. Whether a
 * pipeline is expected to run, and how often, is configured by matchers on its repository,
 * pipeline, branch and team; where no cadence is given, the longest pause among its last runs is.
 * It is known from its first run on, and silent when neither a run began nor one ended for that
 * long and a tolerance. A pipeline that nobody expects is not remembered. Every run that ends,
 * however it ends, clears both at its place.
 */
#include <string.h>

#include "consumer/correlate/correlator_private.h"
#include "consumer/correlate/own_finding.h"
#include "consumer/enrich/rules.h"

#define SILENT_KEEP_TIMES  3 /* of its cadence; never shorter than RETENTION_MS */
#define DURATION_WORDS_MAX 32
#define DAY_MS             INT64_C(86400000)
#define HOUR_MS            INT64_C(3600000)

static int stage_own(struct correlator *correlator, struct partition *partition,
                     const struct finding *finding, struct error *err)
{
    struct envelope envelope;
    struct output output = {
        .topic = OUTPUT_FINDINGS,
        .key = finding->fingerprint,
        .key_bytes = strlen(finding->fingerprint),
        .envelope = &envelope,
    };

    output.partition = partition_of_key(output.key, output.key_bytes, correlator->rules.partitions);
    output.value =
        record_encode(&finding_type, finding, &correlator->arena, &output.value_bytes, err);
    if (!output.value || envelope_of_finding(finding, &correlator->arena, &envelope, err))
        return -1;
    return stage_record(partition, &output, err);
}

int run_publish_lost(struct correlator *correlator, struct partition *partition,
                     const struct run_slot *run, int64_t now_ms, struct error *err)
{
    struct finding finding;

    if (own_finding(OWN_RUN_LOST, &run->state->run, SEVERITY_MEDIUM,
                    "Not all of its ends came within lifecycle.run_time_limit. What it found "
                    "counts; it resolves nothing.",
                    now_ms, &correlator->arena, &finding, err))
        return -1;
    return stage_own(correlator, partition, &finding, err);
}

/* The rule that says how often this pipeline runs; NULL: nobody expects it. */
static const struct cadence_rule *cadence_of(const struct correlator *correlator,
                                             const struct run *run)
{
    const struct enrichment *rules = correlator->rules.enrichment;
    const struct label labels[] = {
        {"repository", run->repository},
        {"pipeline", run->pipeline},
        {"branch", run->branch},
        {"team", run->team ? run->team : ""},
    };
    const struct list list = {.items = (void *)labels, .count = sizeof(labels) / sizeof(labels[0])};
    const struct cadence_rule *rule =
        rules ? rules_find(&rules->pipelines, sizeof(*rule), &list) : NULL;

    return rule && !rule->ignore && !is_measure_run(run) ? rule : NULL;
}

static struct pipeline_slot *slot_of(struct partition *partition, const struct key *key,
                                     struct error *err)
{
    struct pipeline_slot *slot = key_table_get(&partition->pipelines, key);

    if (slot)
        return slot;
    slot = pipeline_slot_new(key, err);
    if (slot && key_table_put(&partition->pipelines, key, slot, err)) {
        pipeline_slot_free(slot);
        return NULL;
    }
    return slot;
}

int pipeline_heard(struct correlator *correlator, struct partition *partition,
                   const struct run *run, bool ended, int64_t now_ms, struct error *err)
{
    char fingerprint[FINGERPRINT_BYTES];
    struct pipeline_state draft;
    struct pipeline_slot *slot;
    struct key key;

    if (!cadence_of(correlator, run))
        return 0;
    if (own_fingerprint(OWN_PIPELINE_SILENT, run, &correlator->arena, fingerprint, err))
        return -1;
    if (partition_of_key(fingerprint, strlen(fingerprint), correlator->rules.partitions) !=
        partition->number)
        return 0;
    key_of_fingerprint(fingerprint, strlen(fingerprint), &key);
    slot = slot_of(partition, &key, err);
    if (!slot)
        return -1;
    if (ended && pipeline_ran(slot->state, run, now_ms, &correlator->arena, &draft, err))
        return -1;
    if (!ended) {
        draft = slot->state ? *slot->state : (struct pipeline_state){.run = *run};
        draft.begun_ms = now_ms;
    }
    return pipeline_slot_replace(slot, &draft, &partition->touched_pipelines, err);
}

/* One of its own alerts: this run has shown that it is over. */
static int clear_own(struct correlator *correlator, struct partition *partition,
                     const struct run_slot *run, enum own_rule rule, int64_t now_ms,
                     struct error *err)
{
    const struct run *of = &run->state->run;
    const struct lifecycle_rules once = {.clean_runs = 1};
    const struct clean_run proof = {.id = of->id,
                                    .repository = of->repository,
                                    .pipeline = of->pipeline,
                                    .branch = of->branch,
                                    .started_ms = of->started_ms,
                                    .attempts = 1};
    char fingerprint[FINGERPRINT_BYTES];
    struct alert_slot *slot;
    struct alert draft;
    struct key key;
    bool changed;

    if (own_fingerprint(rule, of, &correlator->arena, fingerprint, err))
        return -1;
    key_of_fingerprint(fingerprint, strlen(fingerprint), &key);
    slot = key_table_get(&partition->alerts, &key);
    if (!slot || !slot->alert || slot->alert->status != ALERT_OPEN)
        return 0;
    if (lifecycle_clean(slot->alert, &proof, &once, now_ms, &correlator->arena, &draft, &changed,
                        err))
        return -1;
    if (!changed)
        return 0;
    if (partition_touch_alert(partition, slot, err) || alert_slot_replace(slot, &draft, err))
        return -1;
    return resolve_if_clean(correlator, partition, slot, of->id, now_ms, err);
}

int run_clear_own(struct correlator *correlator, struct partition *partition,
                  const struct run_slot *run, int64_t now_ms, struct error *err)
{
    for (int rule = 0; rule < OWN_RULES; rule++) {
        if (clear_own(correlator, partition, run, (enum own_rule)rule, now_ms, err))
            return -1;
    }
    return pipeline_heard(correlator, partition, &run->state->run, true, now_ms, err);
}

/* "26 h", "3 d" */
static void duration_words(int64_t ms, char ret_words[DURATION_WORDS_MAX])
{
    if (ms >= 3 * DAY_MS)
        snprintf(ret_words, DURATION_WORDS_MAX, "%lld d", (long long)(ms / DAY_MS));
    else if (ms >= 3 * HOUR_MS)
        snprintf(ret_words, DURATION_WORDS_MAX, "%lld h", (long long)(ms / HOUR_MS));
    else
        snprintf(ret_words, DURATION_WORDS_MAX, "%lld min", (long long)(ms / 60000));
}

static int publish_silent(struct correlator *correlator, struct partition *partition,
                          struct pipeline_slot *slot, const struct cadence_rule *rule,
                          int64_t every_ms, int64_t now_ms, struct error *err)
{
    struct pipeline_state draft = *slot->state;
    char last[TIME_TEXT_BYTES], every[DURATION_WORDS_MAX];
    struct finding finding;
    const char *words;

    time_format(draft.last_ms > draft.begun_ms ? draft.last_ms : draft.begun_ms, last);
    duration_words(every_ms, every);
    words = arena_printf(&correlator->arena,
                         "Nothing was heard of it since %s; a run is expected every %s (%s).", last,
                         every, rule->every_ms > 0 ? "configured" : "learnt from its last runs");
    if (!words)
        return error_set(err, ERROR_MEMORY, "no memory for a silent pipeline");
    draft.silent = true;
    if (own_finding(OWN_PIPELINE_SILENT, &draft.run, rule->severity, words, now_ms,
                    &correlator->arena, &finding, err) ||
        stage_own(correlator, partition, &finding, err))
        return -1;
    return pipeline_slot_replace(slot, &draft, &partition->touched_pipelines, err);
}

static int tick_pipeline(struct correlator *correlator, struct partition *partition,
                         struct pipeline_slot *slot, int64_t now_ms, struct error *err)
{
    const struct pipeline_state *state = slot->state;
    const struct cadence_rule *rule = cadence_of(correlator, &state->run);
    int64_t heard_ms = state->last_ms > state->begun_ms ? state->last_ms : state->begun_ms;
    int64_t every_ms = !rule ? 0 : rule->every_ms > 0 ? rule->every_ms : pipeline_pause_ms(state);
    int64_t tolerance_ms = rule && rule->tolerance_ms > 0 ? rule->tolerance_ms : every_ms / 2;
    int64_t keep_ms = SILENT_KEEP_TIMES * (every_ms + tolerance_ms);

    if (slot->touched)
        return 0;
    if (!rule || now_ms - heard_ms >= (keep_ms > RETENTION_MS ? keep_ms : RETENTION_MS)) {
        pipeline_slot_leave(slot, &partition->touched_pipelines);
        return 0;
    }
    if (state->silent || every_ms == 0 || now_ms - heard_ms < every_ms + tolerance_ms)
        return 0;
    return publish_silent(correlator, partition, slot, rule, every_ms, now_ms, err);
}

int pipelines_tick(struct correlator *correlator, struct partition *partition, int64_t now_ms,
                   struct error *err)
{
    struct pipeline_slot *slot;
    size_t cursor = 0;

    while ((slot = key_table_next(&partition->pipelines, &cursor))) {
        arena_reset(&correlator->arena);
        if (slot->state && tick_pipeline(correlator, partition, slot, now_ms, err))
            return -1;
    }
    return 0;
}
