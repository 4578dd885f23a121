/*
 * fairlearn.c - a document of metrics: overall, by group, and between groups.
 */
#include <string.h>

#include "producer/reports/fairness.h"
#include "producer/reports/member.h"
#include "producer/reports/metric.h"
#include "producer/reports/outcome.h"

#define TOOL "fairlearn"

/* Members of a document that hold metrics. */
static const struct {
    const char *member, *suffix;
} frames[] = {
    {"overall", ""},           {"difference", " difference"}, {"ratio", " ratio"},
    {"group_min", " minimum"}, {"group_max", " maximum"},
};

/* Names that tell such a document from any other. */
static const char *const metrics[] = {
    "selection_rate",
    "demographic_parity_difference",
    "demographic_parity_ratio",
    "equalized_odds_ratio",
    "equalized_odds_difference",
    "equal_opportunity_difference",
    "equal_opportunity_ratio",
    "true_positive_rate",
    "false_positive_rate",
    "false_negative_rate",
    "true_negative_rate",
    "tpr",
    "fpr",
    "fnr",
    "tnr",
};

static bool has_metric(const json_t *object)
{
    for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++) {
        if (json_is_number(json_object_get(object, metrics[i])))
            return true;
    }
    return false;
}

/* A frame with numbers, or groups that all have some. */
static bool is_by_group(json_t *groups)
{
    const char *name;
    json_t *group;

    json_object_foreach (groups, name, group) {
        if (!has_metric(group))
            return false;
    }
    return json_object_size(groups) > 0;
}

static bool fairlearn_recognises(const json_t *sketch)
{
    return has_metric(sketch) || has_metric(json_at(sketch, "/overall")) ||
           is_by_group(json_at(sketch, "/by_group")) || is_by_group((json_t *)sketch);
}

/* What is the same for all metrics of a document. */
struct source {
    struct report *report;
    struct measurement measurement; /* model, benchmark */
};

static int measure(const struct source *source, const char *name, double value, int64_t n,
                   struct error *err)
{
    struct measurement measurement = source->measurement;

    if (!name)
        return error_set(err, ERROR_MEMORY, "no memory for a measurement");
    measurement.metric = name;
    measurement.value = value;
    measurement.n = n;
    measurement.higher_is_better = metric_higher_is_better(name);
    return outcome_measure(source->report, &measurement, err);
}

/* The numbers of a frame; "count" is its sample size and no metric. */
static int tell_frame(const struct source *source, json_t *frame, const char *before,
                      const char *behind, struct error *err)
{
    int64_t n = member_integer(frame, "/count");
    const char *name;
    json_t *value;

    json_object_foreach (frame, name, value) {
        if (!json_is_number(value) || strcmp(name, "count") == 0)
            continue;
        if (measure(source,
                    arena_printf(source->report->arena, "%s%s%s%s", name, *before ? "[" : "",
                                 before, *before ? "]" : behind),
                    json_number_value(value), n, err))
            return -1;
    }
    return 0;
}

static int tell_groups(const struct source *source, json_t *groups, struct error *err)
{
    const char *name;
    json_t *group;

    json_object_foreach (groups, name, group) {
        if (tell_frame(source, group, name, "", err))
            return -1;
    }
    return 0;
}

static int fairlearn_document(struct report *report, json_t *document, struct error *err)
{
    static const char *const models[] = {"/model", "/model_name", NULL};
    static const char *const names[] = {"/benchmark", "/dataset", "/task", NULL};
    const char *benchmark = member_first(document, names);
    const struct source source = {.report = report,
                                  .measurement = {.model.name = member_first(document, models),
                                                  .benchmark = benchmark ? benchmark : TOOL}};

    if (!fairlearn_recognises(document))
        return error_set(err, ERROR_INPUT, "expected metrics of fairness");
    if (report->sink->run(report->sink->ctx, &(struct run){.tool_version = TOOL}, err))
        return -1;
    for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
        if (tell_frame(&source, json_object_get(document, frames[i].member), "", frames[i].suffix,
                       err))
            return -1;
    }
    return tell_frame(&source, document, "", "", err) ||
                   tell_groups(&source,
                               is_by_group(document) ? document : json_at(document, "/by_group"),
                               err)
               ? -1
               : 0;
}

const struct report_ops report_fairlearn = {
    .name = "fairlearn",
    .help = "fairlearn's metrics as JSON (measurements)",
    .shape = REPORT_DOCUMENT,
    .recognises = fairlearn_recognises,
    .document = fairlearn_document,
};
