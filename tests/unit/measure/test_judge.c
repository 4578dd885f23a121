/*
 * test_judge.c - drop, spike and bounds at the edges of what counts, firing on, clearing, firing
 * again; late and repeated measurements.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "consumer/measure/rule.h"
#include "producer/finding.h"

#define HOUR_MS INT64_C(3600000)

static struct arena arena;

static void arena_begin(void)
{
    arena_init(&arena);
}

static void arena_end(void)
{
    arena_fini(&arena);
}

TestSuite(judge, .init = arena_begin, .fini = arena_end);

static struct series_state series_of(const double *values, size_t count, int64_t n)
{
    struct series_point *points = arena_array(&arena, count + 1, sizeof(*points));

    for (size_t i = 0; i < count; i++)
        points[i] = (struct series_point){.time_ms = (int64_t)(i + 1) * HOUR_MS,
                                          .run = arena_printf(&arena, "r%zu", i),
                                          .branch = i % 2 ? "topic" : "main",
                                          .model_version = "",
                                          .value = values[i],
                                          .n = n};
    return (struct series_state){.model = "helpbot",
                                 .benchmark = "arc",
                                 .metric = "acc",
                                 .target = "",
                                 .higher_is_better = true,
                                 .points = {points, count}};
}

#define SERIES(n, ...)                                                                             \
    series_of((const double[]){__VA_ARGS__},                                                       \
              sizeof((const double[]){__VA_ARGS__}) / sizeof(double), n)

Test(judge, a_change_counts_from_the_least_one_on)
{
    const struct measure_rule drop = measure_rule_default(MEASURE_DROP);
    const struct series_state less = SERIES(0, .92, .901), least = SERIES(0, .92, .90);
    const struct series_state better = SERIES(0, .90, .92), scale = SERIES(0, 92, 91.5);
    const struct series_state large = SERIES(0, 92, 89.5);

    cr_assert_eq(measure_judge(&drop, &less, NULL).outcome, JUDGED_QUIET);
    cr_assert_eq(measure_judge(&drop, &least, NULL).outcome, JUDGED_FIRES);
    cr_assert_eq(measure_judge(&drop, &better, NULL).outcome, JUDGED_QUIET);
    cr_assert_eq(measure_judge(&drop, &scale, NULL).outcome, JUDGED_QUIET, "half a point of 100");
    cr_assert_eq(measure_judge(&drop, &large, NULL).outcome, JUDGED_FIRES);
    cr_assert_not_null(strstr(measure_judge(&drop, &least, NULL).words, "no sample size"));
}

Test(judge, lower_is_better_turns_a_drop_round)
{
    const struct measure_rule drop = measure_rule_default(MEASURE_DROP);
    struct series_state series = SERIES(0, .10, .15);

    series.higher_is_better = false;
    cr_assert_eq(measure_judge(&drop, &series, NULL).outcome, JUDGED_FIRES);
    series = SERIES(0, .15, .10);
    series.higher_is_better = false;
    cr_assert_eq(measure_judge(&drop, &series, NULL).outcome, JUDGED_QUIET);
}

Test(judge, relative_change)
{
    struct measure_rule drop = measure_rule_default(MEASURE_DROP);
    const struct series_state less = SERIES(0, 200, 191), least = SERIES(0, 200, 190);

    drop.change = (struct measure_change){5, UNIT_PERCENT};
    cr_assert_eq(measure_judge(&drop, &less, NULL).outcome, JUDGED_QUIET);
    cr_assert_eq(measure_judge(&drop, &least, NULL).outcome, JUDGED_FIRES);
}

Test(judge, what_may_be_chance_is_quiet)
{
    struct measure_rule drop = measure_rule_default(MEASURE_DROP);
    const struct series_state small = SERIES(100, .92, .85), large = SERIES(10000, .92, .85);

    cr_assert_eq(measure_judge(&drop, &small, NULL).outcome, JUDGED_QUIET);
    cr_assert_eq(measure_judge(&drop, &large, NULL).outcome, JUDGED_FIRES);
    drop.significant = false;
    cr_assert_eq(measure_judge(&drop, &small, NULL).outcome, JUDGED_FIRES);
}

Test(judge, baselines)
{
    struct measure_rule drop = measure_rule_default(MEASURE_DROP);
    /* branches: main, topic, main, topic, main */
    const struct series_state series = SERIES(0, .95, .80, .91, .80, .90);
    const struct series_state one = SERIES(0, .50);

    cr_assert_eq(measure_judge(&drop, &series, NULL).outcome, JUDGED_QUIET, "previous is .80");
    drop.baseline = BASELINE_MAIN;
    cr_assert_eq(measure_judge(&drop, &series, NULL).outcome, JUDGED_QUIET, "main is .91");
    drop.change.amount = 1;
    cr_assert_eq(measure_judge(&drop, &series, NULL).outcome, JUDGED_FIRES);
    drop.main_branch = "trunk";
    cr_assert_eq(measure_judge(&drop, &series, NULL).outcome, JUDGED_QUIET, "no such branch");
    drop.baseline = BASELINE_MEDIAN;
    drop.builds = 3;
    cr_assert_eq(measure_judge(&drop, &series, NULL).outcome, JUDGED_QUIET, "of .80 .91 .80");
    cr_assert_eq(measure_judge(&drop, &one, NULL).outcome, JUDGED_QUIET, "nothing to compare with");
}

Test(judge, fires_on_until_it_clears)
{
    const struct measure_rule drop = measure_rule_default(MEASURE_DROP);
    const struct series_state fallen = SERIES(2000, .925, .373);
    const struct series_state stays = SERIES(2000, .925, .373, .370);
    const struct series_state worse = SERIES(2000, .925, .373, .200);
    const struct series_state back = SERIES(2000, .925, .373, .92);
    struct judgement judgement = measure_judge(&drop, &fallen, NULL);

    cr_assert_eq(judgement.outcome, JUDGED_FIRES);
    cr_assert_float_eq(judgement.firing.baseline, .925, 0);
    cr_assert_eq(measure_judge(&drop, &stays, &judgement.firing).outcome, JUDGED_QUIET);
    cr_assert_eq(measure_judge(&drop, &back, &judgement.firing).outcome, JUDGED_CLEARS);
    judgement = measure_judge(&drop, &worse, &judgement.firing);
    cr_assert_eq(judgement.outcome, JUDGED_FIRES, "worse once more");
    cr_assert_float_eq(judgement.firing.baseline, .925, 0);
    cr_assert_float_eq(judgement.firing.value, .200, 0);
}

Test(judge, the_same_build_twice_is_quiet)
{
    const struct series_state same = SERIES(2376, .925, .925);

    for (int kind = MEASURE_DROP; kind <= MEASURE_DRIFT; kind++) {
        const struct measure_rule rule = measure_rule_default((enum measure_kind)kind);
        cr_assert_eq(measure_judge(&rule, &same, NULL).outcome, JUDGED_QUIET);
    }
}

Test(judge, bounds)
{
    struct measure_rule bounds = measure_rule_default(MEASURE_BOUNDS);
    const struct series_state low = SERIES(0, .79), edge = SERIES(0, .8), high = SERIES(0, 1.26);
    struct judgement judgement;

    bounds.min = .8;
    bounds.max = 1.25;
    judgement = measure_judge(&bounds, &low, NULL);
    cr_assert_eq(judgement.outcome, JUDGED_FIRES);
    cr_assert_eq(measure_judge(&bounds, &low, &judgement.firing).outcome, JUDGED_QUIET);
    cr_assert_eq(measure_judge(&bounds, &edge, &judgement.firing).outcome, JUDGED_CLEARS);
    cr_assert_eq(measure_judge(&bounds, &edge, NULL).outcome, JUDGED_QUIET);
    cr_assert_eq(measure_judge(&bounds, &high, NULL).outcome, JUDGED_FIRES);
}

Test(judge, drift_finds_small_steps_and_clears_on_several_good_builds)
{
    const struct measure_rule drift = measure_rule_default(MEASURE_DRIFT);
    double values[SERIES_POINTS_MAX];
    struct judgement judgement = {0};
    struct series_state series;
    size_t count = 0;

    for (; count < 10; count++)
        values[count] = count % 2 ? .905 : .895;
    while (judgement.outcome != JUDGED_FIRES && count < 30) {
        values[count++] = .87;
        series = series_of(values, count, 500);
        judgement = measure_judge(&drift, &series, NULL);
    }
    cr_assert_eq(judgement.outcome, JUDGED_FIRES);
    cr_assert_float_eq(judgement.firing.baseline, .90, .003, "%s", judgement.words);
    cr_assert_lt(count, 22);
    values[count++] = .90;
    series = series_of(values, count, 500);
    cr_assert_eq(measure_judge(&drift, &series, &judgement.firing).outcome, JUDGED_QUIET);
    while (count < 40)
        values[count++] = .90;
    series = series_of(values, count, 500);
    cr_assert_eq(measure_judge(&drift, &series, &judgement.firing).outcome, JUDGED_CLEARS);
}

Test(judge, drift_without_a_sample_size)
{
    const struct measure_rule drift = measure_rule_default(MEASURE_DRIFT);
    double values[30];
    struct judgement judgement = {0};
    struct series_state series;

    for (size_t i = 0; i < 30; i++)
        values[i] = (i < 15 ? 14.0 : 12.5) + (double)(i % 3) * .2;
    for (size_t count = 1; count <= 30 && judgement.outcome == JUDGED_QUIET; count++) {
        series = series_of(values, count, 0);
        judgement = measure_judge(&drift, &series, NULL);
        cr_assert(count > 15 || judgement.outcome == JUDGED_QUIET, "at %zu", count);
    }
    cr_assert_eq(judgement.outcome, JUDGED_FIRES);
    cr_assert_not_null(strstr(judgement.words, "no sample size"));
}

Test(judge, drift_needs_a_normal_first)
{
    const struct measure_rule drift = measure_rule_default(MEASURE_DRIFT);
    double values[DRIFT_BUILDS_MIN + 4];

    for (size_t i = 0; i < DRIFT_BUILDS_MIN + 4; i++)
        values[i] = i < DRIFT_BUILDS_MIN - 1 ? .9 : .1;
    const struct series_state early = series_of(values, DRIFT_BUILDS_MIN + 2, 1000);
    cr_assert_eq(measure_judge(&drift, &early, NULL).outcome, JUDGED_QUIET);
    values[DRIFT_BUILDS_MIN - 1] = .9;
    const struct series_state known = series_of(values, DRIFT_BUILDS_MIN + 2, 1000);
    cr_assert_eq(measure_judge(&drift, &known, NULL).outcome, JUDGED_FIRES);
}

static const struct series_point *at(const struct series_state *series, size_t i)
{
    return (const struct series_point *)series->points.items + i;
}

Test(judge, late_and_repeated_measurements)
{
    struct series_state series = SERIES(0, .9, .8);
    const struct series_point late = {
        .time_ms = HOUR_MS + 1, .run = "late", .branch = "", .model_version = "", .value = .85};
    const struct series_point again = {
        .time_ms = 2 * HOUR_MS, .run = "r1", .branch = "topic", .model_version = "", .value = .7};
    bool newest;

    cr_assert_eq(measure_insert(&series, &late, &arena, &newest), 0);
    cr_assert_not(newest);
    cr_assert_eq(series.points.count, 3);
    cr_assert_float_eq(at(&series, 1)->value, .85, 0);
    cr_assert_eq(measure_insert(&series, &again, &arena, &newest), 0);
    cr_assert(newest);
    cr_assert_eq(series.points.count, 3);
    cr_assert_float_eq(at(&series, 2)->value, .7, 0);
}

Test(judge, only_the_latest_points_are_kept)
{
    double values[SERIES_POINTS_MAX] = {0};
    struct series_state series = series_of(values, SERIES_POINTS_MAX, 0);
    const struct series_point next = {.time_ms = (SERIES_POINTS_MAX + 1) * HOUR_MS,
                                      .run = "next",
                                      .branch = "",
                                      .model_version = "",
                                      .value = 1};
    const struct series_point old = {
        .time_ms = 1, .run = "old", .branch = "", .model_version = "", .value = 2};
    bool newest;

    cr_assert_eq(measure_insert(&series, &next, &arena, &newest), 0);
    cr_assert_eq(series.points.count, SERIES_POINTS_MAX);
    cr_assert_eq(at(&series, 0)->time_ms, 2 * HOUR_MS);
    cr_assert_eq(measure_insert(&series, &old, &arena, &newest), 0);
    cr_assert_eq(at(&series, 0)->time_ms, 2 * HOUR_MS);
}

Test(judge, rules_are_about_the_series_that_they_match)
{
    struct measure_rule rule = measure_rule_default(MEASURE_DROP);
    const struct series_state series = SERIES(0, 1);
    struct matcher *matchers[2];
    struct error err = {0};

    cr_assert_eq(matcher_parse("metric=~\"acc.*\"", &matchers[0], &err), 0);
    cr_assert_eq(matcher_parse("model=\"other\"", &matchers[1], &err), 0);
    rule.matchers = matchers;
    cr_assert(measure_applies(&rule, &series));
    rule.matchers_count = 1;
    cr_assert(measure_applies(&rule, &series));
    rule.matchers_count = 2;
    cr_assert_not(measure_applies(&rule, &series));
    matcher_free(matchers[0]);
    matcher_free(matchers[1]);
}
