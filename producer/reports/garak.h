/*
 * garak.h - garak's report and its hitlog, versions 0.10 to 0.17.
 *
 * A hit is an output of an evaluated attempt whose score by a detector is at or above the run's
 * threshold: one finding each, so that a run's report and its hitlog give the same findings with
 * the same ids. The rule is garak/<probe>/<detector>, the model the target's name. Severity is a
 * table by probe family, confidence a table by detector times the score: garak itself knows neither
 * (its eval's "confidence" is the level of an interval).
 *
 * The report's eval rows are the coverage; a report without `completion` crashed. A hitlog has no
 * coverage, no times and no tags.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_GARAK_H
#define TOCSIN_PRODUCER_REPORTS_GARAK_H

#include "producer/reports/report.h"

extern const struct report_ops report_garak, report_garak_hitlog;

#endif
