/*
 * outcome.c - an attempt told to the sink.
 */
#include "producer/reports/outcome.h"

#include <math.h>
#include <string.h>

#include "producer/text.h"

static int no_memory(struct error *err)
{
    return error_set(err, ERROR_MEMORY, "no memory for an attempt");
}

int outcome_run(struct report *report, const struct run *run, struct error *err)
{
    struct run said = *run;

    said.id = text_cut(run->id, NAME_MAX_CHARS, report->arena);
    said.tool_version = text_cut(run->tool_version, NAME_MAX_CHARS, report->arena);
    if ((run->id && !said.id) || !said.tool_version)
        return no_memory(err);
    return report->sink->run(report->sink->ctx, &said, err);
}

int outcome_needs_model(const struct report *report, const char *name, struct error *err)
{
    const char *given = report->defaults->model.name;

    if ((name && *name) || (given && *given))
        return 0;
    return error_set(err, ERROR_INPUT, "the report names no model: give --model");
}

/* --model names what the report leaves out. */
static int settle_model(const struct report *report, struct model *model, struct error *err)
{
    const struct model *given = &report->defaults->model;

    if (outcome_needs_model(report, model->name, err))
        return -1;
    if (!model->name || !*model->name)
        model->name = given->name;
    model->name = text_cut(model->name, NAME_MAX_CHARS, report->arena);
    if (model->version)
        model->version =
            *model->version ? text_cut(model->version, NAME_MAX_CHARS, report->arena) : NULL;
    return model->name ? 0 : no_memory(err);
}

const char *outcome_tool(struct report *report, const char *name)
{
    char *tool = arena_strdup(report->arena, name);

    for (char *at = tool; at && *at; at++) {
        if (*at == '/')
            *at = '-';
    }
    return text_name(tool, OUTCOME_TOOL_CHARS_MAX, report->arena);
}

int outcome_rule(struct report *report, const char *tool, const char *probe, const char *detector,
                 const char *title, struct rule *ret_rule, struct error *err)
{
    struct arena *arena = report->arena;
    const char *id = arena_printf(arena, "%s%s%s%s%s", tool, *probe ? "/" : "", probe,
                                  *detector ? "/" : "", detector);

    *ret_rule = (struct rule){.id = text_name(id, NAME_MAX_CHARS, arena),
                              .title = text_cut(title, TITLE_MAX_CHARS, arena),
                              .tool = tool,
                              .probe = text_cut(probe, NAME_MAX_CHARS, arena),
                              .detector = text_cut(detector, NAME_MAX_CHARS, arena)};
    return ret_rule->id && ret_rule->title && ret_rule->probe && ret_rule->detector
               ? 0
               : no_memory(err);
}

int outcome_tell_coverage(struct report *report, const struct finding *finding, int64_t attempts,
                          int64_t failures, struct error *err)
{
    struct model model = finding->model;
    struct coverage coverage = {.rule = finding->rule.id,
                                .target = finding->target,
                                .category = finding->category ? finding->category : "",
                                .attempts = attempts,
                                .failures = failures};

    if (settle_model(report, &model, err))
        return -1;
    coverage.model = model.name;
    return report->sink->coverage(report->sink->ctx, &coverage, err);
}

static int settle_name(const struct report *report, const char **name, struct error *err)
{
    if (!*name)
        return 0;
    *name = text_name(*name, NAME_MAX_CHARS, report->arena);
    return *name ? 0 : no_memory(err);
}

/* A link that is none, or too long for a record, is left out: half of it leads nowhere. */
static void settle_links(struct links *links)
{
    const char **all[] = {&links->report, &links->artifact, &links->runbook, &links->ticket};

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        const char *link = *all[i];

        if (link && (strncmp(link, "http", strlen("http")) != 0 ||
                     utf8_length(link, strlen(link)) > URL_MAX_CHARS))
            *all[i] = NULL;
    }
}

/* What came with a finding, as a record takes it. */
static int settle(struct report *report, struct finding *finding, struct error *err)
{
    settle_links(&finding->links);
    return settle_model(report, &finding->model, err) ||
                   settle_name(report, &finding->target, err) ||
                   settle_name(report, &finding->category, err)
               ? -1
               : 0;
}

int outcome_withhold(struct report *report, struct finding *finding, struct error *err)
{
    return settle(report, finding, err) || outcome_tell_coverage(report, finding, 0, 1, err) ? -1
                                                                                             : 0;
}

int outcome_find(struct report *report, struct finding *finding, struct error *err)
{
    if (outcome_withhold(report, finding, err))
        return -1;
    return report->sink->finding(report->sink->ctx, finding, report->arena, err);
}

int outcome_tell(struct report *report, struct finding *finding, enum outcome outcome,
                 struct error *err)
{
    if (settle(report, finding, err))
        return -1;
    if (outcome_tell_coverage(report, finding, outcome != OUTCOME_UNJUDGED,
                              outcome == OUTCOME_FAILED, err))
        return -1;
    if (outcome != OUTCOME_FAILED)
        return 0;
    return report->sink->finding(report->sink->ctx, finding, report->arena, err);
}

int outcome_measure(struct report *report, const struct measurement *measurement, struct error *err)
{
    struct measurement told = *measurement;

    if (!isfinite(told.value))
        return 0;
    if (settle_model(report, &told.model, err))
        return -1;
    told.benchmark = text_cut(told.benchmark, NAME_MAX_CHARS, report->arena);
    told.metric = text_cut(told.metric, NAME_MAX_CHARS, report->arena);
    if (!told.benchmark || !told.metric)
        return no_memory(err);
    return report->sink->measurement(report->sink->ctx, &told, report->arena, err);
}
