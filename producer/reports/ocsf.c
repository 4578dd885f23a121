/*
 * ocsf.c - one event into an attempt.
 */
#include "producer/reports/ocsf.h"

#include <string.h>
#include <strings.h>

#include "producer/reports/labels.h"
#include "producer/reports/member.h"
#include "producer/reports/outcome.h"
#include "producer/reports/severity.h"

#define CONFIDENCE_DEFAULT 0.8
#define CLASS_FIRST        2001
#define CLASS_LAST         2007
#define ACTIVITY_CLOSE     3
#define SECONDS_MAX        100000000000 /* more is milliseconds: the year 5138 in seconds */

struct ocsf_state {
    bool is_said;
};

/* What becomes of an event. */
enum fate { FATE_FAILED, FATE_PASSED, FATE_UNJUDGED, FATE_KEPT };

static const struct {
    const char *path, *word;
    enum fate fate;
} words[] = {
    {"/status_code", "PASS", FATE_PASSED},       {"/status_code", "PASSED", FATE_PASSED},
    {"/status_code", "MANUAL", FATE_UNJUDGED},   {"/status_code", "MUTED", FATE_KEPT},
    {"/compliance/status", "PASS", FATE_PASSED}, {"/compliance/status", "PASSED", FATE_PASSED},
    {"/compliance/status", "Pass", FATE_PASSED},
};

/* By number: status_id, compliance.status_id, activity_id. */
static const struct {
    const char *path;
    int64_t number;
    enum fate fate;
} numbers[] = {
    {"/status_id", 3, FATE_KEPT},
    {"/status_id", 4, FATE_PASSED},
    {"/status_id", 5, FATE_KEPT},
    {"/status_id", 6, FATE_KEPT},
    {"/compliance/status_id", 1, FATE_PASSED},
    {"/activity_id", ACTIVITY_CLOSE, FATE_PASSED},
};

/* severity_id 0 to 6; others say it in words, if at all. */
static const enum severity severities[] = {SEVERITY_MEDIUM,  SEVERITY_INFO, SEVERITY_LOW,
                                           SEVERITY_MEDIUM,  SEVERITY_HIGH, SEVERITY_CRITICAL,
                                           SEVERITY_CRITICAL};
static const double confidences[] = {CONFIDENCE_DEFAULT, 0.4, 0.7, 0.9};

static bool is_finding(const json_t *event)
{
    int64_t class_uid = member_integer(event, "/class_uid");

    return class_uid >= CLASS_FIRST && class_uid <= CLASS_LAST &&
           json_is_object(json_at(event, "/metadata"));
}

static bool ocsf_recognises(const json_t *sketch)
{
    return is_finding(json_is_array(sketch) ? json_array_get(sketch, 0) : sketch);
}

static enum fate fate_of(const json_t *event)
{
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (member_integer(event, numbers[i].path) == numbers[i].number)
            return numbers[i].fate;
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        const char *word = member_string(event, words[i].path);

        if (word && strcasecmp(word, words[i].word) == 0)
            return words[i].fate;
    }
    return FATE_FAILED;
}

static enum severity severity_of_event(const json_t *event)
{
    const json_t *id = json_at(event, "/severity_id");
    int64_t number = json_integer_value(id);

    if (json_is_integer(id) && number > 0 &&
        (size_t)number < sizeof(severities) / sizeof(severities[0]))
        return severities[number];
    return severity_of(member_string(event, "/severity"), SEVERITY_MEDIUM);
}

static double confidence_of(const json_t *event)
{
    int64_t id = member_integer(event, "/confidence_id");
    double score;

    if (member_number(event, "/confidence_score", &score) && score >= 0 && score <= 100)
        return score / 100;
    return id > 0 && (size_t)id < sizeof(confidences) / sizeof(confidences[0]) ? confidences[id]
                                                                               : CONFIDENCE_DEFAULT;
}

/* The number before the text, which some write in local time without a zone. */
static int64_t time_of(const json_t *event)
{
    int64_t number = member_integer(event, "/time");

    if (number > SECONDS_MAX)
        return number;
    return member_time(event, number > 0 ? "/time" : "/time_dt");
}

static const char *product_of(struct report *report, const json_t *event)
{
    static const char *const paths[] = {"/metadata/product/name", "/metadata/product/uid",
                                        "/metadata/product/vendor_name", NULL};
    const char *name = member_first(event, paths);

    return outcome_tool(report, name ? name : "ocsf");
}

static int labels_of(const json_t *event, struct arena *arena, struct list *ret_labels,
                     struct error *err)
{
    static const struct {
        const char *name, *path;
    } rows[] = {
        {"types", "/finding_info/types"},
        {"resource", "/resources/0/uid"},
        {"resource_type", "/resources/0/type"},
        {"region", "/resources/0/region"},
        {"cloud", "/cloud/provider"},
        {"account", "/cloud/account/uid"},
        {"class", "/class_name"},
        {"status", "/status"},
        {"status_code", "/status_code"},
        {"tactic", "/finding_info/attacks/0/tactic/uid"},
        {"technique", "/finding_info/attacks/0/technique/uid"},
    };
    struct labels labels;

    labels_init(&labels, arena);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        labels_add_json(&labels, rows[i].name, json_at(event, rows[i].path));
    return labels_list(&labels, ret_labels, err);
}

static bool is_link(const char *text)
{
    return text && strncmp(text, "http", strlen("http")) == 0;
}

static struct links links_of(const json_t *event)
{
    const json_t *references = json_at(event, "/remediation/references"), *reference;
    const char *source = member_string(event, "/finding_info/src_url");
    struct links links = {.report = is_link(source) ? source : NULL};
    size_t i;

    json_array_foreach (references, i, reference) {
        if (!links.runbook && is_link(json_string_value(reference)))
            links.runbook = json_string_value(reference);
    }
    return links;
}

static int finding_of(struct report *report, const json_t *event, struct finding *ret_finding,
                      struct error *err)
{
    static const char *const ids[] = {"/metadata/event_code",
                                      "/finding_info/analytic/uid",
                                      "/finding_info/analytic/name",
                                      "/finding_info/title",
                                      "/finding/title",
                                      NULL};
    static const char *const titles[] = {"/finding_info/title", "/finding/title", "/message", NULL};
    static const char *const resources[] = {"/resources/0/uid", "/resources/0/name",
                                            "/resource/uid", "/resource/name", NULL};
    static const char *const details[] = {"/status_detail", "/message", "/finding_info/desc",
                                          "/finding/desc", NULL};
    const char *product = product_of(report, event), *id = member_first(event, ids);
    const char *title = member_first(event, titles), *detail = member_first(event, details);
    struct finding finding = {.model.name = report->defaults->model.name,
                              .category = member_first(event, resources),
                              .severity = (int)severity_of_event(event),
                              .confidence = confidence_of(event),
                              .time_ms = time_of(event),
                              .prompt = "",
                              .output = detail ? detail : "",
                              .links = links_of(event)};

    if (!id)
        return error_set_at(err, ERROR_INPUT, "/finding_info/title",
                            "expected an event code, an analytic or a title");
    if (!product)
        return error_set(err, ERROR_MEMORY, "no memory for an event");
    if (!finding.model.name)
        finding.model.name = member_string(event, "/ai_model/name");
    if (!finding.model.name)
        finding.model.name = product;
    *ret_finding = finding;
    return outcome_rule(report, product, id, "", title ? title : id, &ret_finding->rule, err) ||
                   labels_of(event, report->arena, &ret_finding->labels, err)
               ? -1
               : 0;
}

static int say_run(struct report *report, const json_t *event, struct error *err)
{
    struct ocsf_state *state = report->state;
    const char *product = member_string(event, "/metadata/product/name");
    const char *version = member_string(event, "/metadata/product/version");
    struct run run = {.started_ms = time_of(event), .tool_version = product ? product : "OCSF"};

    if (state->is_said)
        return 0;
    state->is_said = true;
    if (product && version)
        run.tool_version = arena_printf(report->arena, "%s %s", product, version);
    if (!run.tool_version)
        return error_set(err, ERROR_MEMORY, "no memory for a run");
    return outcome_run(report, &run, err);
}

static int tell_event(struct report *report, json_t *event, struct error *err)
{
    static const enum outcome outcomes[] = {[FATE_FAILED] = OUTCOME_FAILED,
                                            [FATE_PASSED] = OUTCOME_PASSED,
                                            [FATE_UNJUDGED] = OUTCOME_UNJUDGED};
    enum fate fate = fate_of(event);
    struct finding finding;

    if (!is_finding(event))
        return error_set_at(err, ERROR_INPUT, "/class_uid", "expected a finding: %d to %d",
                            CLASS_FIRST, CLASS_LAST);
    if (say_run(report, event, err) || finding_of(report, event, &finding, err))
        return -1;
    return fate == FATE_KEPT ? outcome_withhold(report, &finding, err)
                             : outcome_tell(report, &finding, outcomes[fate], err);
}

static int ocsf_end(struct report *report, struct error *err)
{
    return say_run(report, NULL, err) ||
                   report->sink->ended(report->sink->ctx, report_status(report), err)
               ? -1
               : 0;
}

static const char *const ocsf_arrays[] = {"", NULL};

const struct report_ops report_ocsf = {
    .name = "ocsf",
    .help = "OCSF findings",
    .shape = REPORT_DOCUMENT,
    .state_bytes = sizeof(struct ocsf_state),
    .recognises = ocsf_recognises,
    .arrays = ocsf_arrays,
    .line = tell_event,
    .end = ocsf_end,
};

const struct report_ops report_ocsf_lines = {
    .name = "ocsf-jsonl",
    .help = "OCSF findings as JSON Lines",
    .shape = REPORT_LINES,
    .state_bytes = sizeof(struct ocsf_state),
    .recognises = ocsf_recognises,
    .line = tell_event,
    .end = ocsf_end,
};
