/*
 * tocsin_lines.c - records as JSON Lines, completed and checked by the records' own tables.
 */
#include "producer/reports/tocsin_lines.h"

#include <string.h>

#include "producer/publisher.h"
#include "producer/record_scan.h"

struct tocsin_state {
    json_t *run, *model; /* defaults; the report's own */
    bool is_ours;        /* a line of our own run was read */
    bool is_other;       /* a line of another run was read */
};

static bool is_ours(const json_t *line)
{
    const char *type = json_string_value(json_object_get(line, "type"));

    if (type)
        return strncmp(type, "tocsin.", strlen("tocsin.")) == 0;
    return json_is_object(json_object_get(line, "rule")) && json_object_get(line, "severity");
}

static int tocsin_init(struct report *report, struct error *err)
{
    struct tocsin_state *state = report->state;
    const struct report_defaults *defaults = report->defaults;

    state->run = record_encode_value(&run_type, defaults->run, err);
    state->model = json_object();
    if (!state->run || !state->model)
        return error_set(err, ERROR_MEMORY, "no memory for defaults");
    if (defaults->model.name)
        json_object_set_new(state->model, "name", json_string(defaults->model.name));
    if (defaults->model.version)
        json_object_set_new(state->model, "version", json_string(defaults->model.version));
    return 0;
}

static void tocsin_fini(struct report *report)
{
    struct tocsin_state *state = report->state;

    json_decref(state->run);
    json_decref(state->model);
}

/* Gives the object `name` of a record what `defaults` has and it has not. A member that is no
 * object stays, for the table to refuse. */
static int complete(json_t *record, const char *name, json_t *defaults, struct error *err)
{
    json_t *member = json_object_get(record, name);

    if (!member) {
        member = json_object();
        if (json_object_set_new(record, name, member))
            return error_set(err, ERROR_MEMORY, "no memory for a line");
    }
    if (json_is_object(member) && json_object_update_missing(member, defaults))
        return error_set(err, ERROR_MEMORY, "no memory for a line");
    return 0;
}

/* Whether a line names a run that is not ours: what we know of ours says nothing of that one. */
static bool names_other(const struct report *report, const json_t *line)
{
    const char *id = json_string_value(json_object_get(json_object_get(line, "run"), "id"));

    return id && strcmp(id, report->defaults->run->id) != 0;
}

/* Notes whose run a record is of; says ours when it comes first. */
static int say_run(struct report *report, const struct run *run, struct error *err)
{
    const struct run *ours = report->defaults->run;
    struct tocsin_state *state = report->state;

    if (strcmp(run->id, ours->id) != 0 || run->shard != ours->shard) {
        state->is_other = true;
        return 0;
    }
    if (state->is_ours)
        return 0;
    state->is_ours = true;
    return report->sink->run(report->sink->ctx, ours, err);
}

static int read_finding(struct report *report, const json_t *record, struct error *err)
{
    const struct report_sink *sink = report->sink;
    struct finding finding, checked;

    if (record_decode_value(&finding_type, record, "", report->arena, &finding, err))
        return -1;
    /* identities that the line claims are checked as tocsind will */
    if ((finding.id || finding.fingerprint) &&
        finding_decode_value(record, "", 1, report->arena, &checked, err))
        return -1;
    if (say_run(report, &finding.run, err))
        return -1;
    return sink->finding(sink->ctx, &finding, report->arena, err);
}

/* A plain finding of our own run, which most lines are, without a document. */
static int tocsin_plain(struct report *report, const char *text, size_t bytes, struct error *err)
{
    const struct report_defaults *defaults = report->defaults;
    const struct report_sink *sink = report->sink;
    struct finding finding = {.run = *defaults->run, .model = defaults->model};

    if (!record_scan(&finding_type, text, bytes, report->arena, &finding) || finding.id ||
        finding.fingerprint || strcmp(finding.run.id, defaults->run->id) != 0)
        return 1;
    if (say_run(report, &finding.run, err))
        return -1;
    return sink->finding(sink->ctx, &finding, report->arena, err);
}

static int read_run_end(struct report *report, const json_t *record, struct error *err)
{
    const struct report_sink *sink = report->sink;
    struct run_end end;

    if (record_decode_value(&run_end_type, record, "", report->arena, &end, err) ||
        say_run(report, &end.run, err))
        return -1;
    return sink->run_end(sink->ctx, &end, report->arena, err);
}

static int read_measurement(struct report *report, const json_t *record, struct error *err)
{
    const struct report_sink *sink = report->sink;
    struct measurement measurement;

    if (record_decode_value(&measurement_type, record, "", report->arena, &measurement, err) ||
        say_run(report, &measurement.run, err))
        return -1;
    return sink->measurement(sink->ctx, &measurement, report->arena, err);
}

static const struct kind {
    const char *type;
    int (*read)(struct report *report, const json_t *record, struct error *err);
    bool has_model, is_end;
} kinds[] = {
    {FINDING_TYPE, read_finding, true, false},
    {RUN_END_TYPE, read_run_end, false, true},
    {MEASUREMENT_TYPE, read_measurement, true, false},
};

static const struct kind *kind_of(const json_t *line)
{
    const json_t *type = json_object_get(line, "type");

    if (!type)
        return &kinds[0];
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (json_is_string(type) && strcmp(json_string_value(type), kinds[i].type) == 0)
            return &kinds[i];
    }
    return NULL;
}

/* Our own run's end may leave out its id and its time. */
static int complete_end(const struct report *report, json_t *record)
{
    char id[FINDING_ID_BYTES], time[TIME_TEXT_BYTES];
    json_t *defaults;
    int rc;

    run_end_id(report->defaults->run, id);
    time_format(publisher_now_ms(), time);
    defaults = json_pack("{s:s, s:s}", "id", id, "time", time);
    rc = defaults ? json_object_update_missing(record, defaults) : -1;
    json_decref(defaults);
    return rc;
}

/* What a line leaves out. */
static int complete_line(struct report *report, const struct kind *kind, json_t *line,
                         struct error *err)
{
    struct tocsin_state *state = report->state;
    bool is_other = names_other(report, line);

    if (!json_object_get(line, "type") &&
        json_object_set_new(line, "type", json_string(kind->type)))
        return error_set(err, ERROR_MEMORY, "no memory for a line");
    if (kind->is_end && !is_other && complete_end(report, line))
        return error_set(err, ERROR_MEMORY, "no memory for a line");
    if (!is_other && complete(line, "run", state->run, err))
        return -1;
    return kind->has_model ? complete(line, "model", state->model, err) : 0;
}

static int tocsin_line(struct report *report, json_t *line, struct error *err)
{
    const struct kind *kind = kind_of(line);

    if (!kind)
        return error_set_at(err, ERROR_INPUT, "/type",
                            "expected tocsin.finding.v1, tocsin.run-end.v1 or "
                            "tocsin.measurement.v1");
    return complete_line(report, kind, line, err) || kind->read(report, line, err) ? -1 : 0;
}

/* A report of no line is of our run too: nothing was found. */
static int tocsin_end(struct report *report, struct error *err)
{
    const struct report_sink *sink = report->sink;
    struct tocsin_state *state = report->state;

    if (!state->is_other && say_run(report, report->defaults->run, err))
        return -1;
    if (!state->is_ours)
        return 0;
    /* what a lost line would have said is not known */
    return sink->ended(sink->ctx, report->bad ? RUN_PARTIAL : RUN_COMPLETE, err);
}

const struct report_ops report_tocsin_lines = {
    .name = "tocsin",
    .help = "tocsin's own JSON Lines",
    .state_bytes = sizeof(struct tocsin_state),
    .recognises = is_ours,
    .init = tocsin_init,
    .plain = tocsin_plain,
    .line = tocsin_line,
    .end = tocsin_end,
    .fini = tocsin_fini,
    .is_strict = true,
};
