/*
 * sarif.c - the runs of a SARIF log, one after the other, each with its results.
 *
 * The log without its results is kept while they are read, since they point into it.
 */
#include "producer/reports/sarif.h"

#include <string.h>

#include "producer/reports/member.h"
#include "producer/reports/outcome.h"

struct sarif_state {
    json_t *log;  /* without results */
    size_t told;  /* runs that were said */
    size_t ended; /* of these, those that have ended */
};

static bool sarif_recognises(const json_t *sketch)
{
    const char *version = member_string(sketch, "/version");

    return json_is_array(json_at(sketch, "/runs")) && version && strncmp(version, "2.", 2) == 0;
}

static const json_t *run_at(const struct report *report, size_t index)
{
    const struct sarif_state *state = report->state;

    return json_array_get(json_at(state->log, "/runs"), index);
}

static bool has_error(const json_t *notifications)
{
    const json_t *notification;
    size_t i;

    json_array_foreach (notifications, i, notification) {
        const char *level = member_string(notification, "/level");

        if (level && strcmp(level, "error") == 0)
            return true;
    }
    return false;
}

/* How a run went by its own words, and by how the log could be read. */
static enum run_status status_of(const struct report *report, const json_t *run)
{
    enum run_status status = report_status(report);
    const json_t *invocation;
    size_t i;

    if (status == RUN_COMPLETE && json_is_object(json_at(run, "/externalPropertyFileReferences")))
        status = RUN_PARTIAL;
    json_array_foreach (json_at(run, "/invocations"), i, invocation) {
        if (json_is_false(json_at(invocation, "/executionSuccessful")))
            return RUN_CRASHED;
        if (status == RUN_COMPLETE &&
            (has_error(json_at(invocation, "/toolExecutionNotifications")) ||
             has_error(json_at(invocation, "/toolConfigurationNotifications"))))
            status = RUN_PARTIAL;
    }
    return status;
}

/* A run that has results, be they none, looked for all that its tool knows. */
static int cover(struct report *report, const json_t *run, const char *tool, struct error *err)
{
    const char *model = member_string(run, "/properties/model");
    struct finding any = {.category = COVERAGE_ANY};

    if (!json_is_array(json_at(run, "/results")))
        return 0;
    any.model.name = model ? model : report->defaults->model.name;
    if (!any.model.name)
        any.model.name = tool;
    return outcome_rule(report, tool, COVERAGE_ANY, "", tool, &any.rule, err) ||
                   outcome_tell_coverage(report, &any, 1, 0, err)
               ? -1
               : 0;
}

static int say_run(struct report *report, const json_t *log_run, struct error *err)
{
    static const char *const versions[] = {"/tool/driver/semanticVersion", "/tool/driver/version",
                                           NULL};
    static const char *const ids[] = {"/automationDetails/guid", "/automationDetails/id", NULL};
    const char *tool = sarif_tool(report, log_run);
    const char *version = member_first(log_run, versions);
    struct run run = {.id = member_first(log_run, ids),
                      .started_ms = member_time(log_run, "/invocations/0/startTimeUtc")};

    if (!run.started_ms)
        run.started_ms = member_time(log_run, "/invocations/0/endTimeUtc");
    run.tool_version = tool && version ? arena_printf(report->arena, "%s %s", tool, version) : tool;
    if (!run.tool_version)
        return error_set(err, ERROR_MEMORY, "no memory for a run");
    return outcome_run(report, &run, err) || cover(report, log_run, tool, err) ? -1 : 0;
}

static int end_run(struct report *report, struct error *err)
{
    struct sarif_state *state = report->state;
    const json_t *run;

    if (state->ended == state->told)
        return 0;
    run = run_at(report, state->ended++);
    return report->sink->ended(report->sink->ctx, status_of(report, run), err);
}

/* Says the runs up to this one; all before it have ended. */
static int advance(struct report *report, size_t index, struct error *err)
{
    struct sarif_state *state = report->state;

    while (state->told <= index) {
        const json_t *run = run_at(report, state->told);

        if (end_run(report, err) || say_run(report, run, err))
            return -1;
        state->told++;
    }
    return 0;
}

static int sarif_document(struct report *report, json_t *outline, struct error *err)
{
    struct sarif_state *state = report->state;

    if (!json_is_array(json_at(outline, "/runs")))
        return error_set_at(err, ERROR_INPUT, "/runs", "expected an array of runs");
    state->log = json_incref(outline);
    return 0;
}

static int sarif_record(struct report *report, json_t *record, const struct report_place *place,
                        struct error *err)
{
    const json_t *run = run_at(report, place->outer);
    enum sarif_fate fate = sarif_fate(record);
    struct finding finding;

    if (advance(report, place->outer, err))
        return -1;
    if (fate == SARIF_IGNORED)
        return 0;
    if (sarif_finding(report, run, record, &finding, err))
        return -1;
    if (fate == SARIF_CLEAN)
        return outcome_tell(report, &finding, OUTCOME_PASSED, err);
    return fate == SARIF_FOUND ? outcome_find(report, &finding, err)
                               : outcome_withhold(report, &finding, err);
}

/* A log without runs is of a run that tried nothing. */
static int sarif_end(struct report *report, struct error *err)
{
    const struct sarif_state *state = report->state;
    size_t count = json_array_size(json_at(state->log, "/runs"));

    if (count > 0)
        return advance(report, count - 1, err) || end_run(report, err) ? -1 : 0;
    return report->sink->run(report->sink->ctx, &(struct run){.tool_version = "SARIF"}, err) ||
                   report->sink->ended(report->sink->ctx, report_status(report), err)
               ? -1
               : 0;
}

static void sarif_fini(struct report *report)
{
    struct sarif_state *state = report->state;

    json_decref(state->log);
}

static const char *const sarif_arrays[] = {"/runs/*/results", NULL};

const struct report_ops report_sarif = {
    .name = "sarif",
    .help = "SARIF 2.1.0",
    .shape = REPORT_DOCUMENT,
    .state_bytes = sizeof(struct sarif_state),
    .recognises = sarif_recognises,
    .arrays = sarif_arrays,
    .document = sarif_document,
    .record = sarif_record,
    .end = sarif_end,
    .fini = sarif_fini,
};
