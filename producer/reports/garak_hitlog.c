/*
 * garak_hitlog.c - garak's hitlog: one line a hit, nothing else.
 *
 * It cannot tell what was tried nor when, so its run ends without coverage and resolves nothing.
 * There is no hitlog at all for a run without hits. The generator is "<type> <name>".
 */
#include <string.h>

#include "producer/reports/garak.h"
#include "producer/reports/garak_hit.h"

struct hitlog_state {
    const char *run_id; /* said last; in report->kept */
};

static bool hitlog_recognises(const json_t *line)
{
    return !json_object_get(line, "entry_type") && json_is_string(json_object_get(line, "probe")) &&
           json_is_string(json_object_get(line, "detector")) &&
           json_is_string(json_object_get(line, "generator"));
}

static int need(const json_t *line, const char *name, const char **ret_text, struct error *err)
{
    char pointer[ERROR_POINTER_BYTES_MAX];

    *ret_text = json_string_value(json_object_get(line, name));
    if (*ret_text && **ret_text)
        return 0;
    snprintf(pointer, sizeof(pointer), "/%s", name);
    return error_set_at(err, ERROR_INPUT, pointer, "expected a name");
}

/* A hitlog is of one run; what was glued together of several is of several. */
static int say_run(struct report *report, const char *run_id, struct error *err)
{
    struct hitlog_state *state = report->state;
    struct run run = {0};

    run_id = run_id ? run_id : "";
    if (state->run_id && strcmp(state->run_id, run_id) == 0)
        return 0;
    state->run_id = arena_strdup(report->kept, run_id);
    if (!state->run_id)
        return error_set(err, ERROR_MEMORY, "no memory for a run");
    run.id = *run_id ? run_id : NULL;
    run.tool_version = "garak";
    return report->sink->run(report->sink->ctx, &run, err);
}

static int hitlog_line(struct report *report, json_t *line, struct error *err)
{
    const struct report_sink *sink = report->sink;
    const json_t *score = json_object_get(line, "score");
    struct garak_hit hit = {.prompt = json_object_get(line, "prompt"),
                            .output = json_object_get(line, "output"),
                            .goal = json_string_value(json_object_get(line, "goal")),
                            .score = json_is_number(score) ? json_number_value(score) : 1};
    struct finding finding;
    const char *generator, *space;

    if (need(line, "probe", &hit.probe, err) || need(line, "detector", &hit.detector, err) ||
        need(line, "generator", &generator, err))
        return -1;
    space = strchr(generator, ' ');
    hit.model =
        space ? garak_model(arena_strndup(report->arena, generator, (size_t)(space - generator)),
                            space + 1)
              : generator;
    if (garak_finding(&hit, report->arena, &finding, err) ||
        garak_labels(garak_family(finding.rule.probe), NULL, NULL, NULL, report->arena,
                     &finding.labels, err) ||
        say_run(report, json_string_value(json_object_get(line, "run_id")), err))
        return -1;
    return sink->finding(sink->ctx, &finding, report->arena, err);
}

static int hitlog_end(struct report *report, struct error *err)
{
    struct hitlog_state *state = report->state;

    return state->run_id ? report->sink->ended(report->sink->ctx, RUN_COMPLETE, err) : 0;
}

const struct report_ops report_garak_hitlog = {
    .name = "garak-hitlog",
    .help = "garak's hitlog (hits only: resolves nothing)",
    .state_bytes = sizeof(struct hitlog_state),
    .recognises = hitlog_recognises,
    .line = hitlog_line,
    .end = hitlog_end,
};
