/*
 * judge.c - drop, spike and bounds: the newest value against another one.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "consumer/measure/judge.h"
#include "consumer/measure/statistics.h"

const char *const measure_kind_names[] = {"drop", "spike", "bounds", "drift", NULL};
const char *const measure_baseline_names[] = {"previous", "main", "median", NULL};

#define POINT_OF_PROPORTION 0.01

/* What a value is compared with. */
struct baseline {
    double value;
    int64_t n; /* 0: unknown */
};

struct comparison {
    double change; /* in the direction that the rule watches: positive is worse */
    double least;  /* change that counts */
    bool tested;
    double z, p;
};

const struct series_point *series_newest(const struct series_state *series)
{
    const struct series_point *points = series->points.items;

    return series->points.count ? &points[series->points.count - 1] : NULL;
}

static bool baseline_main(const struct measure_rule *rule, const struct series_point *points,
                          size_t count, struct baseline *ret)
{
    for (size_t i = count; i > 0; i--) {
        const struct series_point *point = &points[i - 1];
        if (strcmp(point->branch, rule->main_branch) == 0) {
            *ret = (struct baseline){point->value, point->n};
            return true;
        }
    }
    return false;
}

/* The sample size of a median of several is taken as that of one of them: rather too careful. */
static bool baseline_median(const struct measure_rule *rule, const struct series_point *points,
                            size_t count, struct baseline *ret)
{
    double values[SERIES_POINTS_MAX];
    size_t builds = (size_t)rule->builds < count ? (size_t)rule->builds : count;
    int64_t n = builds ? points[count - 1].n : 0;

    for (size_t i = 0; i < builds; i++) {
        const struct series_point *point = &points[count - builds + i];
        values[i] = point->value;
        n = point->n < n ? point->n : n;
    }
    if (builds)
        *ret = (struct baseline){median_of(values, (int64_t)builds), n};
    return builds > 0;
}

static bool baseline_previous(const struct measure_rule *rule, const struct series_point *points,
                              size_t count, struct baseline *ret)
{
    (void)rule;
    if (count)
        *ret = (struct baseline){points[count - 1].value, points[count - 1].n};
    return count > 0;
}

static bool (*const baselines[])(const struct measure_rule *, const struct series_point *, size_t,
                                 struct baseline *) = {
    [BASELINE_PREVIOUS] = baseline_previous,
    [BASELINE_MAIN] = baseline_main,
    [BASELINE_MEDIAN] = baseline_median,
};

static double least_change(const struct measure_change *change, double value, double baseline)
{
    bool is_share = value >= 0 && value <= 1 && baseline >= 0 && baseline <= 1;

    if (change->unit == UNIT_PERCENT)
        return change->amount / 100 * fabs(baseline);
    return change->amount * (is_share ? POINT_OF_PROPORTION : 1);
}

static struct comparison compare(const struct measure_rule *rule, const struct series_state *series,
                                 const struct series_point *point, const struct baseline *baseline)
{
    bool falls = rule->kind == MEASURE_DROP && series->higher_is_better;
    double sign = falls ? -1 : 1;
    struct comparison c = {
        .change = sign * (point->value - baseline->value),
        .least = least_change(&rule->change, point->value, baseline->value),
        .tested = rule->significant && is_proportion(point->value, point->n) &&
                  is_proportion(baseline->value, baseline->n),
    };

    if (c.tested) {
        c.z = sign * proportion_z(point->value, point->n, baseline->value, baseline->n);
        c.p = normal_upper(c.z);
    }
    return c;
}

/* A change as large as the least one counts, rounding aside: .92 to .90 is two points. */
static bool is_large(const struct comparison *c)
{
    return c->change > 0 && c->change >= c->least * (1 - 1e-9);
}

static bool counts(const struct measure_rule *rule, const struct comparison *c)
{
    return is_large(c) && (!c->tested || c->p <= rule->level);
}

static bool has_cleared(const struct comparison *c)
{
    return !is_large(c) || (c->tested && c->p > MEASURE_CLEAR_LEVEL);
}

static void say_sample(int64_t n, char *text, size_t bytes)
{
    if (n > 0)
        snprintf(text, bytes, "n = %lld", (long long)n);
    else
        snprintf(text, bytes, "no sample size");
}

static void say(const struct measure_rule *rule, const struct series_point *point,
                const struct baseline *baseline, const struct comparison *c,
                char words[MEASURE_WORDS_BYTES])
{
    char n[40], baseline_n[40], test[120];

    say_sample(point->n, n, sizeof(n));
    say_sample(baseline->n, baseline_n, sizeof(baseline_n));
    if (c->tested)
        snprintf(test, sizeof(test), "two-proportion z-test: z = %.2f, p = %.2g (level %.2g)", c->z,
                 c->p, rule->level);
    else
        snprintf(test, sizeof(test), "no test: %s",
                 !rule->significant                  ? "none was asked for"
                 : point->n <= 0 || baseline->n <= 0 ? "no sample size"
                                                     : "not a proportion");
    snprintf(words, MEASURE_WORDS_BYTES,
             "%.6g (%s) against %.6g (%s), baseline %s: worse by %.4g, %.4g counts; %s",
             point->value, n, baseline->value, baseline_n, measure_baseline_names[rule->baseline],
             c->change, c->least, test);
}

static struct series_firing firing_of(const struct measure_rule *rule,
                                      const struct series_point *point,
                                      const struct baseline *baseline)
{
    return (struct series_firing){
        .rule = rule->name,
        .since_ms = point->time_ms,
        .value = point->value,
        .n = point->n,
        .baseline = baseline->value,
        .baseline_n = baseline->n,
    };
}

/* While it fires: cleared against what it fired against, or worse than when it fired? */
static struct judgement judge_again(const struct measure_rule *rule,
                                    const struct series_state *series,
                                    const struct series_point *point,
                                    const struct series_firing *firing)
{
    const struct baseline frozen = {firing->baseline, firing->baseline_n};
    const struct baseline fired = {firing->value, firing->n};
    struct comparison against = compare(rule, series, point, &frozen);
    struct comparison since = compare(rule, series, point, &fired);
    struct judgement judgement = {.tested = against.tested, .firing = *firing};

    say(rule, point, &frozen, &against, judgement.words);
    if (has_cleared(&against)) {
        judgement.outcome = JUDGED_CLEARS;
    } else if (counts(rule, &since)) {
        judgement.outcome = JUDGED_FIRES;
        judgement.firing.value = point->value;
        judgement.firing.n = point->n;
    }
    return judgement;
}

struct judgement judge_change(const struct measure_rule *rule, const struct series_state *series,
                              const struct series_firing *firing)
{
    const struct series_point *point = series_newest(series);
    struct judgement judgement = {0};
    struct baseline baseline;
    struct comparison c;

    if (!point)
        return judgement;
    if (firing)
        return judge_again(rule, series, point, firing);
    if (!baselines[rule->baseline](rule, series->points.items, series->points.count - 1, &baseline))
        return judgement;
    c = compare(rule, series, point, &baseline);
    judgement.tested = c.tested;
    say(rule, point, &baseline, &c, judgement.words);
    if (counts(rule, &c)) {
        judgement.outcome = JUDGED_FIRES;
        judgement.firing = firing_of(rule, point, &baseline);
    }
    return judgement;
}

struct judgement judge_bounds(const struct measure_rule *rule, const struct series_state *series,
                              const struct series_firing *firing)
{
    const struct series_point *point = series_newest(series);
    struct judgement judgement = {0};
    char n[40];
    bool outside;

    if (!point)
        return judgement;
    judgement.tested = true;
    outside = point->value < rule->min || point->value > rule->max;
    say_sample(point->n, n, sizeof(n));
    snprintf(judgement.words, sizeof(judgement.words), "%.6g (%s), bounds %.6g to %.6g",
             point->value, n, rule->min, rule->max);
    if (outside && !firing) {
        const struct baseline bound = {point->value < rule->min ? rule->min : rule->max, 0};
        judgement.outcome = JUDGED_FIRES;
        judgement.firing = firing_of(rule, point, &bound);
    } else if (!outside && firing) {
        judgement.outcome = JUDGED_CLEARS;
    }
    return judgement;
}
