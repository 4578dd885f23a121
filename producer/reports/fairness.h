/*
 * fairness.h - fairness metrics: what fairlearn's MetricFrame gives as JSON, and AIF360's
 * MetricJSONExplainer as JSON Lines or documents.
 *
 * Measurements and no findings: neither has thresholds; the rules of tocsind do. Neither names a
 * model: the member model of a document, else --model, which is needed. The benchmark is the member
 * benchmark or dataset of a fairlearn document, else "fairlearn" or "aif360".
 *
 * fairlearn: the numbers of a document are metrics by their own name, those of overall, difference,
 * ratio, group_min, group_max get that word behind it ("selection_rate ratio"), those by group the
 * group in brackets ("selection_rate[female]").
 *
 * AIF360 has the value only at the end of its message, and what is best as words. A metric whose
 * ideal is 0 is told as its distance from it, a ratio (disparate impact) as the lesser of it and
 * its inverse, as fairlearn has them: both groups count alike, and lower or higher is worse. The
 * value as it was written is the label reported_value.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_FAIRNESS_H
#define TOCSIN_PRODUCER_REPORTS_FAIRNESS_H

#include "producer/reports/report.h"

extern const struct report_ops report_fairlearn, report_aif360, report_aif360_lines;

#endif
