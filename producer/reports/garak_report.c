/*
 * garak_report.c - garak's report: rows by entry_type, read as they come.
 *
 * Kept between rows are the run's facts and the probes' tags. A hit that no detector's row counts
 * is told all the same; a row of a kind that is not known is passed over, since each version adds
 * some. A score that is null was not judged.
 */
#include <string.h>

#include "producer/reports/garak.h"
#include "producer/reports/garak_hit.h"
#include "producer/reports/member.h"

struct garak_state {
    struct run run;    /* id, started, tool_version; in report->kept */
    const char *model; /* in report->kept */
    double threshold;
    json_t *probes; /* "probes.x.Y" -> what the plugin cache says */
    json_t *digest; /* probe -> its summary, where the report's end could be read first */
    bool is_completed, is_said;
};

/* The first of two members that is a string; in older versions they have other names. */
static const char *either(const json_t *row, const char *name, const char *old_name)
{
    const json_t *value = json_object_get(row, name);

    return json_string_value(json_is_string(value) ? value : json_object_get(row, old_name));
}

static int keep(struct report *report, const char **to, const char *text, struct error *err)
{
    if (!text || !*text)
        return 0;
    *to = arena_strdup(report->kept, text);
    return *to ? 0 : error_set(err, ERROR_MEMORY, "no memory for a report");
}

static int say_run(struct report *report, struct error *err)
{
    struct garak_state *state = report->state;

    state->is_said = true;
    return report->sink->run(report->sink->ctx, &state->run, err);
}

static int read_setup(struct report *report, const json_t *row, struct error *err)
{
    struct garak_state *state = report->state;
    const json_t *threshold = json_object_get(row, "run.eval_threshold");
    const char *model = garak_model(either(row, "plugins.target_type", "plugins.model_type"),
                                    either(row, "plugins.target_name", "plugins.model_name"));

    if (json_is_number(threshold))
        state->threshold = json_number_value(threshold);
    state->run.started_ms = member_time(row, "/transient.starttime_iso");
    return keep(report, &state->model, model, err) ||
                   keep(report, &state->run.id, either(row, "transient.run_id", "run_id"), err)
               ? -1
               : 0;
}

static int read_config(struct report *report, const json_t *row, struct error *err)
{
    struct garak_state *state = report->state;

    return keep(report, &state->model,
                garak_model(either(row, "target_type", "model_type"),
                            either(row, "target_name", "model_name")),
                err);
}

static int read_init(struct report *report, const json_t *row, struct error *err)
{
    struct garak_state *state = report->state;
    const char *version = json_string_value(json_object_get(row, "garak_version"));
    int64_t started_ms = member_time(row, "/start_time");

    if (started_ms)
        state->run.started_ms = started_ms;
    if (version)
        version = arena_printf(report->arena, "garak %s", version);
    if (keep(report, &state->run.tool_version, version, err) ||
        keep(report, &state->run.id, json_string_value(json_object_get(row, "run")), err))
        return -1;
    return say_run(report, err);
}

static int read_plugin_cache(struct report *report, const json_t *row, struct error *err)
{
    struct garak_state *state = report->state;
    json_t *probes = json_object_get(json_object_get(row, "plugin_cache"), "probes");

    if (json_is_object(probes) && json_object_update(state->probes, probes))
        return error_set(err, ERROR_MEMORY, "no memory for a report");
    return 0;
}

static int labels_of(struct report *report, const char *probe, const json_t *row,
                     struct list *ret_labels, struct error *err)
{
    struct garak_state *state = report->state;
    char *cached = arena_printf(report->arena, "probes.%s", probe);
    const json_t *summary = json_object_get(state->digest, probe);
    const json_t *tags =
        cached ? json_object_get(json_object_get(state->probes, cached), "tags") : NULL;

    return garak_labels(garak_family(probe), tags ? tags : json_object_get(summary, "probe_tags"),
                        json_object_get(row, "intent"), json_object_get(summary, "probe_severity"),
                        report->arena, ret_labels, err);
}

/* --model names what the report may leave out. */
static const char *model_of(const struct report *report)
{
    const struct garak_state *state = report->state;

    return state->model ? state->model : report->defaults->model.name;
}

/* One detector's scores: a number or null for each output; some versions wrap them once more. */
static int read_scores(struct report *report, const json_t *row, struct garak_hit *hit,
                       const json_t *scores, struct error *err)
{
    struct garak_state *state = report->state;
    const struct report_sink *sink = report->sink;
    const json_t *outputs = json_object_get(row, "outputs"), *score;
    size_t i;

    if (json_array_size(scores) == 1 && json_is_array(json_array_get(scores, 0)))
        scores = json_array_get(scores, 0);
    json_array_foreach (scores, i, score) {
        struct finding finding;

        hit->score = json_number_value(score);
        hit->output = json_array_get(outputs, i);
        if (!json_is_number(score) || hit->score < state->threshold)
            continue;
        if (garak_finding(hit, report->arena, &finding, err) ||
            labels_of(report, finding.rule.probe, row, &finding.labels, err) ||
            sink->finding(sink->ctx, &finding, report->arena, err))
            return -1;
    }
    return 0;
}

#define STATUS_EVALUATED 2

static int read_attempt(struct report *report, const json_t *row, struct error *err)
{
    struct garak_state *state = report->state;
    struct garak_hit hit = {.probe = json_string_value(json_object_get(row, "probe_classname")),
                            .goal = json_string_value(json_object_get(row, "goal")),
                            .model = model_of(report),
                            .prompt = json_object_get(row, "prompt")};
    json_t *results = json_object_get(row, "detector_results");
    const json_t *scores;

    if (json_integer_value(json_object_get(row, "status")) != STATUS_EVALUATED)
        return 0;
    if (!hit.probe || !*hit.probe)
        return error_set_at(err, ERROR_INPUT, "/probe_classname", "expected a probe's name");
    if (!json_is_object(results))
        return error_set_at(err, ERROR_INPUT, "/detector_results",
                            "expected an object of scores by detector");
    if (!state->is_said && say_run(report, err))
        return -1;
    for (void *at = json_object_iter(results); at; at = json_object_iter_next(results, at)) {
        hit.detector = json_object_iter_key(at);
        scores = json_object_iter_value(at);
        if (read_scores(report, row, &hit, scores, err))
            return -1;
    }
    return 0;
}

static bool count_of(const json_t *row, const char *name, int64_t *ret_count)
{
    const json_t *value = json_object_get(row, name);

    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return false;
    *ret_count = json_integer_value(value);
    return true;
}

static int read_eval(struct report *report, const json_t *row, struct error *err)
{
    struct garak_state *state = report->state;
    const char *probe = json_string_value(json_object_get(row, "probe"));
    const char *detector = json_string_value(json_object_get(row, "detector"));
    struct coverage coverage = {.model = model_of(report), .category = ""};
    int64_t passed;

    if (!probe || !detector || !count_of(row, "passed", &passed))
        return error_set(err, ERROR_INPUT, "expected probe, detector and passed");
    if (!count_of(row, "total_evaluated", &coverage.attempts) &&
        !count_of(row, "total", &coverage.attempts))
        return error_set_at(err, ERROR_INPUT, "/total_evaluated", "expected a number of attempts");
    if (!count_of(row, "fails", &coverage.failures))
        coverage.failures = coverage.attempts > passed ? coverage.attempts - passed : 0;
    coverage.rule = garak_rule(garak_plain_name(probe), garak_plain_name(detector), report->arena);
    if (!coverage.model)
        return error_set(err, ERROR_INPUT, "the report names no model: give --model");
    if (!coverage.rule)
        return error_set(err, ERROR_MEMORY, "no memory for coverage");
    if (!state->is_said && say_run(report, err))
        return -1;
    return report->sink->coverage(report->sink->ctx, &coverage, err);
}

static int read_completion(struct report *report, const json_t *row, struct error *err)
{
    struct garak_state *state = report->state;

    (void)row;
    (void)err;
    state->is_completed = true;
    return 0;
}

static int pass_over(struct report *report, const json_t *row, struct error *err)
{
    (void)report;
    (void)row;
    (void)err;
    return 0;
}

static const struct entry {
    const char *type;
    int (*read)(struct report *report, const json_t *row, struct error *err);
} entries[] = {
    {"attempt", read_attempt},       {"eval", read_eval},
    {"start_run setup", read_setup}, {"init", read_init},
    {"config", read_config},         {"plugin_cache", read_plugin_cache},
    {"completion", read_completion}, {"probe_summary", pass_over},
    {"payload_init", pass_over},     {"digest", pass_over},
};

static const struct entry *entry_of(const json_t *row)
{
    const char *type = json_string_value(json_object_get(row, "entry_type"));

    for (size_t i = 0; type && i < sizeof(entries) / sizeof(entries[0]); i++) {
        if (strcmp(type, entries[i].type) == 0)
            return &entries[i];
    }
    return NULL;
}

static bool garak_recognises(const json_t *line)
{
    return entry_of(line) != NULL;
}

static int garak_init(struct report *report, struct error *err)
{
    struct garak_state *state = report->state;

    state->threshold = GARAK_THRESHOLD_DEFAULT;
    state->run.tool_version = "garak";
    state->probes = json_object();
    state->digest = json_object();
    if (!state->probes || !state->digest)
        return error_set(err, ERROR_MEMORY, "no memory for a report");
    return 0;
}

static void garak_fini(struct report *report)
{
    struct garak_state *state = report->state;

    json_decref(state->probes);
    json_decref(state->digest);
}

/* The digest is a report's last row, but what it says of a probe is wanted with its first hit. */
static int garak_last(struct report *report, const json_t *row, struct error *err)
{
    struct garak_state *state = report->state;
    json_t *groups = json_object_get(row, "eval"), *group, *probe;
    const char *name, *group_name;

    json_object_foreach (groups, group_name, group) {
        json_object_foreach (group, name, probe) {
            json_t *summary = json_object_get(probe, "_summary");

            if (summary && json_object_set(state->digest, name, summary))
                return error_set(err, ERROR_MEMORY, "no memory for a report");
        }
    }
    return 0;
}

static int garak_line(struct report *report, json_t *line, struct error *err)
{
    const struct entry *entry = entry_of(line);

    if (!json_is_string(json_object_get(line, "entry_type")))
        return error_set_at(err, ERROR_INPUT, "/entry_type", "expected the kind of a row");
    return entry ? entry->read(report, line, err) : 0;
}

static int garak_end(struct report *report, struct error *err)
{
    struct garak_state *state = report->state;

    if (!state->is_said && say_run(report, err))
        return -1;
    return report->sink->ended(report->sink->ctx, state->is_completed ? RUN_COMPLETE : RUN_CRASHED,
                               err);
}

const struct report_ops report_garak = {
    .name = "garak",
    .help = "garak's report",
    .state_bytes = sizeof(struct garak_state),
    .recognises = garak_recognises,
    .init = garak_init,
    .last = garak_last,
    .line = garak_line,
    .end = garak_end,
    .fini = garak_fini,
};
