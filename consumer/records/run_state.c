/*
 * run_state.c - the tables of the records of the topic `state`.
 */
#include "consumer/records/run_state.h"

#include <float.h>

#define TIERS_MAX    16
#define RUN_ENDS_MAX (4 * SHARDS_MAX) /* shards may end with several reports each */

const char *const run_phase_names[] = {"open", "ended", "lost", NULL};

static const struct field tier_position_fields[] = {
    RECORD_FIELD(FIELD_STRING, "tier", tier_position, tier, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "The retry tier: 1m"),
    RECORD_FIELD(FIELD_INTEGER, "next", tier_position, next, .required = true,
                 .max = RECORD_INTEGER_MAX, .help = "Next offset of that tier's partition"),
    RECORD_FIELD_END,
};
static const struct record_type tier_position_type = {
    .name = "tier_position",
    .title = "Position in a retry tier",
    .size = sizeof(struct tier_position),
    .fields = tier_position_fields,
};

static const struct field position_fields[] = {
    RECORD_FIELD_TYPE,
    RECORD_FIELD(FIELD_INTEGER, "next", position, next, .required = true, .max = RECORD_INTEGER_MAX,
                 .help = "Next offset of the input that is not in the tables yet"),
    RECORD_FIELD(FIELD_LIST, "retry", position, retry, .max = TIERS_MAX, .of = &tier_position_type,
                 .help = "The same for the retry tiers beside it"),
    RECORD_FIELD_END,
};
const struct record_type position_type = {
    .name = POSITION_TYPE,
    .title = "How far the tables are",
    .size = sizeof(struct position),
    .fields = position_fields,
};

static const struct field shard_end_fields[] = {
    RECORD_FIELD(FIELD_UUID, "end", shard_end, end, .required = true, .help = "Run end id"),
    RECORD_FIELD(FIELD_INTEGER, "shard", shard_end, shard, .required = true, .min = 1,
                 .max = SHARDS_MAX, .help = "Which shard ended"),
    RECORD_FIELD(FIELD_INTEGER, "attempt", shard_end, attempt, .required = true, .min = 1,
                 .max = RECORD_INTEGER_MAX, .help = "In which attempt"),
    RECORD_FIELD(FIELD_ENUM, "status", shard_end, status, .required = true,
                 .names = run_status_names, .help = "How it ended"),
    RECORD_FIELD(FIELD_BOOL, "has_coverage", shard_end, has_coverage,
                 .help = "False: the report could not tell what was tried"),
    RECORD_FIELD(FIELD_LIST, "coverage", shard_end, coverage, .max = COVERAGE_ROWS_MAX,
                 .of = &coverage_type,
                 .help = "What was tried, of the fingerprints of this partition"),
    RECORD_FIELD(FIELD_COUNTS, "published", shard_end, published, .max = COVERAGE_ROWS_MAX,
                 .help = "What was published, of the fingerprints of this partition"),
    RECORD_FIELD_END,
};
static const struct record_type shard_end_type = {
    .name = "shard_end",
    .title = "What one shard said at its end",
    .size = sizeof(struct shard_end),
    .fields = shard_end_fields,
};

static const struct field run_state_fields[] = {
    RECORD_FIELD_TYPE,
    RECORD_FIELD(FIELD_OBJECT, "run", run_state, run, .required = true, .of = &run_type,
                 .help = "The run"),
    RECORD_FIELD(FIELD_ENUM, "phase", run_state, phase, .required = true, .names = run_phase_names,
                 .help = "Whether it has ended here"),
    RECORD_FIELD(FIELD_ENUM, "status", run_state, status, .names = run_status_names,
                 .help = "How the whole run ended"),
    RECORD_FIELD(FIELD_TIME, "first_seen", run_state, first_seen_ms, .required = true,
                 .help = "Its time limit counts from here, by the broker's clock"),
    RECORD_FIELD(FIELD_TIME, "ended", run_state, ended_ms, .help = "When it ended here"),
    RECORD_FIELD(FIELD_LIST, "ends", run_state, ends, .max = RUN_ENDS_MAX, .of = &shard_end_type,
                 .help = "What its shards said"),
    RECORD_FIELD_END,
};
const struct record_type run_state_type = {
    .name = RUN_STATE_TYPE,
    .title = "A run as one partition knows it",
    .size = sizeof(struct run_state),
    .fields = run_state_fields,
};

static const struct field run_count_fields[] = {
    RECORD_FIELD_TYPE,
    RECORD_FIELD(FIELD_INTEGER, "accepted", run_count, accepted, .required = true,
                 .max = RECORD_INTEGER_MAX, .help = "Findings accepted"),
    RECORD_FIELD_END,
};
const struct record_type run_count_type = {
    .name = RUN_COUNT_TYPE,
    .title = "Findings of one run accepted for one fingerprint",
    .size = sizeof(struct run_count),
    .fields = run_count_fields,
};

static const struct field pipeline_pause_fields[] = {
    RECORD_FIELD(FIELD_INTEGER, "ms", pipeline_pause, ms, .required = true,
                 .max = RECORD_INTEGER_MAX, .help = "From the end of a run to that of the next"),
    RECORD_FIELD_END,
};
static const struct record_type pipeline_pause_type = {
    .name = "pipeline_pause",
    .title = "A pause between two runs of a pipeline",
    .size = sizeof(struct pipeline_pause),
    .fields = pipeline_pause_fields,
};

static const struct field pipeline_state_fields[] = {
    RECORD_FIELD_TYPE,
    RECORD_FIELD(FIELD_OBJECT, "run", pipeline_state, run, .required = true, .of = &run_type,
                 .help = "Its newest run"),
    RECORD_FIELD(FIELD_TIME, "begun", pipeline_state, begun_ms,
                 .help = "When a run of it last said that it began"),
    RECORD_FIELD(FIELD_TIME, "last", pipeline_state, last_ms,
                 .help = "When a run of it last ended"),
    RECORD_FIELD(FIELD_BOOL, "silent", pipeline_state, silent,
                 .help = "It was published that it stopped running"),
    RECORD_FIELD(FIELD_LIST, "pauses", pipeline_state, pauses, .max = PAUSES_MAX,
                 .of = &pipeline_pause_type, .help = "Between its last runs, oldest first"),
    RECORD_FIELD_END,
};
const struct record_type pipeline_state_type = {
    .name = PIPELINE_STATE_TYPE,
    .title = "A pipeline that is expected to run",
    .size = sizeof(struct pipeline_state),
    .fields = pipeline_state_fields,
};

static const struct field series_point_fields[] = {
    RECORD_FIELD(FIELD_TIME, "time", series_point, time_ms, .required = true,
                 .help = "When it was measured"),
    RECORD_FIELD(FIELD_STRING, "run", series_point, run, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "The run that measured it"),
    RECORD_FIELD(FIELD_STRING, "branch", series_point, branch, .max = NAME_MAX_CHARS,
                 .filled = true, .help = "Branch of that run"),
    RECORD_FIELD(FIELD_STRING, "model_version", series_point, model_version, .max = NAME_MAX_CHARS,
                 .filled = true, .help = "Version of the model"),
    RECORD_FIELD(FIELD_NUMBER, "value", series_point, value, .required = true, .min = -DBL_MAX,
                 .max = DBL_MAX, .help = "The metric's value"),
    RECORD_FIELD(FIELD_INTEGER, "n", series_point, n, .max = RECORD_INTEGER_MAX,
                 .help = "Sample size; left out: unknown"),
    RECORD_FIELD_END,
};
static const struct record_type series_point_type = {
    .name = "series_point",
    .title = "One measurement of a series",
    .size = sizeof(struct series_point),
    .fields = series_point_fields,
};

static const struct field series_firing_fields[] = {
    RECORD_FIELD(FIELD_STRING, "rule", series_firing, rule, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "Name of the rule"),
    RECORD_FIELD(FIELD_TIME, "since", series_firing, since_ms, .required = true,
                 .help = "The measurement that it fired at first"),
    RECORD_FIELD(FIELD_NUMBER, "value", series_firing, value, .required = true, .min = -DBL_MAX,
                 .max = DBL_MAX, .help = "Value when it fired last"),
    RECORD_FIELD(FIELD_INTEGER, "n", series_firing, n, .max = RECORD_INTEGER_MAX,
                 .help = "Sample size of that; left out: unknown"),
    RECORD_FIELD(FIELD_NUMBER, "baseline", series_firing, baseline, .required = true,
                 .min = -DBL_MAX, .max = DBL_MAX, .help = "What it fired against"),
    RECORD_FIELD(FIELD_INTEGER, "baseline_n", series_firing, baseline_n, .max = RECORD_INTEGER_MAX,
                 .help = "Sample size of that; left out: unknown"),
    RECORD_FIELD(FIELD_INTEGER, "builds", series_firing, builds, .max = RECORD_INTEGER_MAX,
                 .help = "Builds that the baseline is the mean of"),
    RECORD_FIELD(FIELD_NUMBER, "sigma", series_firing, sigma, .max = DBL_MAX,
                 .help = "Standard deviation of one build, where it does not follow from n"),
    RECORD_FIELD_END,
};
static const struct record_type series_firing_type = {
    .name = "series_firing",
    .title = "A rule that fires on a series",
    .size = sizeof(struct series_firing),
    .fields = series_firing_fields,
};

static const struct field series_state_fields[] = {
    RECORD_FIELD_TYPE,
    RECORD_FIELD(FIELD_STRING, "model", series_state, model, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "Name of the model"),
    RECORD_FIELD(FIELD_STRING, "benchmark", series_state, benchmark, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "The benchmark or task"),
    RECORD_FIELD(FIELD_STRING, "metric", series_state, metric, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "The metric"),
    RECORD_FIELD(FIELD_STRING, "target", series_state, target, .max = NAME_MAX_CHARS,
                 .filled = true, .help = "The system under test"),
    RECORD_FIELD(FIELD_BOOL, "higher_is_better", series_state, higher_is_better,
                 .help = "Whether a larger value is a better one"),
    RECORD_FIELD(FIELD_LIST, "points", series_state, points, .max = SERIES_POINTS_MAX,
                 .of = &series_point_type, .help = "Measurements, oldest first"),
    RECORD_FIELD(FIELD_LIST, "firing", series_state, firing, .max = SERIES_RULES_MAX,
                 .of = &series_firing_type, .help = "Rules that fire now"),
    RECORD_FIELD_END,
};
const struct record_type series_state_type = {
    .name = SERIES_STATE_TYPE,
    .title = "A series of measurements",
    .size = sizeof(struct series_state),
    .fields = series_state_fields,
};
