/*
 * aif360.c - one explained metric into a measurement.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "producer/reports/fairness.h"
#include "producer/reports/labels.h"
#include "producer/reports/member.h"
#include "producer/reports/outcome.h"

#define TOOL "aif360"

struct aif360_state {
    bool is_said;
};

/* Members that count instances: the sample size is the sum of those of the first row that is there.
 */
static const struct {
    const char *members[3];
} sizes[] = {
    {{"numInstancesUnprivileged", "numInstancesPrivileged"}},
    {{"numUnprivileged", "numPrivileged"}},
    {{"numPositivesUnprivileged", "numPositivesPrivileged"}},
    {{"numInstances"}},
    {{"numPositives", "numNegatives"}},
    {{"numNegatives"}},
};

static bool is_metric(const json_t *value)
{
    return json_is_string(json_at(value, "/metric")) &&
           json_is_string(json_at(value, "/message")) && json_is_string(json_at(value, "/ideal"));
}

static bool aif360_recognises(const json_t *sketch)
{
    return is_metric(json_is_array(sketch) ? json_array_get(sketch, 0) : sketch);
}

/* The first number of a text, from a place on. */
static bool number_in(const char *text, double *ret_number)
{
    const char *at = text + strcspn(text, "0123456789");
    char *end;

    if (at > text && at[-1] == '.')
        at--;
    if (at > text && at[-1] == '-')
        at--;
    *ret_number = strtod(at, &end);
    return end != at;
}

/* It stands behind the message's last colon; there may be "nan" or "inf". */
static bool value_of(const json_t *metric, double *ret_value)
{
    const char *message = member_string(metric, "/message");
    const char *colon = message ? strrchr(message, ':') : NULL;

    return colon && number_in(colon + 1, ret_value);
}

static int64_t size_of(const json_t *metric)
{
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        const char *const *member = sizes[i].members;
        double sum = 0;

        for (; *member && json_is_number(json_object_get(metric, *member)); member++)
            sum += json_number_value(json_object_get(metric, *member));
        if (!*member)
            return sum >= 0 && sum < RECORD_INTEGER_MAX ? (int64_t)sum : 0;
    }
    return 0;
}

/* So that one direction is worse, whichever group is favoured. */
static double folded(const char *name, double ideal, double value)
{
    bool is_ratio = strcasestr(name, "disparate impact") || strcasestr(name, "ratio");

    if (ideal == 0)
        return fabs(value);
    return is_ratio && value > 1 ? 1 / value : value;
}

static int say_run(struct report *report, struct error *err)
{
    struct aif360_state *state = report->state;

    if (state->is_said)
        return 0;
    state->is_said = true;
    return report->sink->run(report->sink->ctx, &(struct run){.tool_version = "AIF360"}, err);
}

static int tell_metric(struct report *report, json_t *metric, struct error *err)
{
    const char *name = member_string(metric, "/metric");
    struct measurement measurement = {.model.name = member_string(metric, "/model"),
                                      .benchmark = TOOL,
                                      .metric = name,
                                      .n = size_of(metric)};
    double value, ideal = 1;
    struct labels labels;

    if (!name || !member_string(metric, "/message"))
        return error_set_at(err, ERROR_INPUT, "/metric", "expected a metric with a message");
    if (say_run(report, err))
        return -1;
    if (!value_of(metric, &value))
        return error_set_at(err, ERROR_INPUT, "/message", "expected a value behind a colon");
    if (member_string(metric, "/ideal"))
        number_in(member_string(metric, "/ideal"), &ideal);
    measurement.value = folded(name, ideal, value);
    measurement.higher_is_better = ideal != 0;
    labels_init(&labels, report->arena);
    labels_add(&labels, "reported_value", arena_printf(report->arena, "%.17g", value));
    return labels_list(&labels, &measurement.labels, err) ||
                   outcome_measure(report, &measurement, err)
               ? -1
               : 0;
}

static int aif360_end(struct report *report, struct error *err)
{
    return say_run(report, err) ||
                   report->sink->ended(report->sink->ctx, report_status(report), err)
               ? -1
               : 0;
}

static const char *const aif360_arrays[] = {"", NULL};

const struct report_ops report_aif360 = {
    .name = "aif360",
    .help = "AIF360's explained metrics (measurements)",
    .shape = REPORT_DOCUMENT,
    .state_bytes = sizeof(struct aif360_state),
    .recognises = aif360_recognises,
    .arrays = aif360_arrays,
    .line = tell_metric,
    .end = aif360_end,
};

const struct report_ops report_aif360_lines = {
    .name = "aif360-jsonl",
    .help = "the same as JSON Lines",
    .shape = REPORT_LINES,
    .state_bytes = sizeof(struct aif360_state),
    .recognises = aif360_recognises,
    .line = tell_metric,
    .end = aif360_end,
};
