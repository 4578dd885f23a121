/*
 * avid.h - reports of the AI Vulnerability Database: its own, and those that garak and Giskard
 * write; JSON Lines, or one document a file.
 *
 * What a report's metrics are decides what it tells:
 *   results by detector (garak; as rows or as pandas writes a table): for each, coverage and a pass
 *     rate, and a finding where some failed. Rule, severity and confidence are garak's own, so that
 *     garak's report of the same run tells of the same problems.
 *   scorer, metrics, value (Inspect): measurements
 *   anything else (a detection, an issue, an advisory; Giskard's): one finding; the rule is
 *     avid/<metric, else the kind of report>, the category the report's id, else its description
 *     without what was measured in it. A single value is a measurement as well.
 * The model is the first artifact of the type Model, else System, else of any, else --model.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_AVID_H
#define TOCSIN_PRODUCER_REPORTS_AVID_H

#include "producer/reports/report.h"

extern const struct report_ops report_avid, report_avid_lines;

#endif
