/*
 * lm_eval.c - a task's metrics into measurements.
 */
#include "producer/reports/lm_eval.h"

#include <string.h>

#include "producer/reports/labels.h"
#include "producer/reports/member.h"
#include "producer/reports/metric.h"
#include "producer/reports/outcome.h"

#define TOOL "lm_eval"

/* "pretrained" of "pretrained=models/x,dtype=float32", as older versions write it. */
static const char *argument_of(struct report *report, const char *arguments, const char *name)
{
    size_t bytes = strlen(name);

    while (arguments && *arguments) {
        size_t length = strcspn(arguments, ",");

        if (strncmp(arguments, name, bytes) == 0 && arguments[bytes] == '=')
            return arena_strndup(report->arena, arguments + bytes + 1, length - bytes - 1);
        arguments += length + (arguments[length] == ',');
    }
    return NULL;
}

static const char *model_of(struct report *report, const json_t *outline)
{
    static const char *const paths[] = {"/model_name", "/config/model_args/pretrained",
                                        "/config/model_args/model", NULL};
    const char *model = member_first(outline, paths);
    const char *arguments = member_string(outline, "/config/model_args");

    if (!model)
        model = argument_of(report, arguments, "pretrained");
    if (!model)
        model = argument_of(report, arguments, "model");
    return model ? model : member_string(outline, "/config/model");
}

/* A member by name: tasks' names may hold what a pointer cannot. */
static const json_t *of_task(const json_t *outline, const char *table, const char *task)
{
    return json_object_get(json_at(outline, table), task);
}

static int64_t sample_size(const json_t *outline, const char *task, const json_t *metrics,
                           const char *key)
{
    int64_t n = member_integer(of_task(outline, "/n-samples", task), "/effective");

    if (n == 0)
        n = json_integer_value(json_object_get(json_at(metrics, "/sample_count"), key));
    return n ? n : member_integer(metrics, "/sample_len");
}

/* "acc_stderr,none" beside "acc,none" */
static const json_t *spread_of(struct report *report, const json_t *metrics, const char *key)
{
    size_t name = strcspn(key, ",");
    const char *spread = arena_printf(report->arena, "%.*s_stderr%s", (int)name, key, key + name);

    return spread ? json_object_get(metrics, spread) : NULL;
}

static int measure(struct report *report, const json_t *outline, const char *task,
                   const json_t *metrics, const char *key, struct error *err)
{
    const char *name = arena_strndup(report->arena, key, strcspn(key, ","));
    const char *filter = strchr(key, ',');
    const json_t *higher =
        name ? json_object_get(of_task(outline, "/higher_is_better", task), name) : NULL;
    struct measurement measurement = {.model.name = model_of(report, outline),
                                      .model.version = member_string(outline, "/config/model_sha"),
                                      .benchmark = task,
                                      .metric = filter && strcmp(filter, ",none") == 0 ? name : key,
                                      .value = json_number_value(json_object_get(metrics, key)),
                                      .n = sample_size(outline, task, metrics, key)};
    struct labels labels;

    if (!name)
        return error_set(err, ERROR_MEMORY, "no memory for a metric");
    measurement.higher_is_better =
        json_is_boolean(higher) ? json_is_true(higher) : metric_higher_is_better(name);
    labels_init(&labels, report->arena);
    labels_add_json(&labels, "stderr", spread_of(report, metrics, key));
    labels_add_json(&labels, "task_version", of_task(outline, "/versions", task));
    labels_add_json(&labels, "n_shot", of_task(outline, "/n-shot", task));
    return labels_list(&labels, &measurement.labels, err) ||
                   outcome_measure(report, &measurement, err)
               ? -1
               : 0;
}

/* What stands between the metrics: not one of them. */
static bool is_metric(const char *key, const json_t *value)
{
    static const char *const others[] = {"sample_len", "alias", "name", "samples", "num_fewshot"};

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (strcmp(key, others[i]) == 0)
            return false;
    }
    return json_is_number(value) && *key != ',' && !metric_is_spread(key);
}

static int read_tasks(struct report *report, const json_t *outline, json_t *tasks,
                      const json_t *known, struct error *err)
{
    const char *task, *key;
    json_t *metrics, *value;

    json_object_foreach (tasks, task, metrics) {
        if (known && json_object_get(known, task))
            continue;
        json_object_foreach (metrics, key, value) {
            if (is_metric(key, value) && measure(report, outline, task, metrics, key, err))
                return -1;
        }
    }
    return 0;
}

static int lm_eval_document(struct report *report, json_t *outline, struct error *err)
{
    const char *version = member_string(outline, "/lm_eval_version");
    struct run run = {.started_ms = member_time(outline, "/date"), .tool_version = TOOL};
    json_t *results = json_at(outline, "/results");

    if (version)
        run.tool_version = arena_printf(report->arena, TOOL " %s", version);
    if (outcome_needs_model(report, model_of(report, outline), err) ||
        outcome_run(report, &run, err))
        return -1;
    return read_tasks(report, outline, results, NULL, err) ||
                   read_tasks(report, outline, json_at(outline, "/groups"), results, err)
               ? -1
               : 0;
}

static int lm_eval_end(struct report *report, struct error *err)
{
    return report->sink->ended(report->sink->ctx, report_status(report), err);
}

static bool lm_eval_recognises(const json_t *sketch)
{
    static const char *const signs[] = {"/n-shot", "/n-samples", "/versions", "/config_general",
                                        "/lm_eval_version"};

    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (json_at(sketch, signs[i]) && json_is_object(json_at(sketch, "/results")))
            return true;
    }
    return false;
}

/* No arrays: down to the metrics, so that a document that was cut off keeps what stands before. */
static const char *const lm_eval_arrays[] = {"/results/*", "/configs/*", NULL};

const struct report_ops report_lm_eval = {
    .name = "lm-eval",
    .help = "lm-evaluation-harness's results",
    .shape = REPORT_DOCUMENT,
    .recognises = lm_eval_recognises,
    .arrays = lm_eval_arrays,
    .document = lm_eval_document,
    .end = lm_eval_end,
};

static bool is_sample(const json_t *sketch)
{
    return json_is_string(json_at(sketch, "/doc_hash")) && json_at(sketch, "/doc_id") &&
           json_at(sketch, "/resps");
}

const struct report_ops report_lm_eval_samples = {
    .name = "lm-eval-samples",
    .help = "its samples: answered with what to publish in their place",
    .shape = REPORT_LINES,
    .recognises = is_sample,
    .instead = "samples of lm-evaluation-harness name neither task nor model: publish the "
               "results_*.json beside them",
};
