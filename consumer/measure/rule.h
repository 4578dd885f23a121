/*
 * rule.h - what counts as a change in a series of measurements.
 *
 *   drop    the value got worse than a baseline by more than `change`
 *   spike   the value rose above a baseline by more than `change`
 *   bounds  the value is outside `min` … `max`
 *   drift   many small steps in one direction: CUSUM of the builds' standardised deviations
 *
 * drop and spike also have to be significant (two-proportion z-test at `level`) where value and
 * baseline are shares of a known sample; where not, the change alone decides, and the judgement
 * says so. Each rule is judged at the newest measurement of a series, from the stored points alone:
 * a restart, a missing build or one that comes late makes no difference to what is computed.
 *
 * A rule that fires keeps the baseline that it fired against until it clears, so that a value that
 * stays bad stays firing; it fires again when the value gets worse by the same measure once more.
 */
#ifndef TOCSIN_CONSUMER_MEASURE_RULE_H
#define TOCSIN_CONSUMER_MEASURE_RULE_H

#include "consumer/records/run_state.h"
#include "consumer/route/matcher.h"

enum measure_kind { MEASURE_DROP, MEASURE_SPIKE, MEASURE_BOUNDS, MEASURE_DRIFT };
extern const char *const measure_kind_names[]; /* drop spike bounds drift */

enum measure_baseline {
    BASELINE_PREVIOUS, /* the measurement before */
    BASELINE_MAIN,     /* the last one on `main_branch` */
    BASELINE_MEDIAN,   /* of the last `builds` */
};
extern const char *const measure_baseline_names[]; /* previous main median */

/* How much is a change: a point is 0.01 of a value between 0 and 1, and 1 of any other. */
enum measure_unit { UNIT_POINTS, UNIT_PERCENT };
struct measure_change {
    double amount;
    enum measure_unit unit; /* UNIT_PERCENT: of the baseline */
};

struct measure_rule {
    const char *name;
    int kind;                  /* enum measure_kind */
    struct matcher **matchers; /* on the series' labels: model, benchmark, metric, target */
    size_t matchers_count;
    int severity;
    struct measure_change change; /* drop, spike */
    int baseline;                 /* enum measure_baseline */
    int64_t builds;               /* of the median */
    const char *main_branch;
    bool significant;           /* drop, spike: ask the test where there is one */
    double level;               /* of the test, one-sided */
    double min, max;            /* bounds; -HUGE_VAL, HUGE_VAL: none */
    double reference, interval; /* drift, in standard deviations */
};

#define MEASURE_RULES_MAX       SERIES_RULES_MAX
#define MEASURE_BUILDS_DEFAULT  7
/* One-sided: a false alarm in over 1,000 months of one build a day (tests/bench/measure.c). */
#define MEASURE_LEVEL_DEFAULT   2e-5
#define MEASURE_CLEAR_LEVEL     0.05 /* what is not even this unlikely any more has cleared */
#define DRIFT_REFERENCE_DEFAULT 0.5
#define DRIFT_INTERVAL_DEFAULT  8.0
#define DRIFT_BUILDS_MIN        5 /* before which a series has no normal that it could leave */
#define MEASURE_WORDS_BYTES     512
#define MEASURE_NAME_CHARS_MAX  100

/* What a rule of this kind is where the configuration leaves something out. */
struct measure_rule measure_rule_default(enum measure_kind kind);

/* What the rule says of the newest measurement. */
struct judgement {
    enum {
        JUDGED_QUIET, /* as before: nothing, or firing on */
        JUDGED_FIRES, /* newly, or worse once more */
        JUDGED_CLEARS,
    } outcome;
    bool tested;                     /* not by the size of the change alone */
    struct series_firing firing;     /* to be kept, where it fires */
    char words[MEASURE_WORDS_BYTES]; /* the numbers, baseline, n, test and p, for people */
};

/* `firing` is NULL where the rule does not fire on this series yet. A series without a baseline
 * for the rule is quiet. */
struct judgement measure_judge(const struct measure_rule *rule, const struct series_state *series,
                               const struct series_firing *firing);

/* Whether the rule is about this series. */
bool measure_applies(const struct measure_rule *rule, const struct series_state *series);

/* Puts a measurement at its place in time, oldest first; one of the same run and model version
 * takes the place of the one before. *ret_newest: it is the last now, so that rules are to be
 * judged. Memory in the arena; -1 when it is out. */
int measure_insert(struct series_state *series, const struct series_point *point,
                   struct arena *arena, bool *ret_newest);

#endif
