/*
 * measure.c - how good the measurement rules are at their defaults: bench_measure [SEED].
 *
 * Generates series of known kind (quiet, step, ramp, spike), one build a day for 60 days, the
 * change on day 30; each build measures a proportion on n trials. Prints for each rule, kind of
 * series, effect and n: how many of 1,000 series it fired on after the change, how many builds
 * later (median), and false alarms: on quiet series a month, and before the change. Deterministic
 * for a seed.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/measure/rule.h"
#include "consumer/measure/statistics.h"

#define SERIES        1000
#define QUIET_SERIES  20000
#define DAYS          60
#define CHANGE_DAY    30
#define MONTH_DAYS    30
#define DAY_MS        INT64_C(86400000)
#define BASE_ACCURACY 0.90
#define BASE_REFUSAL  0.05

enum shape { QUIET, STEP, RAMP, SPIKE };
static const char *const shape_names[] = {"none", "step", "ramp", "spike"};

static uint64_t random_state;

/* xorshift64*; good enough to draw samples, the same everywhere. */
static double uniform(void)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (double)((random_state * UINT64_C(0x2545F4914F6CDD1D)) >> 11) / 9007199254740992.0;
}

static double share_of(double probability, int64_t n)
{
    int64_t hits = 0;

    for (int64_t i = 0; i < n; i++)
        hits += uniform() < probability;
    return (double)hits / (double)n;
}

static double probability_on(int day, enum shape shape, double base, double effect)
{
    switch (shape) {
    case STEP:
        return day >= CHANGE_DAY ? base + effect : base;
    case RAMP:
        return day >= CHANGE_DAY ? base + effect * fmin(1, (day - CHANGE_DAY + 1) / 10.0) : base;
    case SPIKE:
        return day == CHANGE_DAY ? base + effect : base;
    case QUIET:
        break;
    }
    return base;
}

struct tally {
    int detected, false_alarms, delays[DAYS];
};

/* Lives through one series, as correlate does. */
static void live(const struct measure_rule *rule, enum shape shape, double base, double effect,
                 int64_t n, struct tally *tally)
{
    struct series_point points[DAYS];
    struct series_state series = {.higher_is_better = rule->kind != MEASURE_SPIKE};
    struct series_firing firing;
    bool fires = false, detected = false, false_alarm = false;

    for (int day = 0; day < DAYS; day++) {
        points[day] =
            (struct series_point){.time_ms = (day + 1) * DAY_MS,
                                  .run = "r",
                                  .branch = "main",
                                  .model_version = "",
                                  .value = share_of(probability_on(day, shape, base, effect), n),
                                  .n = n};
        series.points = (struct list){points, (size_t)day + 1};
        struct judgement judgement = measure_judge(rule, &series, fires ? &firing : NULL);
        if (judgement.outcome == JUDGED_FIRES) {
            fires = true;
            firing = judgement.firing;
            if (shape == QUIET || day < CHANGE_DAY)
                false_alarm = true;
            else if (!detected)
                tally->delays[day - CHANGE_DAY]++;
            detected = detected || (shape != QUIET && day >= CHANGE_DAY);
        } else if (judgement.outcome == JUDGED_CLEARS) {
            fires = false;
        }
    }
    tally->detected += detected;
    tally->false_alarms += false_alarm;
}

static int median_delay(const struct tally *tally)
{
    int left = (tally->detected + 1) / 2, day = 0;

    for (; day < DAYS && left > tally->delays[day]; day++)
        left -= tally->delays[day];
    return day;
}

static void row(const struct measure_rule *rule, enum shape shape, double base, double effect,
                int64_t n)
{
    struct tally tally = {0};
    int count = shape == QUIET ? QUIET_SERIES : SERIES;
    double months = (double)count * (shape == QUIET ? DAYS : CHANGE_DAY) / MONTH_DAYS;

    for (int i = 0; i < count; i++)
        live(rule, shape, base, effect, n, &tally);
    printf("%-16s %-6s %+6.1f %6lld ", rule->name, shape_names[shape], 100 * effect, (long long)n);
    if (shape == QUIET)
        printf("%10s %7s", "-", "-");
    else if (tally.detected)
        printf("%9.1f%% %7d", 100.0 * tally.detected / count, median_delay(&tally));
    else
        printf("%9.1f%% %7s", 0.0, "-");
    printf("   1 in %.0f (%d in %.0f)\n",
           tally.false_alarms ? months / tally.false_alarms : INFINITY, tally.false_alarms, months);
}

int main(int argc, char **argv)
{
    static const enum measure_kind kinds[] = {MEASURE_DROP, MEASURE_SPIKE, MEASURE_DRIFT};
    static const int64_t sizes[] = {200, 500, 2000};
    static const double effects[] = {0.02, 0.05, 0.10, 0.20};

    random_state = argc > 1 ? strtoull(argv[1], NULL, 10) : 20261125;
    printf("%-16s %-6s %6s %6s %10s %7s   %s\n", "rule", "change", "points", "n", "detected",
           "builds", "false alarms a series-month");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const struct measure_rule made = measure_rule_default(kinds[i]), *rule = &made;
        bool rises = rule->kind == MEASURE_SPIKE;
        double base = rises ? BASE_REFUSAL : BASE_ACCURACY;
        for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
            row(rule, QUIET, base, 0, sizes[k]);
            for (int shape = STEP; shape <= SPIKE; shape++) {
                for (size_t e = 0; e < sizeof(effects) / sizeof(effects[0]); e++)
                    row(rule, (enum shape)shape, base, rises ? effects[e] : -effects[e], sizes[k]);
            }
        }
    }
    return 0;
}
