/*
 * statistics.h - the few tests that the measurement rules need. Pure functions.
 *
 * Held to scipy's answers to 1e-9 by tests/contract/test_statistics.py.
 */
#ifndef TOCSIN_CONSUMER_MEASURE_STATISTICS_H
#define TOCSIN_CONSUMER_MEASURE_STATISTICS_H

#include <stdbool.h>
#include <stdint.h>

/* P(Z >= z) of the standard normal distribution. */
double normal_upper(double z);

/* A share of n trials: between 0 and 1, of at least one. */
bool is_proportion(double value, int64_t n);

/* Two-proportion z-test, pooled: positive where `value` is above `baseline`. 0 where neither
 * varies. */
double proportion_z(double value, int64_t n, double baseline, int64_t baseline_n);

/* Variance-stabilising transform of a proportion: of n trials, its variance is 1/(4n) whatever the
 * proportion is. And back. */
double proportion_angle(double value);
double proportion_of_angle(double angle);

/* A value of Student's t with so many degrees of freedom, as the standard normal value that is as
 * unlikely (Wallace 1959; error under 0.05 from 3 degrees of freedom on). */
double normal_of_t(double t, int64_t freedom);

/* The middle value; the mean of the two middle ones. Sorts `values`. */
double median_of(double *values, int64_t count);

#endif
