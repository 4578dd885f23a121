/*
 * deepeval.c - a test case's metrics into attempts.
 */
#include "producer/reports/deepeval.h"

#include <string.h>
#include <strings.h>

#include "producer/reports/labels.h"
#include "producer/reports/member.h"
#include "producer/reports/outcome.h"
#include "producer/reports/rates.h"

#define TOOL       "deepeval"
#define CONFIDENCE 0.7 /* mostly a model judged */

struct deepeval_state {
    const char *model; /* in report->kept */
    struct rates rates;
};

/* Metrics that guard something; the others tell of quality and are medium. */
static const struct {
    const char *metric;
    enum severity severity;
} metrics[] = {
    {"Toxicity", SEVERITY_HIGH}, {"PII Leakage", SEVERITY_HIGH},
    {"Misuse", SEVERITY_HIGH},   {"Role Violation", SEVERITY_HIGH},
    {"Bias", SEVERITY_MEDIUM},   {"Non-Advice", SEVERITY_MEDIUM},
};

static enum severity severity_of_metric(const char *name)
{
    for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++) {
        if (strncasecmp(name, metrics[i].metric, strlen(metrics[i].metric)) == 0)
            return metrics[i].severity;
    }
    return SEVERITY_MEDIUM;
}

static int deepeval_document(struct report *report, json_t *outline, struct error *err)
{
    static const char *const models[] = {"/hyperparameters/model", "/hyperparameters/Model", NULL};
    struct deepeval_state *state = report->state;
    const struct run run = {.tool_version = TOOL};

    state->model = arena_strdup(report->kept, member_first(outline, models));
    return outcome_needs_model(report, state->model, err) || outcome_run(report, &run, err) ? -1
                                                                                            : 0;
}

/* "test_no_leak" of "test_no_leak[ignore …]"; "" of "test_case_7", which DeepEval made up. */
static const char *test_name(struct report *report, const json_t *test)
{
    static const char *const numbered[] = {"test_case_", "conversational_test_case_"};
    const char *name = member_string(test, "/name");

    for (size_t i = 0; name && i < sizeof(numbered) / sizeof(numbered[0]); i++) {
        size_t bytes = strlen(numbered[i]);

        if (strncmp(name, numbered[i], bytes) == 0 &&
            name[bytes + strspn(name + bytes, "0123456789")] == '\0')
            return "";
    }
    return name ? arena_strndup(report->arena, name, strcspn(name, "[")) : "";
}

static int evidence_of(struct report *report, const json_t *test, const json_t *metric,
                       struct finding *finding, struct error *err)
{
    static const char *const outputs[] = {"/actualOutput", "/actual_output", NULL};
    struct labels labels;

    finding->prompt = member_string(test, "/input");
    finding->output = member_first(test, outputs);
    if (!finding->prompt) {
        finding->prompt = member_conversation(json_at(test, "/turns"), "/content", report->arena);
        if (!finding->prompt)
            return error_set(err, ERROR_MEMORY, "no memory for a test case");
    }
    labels_init(&labels, report->arena);
    labels_add(&labels, "test", member_string(test, "/name"));
    labels_add_json(&labels, "score", json_at(metric, "/score"));
    labels_add_json(&labels, "threshold", json_at(metric, "/threshold"));
    labels_add(&labels, "judge", member_string(metric, "/evaluationModel"));
    labels_add(&labels, "reason", member_string(metric, "/reason"));
    return labels_list(&labels, &finding->labels, err);
}

static int measure(struct report *report, const json_t *metric, const char *name,
                   enum outcome outcome, struct error *err)
{
    struct deepeval_state *state = report->state;
    struct rate rate = {.model.name = state->model,
                        .benchmark = TOOL,
                        .metric = arena_printf(report->arena, "%s/pass_rate", name),
                        .higher_is_better = true};
    double score;

    if (!rate.metric || rates_add(&state->rates, report, &rate, outcome == OUTCOME_PASSED, err))
        return -1;
    if (!member_number(metric, "/score", &score))
        return 0;
    rate.metric = arena_printf(report->arena, "%s/score", name);
    return rate.metric ? rates_add(&state->rates, report, &rate, score, err)
                       : error_set(err, ERROR_MEMORY, "no memory for a metric");
}

static int read_metric(struct report *report, const json_t *test, const json_t *metric,
                       struct error *err)
{
    const struct deepeval_state *state = report->state;
    const char *name = member_string(metric, "/name"), *of_test = test_name(report, test);
    const json_t *success = json_at(metric, "/success");
    enum outcome outcome = OUTCOME_UNJUDGED;
    struct finding finding = {.model.name = state->model, .confidence = CONFIDENCE};

    if (!name || !of_test)
        return error_set_at(err, ERROR_INPUT, "/metricsData", "expected metrics with names");
    if (!member_string(metric, "/error") && json_is_boolean(success))
        outcome = json_is_true(success) ? OUTCOME_PASSED : OUTCOME_FAILED;
    finding.severity = (int)severity_of_metric(name);
    if (outcome_rule(report, TOOL, *of_test ? of_test : name, *of_test ? name : "",
                     arena_printf(report->arena, "%s%s%s below its threshold", of_test,
                                  *of_test ? ": " : "", name),
                     &finding.rule, err) ||
        (outcome == OUTCOME_FAILED && evidence_of(report, test, metric, &finding, err)) ||
        outcome_tell(report, &finding, outcome, err))
        return -1;
    return outcome == OUTCOME_UNJUDGED ? 0 : measure(report, metric, name, outcome, err);
}

static int deepeval_record(struct report *report, json_t *test, const struct report_place *place,
                           struct error *err)
{
    const json_t *metric;
    size_t i;

    (void)place;
    json_array_foreach (json_at(test, "/metricsData"), i, metric) {
        if (read_metric(report, test, metric, err))
            return -1;
    }
    return 0;
}

static int deepeval_end(struct report *report, struct error *err)
{
    struct deepeval_state *state = report->state;
    enum run_status status = report_status(report);

    if (status == RUN_COMPLETE && rates_tell(&state->rates, report, err))
        return -1;
    return report->sink->ended(report->sink->ctx, status, err);
}

static void deepeval_fini(struct report *report)
{
    struct deepeval_state *state = report->state;

    rates_fini(&state->rates);
}

static bool deepeval_recognises(const json_t *sketch)
{
    return json_is_array(json_at(sketch, "/testCases")) &&
           (json_at(sketch, "/testCases/0/metricsData") || json_at(sketch, "/metricsScores") ||
            json_at(sketch, "/testFile"));
}

static const char *const deepeval_arrays[] = {"/testCases", "/conversationalTestCases", NULL};

const struct report_ops report_deepeval = {
    .name = "deepeval",
    .help = "DeepEval's test run",
    .shape = REPORT_DOCUMENT,
    .state_bytes = sizeof(struct deepeval_state),
    .recognises = deepeval_recognises,
    .arrays = deepeval_arrays,
    .document = deepeval_document,
    .record = deepeval_record,
    .end = deepeval_end,
    .fini = deepeval_fini,
};
