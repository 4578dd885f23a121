/*
 * judge.h - the kinds of rule, each a function of the stored points: shared by rule.c, judge.c and
 * drift.c.
 */
#ifndef TOCSIN_CONSUMER_MEASURE_JUDGE_H
#define TOCSIN_CONSUMER_MEASURE_JUDGE_H

#include "consumer/measure/rule.h"

/* NULL for a series without points. */
const struct series_point *series_newest(const struct series_state *series);

struct judgement judge_change(const struct measure_rule *rule, const struct series_state *series,
                              const struct series_firing *firing);
struct judgement judge_bounds(const struct measure_rule *rule, const struct series_state *series,
                              const struct series_firing *firing);
struct judgement judge_drift(const struct measure_rule *rule, const struct series_state *series,
                             const struct series_firing *firing);

#endif
