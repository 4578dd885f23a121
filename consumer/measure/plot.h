/*
 * plot.h - a series as a small plot in a terminal, with the builds at which a rule fired (!) and
 * cleared (o) marked below.
 *
 * Longer series than there are columns share them: a column spans the least and the largest of its
 * builds.
 */
#ifndef TOCSIN_CONSUMER_MEASURE_PLOT_H
#define TOCSIN_CONSUMER_MEASURE_PLOT_H

#include <stdio.h>

#define PLOT_ROWS        10
#define PLOT_COLUMNS_MAX 100

struct plot_point {
    double value;
    char mark; /* '!', 'o', or ' ' */
};

/* Nothing for no points. Columns: 1 to PLOT_COLUMNS_MAX. */
void plot_print(FILE *out, const struct plot_point *points, size_t count, size_t columns);

#endif
