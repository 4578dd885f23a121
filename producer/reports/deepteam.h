/*
 * deepteam.h - deepteam's risk assessment.
 *
 * One attempt a test case. The rule is deepteam/<vulnerability>/<its type>; the attack that brought
 * it is a label. A score above 0 is a pass, no score an error (the overview miscounts these, so
 * only the test cases are read). Severity is a table by vulnerability: the report's cvss_score is a
 * formula over constants. The report names no model and no run: --model is needed.
 *
 * Measured is the pass rate, of all and by vulnerability type.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_DEEPTEAM_H
#define TOCSIN_PRODUCER_REPORTS_DEEPTEAM_H

#include "producer/reports/report.h"

extern const struct report_ops report_deepteam;

#endif
