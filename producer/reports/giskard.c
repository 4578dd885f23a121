/*
 * giskard.c - a scan's descriptions into findings.
 */
#include "producer/reports/giskard.h"

#include <string.h>

#include "producer/reports/labels.h"
#include "producer/reports/member.h"
#include "producer/reports/outcome.h"
#include "producer/reports/rate_text.h"
#include "producer/reports/severity.h"

#define TOOL       "giskard"
#define CONFIDENCE 0.8
#define SUFFIX     "Detector"

/* Every member is a detector with lists of descriptions, and one at least is called so. */
static bool giskard_recognises(const json_t *sketch)
{
    json_t *scan = (json_t *)sketch, *levels, *list;
    const char *name, *level;
    bool is_named = false;

    json_object_foreach (scan, name, levels) {
        size_t bytes = strlen(name);

        if (!json_is_object(levels))
            return false;
        json_object_foreach (levels, level, list) {
            if (!json_is_array(list))
                return false;
        }
        is_named |= bytes > strlen(SUFFIX) && strcmp(name + bytes - strlen(SUFFIX), SUFFIX) == 0;
    }
    return is_named;
}

static int cover(struct report *report, const char *detector, struct error *err)
{
    struct finding any = {.category = COVERAGE_ANY};

    return outcome_rule(report, TOOL, detector, "", detector, &any.rule, err) ||
                   outcome_tell_coverage(report, &any, 1, 0, err)
               ? -1
               : 0;
}

static int tell(struct report *report, const char *detector, const char *level,
                const json_t *description, struct error *err)
{
    const char *text = member_text(description, "", report->arena);
    struct finding finding = {.severity = (int)severity_of(level, SEVERITY_MEDIUM),
                              .confidence = CONFIDENCE,
                              .prompt = "",
                              .output = text,
                              .category = text ? rate_text_strip(text, report->arena) : NULL};
    struct labels labels;

    if (!finding.category)
        return error_set(err, ERROR_MEMORY, "no memory for a description");
    labels_init(&labels, report->arena);
    labels_add(&labels, "giskard_level", level);
    return labels_list(&labels, &finding.labels, err) ||
                   outcome_rule(report, TOOL, detector, "", finding.category, &finding.rule, err) ||
                   outcome_find(report, &finding, err)
               ? -1
               : 0;
}

static int read_detector(struct report *report, const char *detector, json_t *levels,
                         struct error *err)
{
    const json_t *description;
    const char *level;
    json_t *list;
    size_t i;

    if (cover(report, detector, err))
        return -1;
    json_object_foreach (levels, level, list) {
        json_array_foreach (list, i, description) {
            if (tell(report, detector, level, description, err))
                return -1;
        }
    }
    return 0;
}

static int giskard_document(struct report *report, json_t *scan, struct error *err)
{
    const char *detector;
    json_t *levels;

    if (!giskard_recognises(scan))
        return error_set(err, ERROR_INPUT, "expected detectors with lists of descriptions");
    if (report->sink->run(report->sink->ctx, &(struct run){.tool_version = TOOL}, err))
        return -1;
    json_object_foreach (scan, detector, levels) {
        if (read_detector(report, detector, levels, err))
            return -1;
    }
    return 0;
}

const struct report_ops report_giskard = {
    .name = "giskard",
    .help = "Giskard's scan as JSON",
    .shape = REPORT_DOCUMENT,
    .recognises = giskard_recognises,
    .document = giskard_document,
};
