/*
 * drift.c - a tabular CUSUM of standardised deviations, in the direction that is worse.
 *
 * The normal of a series is what its own builds were so far: each build is compared with the mean
 * of those before it (a self-starting CUSUM, Hawkins 1987), so there is no training phase that a
 * restart could lose. Where the sample size is known the deviation's size is the binomial one, on
 * the angle scale, where it depends on n alone; where it is not, it is estimated from the builds
 * before and corrected for how few they are.
 *
 * While the rule fires the normal is that of the moment when it fired, and the sum, capped at the
 * decision interval, has to fall under half of it: a few good builds in a row clear it, one does
 * not.
 */
#include <math.h>
#include <stdio.h>

#include "consumer/measure/judge.h"
#include "consumer/measure/statistics.h"

#define CLEAR_SHARE 0.5

/* What the builds so far say is normal. Values are angles where `binomial`. */
struct normal {
    bool binomial;
    double mean, squares; /* of deviations: for the estimate of their size */
    double weight;        /* trials, or builds */
    int64_t builds;
};

static bool all_proportions(const struct series_point *points, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_proportion(points[i].value, points[i].n))
            return false;
    }
    return true;
}

static double scaled(const struct normal *normal, const struct series_point *point)
{
    return normal->binomial ? proportion_angle(point->value) : point->value;
}

static double unscaled(const struct normal *normal, double value)
{
    return normal->binomial ? proportion_of_angle(value) : value;
}

static void normal_add(struct normal *normal, const struct series_point *point)
{
    double value = scaled(normal, point), weight = normal->binomial ? (double)point->n : 1;
    double from_mean = value - normal->mean;

    normal->weight += weight;
    normal->builds++;
    normal->mean += from_mean * weight / normal->weight;
    normal->squares += weight * from_mean * (value - normal->mean);
}

/* Standard deviation of one build's distance from the mean; 0 while there is nothing to tell it
 * from. */
static double deviation_size(const struct normal *normal, const struct series_point *point)
{
    if (normal->binomial)
        return sqrt(1 / (4 * (double)point->n) + 1 / (4 * normal->weight));
    if (normal->builds < 2)
        return 0;
    return sqrt(normal->squares / (double)(normal->builds - 1) * (1 + 1 / normal->weight));
}

static double deviation(const struct normal *normal, const struct series_point *point)
{
    double size = normal->builds ? deviation_size(normal, point) : 0, standard;

    if (size == 0)
        return 0;
    standard = (scaled(normal, point) - normal->mean) / size;
    return normal->binomial ? standard : normal_of_t(standard, normal->builds - 1);
}

static double summed(double sum, double deviation, double sign, const struct measure_rule *rule)
{
    double next = sum + sign * deviation - rule->reference;

    return next > 0 ? next : 0;
}

static void say(const struct measure_rule *rule, const struct normal *normal, double mean,
                const struct series_point *point, double sum, char words[MEASURE_WORDS_BYTES])
{
    snprintf(words, MEASURE_WORDS_BYTES,
             "%.6g against a mean of %.6g over %lld builds; CUSUM %.2f, decides at %.3g "
             "(reference %.3g) standard deviations%s",
             point->value, mean, (long long)normal->builds, sum, rule->interval, rule->reference,
             normal->binomial ? "" : ", estimated from the builds: no sample size");
}

static struct judgement judge_firing(const struct measure_rule *rule,
                                     const struct series_state *series, double sign,
                                     const struct series_firing *firing)
{
    const struct series_point *points = series->points.items, *newest = series_newest(series);
    struct normal normal = {.binomial = firing->baseline_n > 0};
    struct judgement judgement = {.tested = true, .firing = *firing};
    double sum = rule->interval;

    normal.mean = normal.binomial ? proportion_angle(firing->baseline) : firing->baseline;
    normal.builds = firing->builds;
    for (size_t i = 0; i < series->points.count; i++) {
        double size = firing->sigma;
        if (points[i].time_ms <= firing->since_ms)
            continue;
        if (normal.binomial && is_proportion(points[i].value, points[i].n))
            size = sqrt(1 / (4 * (double)points[i].n));
        if (size > 0)
            sum = fmin(summed(sum, (scaled(&normal, &points[i]) - normal.mean) / size, sign, rule),
                       rule->interval);
    }
    say(rule, &normal, firing->baseline, newest, sum, judgement.words);
    if (sum < rule->interval * CLEAR_SHARE)
        judgement.outcome = JUDGED_CLEARS;
    return judgement;
}

struct judgement judge_drift(const struct measure_rule *rule, const struct series_state *series,
                             const struct series_firing *firing)
{
    const struct series_point *points = series->points.items, *newest = series_newest(series);
    const double sign = series->higher_is_better ? -1 : 1;
    struct normal normal = {.binomial = all_proportions(points, series->points.count)};
    struct normal before = normal; /* when the sum last was nothing: what it has left since */
    struct judgement judgement = {.tested = true};
    double sum = 0;

    if (firing)
        return judge_firing(rule, series, sign, firing);
    for (size_t i = 0; i < series->points.count; i++) {
        sum = summed(sum, deviation(&normal, &points[i]), sign, rule);
        normal_add(&normal, &points[i]);
        if (sum == 0)
            before = normal;
    }
    if (!newest)
        return judgement;
    say(rule, &before, unscaled(&before, before.mean), newest, sum, judgement.words);
    if (sum > rule->interval && before.builds >= DRIFT_BUILDS_MIN) {
        judgement.outcome = JUDGED_FIRES;
        judgement.firing = (struct series_firing){
            .rule = rule->name,
            .since_ms = newest->time_ms,
            .value = newest->value,
            .n = newest->n,
            .baseline = unscaled(&before, before.mean),
            .baseline_n = before.binomial ? (int64_t)before.weight : 0,
            .builds = before.builds,
            .sigma = before.binomial || before.builds < 2
                         ? 0
                         : sqrt(before.squares / (double)(before.builds - 1)),
        };
    }
    return judgement;
}
