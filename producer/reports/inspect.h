/*
 * inspect.h - Inspect AI's logs, as JSON.
 *
 * One attempt a sample and scorer whose value says right or wrong: C, I, P, N, true and false, or a
 * number that the scorer's accuracy is made of. The rule is inspect/<task>/<scorer>. What a scorer
 * only measures (a dict of numbers, a mean) is measured, not judged. Severity is in the metadata of
 * sample or task, else medium. A sample with an error is not judged. A log whose status is not
 * success tells of a run that crashed, or is partial where it was cancelled.
 *
 * Measured is each metric of the results with its sample size; a stderr stands as a label beside
 * it. An .eval is a ZIP with members that common libraries cannot read: it is answered with the
 * command that makes JSON of it.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_INSPECT_H
#define TOCSIN_PRODUCER_REPORTS_INSPECT_H

#include "producer/reports/report.h"

extern const struct report_ops report_inspect, report_inspect_eval;

#endif
