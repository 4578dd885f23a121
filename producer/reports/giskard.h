/*
 * giskard.h - Giskard's scan as JSON: for each detector its descriptions by level.
 *
 * One finding a description. The rule is giskard/<detector>, the category the description without
 * what was measured in it (rates, counts), since these change with every run. Giskard names neither
 * model nor version nor time: --model is needed. A detector that is listed ran on everything that
 * it knows (COVERAGE_ANY); an empty one is clean.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_GISKARD_H
#define TOCSIN_PRODUCER_REPORTS_GISKARD_H

#include "producer/reports/report.h"

extern const struct report_ops report_giskard;

#endif
