/*
 * helm.h - HELM's stats.json, with the run_spec.json beside it.
 *
 * Measured is the mean of each metric of quality, by split and perturbation, with the number of
 * instances; counts of tokens, costs, run times and probabilities are left out. Model and benchmark
 * are in run_spec.json; where it is not there --model is needed. No run, no time, no attempts.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_HELM_H
#define TOCSIN_PRODUCER_REPORTS_HELM_H

#include "producer/reports/report.h"

extern const struct report_ops report_helm;

#endif
