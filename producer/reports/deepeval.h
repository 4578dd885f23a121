/*
 * deepeval.h - DeepEval's test runs.
 *
 * One attempt a test case and metric. The rule is deepeval/<test>/<metric>, the test's name without
 * its parameters (they hold prompts) and without a name that DeepEval numbered itself. A metric
 * with an error, or that did not say whether it is a success, is not judged. The model is in the
 * hyperparameters where they were logged; else --model is needed.
 *
 * Measured are by metric the pass rate and the mean score.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_DEEPEVAL_H
#define TOCSIN_PRODUCER_REPORTS_DEEPEVAL_H

#include "producer/reports/report.h"

extern const struct report_ops report_deepeval;

#endif
