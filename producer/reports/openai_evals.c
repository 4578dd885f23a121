/*
 * openai_evals.c - lines by what they hold: the spec, the final report, an event.
 *
 * The final report comes before the events, so it is kept to the end, when they are counted.
 */
#include "producer/reports/openai_evals.h"

#include <string.h>

#include "producer/reports/labels.h"
#include "producer/reports/member.h"
#include "producer/reports/metric.h"
#include "producer/reports/outcome.h"

#define TOOL       "openai-evals"
#define CONFIDENCE 0.9

struct evals_state {
    const char *eval, *model; /* in report->kept */
    json_t *final;
    int64_t matches;
    bool is_said;
};

static int say_run(struct report *report, const struct run *run, struct error *err)
{
    struct evals_state *state = report->state;

    state->is_said = true;
    return outcome_run(report, run, err);
}

static int read_spec(struct report *report, const json_t *spec, struct error *err)
{
    static const char *const names[] = {"/base_eval", "/eval_name", NULL};
    struct evals_state *state = report->state;
    const struct run run = {.id = member_string(spec, "/run_id"),
                            .started_ms = member_time(spec, "/created_at"),
                            .tool_version = TOOL};

    state->eval = arena_strdup(report->kept, member_first(spec, names));
    state->model = arena_strdup(report->kept, member_string(spec, "/completion_fns/0"));
    return say_run(report, &run, err);
}

static int evidence_of(struct report *report, const json_t *event, struct finding *finding,
                       struct error *err)
{
    static const char *const outputs[] = {"/data/sampled", "/data/picked", NULL};
    const json_t *prompt = json_at(event, "/data/prompt");
    struct labels labels;

    finding->output = member_first(event, outputs);
    finding->prompt = json_is_array(prompt) ? member_conversation(prompt, "/content", report->arena)
                                            : member_text(event, "/data/prompt", report->arena);
    labels_init(&labels, report->arena);
    labels_add(&labels, "sample", member_string(event, "/sample_id"));
    labels_add(&labels, "expected", member_text(event, "/data/expected", report->arena));
    return labels_list(&labels, &finding->labels, err);
}

static int read_event(struct report *report, const json_t *event, struct error *err)
{
    struct evals_state *state = report->state;
    const json_t *correct = json_at(event, "/data/correct");
    const char *eval = state->eval ? state->eval : "eval";
    struct finding finding = {.model.name = state->model,
                              .time_ms = member_time(event, "/created_at"),
                              .severity = SEVERITY_MEDIUM,
                              .confidence = CONFIDENCE};
    enum outcome outcome;

    if (strcmp(member_string(event, "/type"), "match") != 0)
        return 0;
    if (!json_is_boolean(correct))
        return error_set_at(err, ERROR_INPUT, "/data/correct", "expected true or false");
    outcome = json_is_true(correct) ? OUTCOME_PASSED : OUTCOME_FAILED;
    if ((!state->is_said && say_run(report, &(struct run){.tool_version = TOOL}, err)) ||
        outcome_rule(report, TOOL, eval, "match",
                     arena_printf(report->arena, "%s: wrong answer", eval), &finding.rule, err) ||
        (outcome == OUTCOME_FAILED && evidence_of(report, event, &finding, err)) ||
        outcome_tell(report, &finding, outcome, err))
        return -1;
    state->matches++;
    return 0;
}

static int evals_line(struct report *report, json_t *line, struct error *err)
{
    struct evals_state *state = report->state;
    json_t *spec = json_at(line, "/spec"), *final = json_at(line, "/final_report");

    if (json_is_object(spec))
        return read_spec(report, spec, err);
    if (json_is_object(final)) {
        json_decref(state->final);
        state->final = json_incref(final);
        return 0;
    }
    if (member_string(line, "/type"))
        return read_event(report, line, err);
    return error_set(err, ERROR_INPUT, "expected a spec, a final report or an event");
}

static int measure(struct report *report, struct error *err)
{
    struct evals_state *state = report->state;
    json_t *value, *spread = json_object_get(state->final, "boostrap_std");
    const char *name;

    json_object_foreach (state->final, name, value) {
        struct measurement measurement = {.model.name = state->model,
                                          .benchmark = state->eval ? state->eval : "eval",
                                          .metric = name,
                                          .value = json_number_value(value),
                                          .n = state->matches,
                                          .higher_is_better = metric_higher_is_better(name)};
        struct labels labels;

        if (!json_is_number(value) || !*name || metric_is_spread(name))
            continue;
        labels_init(&labels, report->arena);
        labels_add_json(&labels, "stderr", strcmp(name, "accuracy") == 0 ? spread : NULL);
        if (labels_list(&labels, &measurement.labels, err) ||
            outcome_measure(report, &measurement, err))
            return -1;
    }
    return 0;
}

static int evals_end(struct report *report, struct error *err)
{
    struct evals_state *state = report->state;

    if ((!state->is_said && say_run(report, &(struct run){.tool_version = TOOL}, err)) ||
        measure(report, err))
        return -1;
    return report->sink->ended(report->sink->ctx,
                               state->final ? report_status(report) : RUN_CRASHED, err);
}

static void evals_fini(struct report *report)
{
    struct evals_state *state = report->state;

    json_decref(state->final);
}

static bool evals_recognises(const json_t *sketch)
{
    return json_is_string(json_at(sketch, "/spec/eval_name")) ||
           (json_is_string(json_at(sketch, "/sample_id")) &&
            json_is_integer(json_at(sketch, "/event_id")));
}

const struct report_ops report_openai_evals = {
    .name = "openai-evals",
    .help = "OpenAI evals' records",
    .shape = REPORT_LINES,
    .state_bytes = sizeof(struct evals_state),
    .recognises = evals_recognises,
    .line = evals_line,
    .end = evals_end,
    .fini = evals_fini,
};
