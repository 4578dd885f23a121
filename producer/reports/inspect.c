/*
 * inspect.c - the outline's run and metrics, then a sample's scores into attempts.
 */
#include "producer/reports/inspect.h"

#include <string.h>
#include <strings.h>

#include "producer/reports/labels.h"
#include "producer/reports/member.h"
#include "producer/reports/metric.h"
#include "producer/reports/outcome.h"
#include "producer/reports/severity.h"

#define TOOL                 "inspect"
#define CONFIDENCE_OF_MODEL  0.7
#define CONFIDENCE_OF_PART   0.5
#define CONFIDENCE_OF_MATCH  0.95
#define CONFIDENCE_OF_CUSTOM 0.8

struct inspect_state {
    json_t *eval;
    json_t *scorers; /* name -> whether its accuracy is measured */
    enum run_status status;
};

/* What a value means, as Inspect's own accuracy takes it. */
static const struct {
    const char *value;
    enum outcome outcome;
    double certainty;
} values[] = {
    {"C", OUTCOME_PASSED, 1},       {"I", OUTCOME_FAILED, 1},
    {"N", OUTCOME_FAILED, 1},       {"P", OUTCOME_FAILED, CONFIDENCE_OF_PART},
    {"yes", OUTCOME_PASSED, 1},     {"no", OUTCOME_FAILED, 1},
    {"true", OUTCOME_PASSED, 1},    {"false", OUTCOME_FAILED, 1},
    {"correct", OUTCOME_PASSED, 1}, {"incorrect", OUTCOME_FAILED, 1},
};

/* By what a scorer's name begins with. */
static const struct {
    const char *name;
    double confidence;
} scorer_rows[] = {
    {"model_graded", CONFIDENCE_OF_MODEL}, {"includes", CONFIDENCE_OF_MATCH},
    {"match", CONFIDENCE_OF_MATCH},        {"pattern", CONFIDENCE_OF_MATCH},
    {"answer", CONFIDENCE_OF_MATCH},       {"exact", CONFIDENCE_OF_MATCH},
    {"choice", CONFIDENCE_OF_MATCH},       {"", CONFIDENCE_OF_CUSTOM},
};

static const struct {
    const char *word;
    enum run_status status;
} statuses[] = {{"success", RUN_COMPLETE}, {"cancelled", RUN_PARTIAL}};

static enum run_status status_of(const char *word)
{
    for (size_t i = 0; word && i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        if (strcmp(word, statuses[i].word) == 0)
            return statuses[i].status;
    }
    return RUN_CRASHED;
}

/* "inspect_ai/accuracy" -> "accuracy" */
static const char *plain_name(const char *name)
{
    const char *slash = name ? strrchr(name, '/') : NULL;

    return slash ? slash + 1 : name;
}

static bool names_accuracy(const json_t *metrics)
{
    const json_t *metric;
    size_t i;

    json_array_foreach (metrics, i, metric) {
        const char *name =
            json_is_string(metric) ? json_string_value(metric) : member_string(metric, "/name");

        if (name && strcmp(plain_name(name), "accuracy") == 0)
            return true;
    }
    return json_is_object(json_at(metrics, "/accuracy"));
}

static int note_scorer(struct inspect_state *state, const char *name, bool has_accuracy,
                       struct error *err)
{
    name = plain_name(name);
    if (!name || json_is_true(json_object_get(state->scorers, name)))
        return 0;
    return json_object_set_new(state->scorers, name, json_boolean(has_accuracy))
               ? error_set(err, ERROR_MEMORY, "no memory for a scorer")
               : 0;
}

/* Older logs name the scorers in the results alone. */
static int note_scorers(struct inspect_state *state, const json_t *outline, struct error *err)
{
    const json_t *item;
    size_t i;

    json_array_foreach (json_at(outline, "/eval/scorers"), i, item) {
        if (note_scorer(state, member_string(item, "/name"),
                        names_accuracy(json_at(item, "/metrics")), err))
            return -1;
    }
    json_array_foreach (json_at(outline, "/results/scores"), i, item) {
        if (note_scorer(state, member_string(item, "/scorer"),
                        names_accuracy(json_at(item, "/metrics")), err))
            return -1;
    }
    return 0;
}

static int say_run(struct report *report, const json_t *outline, struct error *err)
{
    const char *version = member_string(outline, "/eval/packages/inspect_ai");
    struct run run = {.id = member_string(outline, "/eval/run_id"),
                      .started_ms = member_time(outline, "/stats/started_at"),
                      .tool_version = "inspect_ai"};

    if (run.started_ms == 0)
        run.started_ms = member_time(outline, "/eval/created");
    if (version)
        run.tool_version = arena_printf(report->arena, "inspect_ai %s", version);
    return outcome_run(report, &run, err);
}

static const char *task_of(const struct inspect_state *state)
{
    const char *task = member_string(state->eval, "/task");

    return task ? task : "task";
}

/* "includes/accuracy", "safety/leak/mean" */
static const char *metric_name(struct report *report, const json_t *score, const char *metric)
{
    const char *scorer = plain_name(member_string(score, "/scorer"));
    const char *name = plain_name(member_string(score, "/name"));

    if (!scorer || !name || strcmp(scorer, name) == 0)
        return arena_printf(report->arena, "%s/%s",
                            scorer ? scorer
                            : name ? name
                                   : "score",
                            metric);
    return arena_printf(report->arena, "%s/%s/%s", scorer, name, metric);
}

static int measure_score(struct report *report, const json_t *score, int64_t samples,
                         struct error *err)
{
    const struct inspect_state *state = report->state;
    int64_t scored = member_integer(score, "/scored_samples");
    const char *reducer = member_string(score, "/reducer"), *name;
    json_t *metrics = json_at(score, "/metrics"), *metric;
    struct measurement measurement = {.model.name = member_string(state->eval, "/model"),
                                      .benchmark = task_of(state),
                                      .n = scored > 0 ? scored : samples};
    struct labels labels;

    labels_init(&labels, report->arena);
    labels_add(&labels, "reducer", reducer);
    labels_add_json(&labels, "stderr", json_at(metrics, "/stderr/value"));
    if (labels_list(&labels, &measurement.labels, err))
        return -1;
    json_object_foreach (metrics, name, metric) {
        if (metric_is_spread(name) || !member_number(metric, "/value", &measurement.value))
            continue;
        measurement.metric = metric_name(report, score, name);
        if (!measurement.metric)
            return error_set(err, ERROR_MEMORY, "no memory for a metric");
        measurement.higher_is_better = metric_higher_is_better(measurement.metric);
        if (outcome_measure(report, &measurement, err))
            return -1;
    }
    return 0;
}

static int inspect_document(struct report *report, json_t *outline, struct error *err)
{
    struct inspect_state *state = report->state;
    int64_t samples = member_integer(outline, "/results/completed_samples");
    const json_t *score;
    size_t i;

    state->status = status_of(member_string(outline, "/status"));
    state->eval = json_incref(json_at(outline, "/eval"));
    state->scorers = json_object();
    if (outcome_needs_model(report, member_string(state->eval, "/model"), err) ||
        note_scorers(state, outline, err) || say_run(report, outline, err))
        return -1;
    json_array_foreach (json_at(outline, "/results/scores"), i, score) {
        if (measure_score(report, score, samples, err))
            return -1;
    }
    return 0;
}

static double confidence_of(const char *scorer)
{
    size_t row = 0;

    while (strncmp(scorer, scorer_rows[row].name, strlen(scorer_rows[row].name)) != 0)
        row++;
    return scorer_rows[row].confidence;
}

/* Whether a score's value says right or wrong; a number does where accuracy is made of it. */
static bool judge(const json_t *value, bool is_accuracy, enum outcome *ret_outcome,
                  double *ret_certainty)
{
    *ret_certainty = 1;
    if (json_is_boolean(value) || (json_is_number(value) && is_accuracy)) {
        double number = json_is_boolean(value) ? json_is_true(value) : json_number_value(value);

        *ret_outcome = number >= 1 ? OUTCOME_PASSED : OUTCOME_FAILED;
        *ret_certainty = number <= 0 || number >= 1 ? 1 : CONFIDENCE_OF_PART;
        return true;
    }
    for (size_t i = 0; json_is_string(value) && i < sizeof(values) / sizeof(values[0]); i++) {
        if (strcasecmp(json_string_value(value), values[i].value) != 0)
            continue;
        *ret_outcome = values[i].outcome;
        *ret_certainty = values[i].certainty;
        return true;
    }
    return false;
}

static const char *severity_word(const struct inspect_state *state, const json_t *sample)
{
    const char *word = member_string(sample, "/metadata/severity");

    return word ? word : member_string(state->eval, "/metadata/severity");
}

static int evidence_of(struct report *report, const json_t *sample, const json_t *score,
                       struct finding *finding, struct error *err)
{
    const struct inspect_state *state = report->state;
    const json_t *input = json_at(sample, "/input"), *id = json_at(sample, "/id");
    struct labels labels;

    finding->prompt = json_is_array(input) ? member_conversation(input, "/content", report->arena)
                                           : member_text(sample, "/input", report->arena);
    finding->output = member_string(sample, "/output/completion");
    if (!finding->output)
        finding->output = member_text(sample, "/output/choices/0/message/content", report->arena);
    labels_init(&labels, report->arena);
    labels_add_json(&labels, "sample", id);
    labels_add(&labels, "target", member_string(sample, "/target"));
    labels_add(&labels, "explanation", member_string(score, "/explanation"));
    labels_add_json(&labels, "tags", json_at(state->eval, "/tags"));
    labels_add_metadata(&labels, json_at(state->eval, "/metadata"));
    labels_add_metadata(&labels, json_at(sample, "/metadata"));
    if (!finding->prompt || !finding->output)
        return error_set(err, ERROR_MEMORY, "no memory for a sample");
    return labels_list(&labels, &finding->labels, err);
}

/* One scorer's word on a sample; NULL: it has none, because of an error. */
static int read_score(struct report *report, const json_t *sample, const char *scorer,
                      const json_t *score, struct error *err)
{
    const struct inspect_state *state = report->state;
    bool is_accuracy = json_is_true(json_object_get(state->scorers, plain_name(scorer)));
    enum outcome outcome = OUTCOME_UNJUDGED;
    double certainty = 1;
    struct finding finding = {.model.name = member_string(state->eval, "/model"),
                              .time_ms = member_time(sample, "/completed_at"),
                              .severity =
                                  (int)severity_of(severity_word(state, sample), SEVERITY_MEDIUM)};

    if (score && !judge(json_at(score, "/value"), is_accuracy, &outcome, &certainty))
        return 0;
    if (!score && !is_accuracy)
        return 0;
    finding.confidence = confidence_of(plain_name(scorer)) * certainty;
    if (outcome_rule(report, TOOL, task_of(state), plain_name(scorer),
                     arena_printf(report->arena, "%s: wrong by %s", task_of(state), scorer),
                     &finding.rule, err) ||
        (outcome == OUTCOME_FAILED && evidence_of(report, sample, score, &finding, err)))
        return -1;
    return outcome_tell(report, &finding, outcome, err);
}

static int inspect_record(struct report *report, json_t *sample, const struct report_place *place,
                          struct error *err)
{
    const struct inspect_state *state = report->state;
    bool has_error = json_at(sample, "/error") && !json_is_null(json_at(sample, "/error"));
    json_t *scores = json_at(sample, "/scores"), *score;
    const char *scorer;

    (void)place;
    if (has_error || json_object_size(scores) == 0) {
        json_object_foreach (state->scorers, scorer, score) {
            if (read_score(report, sample, scorer, NULL, err))
                return -1;
        }
        return 0;
    }
    json_object_foreach (scores, scorer, score) {
        if (read_score(report, sample, scorer, score, err))
            return -1;
    }
    return 0;
}

static int inspect_end(struct report *report, struct error *err)
{
    const struct inspect_state *state = report->state;
    enum run_status status = report_status(report);

    return report->sink->ended(report->sink->ctx, status > state->status ? status : state->status,
                               err);
}

static void inspect_fini(struct report *report)
{
    struct inspect_state *state = report->state;

    json_decref(state->eval);
    json_decref(state->scorers);
}

static bool inspect_recognises(const json_t *sketch)
{
    return json_is_string(json_at(sketch, "/status")) &&
           json_is_string(json_at(sketch, "/eval/task")) &&
           json_is_string(json_at(sketch, "/eval/model"));
}

static const char *const inspect_arrays[] = {"/samples", NULL};

const struct report_ops report_inspect = {
    .name = "inspect",
    .help = "Inspect AI's log as JSON",
    .shape = REPORT_DOCUMENT,
    .state_bytes = sizeof(struct inspect_state),
    .recognises = inspect_recognises,
    .arrays = inspect_arrays,
    .document = inspect_document,
    .record = inspect_record,
    .end = inspect_end,
    .fini = inspect_fini,
};

static bool is_zip(const char *head, size_t bytes)
{
    static const char magic[] = "PK\x03\x04";

    return bytes >= strlen(magic) && memcmp(head, magic, strlen(magic)) == 0;
}

const struct report_ops report_inspect_eval = {
    .name = "inspect-eval",
    .help = "Inspect AI's log as .eval: answered with how to make JSON of it",
    .shape = REPORT_TEXT,
    .recognises_text = is_zip,
    .instead = "a ZIP archive, as Inspect's .eval logs are: make JSON of it with "
               "inspect log dump FILE.eval > FILE.json",
};
