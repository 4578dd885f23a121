/*
 * sarif.h - SARIF 2.1.0 logs of any analysis tool.
 *
 * The rule is <tool>/<ruleId>; the category is the file (relative to the log's own base paths,
 * without a byte offset) and, after "#", the tool's fingerprint of the result, so that two results
 * are one problem only where rule, file and fingerprint agree. Lines are no part of it. A log names
 * no model: properties.model of the result or the run, else --model, else the tool's name.
 *
 * Severity is the rule's security-severity, else the level: the result's, the invocation's
 * override, the rule's default, "warning". A log lists what was found, not what was looked at: a
 * run that succeeded and has results, be they none, covers every rule of its tool (COVERAGE_ANY).
 * Without `results` it tried nothing; executionSuccessful false has crashed; an error notification,
 * or results kept in other files, make it partial.
 *
 * Not told as findings: kind pass and baselineState absent (tried and clean), suppressed results
 * and those that a person has to decide (they keep their alert as it is), notApplicable,
 * informational.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_SARIF_H
#define TOCSIN_PRODUCER_REPORTS_SARIF_H

#include "producer/reports/report.h"

extern const struct report_ops report_sarif;

/* What becomes of a result. */
enum sarif_fate { SARIF_FOUND, SARIF_CLEAN, SARIF_WITHHELD, SARIF_IGNORED };
enum sarif_fate sarif_fate(const json_t *result);

/* The tool's name, fit for the first part of a rule id; in the report's arena. */
const char *sarif_tool(struct report *report, const json_t *run);

/* One result of a run (the run without its results) as a finding, without its run. */
int sarif_finding(struct report *report, const json_t *run, const json_t *result,
                  struct finding *ret_finding, struct error *err);

#endif
