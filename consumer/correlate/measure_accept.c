/*
 * measure_accept.c - a measurement: its series grows, and each rule about it is judged once.
 *
 * A rule that fires publishes a finding, one that clears the end of a run that tried the rule and
 * found nothing, both to `findings` in this batch's transaction: one road for everything. Such a
 * run belongs to the pipeline tocsin/measure on no branch, since a series spans branches; where it
 * was measured stands in the finding's labels and links. A measurement that comes late, or again,
 * grows the series and is not judged.
 */
#include <string.h>

#include "consumer/correlate/correlator_private.h"
#include "consumer/correlate/own_finding.h"
#include "producer/text.h"

#define SERIES_WEIGHT       16384
#define UNTESTED_CONFIDENCE 0.5 /* a change that no test could say more of */

static const char *const kind_words[] = {
    [MEASURE_DROP] = "got worse",
    [MEASURE_SPIKE] = "rose",
    [MEASURE_BOUNDS] = "is out of its bounds",
    [MEASURE_DRIFT] = "is drifting to the worse",
};

/* One rule and one measurement. */
struct reading {
    const struct intake *intake;
    const struct measurement *measurement;
    const struct measure_rule *rule;
    const struct judgement *judgement;
};

static int no_memory(struct error *err)
{
    return error_set(err, ERROR_MEMORY, "no memory for a measurement");
}

static bool run_of(const struct reading *reading, int64_t number, struct run *ret)
{
    struct arena *arena = &reading->intake->correlator->arena;
    const struct measurement *measurement = reading->measurement;

    *ret = measurement->run;
    ret->id = arena_printf(arena, "measure/%s/%s/%lld", reading->rule->name, measurement->id,
                           (long long)number);
    ret->attempt = ret->shard = ret->shards = 1;
    ret->started_ms = measurement->time_ms;
    ret->provider = "";
    ret->pipeline = MEASURE_PIPELINE;
    ret->branch = "";
    ret->pull_request = NULL;
    return ret->id != NULL;
}

/* Where it was measured, then the measurement's own labels, as many as there is room for. */
static bool labels_of(const struct reading *reading, struct list *ret)
{
    const struct measurement *measurement = reading->measurement;
    const struct label own[] = {
        {"benchmark", measurement->benchmark},
        {"metric", measurement->metric},
        {"measured_in", measurement->run.pipeline},
        {"measured_on", measurement->run.branch},
    };
    struct label *labels =
        arena_array(&reading->intake->correlator->arena, LABELS_MAX, sizeof(*labels));
    const struct label *theirs = measurement->labels.items;
    size_t count = 0;

    if (!labels)
        return false;
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        if (own[i].value && *own[i].value)
            labels[count++] = own[i];
    }
    for (size_t i = 0; i < measurement->labels.count && count < LABELS_MAX; i++) {
        if (!*label_value(labels, count, theirs[i].name))
            labels[count++] = theirs[i];
    }
    *ret = (struct list){labels, count};
    return true;
}

/* What is the same in what fires and what clears. */
static bool identity_of(const struct reading *reading, struct finding *ret)
{
    struct arena *arena = &reading->intake->correlator->arena;
    const struct measurement *measurement = reading->measurement;
    bool has_target = measurement->target && *measurement->target;

    ret->rule = (struct rule){
        .id = arena_printf(arena, "%s/%s", MEASURE_PIPELINE, reading->rule->name),
        .title = text_cut(arena_printf(arena, "%s of %s %s", measurement->metric,
                                       measurement->benchmark, kind_words[reading->rule->kind]),
                          TITLE_MAX_CHARS, arena),
        .tool = OWN_TOOL,
        .probe = "measure",
        .detector = reading->rule->name,
    };
    ret->model = measurement->model;
    ret->target = has_target ? measurement->target : measurement->run.repository;
    ret->category =
        text_cut(arena_printf(arena, "%s/%s", measurement->benchmark, measurement->metric),
                 NAME_MAX_CHARS, arena);
    return ret->rule.id && ret->rule.title && ret->category;
}

static int stage_finding(const struct reading *reading, struct finding *finding, struct error *err)
{
    const struct intake *intake = reading->intake;
    struct arena *arena = &intake->correlator->arena;
    struct envelope envelope;
    struct output output = {.topic = OUTPUT_FINDINGS, .envelope = &envelope};
    char id[FINDING_ID_BYTES];

    finding_id(finding, finding->fingerprint, id);
    finding->id = id;
    output.key = finding->fingerprint;
    output.key_bytes = strlen(finding->fingerprint);
    output.partition =
        partition_of_key(output.key, output.key_bytes, intake->correlator->rules.partitions);
    output.value = record_encode(&finding_type, finding, arena, &output.value_bytes, err);
    if (!output.value || envelope_of_finding(finding, arena, &envelope, err))
        return -1;
    return stage_record(intake->partition, &output, err);
}

/* Says that the rule was tried once in a run that is over, and what came of it. */
static int stage_end(const struct reading *reading, const struct finding *finding, bool failed,
                     struct error *err)
{
    struct coverage coverage = {.rule = finding->rule.id,
                                .model = finding->model.name,
                                .target = finding->target,
                                .category = finding->category,
                                .attempts = 1,
                                .failures = failed};
    struct count count = {.fingerprint = finding->fingerprint, .n = 1};
    char id[FINDING_ID_BYTES];
    struct run_end end = {.id = id,
                          .time_ms = reading->intake->time_ms,
                          .run = finding->run,
                          .status = RUN_COMPLETE,
                          .has_coverage = true,
                          .coverage = {&coverage, 1},
                          .published = {&count, failed ? 1 : 0}};
    struct arrival arrival = *reading->intake->arrival;
    struct intake intake = *reading->intake;
    struct envelope envelope;

    run_end_id(&end.run, id);
    arrival.value =
        record_encode(&run_end_type, &end, &intake.correlator->arena, &arrival.value_bytes, err);
    if (!arrival.value ||
        envelope_of_run_end(&end, true, &intake.correlator->arena, &envelope, err))
        return -1;
    intake.arrival = &arrival;
    return stage_copies(&intake, end.run.id, &envelope, err);
}

static int publish(const struct reading *reading, bool fires, int64_t number, struct error *err)
{
    char fingerprint[FINGERPRINT_BYTES];
    struct finding finding = {
        .time_ms = reading->measurement->time_ms,
        .severity = reading->rule->severity,
        .confidence = reading->judgement->tested ? 1 : UNTESTED_CONFIDENCE,
        .prompt = "",
        .output = reading->judgement->words,
        .links = reading->measurement->links,
    };

    if (!identity_of(reading, &finding) || !run_of(reading, number, &finding.run) ||
        !labels_of(reading, &finding.labels))
        return no_memory(err);
    finding_fingerprint(&finding, fingerprint);
    finding.fingerprint = fingerprint;
    if (fires && stage_finding(reading, &finding, err))
        return -1;
    return stage_end(reading, &finding, fires, err);
}

/* As many clean runs as it takes to resolve the alert. */
static int publish_clear(const struct reading *reading, struct error *err)
{
    int64_t runs = reading->intake->correlator->rules.lifecycle.clean_runs;
    int rc = 0;

    for (int64_t i = 0; i < (runs > 1 ? runs : 1) && rc == 0; i++)
        rc = publish(reading, false, i, err);
    return rc;
}

static const struct series_firing *firing_of(const struct series_state *series, const char *rule)
{
    const struct series_firing *firing = series->firing.items;

    for (size_t i = 0; i < series->firing.count; i++) {
        if (strcmp(firing[i].rule, rule) == 0)
            return &firing[i];
    }
    return NULL;
}

/* The rules that fire after this measurement; one that is configured no longer is forgotten. */
static int judge_all(const struct intake *intake, const struct measurement *measurement,
                     struct series_state *series, struct error *err)
{
    const struct correlator_rules *rules = &intake->correlator->rules;
    struct series_firing *firing =
        arena_array(&intake->correlator->arena, rules->measure_rules_count + 1, sizeof(*firing));
    size_t count = 0;
    int rc = 0;

    if (!firing)
        return no_memory(err);
    for (size_t i = 0; i < rules->measure_rules_count && rc == 0; i++) {
        const struct measure_rule *rule = &rules->measure_rules[i];
        const struct series_firing *before = firing_of(series, rule->name);
        if (!measure_applies(rule, series))
            continue;
        struct judgement judgement = measure_judge(rule, series, before);
        struct reading reading = {intake, measurement, rule, &judgement};
        if (judgement.outcome == JUDGED_FIRES)
            rc = publish(&reading, true, 0, err);
        else if (judgement.outcome == JUDGED_CLEARS)
            rc = publish_clear(&reading, err);
        if (judgement.outcome == JUDGED_FIRES)
            firing[count++] = judgement.firing;
        else if (judgement.outcome == JUDGED_QUIET && before)
            firing[count++] = *before;
    }
    series->firing = (struct list){firing, count};
    return rc;
}

static struct series_point point_of(const struct measurement *measurement)
{
    return (struct series_point){
        .time_ms = measurement->time_ms,
        .run = measurement->run.id,
        .branch = measurement->run.branch ? measurement->run.branch : "",
        .model_version = measurement->model.version ? measurement->model.version : "",
        .value = measurement->value,
        .n = measurement->n,
    };
}

static int grow(const struct intake *intake, const struct measurement *measurement,
                struct series_slot *slot, struct error *err)
{
    struct series_state draft = slot->state ? *slot->state : (struct series_state){0};
    const struct series_point point = point_of(measurement);
    bool newest = false;

    draft.model = measurement->model.name;
    draft.benchmark = measurement->benchmark;
    draft.metric = measurement->metric;
    draft.target = measurement->target;
    draft.higher_is_better = measurement->higher_is_better;
    if (measure_insert(&draft, &point, &intake->correlator->arena, &newest))
        return no_memory(err);
    if (newest && judge_all(intake, measurement, &draft, err))
        return -1;
    intake->partition->weight += SERIES_WEIGHT;
    return series_slot_replace(slot, &draft, &intake->partition->touched_series, err);
}

int measure_accept(const struct intake *intake, const struct measurement *measurement,
                   enum reception *ret, struct error *err)
{
    struct partition *partition = intake->partition;
    char series[SERIES_BYTES];
    struct series_slot *slot;
    struct key id;

    key_of_uuid(measurement->id, strlen(measurement->id), &id);
    if (seen_has(&partition->seen, &id)) {
        *ret = RECEIVED_DUPLICATE;
        return 0;
    }
    measurement_series(measurement, series);
    slot = series_slot_get(&partition->series, series, strlen(series), err);
    if (!slot || grow(intake, measurement, slot, err) ||
        seen_add(&partition->seen, &id, intake->arrival->offset, intake->time_ms, err))
        return -1;
    *ret = RECEIVED_MEASURED;
    return 0;
}
