/*
 * lm_eval.h - lm-evaluation-harness's results, and the samples beside them.
 *
 * Measured is each metric of each task and group, with its sample size and, as a label, its stderr.
 * The metric is the harness's name, with the filter behind a comma where it is not "none". Results
 * hold no attempts: there are no findings and no coverage. Samples name neither task nor model;
 * they are answered with what to publish in their place.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_LM_EVAL_H
#define TOCSIN_PRODUCER_REPORTS_LM_EVAL_H

#include "producer/reports/report.h"

extern const struct report_ops report_lm_eval, report_lm_eval_samples;

#endif
