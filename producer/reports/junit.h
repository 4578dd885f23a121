/*
 * junit.h - JUnit XML of any test runner: pytest, Jest, Maven, promptfoo.
 *
 * One attempt a test case: a failure (an assertion) is a finding, an error (the harness) or a
 * skipped case evaluated nothing. The rule is junit/<suite>/<class>/<case>, without what repeats;
 * what the runner did not list was not tried, so a case that was removed does not resolve.
 *
 * Properties of a case or its suite say what JUnit cannot: model, model_version, target, severity,
 * confidence, prompt (or input), output; others become labels. Without the property model --model
 * counts, else the name of the suite, for promptfoo ("[label] prompt 1") what stands in brackets.
 *
 * Read by expat as a stream of events; memory is the text and its longest case. A document type
 * that declares entities is refused, so nothing is ever expanded. What is cut off is a crashed run.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_JUNIT_H
#define TOCSIN_PRODUCER_REPORTS_JUNIT_H

#include "producer/reports/report.h"

#define JUNIT_DEPTH_MAX 64 /* elements within each other */
#define JUNIT_TEXT_BYTES_MAX                                                                       \
    ((size_t)4 << 20) /* kept of one case's text; the rest is passed over */

extern const struct report_ops report_junit;

#endif
