/*
 * run_end_record.c - the tables of a run's begin and of its end with its coverage, and of a
 * measurement.
 */
#include <float.h>

#include "producer/finding.h"

static const struct field coverage_fields[] = {
    RECORD_FIELD(FIELD_STRING, "rule", coverage, rule, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "Rule id"),
    RECORD_FIELD(FIELD_STRING, "model", coverage, model, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "Model name, without its version"),
    RECORD_FIELD(FIELD_STRING, "target", coverage, target, .min = 1, .max = NAME_MAX_CHARS,
                 .help = "The system under test; left out: the run's repository"),
    RECORD_FIELD(FIELD_STRING, "category", coverage, category, .max = NAME_MAX_CHARS,
                 .filled = true,
                 .help = "As in the fingerprint; *: each that has no row of its own, and with a "
                         "rule like garak/* each rule of that tool"),
    RECORD_FIELD(FIELD_INTEGER, "attempts", coverage, attempts, .required = true,
                 .max = RECORD_INTEGER_MAX,
                 .help = "Attempts evaluated; 0 means that nothing is known, not that it is clean"),
    RECORD_FIELD(FIELD_INTEGER, "failures", coverage, failures, .max = RECORD_INTEGER_MAX,
                 .help = "How many of these broke the rule"),
    RECORD_FIELD(FIELD_INTEGER, "withheld", coverage, withheld, .max = RECORD_INTEGER_MAX,
                 .help = "Failures that were not published because of a threshold"),
    RECORD_FIELD_END,
};
const struct record_type coverage_type = {
    .name = "coverage",
    .title = "What a run tried, for one fingerprint",
    .size = sizeof(struct coverage),
    .fields = coverage_fields,
};

static const struct field run_begin_fields[] = {
    RECORD_FIELD_TYPE,
    RECORD_FIELD(FIELD_UUID, "id", run_begin, id, .required = true,
                 .help = "Name-based UUID of run, shard and attempt"),
    RECORD_FIELD(FIELD_TIME, "time", run_begin, time_ms, .required = true,
                 .help = "When the run began"),
    RECORD_FIELD(FIELD_OBJECT, "run", run_begin, run, .required = true, .of = &run_type,
                 .help = "The run, shard and attempt that began"),
    RECORD_FIELD_END,
};
const struct record_type run_begin_type = {
    .name = RUN_BEGIN_TYPE,
    .title = "A run's begin, so that one that never ends is missed",
    .size = sizeof(struct run_begin),
    .fields = run_begin_fields,
};

static const struct field run_end_fields[] = {
    RECORD_FIELD_TYPE,
    RECORD_FIELD(FIELD_UUID, "id", run_end, id, .required = true,
                 .help = "Name-based UUID of run, shard and attempt"),
    RECORD_FIELD(FIELD_TIME, "time", run_end, time_ms, .required = true,
                 .help = "When the run ended"),
    RECORD_FIELD(FIELD_OBJECT, "run", run_end, run, .required = true, .of = &run_type,
                 .help = "The run, shard and attempt that ended"),
    RECORD_FIELD(FIELD_ENUM, "status", run_end, status, .required = true, .names = run_status_names,
                 .help = "How this shard ended; only a complete run resolves anything"),
    RECORD_FIELD(FIELD_BOOL, "has_coverage", run_end, has_coverage,
                 .help = "False: the report cannot tell what was tried, and resolves nothing"),
    RECORD_FIELD(FIELD_LIST, "coverage", run_end, coverage, .max = COVERAGE_ROWS_MAX,
                 .of = &coverage_type, .help = "What was tried"),
    RECORD_FIELD(FIELD_COUNTS, "published", run_end, published, .max = COVERAGE_ROWS_MAX,
                 .help = "Findings published by this shard and attempt, per base fingerprint"),
    RECORD_FIELD_END,
};
const struct record_type run_end_type = {
    .name = RUN_END_TYPE,
    .title = "A run's end, with its coverage",
    .size = sizeof(struct run_end),
    .fields = run_end_fields,
};

static const struct field measurement_fields[] = {
    RECORD_FIELD_TYPE,
    RECORD_FIELD(FIELD_UUID, "id", measurement, id, .required = true,
                 .help = "Identity of this measurement"),
    RECORD_FIELD(FIELD_TIME, "time", measurement, time_ms, .required = true,
                 .help = "When it was measured"),
    RECORD_FIELD(FIELD_OBJECT, "model", measurement, model, .required = true, .of = &model_type,
                 .help = "The model under test"),
    RECORD_FIELD(FIELD_STRING, "benchmark", measurement, benchmark, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "The benchmark or task"),
    RECORD_FIELD(FIELD_STRING, "metric", measurement, metric, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "The metric: accuracy, refusal rate"),
    RECORD_FIELD(FIELD_STRING, "target", measurement, target, .max = NAME_MAX_CHARS, .filled = true,
                 .help = "The system under test"),
    RECORD_FIELD(FIELD_NUMBER, "value", measurement, value, .required = true, .min = -DBL_MAX,
                 .max = DBL_MAX, .help = "The metric's value"),
    RECORD_FIELD(FIELD_INTEGER, "n", measurement, n, .max = RECORD_INTEGER_MAX,
                 .help = "Sample size; left out: unknown"),
    RECORD_FIELD(FIELD_BOOL, "higher_is_better", measurement, higher_is_better, .required = true,
                 .help = "Which direction is good"),
    RECORD_FIELD(FIELD_OBJECT, "run", measurement, run, .required = true, .of = &run_type,
                 .help = "The run that measured it"),
    RECORD_FIELD(FIELD_LABELS, "labels", measurement, labels, .max = LABELS_MAX,
                 .help = "Tags and the tool's own"),
    RECORD_FIELD(FIELD_OBJECT, "links", measurement, links, .of = &links_type,
                 .help = "Where to read more"),
    RECORD_FIELD_END,
};
const struct record_type measurement_type = {
    .name = MEASUREMENT_TYPE,
    .title = "A measurement: one metric of one benchmark in one build",
    .size = sizeof(struct measurement),
    .fields = measurement_fields,
};
