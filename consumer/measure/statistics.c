/*
 * statistics.c - formulas of any textbook, kept apart so that they can be held to another
 * implementation.
 */
#include "consumer/measure/statistics.h"

#include <math.h>
#include <stdlib.h>

double normal_upper(double z)
{
    return 0.5 * erfc(z / sqrt(2));
}

bool is_proportion(double value, int64_t n)
{
    return n > 0 && value >= 0 && value <= 1;
}

double proportion_z(double value, int64_t n, double baseline, int64_t baseline_n)
{
    double a = (double)n, b = (double)baseline_n;
    double pooled = (value * a + baseline * b) / (a + b);
    double error = sqrt(pooled * (1 - pooled) * (1 / a + 1 / b));

    return error > 0 ? (value - baseline) / error : 0;
}

double proportion_angle(double value)
{
    return asin(sqrt(value));
}

double proportion_of_angle(double angle)
{
    return sin(angle) * sin(angle);
}

double normal_of_t(double t, int64_t freedom)
{
    double f = (double)freedom;

    return copysign(sqrt(f * log1p(t * t / f)) * (8 * f + 1) / (8 * f + 3), t);
}

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

double median_of(double *values, int64_t count)
{
    qsort(values, (size_t)count, sizeof(*values), by_value);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}
