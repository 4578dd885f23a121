/*
 * avid_garak.c - see avid_garak.h.
 */
#include "producer/reports/avid_garak.h"

#include <string.h>

#include "producer/reports/garak_hit.h"
#include "producer/reports/member.h"
#include "producer/reports/outcome.h"

/* One detector's line of the table. */
struct row {
    const char *detector;
    int64_t passed, evaluated;
};

bool avid_garak_is(const json_t *metric)
{
    return json_is_array(json_at(metric, "/results/rows")) ||
           (json_is_object(json_at(metric, "/results/detector")) &&
            json_is_object(json_at(metric, "/results/passed")));
}

/* The probe that the description names: "using the probe `dan.Dan_11_0`", "The probe x tests". */
static const char *probe_of(const json_t *avid, struct arena *arena)
{
    static const char mark[] = "probe ";
    const char *text = member_string(avid, "/problemtype/description/value");
    const char *at = text ? strstr(text, mark) : NULL;

    if (!at)
        return NULL;
    at += strlen(mark);
    at += *at == '`';
    return arena_strndup(arena, at, strcspn(at, "` "));
}

static int tell_row(struct report *report, const char *probe, const struct row *row,
                    const struct finding *base, struct error *err)
{
    const struct garak_family *family = garak_family(probe);
    int64_t failed = row->evaluated - row->passed;
    const char *metric = arena_printf(report->arena, "%s pass_rate", row->detector);
    struct measurement measurement = {.model = base->model,
                                      .benchmark = arena_printf(report->arena, "garak/%s", probe),
                                      .metric = metric,
                                      .n = row->evaluated,
                                      .higher_is_better = true};
    struct finding finding = *base;

    finding.severity = (int)family->severity;
    finding.confidence = garak_confidence(row->detector);
    finding.prompt = "";
    finding.output = arena_printf(report->arena, "%lld of %lld attempts failed", (long long)failed,
                                  (long long)row->evaluated);
    if (!metric || !measurement.benchmark || !finding.output)
        return error_set(err, ERROR_MEMORY, "no memory for a detector");
    /* the finding below is one of the failures */
    if (outcome_rule(report, "garak", probe, row->detector, family->words, &finding.rule, err) ||
        outcome_tell_coverage(report, &finding, row->evaluated, failed - (failed > 0), err))
        return -1;
    if (failed > 0 && outcome_find(report, &finding, err))
        return -1;
    if (row->evaluated == 0)
        return 0;
    measurement.value = (double)row->passed / (double)row->evaluated;
    return outcome_measure(report, &measurement, err);
}

static int check(struct report *report, const char *probe, struct row *row,
                 const struct finding *base, struct error *err)
{
    if (!row->detector || row->passed < 0 || row->evaluated < row->passed)
        return error_set_at(err, ERROR_INPUT, "/metrics/0/results",
                            "expected a detector, passed and total_evaluated");
    row->detector = garak_plain_name(row->detector);
    return tell_row(report, probe, row, base, err);
}

/* As pandas writes it: columns of index and value. */
static int tell_columns(struct report *report, const char *probe, const json_t *results,
                        const struct finding *base, struct error *err)
{
    json_t *detectors = json_at(results, "/detector"), *detector;
    const char *index;

    json_object_foreach (detectors, index, detector) {
        struct row row = {
            .detector = json_string_value(detector),
            .passed = json_integer_value(json_object_get(json_at(results, "/passed"), index)),
            .evaluated =
                json_integer_value(json_object_get(json_at(results, "/total_evaluated"), index)),
        };

        if (check(report, probe, &row, base, err))
            return -1;
    }
    return 0;
}

int avid_garak_tell(struct report *report, const json_t *avid, const json_t *metric,
                    const struct finding *base, struct error *err)
{
    const char *probe = probe_of(avid, report->arena);
    const json_t *results = json_at(metric, "/results"), *line;
    size_t i;

    if (!probe || !*probe)
        return error_set_at(err, ERROR_INPUT, "/problemtype/description/value",
                            "expected the name of a probe");
    probe = garak_plain_name(probe);
    json_array_foreach (json_at(results, "/rows"), i, line) {
        struct row row = {.detector = member_string(line, "/detector"),
                          .passed = member_integer(line, "/passed"),
                          .evaluated = member_integer(line, "/total_evaluated")};

        if (check(report, probe, &row, base, err))
            return -1;
    }
    return tell_columns(report, probe, results, base, err);
}
