/*
 * avid.c - one AVID report by what its metrics are.
 */
#include "producer/reports/avid.h"

#include <string.h>

#include "producer/reports/avid_garak.h"
#include "producer/reports/labels.h"
#include "producer/reports/member.h"
#include "producer/reports/metric.h"
#include "producer/reports/outcome.h"
#include "producer/reports/rate_text.h"
#include "producer/reports/severity.h"

#define TOOL       "avid"
#define CONFIDENCE 0.8

struct avid_state {
    bool is_said;
};

/* AVID has no severity but, sometimes, a CVSS score; a hole in security weighs more than a bias. */
static const struct {
    const char *domain;
    enum severity severity;
} domains[] = {
    {"Security", SEVERITY_HIGH}, {"Ethics", SEVERITY_MEDIUM}, {"Performance", SEVERITY_LOW}};

static bool avid_recognises(const json_t *sketch)
{
    const json_t *report = json_is_array(sketch) ? json_array_get(sketch, 0) : sketch;
    const char *type = member_string(report, "/data_type");

    return type && strcmp(type, "AVID") == 0;
}

/* The first artifact of a type; NULL type: of any. */
static const char *artifact(const json_t *avid, const char *type)
{
    const json_t *artifacts = json_at(avid, "/affects/artifacts"), *item;
    size_t i;

    json_array_foreach (artifacts, i, item) {
        const char *is = member_string(item, "/type");

        if (!type || (is && strcmp(is, type) == 0))
            return member_string(item, "/name");
    }
    return NULL;
}

static const char *model_of(const json_t *avid)
{
    static const char *const types[] = {"Model", "System", NULL};
    const char *name = NULL;

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]) && !name; i++)
        name = artifact(avid, types[i]);
    return name;
}

static enum severity severity_of_report(const json_t *avid)
{
    const json_t *all = json_at(avid, "/impact/avid/risk_domain"), *domain;
    double score;
    size_t i;

    if (member_number(avid, "/impact/cvss/baseScore", &score))
        return severity_of_cvss(score);
    for (size_t row = 0; row < sizeof(domains) / sizeof(domains[0]); row++) {
        json_array_foreach (all, i, domain) {
            if (json_is_string(domain) &&
                strcmp(json_string_value(domain), domains[row].domain) == 0)
                return domains[row].severity;
        }
    }
    return SEVERITY_MEDIUM;
}

static int labels_of(const json_t *avid, struct arena *arena, struct list *ret_labels,
                     struct error *err)
{
    const char *model = model_of(avid), *system = artifact(avid, "System");
    struct labels labels;

    labels_init(&labels, arena);
    labels_add_json(&labels, "avid_report", json_at(avid, "/metadata/report_id"));
    labels_add_json(&labels, "avid_vuln", json_at(avid, "/impact/avid/vuln_id"));
    labels_add_json(&labels, "risk_domain", json_at(avid, "/impact/avid/risk_domain"));
    labels_add_json(&labels, "avid_effect", json_at(avid, "/impact/avid/sep_view"));
    labels_add_json(&labels, "avid_lifecycle", json_at(avid, "/impact/avid/lifecycle_view"));
    labels_add_json(&labels, "developer", json_at(avid, "/affects/developer"));
    labels_add_json(&labels, "deployer", json_at(avid, "/affects/deployer"));
    if (system && system != model)
        labels_add(&labels, "system", system);
    return labels_list(&labels, ret_labels, err);
}

static const char *link_of(const json_t *avid)
{
    const json_t *references = json_at(avid, "/references"), *reference;
    size_t i;

    json_array_foreach (references, i, reference) {
        const char *url = member_string(reference, "/url");

        if (url && strncmp(url, "http", strlen("http")) == 0)
            return url;
    }
    return NULL;
}

/* "Evaluation of the LLM x on the agentharm benchmark": the word before the last. */
static const char *benchmark_of(const json_t *avid, struct arena *arena)
{
    const char *text = member_string(avid, "/problemtype/description/value");
    const char *end = text ? strstr(text, " benchmark") : NULL, *begin = end;

    while (begin && begin > text && begin[-1] != ' ')
        begin--;
    return begin && end > begin ? arena_strndup(arena, begin, (size_t)(end - begin))
                                : rate_text_strip(text ? text : TOOL, arena);
}

static int measure(struct report *report, const json_t *avid, const json_t *metric,
                   const char *name, double value, struct error *err)
{
    struct measurement measurement = {.model.name = model_of(avid),
                                      .benchmark = benchmark_of(avid, report->arena),
                                      .metric = name,
                                      .value = value,
                                      .n = member_integer(metric, "/results/n")};
    const char *both = arena_printf(report->arena, "%s %s",
                                    measurement.benchmark ? measurement.benchmark : "", name);

    if (!measurement.benchmark || !both)
        return error_set(err, ERROR_MEMORY, "no memory for a measurement");
    measurement.higher_is_better = metric_higher_is_better(both);
    return outcome_measure(report, &measurement, err);
}

/* Inspect's scores. */
static int tell_score(struct report *report, const json_t *avid, const json_t *metric,
                      struct error *err)
{
    const char *scorer = member_string(metric, "/scorer");
    const char *name = member_string(metric, "/metrics");
    double value;

    if (!name || !member_number(metric, "/value", &value))
        return error_set_at(err, ERROR_INPUT, "/metrics", "expected a metric with a value");
    if (metric_is_spread(name))
        return 0;
    if (scorer)
        name = arena_printf(report->arena, "%s/%s", scorer, name);
    if (!name)
        return error_set(err, ERROR_MEMORY, "no memory for a measurement");
    return measure(report, avid, metric, name, value, err);
}

/* What a problem is known by, where no rule tells. */
static const char *category_of(const json_t *avid, const json_t *metric, struct arena *arena)
{
    static const char *const texts[] = {"/problemtype/description/value", "/description/value",
                                        NULL};
    const char *id = member_string(avid, "/metadata/report_id"), *text = member_first(avid, texts);
    const char *feature = member_string(metric, "/features/measured");

    if (id)
        return id;
    if (feature && text)
        text = arena_printf(arena, "%s: %s", text, feature);
    return rate_text_strip(text ? text : "", arena);
}

static int tell_problem(struct report *report, const json_t *avid, const json_t *metric,
                        const struct finding *base, struct error *err)
{
    static const char *const kinds[] = {"/problemtype/type", "/problemtype/classof", NULL};
    const char *name = member_string(metric, "/name"), *kind = member_first(avid, kinds);
    const char *title = member_string(avid, "/problemtype/description/value");
    struct finding finding = *base;
    double value;

    if (!name)
        name = kind ? kind : "report";
    finding.prompt = "";
    finding.output = member_text(avid, "/description/value", report->arena);
    finding.category = category_of(avid, metric, report->arena);
    if (metric && title && *title)
        finding.output = title;
    if (!finding.output || !finding.category)
        return error_set(err, ERROR_MEMORY, "no memory for a report");
    if (outcome_rule(report, TOOL, name, "", title ? title : name, &finding.rule, err) ||
        outcome_tell(report, &finding, OUTCOME_FAILED, err))
        return -1;
    return member_number(metric, "/results/value", &value)
               ? measure(report, avid, metric, name, value, err)
               : 0;
}

static int tell_metric(struct report *report, const json_t *avid, const json_t *metric,
                       const struct finding *base, struct error *err)
{
    if (avid_garak_is(metric))
        return avid_garak_tell(report, avid, metric, base, err);
    return member_string(metric, "/scorer") || json_is_string(json_at(metric, "/metrics"))
               ? tell_score(report, avid, metric, err)
               : tell_problem(report, avid, metric, base, err);
}

static int say_run(struct report *report, struct error *err)
{
    struct avid_state *state = report->state;
    struct run run = {.tool_version = "AVID"};

    if (state->is_said)
        return 0;
    state->is_said = true;
    return report->sink->run(report->sink->ctx, &run, err);
}

static int tell_report(struct report *report, json_t *avid, struct error *err)
{
    const json_t *metrics = json_at(avid, "/metrics"), *metric;
    struct finding base = {.model.name = model_of(avid),
                           .severity = (int)severity_of_report(avid),
                           .confidence = CONFIDENCE,
                           .links.report = link_of(avid)};
    size_t i;

    if (!avid_recognises(avid) || !json_is_object(json_at(avid, "/problemtype")))
        return error_set(err, ERROR_INPUT, "expected an AVID report with a problemtype");
    if (say_run(report, err) || labels_of(avid, report->arena, &base.labels, err))
        return -1;
    if (json_array_size(metrics) == 0)
        return tell_problem(report, avid, NULL, &base, err);
    json_array_foreach (metrics, i, metric) {
        if (tell_metric(report, avid, metric, &base, err))
            return -1;
    }
    return 0;
}

static int avid_end(struct report *report, struct error *err)
{
    return say_run(report, err) ||
                   report->sink->ended(report->sink->ctx, report_status(report), err)
               ? -1
               : 0;
}

static const char *const avid_arrays[] = {"", NULL};

const struct report_ops report_avid = {
    .name = "avid",
    .help = "AVID's reports",
    .shape = REPORT_DOCUMENT,
    .state_bytes = sizeof(struct avid_state),
    .recognises = avid_recognises,
    .arrays = avid_arrays,
    .line = tell_report,
    .end = avid_end,
};

const struct report_ops report_avid_lines = {
    .name = "avid-jsonl",
    .help = "AVID's reports as JSON Lines",
    .shape = REPORT_LINES,
    .state_bytes = sizeof(struct avid_state),
    .recognises = avid_recognises,
    .line = tell_report,
    .end = avid_end,
};
