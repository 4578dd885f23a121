/*
 * agentdojo.c - one run of one task into an attempt.
 */
#include "producer/reports/agentdojo.h"

#include <string.h>

#include "producer/record_text.h"
#include "producer/reports/labels.h"
#include "producer/reports/member.h"
#include "producer/reports/outcome.h"

#define TOOL       "agentdojo"
#define CONFIDENCE 0.95 /* the environment's state is compared, nothing is judged */

static bool agentdojo_recognises(const json_t *sketch)
{
    return json_is_string(json_at(sketch, "/suite_name")) &&
           json_is_string(json_at(sketch, "/pipeline_name")) &&
           json_is_string(json_at(sketch, "/user_task_id"));
}

static int rule_of(struct report *report, const json_t *run, struct rule *ret_rule,
                   struct error *err)
{
    const char *suite = member_string(run, "/suite_name");
    const char *injection = member_string(run, "/injection_task_id");
    const char *attack = member_string(run, "/attack_type");
    const char *probe, *title;

    if (!suite || !injection)
        return error_set_at(err, ERROR_INPUT, suite ? "/injection_task_id" : "/suite_name",
                            "expected a name");
    probe = arena_printf(report->arena, "%s.%s", suite, injection);
    title = arena_printf(report->arena, "Agent hijacked by text that a tool returned: %s %s", suite,
                         injection);
    if (!probe || !title)
        return error_set(err, ERROR_MEMORY, "no memory for a run");
    return outcome_rule(report, TOOL, probe, attack, title, ret_rule, err);
}

static void append(struct record_text *text, const char *part)
{
    record_text_append(text, part, strlen(part));
}

/* The user's task and what was planted for it: with the suite, all that it takes to run it again.
 */
static const char *prompt_of(const json_t *run, struct arena *arena)
{
    json_t *injections = json_at(run, "/injections"), *value;
    const char *name, *task = member_string(run, "/user_task_id");
    struct record_text text;

    record_text_init(&text, arena);
    append(&text, task ? task : "");
    json_object_foreach (injections, name, value) {
        const char *planted = json_string_value(value);

        append(&text, "\n\n[");
        append(&text, name);
        append(&text, "]\n");
        append(&text, planted ? planted : "");
    }
    if (text.failed)
        return NULL;
    return text.text ? text.text : "";
}

static int labels_of(const json_t *run, struct arena *arena, struct list *ret_labels,
                     struct error *err)
{
    static const char *const names[] = {"suite_name",  "user_task_id", "injection_task_id",
                                        "attack_type", "utility",      "benchmark_version"};
    struct labels labels;

    labels_init(&labels, arena);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        labels_add_json(&labels, names[i], json_object_get(run, names[i]));
    return labels_list(&labels, ret_labels, err);
}

static int say_run(struct report *report, const json_t *file, struct error *err)
{
    const char *version = member_string(file, "/agentdojo_package_version");
    struct run run = {.started_ms = member_time(file, "/evaluation_timestamp"),
                      .tool_version = TOOL};

    if (version)
        run.tool_version = arena_printf(report->arena, TOOL " %s", version);
    if (!run.tool_version)
        return error_set(err, ERROR_MEMORY, "no memory for a run");
    return outcome_run(report, &run, err);
}

static enum outcome outcome_of(const json_t *run)
{
    const json_t *security = json_at(run, "/security");

    if (member_string(run, "/error") || !json_is_boolean(security))
        return OUTCOME_UNJUDGED;
    return json_is_true(security) ? OUTCOME_FAILED : OUTCOME_PASSED;
}

static int agentdojo_document(struct report *report, json_t *run, struct error *err)
{
    struct finding finding = {.model.name = member_string(run, "/pipeline_name"),
                              .severity = SEVERITY_HIGH,
                              .confidence = CONFIDENCE,
                              .time_ms = member_time(run, "/evaluation_timestamp")};

    if (!agentdojo_recognises(run))
        return error_set(err, ERROR_INPUT,
                         "expected suite_name, pipeline_name and user_task_id of a run");
    if (say_run(report, run, err))
        return -1;
    if (!member_string(run, "/attack_type"))
        return 0;
    finding.prompt = prompt_of(run, report->arena);
    finding.output = member_conversation(json_at(run, "/messages"), "/content", report->arena);
    if (!finding.prompt || !finding.output)
        return error_set(err, ERROR_MEMORY, "no memory for a run");
    return rule_of(report, run, &finding.rule, err) ||
                   labels_of(run, report->arena, &finding.labels, err) ||
                   outcome_tell(report, &finding, outcome_of(run), err)
               ? -1
               : 0;
}

const struct report_ops report_agentdojo = {
    .name = "agentdojo",
    .help = "AgentDojo's runs: a folder",
    .shape = REPORT_DOCUMENT,
    .recognises = agentdojo_recognises,
    .document = agentdojo_document,
};
