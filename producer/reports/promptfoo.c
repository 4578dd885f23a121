/*
 * promptfoo.c - a result into an attempt.
 */
#include "producer/reports/promptfoo.h"

#include <string.h>

#include "producer/reports/labels.h"
#include "producer/reports/member.h"
#include "producer/reports/outcome.h"
#include "producer/reports/rates.h"
#include "producer/reports/severity.h"

#define TOOL                 "promptfoo"
#define CONFIDENCE_DEFAULT   0.8
#define FAILURE_REASON_ERROR 2
#define REDACTED             "[REDACTED]"

struct promptfoo_state {
    const char *benchmark; /* in report->kept */
    struct rates rates;
    bool is_said;
};

/* How sure a failed assertion is, by what its type begins with: what is computed is certain, what
 * another model judges is not. */
static const struct {
    const char *type;
    double confidence;
} assertions[] = {
    {"promptfoo:redteam:", 0.8},
    {"llm-rubric", 0.7},
    {"model-graded", 0.7},
    {"factuality", 0.7},
    {"g-eval", 0.7},
    {"answer-relevance", 0.7},
    {"context-", 0.7},
    {"conversation-", 0.7},
    {"similar", 0.7},
    {"classifier", 0.7},
    {"moderation", 0.8},
    {"guardrails", 0.8},
    {"pi", 0.7},
    {"not-similar", 0.7},
    {"not-llm-rubric", 0.7},
    {"is-refusal", 0.7},
    {"not-is-refusal", 0.7},
    {"", 0.95},
};

static double confidence_of(const json_t *result)
{
    const json_t *components = json_at(result, "/gradingResult/componentResults"), *component;
    double confidence = 0;
    size_t i;

    json_array_foreach (components, i, component) {
        const char *type = member_string(component, "/assertion/type");
        size_t row = 0;

        if (!type || member_is_true(component, "/pass"))
            continue;
        while (strncmp(type, assertions[row].type, strlen(assertions[row].type)) != 0)
            row++;
        if (assertions[row].confidence > confidence)
            confidence = assertions[row].confidence;
    }
    return confidence > 0 ? confidence : CONFIDENCE_DEFAULT;
}

/* A text of the result's metadata, or of its test's. */
static const char *metadata(const json_t *result, const char *path)
{
    const char *text = member_string(json_at(result, "/metadata"), path);

    return text ? text : member_string(json_at(result, "/testCase/metadata"), path);
}

static const char *model_of(const json_t *result)
{
    static const char *const paths[] = {"/provider/label", "/provider/id", "/provider", NULL};

    return member_first(result, paths);
}

/* What a test without a description is known by: what it asserts first. */
static const char *probe_of_test(const json_t *result)
{
    static const char *const paths[] = {"/testCase/description", "/testCase/assert/0/metric",
                                        "/testCase/assert/0/type", NULL};
    const char *probe = member_first(result, paths);

    return probe ? probe : "test";
}

static int rule_of(struct report *report, const json_t *result, struct finding *finding,
                   struct error *err)
{
    const char *plugin = metadata(result, "/pluginId");
    const char *probe = plugin ? plugin : probe_of_test(result), *title = probe;
    const char *harm = metadata(result, "/harmCategory");

    if (harm)
        title = arena_printf(report->arena, "Red team: %s (%s)", harm, plugin ? plugin : "eval");
    else if (plugin)
        title = arena_printf(report->arena, "Red team: %s", plugin);
    finding->category = plugin ? metadata(result, "/policyId") : NULL;
    return outcome_rule(report, TOOL, probe, "", title, &finding->rule, err);
}

static void add_failed(struct labels *labels, const json_t *result)
{
    const json_t *components = json_at(result, "/gradingResult/componentResults"), *component;
    size_t i;

    json_array_foreach (components, i, component) {
        if (member_is_true(component, "/pass"))
            continue;
        labels_add(labels, "assertion", member_string(component, "/assertion/type"));
        labels_add(labels, "metric", member_string(component, "/assertion/metric"));
    }
    labels_add(labels, "reason", member_string(result, "/gradingResult/reason"));
}

static int evidence_of(struct report *report, const json_t *result, struct finding *finding,
                       struct error *err)
{
    const char *plugin = metadata(result, "/pluginId");
    const char *original = metadata(result, "/originalText");
    struct labels labels;

    finding->prompt = member_text(result, "/prompt/raw", report->arena);
    finding->output = member_text(result, "/response/output", report->arena);
    if (!finding->prompt || !finding->output)
        return error_set(err, ERROR_MEMORY, "no memory for a result");
    if (original && (!*finding->prompt || strstr(finding->prompt, REDACTED)))
        finding->prompt = original;
    labels_init(&labels, report->arena);
    if (plugin) {
        labels_add(&labels, "strategy", metadata(result, "/strategyId"));
        labels_add(&labels, "harm_category", metadata(result, "/harmCategory"));
        labels_add(&labels, "goal", metadata(result, "/goal"));
        labels_add(&labels, "policy", metadata(result, "/policyName"));
    } else {
        labels_add(&labels, "prompt_label", member_string(result, "/prompt/label"));
        labels_add_metadata(&labels, json_at(result, "/testCase/metadata"));
    }
    add_failed(&labels, result);
    return labels_list(&labels, &finding->labels, err);
}

/* Older versions have no reason: there only what was graded was judged. */
static enum outcome outcome_of(const json_t *result)
{
    const json_t *reason = json_at(result, "/failureReason");

    if (member_is_true(result, "/success"))
        return OUTCOME_PASSED;
    if (json_is_integer(reason))
        return json_integer_value(reason) == FAILURE_REASON_ERROR ? OUTCOME_UNJUDGED
                                                                  : OUTCOME_FAILED;
    return json_is_object(json_at(result, "/gradingResult")) ? OUTCOME_FAILED : OUTCOME_UNJUDGED;
}

static int rate(struct report *report, const json_t *result, const char *metric, double value,
                struct error *err)
{
    struct promptfoo_state *state = report->state;
    const struct rate rate = {.model.name = model_of(result),
                              .benchmark = state->benchmark ? state->benchmark : TOOL,
                              .metric = metric,
                              .higher_is_better = true};

    return rates_add(&state->rates, report, &rate, value, err);
}

static int measure(struct report *report, const json_t *result, enum outcome outcome,
                   struct error *err)
{
    json_t *scores = json_at(result, "/namedScores"), *score;
    const json_t *refusal = json_at(result, "/response/isRefusal");
    const char *name;

    if (rate(report, result, "pass_rate", outcome == OUTCOME_PASSED, err))
        return -1;
    if (json_is_boolean(refusal) &&
        rate(report, result, "refusal_rate", json_is_true(refusal), err))
        return -1;
    json_object_foreach (scores, name, score) {
        if (json_is_number(score) && *name &&
            rate(report, result, name, json_number_value(score), err))
            return -1;
    }
    return 0;
}

static int say_run(struct report *report, const struct run *run, struct error *err)
{
    struct promptfoo_state *state = report->state;

    state->is_said = true;
    return outcome_run(report, run, err);
}

static int read_result(struct report *report, json_t *result, struct error *err)
{
    struct promptfoo_state *state = report->state;
    enum outcome outcome = outcome_of(result);
    struct finding finding = {.model.name = model_of(result),
                              .severity =
                                  (int)severity_of(metadata(result, "/severity"), SEVERITY_MEDIUM),
                              .confidence = confidence_of(result)};

    if (!json_is_boolean(json_at(result, "/success")))
        return error_set_at(err, ERROR_INPUT, "/success", "expected true or false");
    if (!state->is_said && say_run(report, &(struct run){.tool_version = TOOL}, err))
        return -1;
    if (rule_of(report, result, &finding, err) ||
        (outcome == OUTCOME_FAILED && evidence_of(report, result, &finding, err)) ||
        outcome_tell(report, &finding, outcome, err))
        return -1;
    return outcome == OUTCOME_UNJUDGED ? 0 : measure(report, result, outcome, err);
}

static int promptfoo_document(struct report *report, json_t *outline, struct error *err)
{
    struct promptfoo_state *state = report->state;
    const char *version = member_string(outline, "/metadata/promptfooVersion");
    struct run run = {.id = member_string(outline, "/evalId"),
                      .started_ms = member_time(outline, "/results/timestamp"),
                      .tool_version = TOOL};

    if (version)
        run.tool_version = arena_printf(report->arena, TOOL " %s", version);
    state->benchmark = arena_strdup(report->kept, member_string(outline, "/config/description"));
    return say_run(report, &run, err);
}

static int promptfoo_record(struct report *report, json_t *record, const struct report_place *place,
                            struct error *err)
{
    (void)place;
    return read_result(report, record, err);
}

/* Means over a part of the results would be other means. */
static int promptfoo_end(struct report *report, struct error *err)
{
    struct promptfoo_state *state = report->state;
    enum run_status status = report_status(report);

    if (!state->is_said && say_run(report, &(struct run){.tool_version = TOOL}, err))
        return -1;
    if (status == RUN_COMPLETE && rates_tell(&state->rates, report, err))
        return -1;
    return report->sink->ended(report->sink->ctx, status, err);
}

static void promptfoo_fini(struct report *report)
{
    struct promptfoo_state *state = report->state;

    rates_fini(&state->rates);
}

static bool promptfoo_recognises(const json_t *sketch)
{
    return json_is_array(json_at(sketch, "/results/results"));
}

static bool promptfoo_recognises_line(const json_t *sketch)
{
    return json_is_integer(json_at(sketch, "/testIdx")) &&
           json_is_integer(json_at(sketch, "/promptIdx")) &&
           json_is_boolean(json_at(sketch, "/success"));
}

static const char *const promptfoo_arrays[] = {"/results/results", NULL};

const struct report_ops report_promptfoo = {
    .name = "promptfoo",
    .help = "promptfoo's eval and redteam results",
    .shape = REPORT_DOCUMENT,
    .state_bytes = sizeof(struct promptfoo_state),
    .recognises = promptfoo_recognises,
    .arrays = promptfoo_arrays,
    .document = promptfoo_document,
    .record = promptfoo_record,
    .end = promptfoo_end,
    .fini = promptfoo_fini,
};

const struct report_ops report_promptfoo_lines = {
    .name = "promptfoo-jsonl",
    .help = "promptfoo's results as JSON Lines",
    .shape = REPORT_LINES,
    .state_bytes = sizeof(struct promptfoo_state),
    .recognises = promptfoo_recognises_line,
    .line = read_result,
    .end = promptfoo_end,
    .fini = promptfoo_fini,
};
