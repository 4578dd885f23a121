/*
 * pyrit.c - an attack's result, or a scored answer, into an attempt.
 */
#include "producer/reports/pyrit.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "producer/reports/labels.h"
#include "producer/reports/member.h"
#include "producer/reports/outcome.h"
#include "producer/reports/rates.h"

#define TOOL "pyrit"
#define ATTACK                                                                                     \
    "/atomic_attack_identifier/children/attack_technique/children/attack" /* since 1.1             \
                                                                           */
#define CONFIDENCE_OF_MATCH 0.95
#define CONFIDENCE_OF_MODEL 0.7
#define SCALE_THRESHOLD     0.5

struct pyrit_state {
    struct rates rates;
    json_t *prompts; /* conversation -> what was said last by the user */
    bool is_said;
};

/* What both kinds of report tell of an attempt. */
struct attempt {
    const char *objective, *categories, *scorer, *model, *attack, *prompt, *output;
    const json_t *labels, *converters, *score;
    int64_t time_ms;
    enum outcome outcome;
};

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static int say_run(struct report *report, const char *version, struct error *err)
{
    struct pyrit_state *state = report->state;
    struct run run = {.tool_version = TOOL};

    if (state->is_said)
        return 0;
    state->is_said = true;
    if (version)
        run.tool_version = arena_printf(report->arena, TOOL " %s", version);
    return outcome_run(report, &run, err);
}

static int labels_of(struct report *report, const struct attempt *attempt, struct list *ret_labels,
                     struct error *err)
{
    struct labels labels;
    const json_t *converter;
    const char *name;
    json_t *value;
    size_t i;

    labels_init(&labels, report->arena);
    labels_add(&labels, "attack", attempt->attack);
    labels_add(&labels, "objective", attempt->objective);
    labels_add_json(&labels, "score_category", json_at(attempt->score, "/score_category"));
    labels_add(&labels, "rationale", member_string(attempt->score, "/score_rationale"));
    json_array_foreach (attempt->converters, i, converter) {
        static const char *const names[] = {"/class_name", "/__type__", NULL};

        labels_add(&labels, "converter", member_first(converter, names));
    }
    json_object_foreach ((json_t *)attempt->labels, name, value)
        labels_add_json(&labels, name, value);
    return labels_list(&labels, ret_labels, err);
}

static int tell(struct report *report, const struct attempt *attempt, struct error *err)
{
    struct pyrit_state *state = report->state;
    const char *probe = attempt->categories ? attempt->categories : attempt->objective;
    const char *title = arena_printf(report->arena, "PyRIT: %s", or_empty(probe));
    const char *scorer = or_empty(attempt->scorer);
    const struct rate rate = {
        .model.name = attempt->model, .benchmark = TOOL, .metric = "attack_success_rate"};
    struct finding finding = {.model.name = attempt->model,
                              .time_ms = attempt->time_ms,
                              .severity = SEVERITY_HIGH,
                              .confidence = strncmp(scorer, "SubString", strlen("SubString")) == 0
                                                ? CONFIDENCE_OF_MATCH
                                                : CONFIDENCE_OF_MODEL,
                              .prompt = attempt->prompt,
                              .output = attempt->output};

    if (!probe)
        return error_set(err, ERROR_INPUT, "expected an objective or a harm category");
    if (outcome_rule(report, TOOL, probe, scorer, title, &finding.rule, err) ||
        labels_of(report, attempt, &finding.labels, err) ||
        outcome_tell(report, &finding, attempt->outcome, err))
        return -1;
    if (attempt->outcome == OUTCOME_UNJUDGED)
        return 0;
    return rates_add(&state->rates, report, &rate, attempt->outcome == OUTCOME_FAILED, err);
}

/* "violence, cyber" of a list of names, NULL for none. */
static const char *categories_of(struct report *report, const json_t *result)
{
    const json_t *list = json_at(result, "/targeted_harm_categories"), *item;
    const char *joined = NULL;
    size_t i;

    json_array_foreach (list, i, item) {
        const char *name = member_string(item, "");

        if (name)
            joined = joined ? arena_printf(report->arena, "%s, %s", joined, name) : name;
    }
    return joined;
}

static enum outcome outcome_of(const char *outcome)
{
    if (outcome && strcasecmp(outcome, "success") == 0)
        return OUTCOME_FAILED;
    return outcome && strcasecmp(outcome, "failure") == 0 ? OUTCOME_PASSED : OUTCOME_UNJUDGED;
}

static int read_result(struct report *report, json_t *result, struct error *err)
{
    static const char *const attacks[] = {ATTACK "/class_name", "/attack_identifier/__type__",
                                          "/attack_identifier/class_name", NULL};
    static const char *const models[] = {ATTACK "/children/objective_target/model_name",
                                         ATTACK "/children/objective_target/underlying_model_name",
                                         "/last_response/prompt_target_identifier/model_name",
                                         ATTACK "/children/objective_target/class_name",
                                         "/last_response/prompt_target_identifier/__type__",
                                         "/last_response/prompt_target_identifier/class_name",
                                         NULL};
    static const char *const scorers[] = {ATTACK "/children/objective_scorer/class_name",
                                          "/last_score/scorer_class_identifier/class_name",
                                          "/last_score/scorer_class_identifier/__type__", NULL};
    static const char *const outputs[] = {"/last_response/converted_value",
                                          "/last_response/original_value", NULL};
    const json_t *converters = json_at(result, ATTACK "/children/request_converters");
    const struct attempt attempt = {
        .objective = member_string(result, "/objective"),
        .categories = categories_of(report, result),
        .scorer = member_first(result, scorers),
        .model = member_first(result, models),
        .attack = member_first(result, attacks),
        .prompt = or_empty(member_string(result, "/objective")),
        .output = or_empty(member_first(result, outputs)),
        .labels = json_at(result, "/labels"),
        .converters =
            converters ? converters : json_at(result, "/last_response/converter_identifiers"),
        .score = json_at(result, "/last_score"),
        .time_ms = member_time(result, "/timestamp"),
        .outcome = outcome_of(member_string(result, "/outcome"))};

    if (!json_is_string(json_at(result, "/outcome")))
        return error_set_at(err, ERROR_INPUT, "/outcome", "expected how the attack ended");
    if (say_run(report, member_string(result, "/atomic_attack_identifier/pyrit_version"), err))
        return -1;
    return tell(report, &attempt, err);
}

/* A score's value is text: "True", or a number of a scale. */
static enum outcome outcome_of_score(const json_t *score, const char *scorer)
{
    const char *value = member_string(score, "/score_value");
    bool is_of_refusal = scorer && strstr(scorer, "Refusal"), is_hit;
    char *end = NULL;
    double scale;

    if (!value)
        return OUTCOME_UNJUDGED;
    is_hit = strcasecmp(value, "true") == 0;
    if (!is_hit && strcasecmp(value, "false") != 0) {
        scale = strtod(value, &end);
        if (end == value || *end)
            return OUTCOME_UNJUDGED;
        is_hit = scale >= SCALE_THRESHOLD;
    }
    return is_hit != is_of_refusal ? OUTCOME_FAILED : OUTCOME_PASSED;
}

static int read_score(struct report *report, const json_t *piece, const json_t *score,
                      struct error *err)
{
    static const char *const models[] = {"/prompt_target_identifier/model_name",
                                         "/prompt_target_identifier/__type__", NULL};
    const struct pyrit_state *state = report->state;
    const char *conversation = member_string(piece, "/conversation_id");
    const char *prompt = json_string_value(json_object_get(state->prompts, or_empty(conversation)));
    const char *scorer = member_string(score, "/scorer_class_identifier/__type__");
    const struct attempt attempt = {
        .objective = member_string(score, "/task") ? member_string(score, "/task") : prompt,
        .scorer = scorer,
        .model = member_first(piece, models),
        .attack = member_string(piece, "/orchestrator_identifier/__type__"),
        .prompt = or_empty(prompt),
        .output = or_empty(member_string(piece, "/converted_value")),
        .labels = json_at(piece, "/labels"),
        .converters = json_at(piece, "/converter_identifiers"),
        .score = score,
        .time_ms = member_time(piece, "/timestamp"),
        .outcome = outcome_of_score(score, scorer)};

    return tell(report, &attempt, err);
}

static int read_piece(struct report *report, json_t *piece, const struct report_place *place,
                      struct error *err)
{
    struct pyrit_state *state = report->state;
    const char *role = member_string(piece, "/role");
    const char *conversation = member_string(piece, "/conversation_id");
    json_t *said = json_at(piece, "/converted_value"), *score;
    size_t i;

    (void)place;
    if (!role || !conversation)
        return error_set(err, ERROR_INPUT, "expected a role and a conversation");
    if (say_run(report, NULL, err))
        return -1;
    if (strcmp(role, "user") == 0 && said && json_object_set(state->prompts, conversation, said))
        return error_set(err, ERROR_MEMORY, "no memory for a prompt");
    json_array_foreach (json_at(piece, "/scores"), i, score) {
        if (read_score(report, piece, score, err))
            return -1;
    }
    return 0;
}

static int read_record(struct report *report, json_t *record, const struct report_place *place,
                       struct error *err)
{
    (void)place;
    return read_result(report, record, err);
}

static int pyrit_init(struct report *report, struct error *err)
{
    struct pyrit_state *state = report->state;

    state->prompts = json_object();
    return state->prompts ? 0 : error_set(err, ERROR_MEMORY, "no memory for prompts");
}

static int pyrit_end(struct report *report, struct error *err)
{
    struct pyrit_state *state = report->state;
    enum run_status status = report_status(report);

    if (say_run(report, NULL, err) ||
        (status == RUN_COMPLETE && rates_tell(&state->rates, report, err)))
        return -1;
    return report->sink->ended(report->sink->ctx, status, err);
}

static void pyrit_fini(struct report *report)
{
    struct pyrit_state *state = report->state;

    json_decref(state->prompts);
    rates_fini(&state->rates);
}

static bool is_result(const json_t *sketch)
{
    return json_is_string(json_at(sketch, "/outcome")) && json_at(sketch, "/objective") &&
           json_is_string(json_at(sketch, "/conversation_id"));
}

static bool is_list_of_results(const json_t *sketch)
{
    return json_is_array(sketch) && is_result(json_at(sketch, "/0"));
}

static bool is_list_of_pieces(const json_t *sketch)
{
    return json_is_array(sketch) && json_is_string(json_at(sketch, "/0/conversation_id")) &&
           json_is_array(json_at(sketch, "/0/scores")) &&
           json_is_string(json_at(sketch, "/0/role"));
}

static const char *const the_list[] = {"", NULL};

const struct report_ops report_pyrit = {
    .name = "pyrit",
    .help = "PyRIT's attack results",
    .shape = REPORT_DOCUMENT,
    .state_bytes = sizeof(struct pyrit_state),
    .recognises = is_list_of_results,
    .arrays = the_list,
    .init = pyrit_init,
    .record = read_record,
    .end = pyrit_end,
    .fini = pyrit_fini,
};

const struct report_ops report_pyrit_lines = {
    .name = "pyrit-jsonl",
    .help = "PyRIT's attack results as JSON Lines",
    .shape = REPORT_LINES,
    .state_bytes = sizeof(struct pyrit_state),
    .recognises = is_result,
    .init = pyrit_init,
    .line = read_result,
    .end = pyrit_end,
    .fini = pyrit_fini,
};

const struct report_ops report_pyrit_conversations = {
    .name = "pyrit-conversations",
    .help = "conversations that PyRIT 0.9 exports",
    .shape = REPORT_DOCUMENT,
    .state_bytes = sizeof(struct pyrit_state),
    .recognises = is_list_of_pieces,
    .arrays = the_list,
    .init = pyrit_init,
    .record = read_piece,
    .end = pyrit_end,
    .fini = pyrit_fini,
};
