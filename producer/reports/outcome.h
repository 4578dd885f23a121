/*
 * outcome.h - one attempt as a tool judged it: a row of coverage, and a finding where it failed.
 *
 * What every format has to do the same way: names are cut to what a record takes, a report that
 * names no model needs --model, an attempt that was not judged (an error, no score) is coverage of
 * nothing and no finding. The run is said before.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_OUTCOME_H
#define TOCSIN_PRODUCER_REPORTS_OUTCOME_H

#include "producer/reports/report.h"

enum outcome { OUTCOME_PASSED, OUTCOME_FAILED, OUTCOME_UNJUDGED };

/* `finding` has rule (id, title, tool, probe, detector), model, category, severity, confidence and,
 * where it failed, prompt, output, labels; completed in place. model.name NULL: the options'. */
int outcome_tell(struct report *report, struct finding *finding, enum outcome outcome,
                 struct error *err);

/* A failure of a format that does not say how much was tried: a finding, and a row without attempts
 * so that coverage of any category does not speak for it. */
int outcome_find(struct report *report, struct finding *finding, struct error *err);

/* Such a failure that is not told: suppressed, or for a person to decide. It keeps its alert open.
 */
int outcome_withhold(struct report *report, struct finding *finding, struct error *err);

/* The same for many at once that brought no evidence of their own: no findings. */
int outcome_tell_coverage(struct report *report, const struct finding *finding, int64_t attempts,
                          int64_t failures, struct error *err);

/* Says the run that the report is of, its id cut to what a record takes. */
int outcome_run(struct report *report, const struct run *run, struct error *err);

/* Refuses a report that names no model (`name` NULL or empty), unless the options do. */
int outcome_needs_model(const struct report *report, const char *name, struct error *err);

/* A tool's name as the first part of a rule's id: without slashes, of OUTCOME_TOOL_CHARS_MAX
 * characters. NULL when memory is out. */
#define OUTCOME_TOOL_CHARS_MAX 128
const char *outcome_tool(struct report *report, const char *name);

/* rule.id, probe and detector of a tool's names ("" for a part that does not exist), title cut. */
int outcome_rule(struct report *report, const char *tool, const char *probe, const char *detector,
                 const char *title, struct rule *ret_rule, struct error *err);

/* A measurement of the run that was said last: the record's other members are filled in here. A
 * value that is not finite is none. model.name NULL: the options'. */
int outcome_measure(struct report *report, const struct measurement *measurement,
                    struct error *err);

#endif
