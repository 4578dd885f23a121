/*
 * helm.c - statistics, kept to the end: the number of instances is one of them.
 */
#include "producer/reports/helm.h"

#include <string.h>

#include "producer/reports/member.h"
#include "producer/reports/metric.h"
#include "producer/reports/outcome.h"

#define TOOL "helm"

struct helm_state {
    const char *model, *benchmark; /* in report->kept */
    json_t *stats;                 /* those of quality */
    json_t *instances;             /* split -> how many */
};

/* What its names begin with is no quality. */
static const char *const accounts[] = {
    "num_",     "training_", "inference_", "finish_reason_", "batch_size", "prompt_truncated",
    "max_prob", "logprob",   "perplexity", "bits_per_byte",  "estimated_"};

static bool is_quality(const char *name)
{
    for (size_t i = 0; i < sizeof(accounts) / sizeof(accounts[0]); i++) {
        if (strncmp(name, accounts[i], strlen(accounts[i])) == 0)
            return false;
    }
    return true;
}

/* "mmlu:subject=law" of "mmlu:subject=law,model=openai_gpt-4o" */
static const char *benchmark_of(struct report *report, const char *name)
{
    char *benchmark = arena_strndup(report->kept, name, strcspn(name, ":"));
    const char *at = name + strcspn(name, ":"), *separator = ":";

    while (benchmark && *at) {
        size_t bytes = strcspn(++at, ",");

        if (strncmp(at, "model=", strlen("model=")) != 0 &&
            strncmp(at, "model_deployment=", strlen("model_deployment=")) != 0) {
            benchmark =
                arena_printf(report->kept, "%s%s%.*s", benchmark, separator, (int)bytes, at);
            separator = ",";
        }
        at += bytes;
    }
    return benchmark;
}

static int helm_document(struct report *report, json_t *outline, struct error *err)
{
    struct helm_state *state = report->state;
    json_t *spec = report_sibling(report, "run_spec.json");
    const struct run run = {.tool_version = TOOL};
    const char *name = member_string(spec, "/name");

    (void)outline;
    state->stats = json_array();
    state->instances = json_object();
    state->model = arena_strdup(report->kept, member_string(spec, "/adapter_spec/model"));
    state->benchmark = name ? benchmark_of(report, name) : TOOL;
    json_decref(spec);
    if (!state->stats || !state->instances || !state->benchmark)
        return error_set(err, ERROR_MEMORY, "no memory for statistics");
    return outcome_needs_model(report, state->model, err) || outcome_run(report, &run, err) ? -1
                                                                                            : 0;
}

static int helm_record(struct report *report, json_t *stat, const struct report_place *place,
                       struct error *err)
{
    struct helm_state *state = report->state;
    const char *name = member_string(stat, "/name/name"),
               *split = member_string(stat, "/name/split");
    double mean;
    int rc = 0;

    (void)place;
    if (!name)
        return error_set_at(err, ERROR_INPUT, "/name/name", "expected a metric's name");
    if (!member_number(stat, "/mean", &mean))
        return 0; /* counted nothing */
    if (strcmp(name, "num_instances") == 0 && mean >= 0 && mean < RECORD_INTEGER_MAX)
        rc = json_object_set_new(state->instances, split ? split : "",
                                 json_integer((json_int_t)mean));
    else if (is_quality(name))
        rc = json_array_append(state->stats, stat);
    return rc ? error_set(err, ERROR_MEMORY, "no memory for statistics") : 0;
}

/* "exact_match", "exact_match+robustness", "exact_match/valid" */
static const char *metric_of(struct report *report, const json_t *stat)
{
    const char *split = member_string(stat, "/name/split");
    const char *perturbation = member_string(stat, "/name/perturbation/name");
    bool is_test = !split || strcmp(split, "test") == 0;

    return arena_printf(report->arena, "%s%s%s%s%s", member_string(stat, "/name/name"),
                        perturbation ? "+" : "", perturbation ? perturbation : "",
                        is_test ? "" : "/", is_test ? "" : split);
}

static int helm_end(struct report *report, struct error *err)
{
    const struct helm_state *state = report->state;
    const json_t *stat;
    size_t i;

    json_array_foreach (state->stats, i, stat) {
        const char *split = member_string(stat, "/name/split");
        struct measurement measurement = {
            .model.name = state->model,
            .benchmark = state->benchmark,
            .metric = metric_of(report, stat),
            .value = json_number_value(json_at(stat, "/mean")),
            .n = json_integer_value(json_object_get(state->instances, split ? split : ""))};

        if (!measurement.metric)
            return error_set(err, ERROR_MEMORY, "no memory for a metric");
        measurement.higher_is_better = metric_higher_is_better(measurement.metric);
        if (outcome_measure(report, &measurement, err))
            return -1;
    }
    return report->sink->ended(report->sink->ctx, report_status(report), err);
}

static void helm_fini(struct report *report)
{
    struct helm_state *state = report->state;

    json_decref(state->stats);
    json_decref(state->instances);
}

static bool helm_recognises(const json_t *sketch)
{
    return json_is_array(sketch) && json_is_string(json_at(sketch, "/0/name/name")) &&
           json_is_integer(json_at(sketch, "/0/count"));
}

static const char *const helm_arrays[] = {"", NULL};

const struct report_ops report_helm = {
    .name = "helm",
    .help = "HELM's stats.json, with run_spec.json beside it",
    .shape = REPORT_DOCUMENT,
    .state_bytes = sizeof(struct helm_state),
    .recognises = helm_recognises,
    .arrays = helm_arrays,
    .document = helm_document,
    .record = helm_record,
    .end = helm_end,
    .fini = helm_fini,
};
