/*
 * rule.c - which rule is about which series, and the table from kinds to judges.
 */
#include "consumer/measure/rule.h"

#include <math.h>
#include <string.h>

#include "consumer/measure/judge.h"

static struct judgement (*const judges[])(const struct measure_rule *, const struct series_state *,
                                          const struct series_firing *) = {
    [MEASURE_DROP] = judge_change,
    [MEASURE_SPIKE] = judge_change,
    [MEASURE_BOUNDS] = judge_bounds,
    [MEASURE_DRIFT] = judge_drift,
};

static const struct measure_rule defaults[] = {
    [MEASURE_DROP] = {.name = "drop", .change = {2, UNIT_POINTS}},
    [MEASURE_SPIKE] = {.name = "spike", .change = {5, UNIT_POINTS}},
    [MEASURE_BOUNDS] = {.name = "bounds"},
    [MEASURE_DRIFT] = {.name = "drift"},
};

struct measure_rule measure_rule_default(enum measure_kind kind)
{
    struct measure_rule rule = defaults[kind];

    rule.kind = (int)kind;
    rule.severity = SEVERITY_HIGH;
    rule.baseline = BASELINE_PREVIOUS;
    rule.builds = MEASURE_BUILDS_DEFAULT;
    rule.main_branch = "main";
    rule.significant = true;
    rule.level = MEASURE_LEVEL_DEFAULT;
    rule.min = -HUGE_VAL;
    rule.max = HUGE_VAL;
    rule.reference = DRIFT_REFERENCE_DEFAULT;
    rule.interval = DRIFT_INTERVAL_DEFAULT;
    return rule;
}

struct judgement measure_judge(const struct measure_rule *rule, const struct series_state *series,
                               const struct series_firing *firing)
{
    return judges[rule->kind](rule, series, firing);
}

bool measure_applies(const struct measure_rule *rule, const struct series_state *series)
{
    const struct label labels[] = {
        {"model", series->model},
        {"benchmark", series->benchmark},
        {"metric", series->metric},
        {"target", series->target},
    };

    for (size_t i = 0; i < rule->matchers_count; i++) {
        if (!matcher_matches(rule->matchers[i], labels, sizeof(labels) / sizeof(labels[0])))
            return false;
    }
    return true;
}

static bool same_text(const char *left, const char *right)
{
    return strcmp(left ? left : "", right ? right : "") == 0;
}

static bool same_build(const struct series_point *left, const struct series_point *right)
{
    return same_text(left->run, right->run) && same_text(left->model_version, right->model_version);
}

int measure_insert(struct series_state *series, const struct series_point *point,
                   struct arena *arena, bool *ret_newest)
{
    const struct series_point *old = series->points.items;
    struct series_point *points = arena_array(arena, series->points.count + 1, sizeof(*points));
    size_t count = 0, at = 0;

    if (!points)
        return -1;
    for (size_t i = 0; i < series->points.count; i++) {
        if (!same_build(&old[i], point))
            points[count++] = old[i];
    }
    for (at = count; at > 0 && points[at - 1].time_ms > point->time_ms; at--)
        points[at] = points[at - 1];
    points[at] = *point;
    *ret_newest = at == count;
    count++;
    if (count > SERIES_POINTS_MAX) {
        points += count - SERIES_POINTS_MAX;
        count = SERIES_POINTS_MAX;
    }
    series->points = (struct list){points, count};
    return 0;
}
