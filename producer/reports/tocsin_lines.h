/*
 * tocsin_lines.h - tocsin's own JSON Lines: what any tool can write, and what a dry run prints.
 *
 * Each line is a record as in schemas/: a finding ("type" may be left out), a run's end or a
 * measurement. What a line leaves out of run and model comes from the options and the CI; id and
 * fingerprint may be left out, and are refused where they are not what the line's members give. A
 * line that names a run of its own belongs to that run, whose end is whoever's who named it.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_TOCSIN_LINES_H
#define TOCSIN_PRODUCER_REPORTS_TOCSIN_LINES_H

#include "producer/reports/report.h"

extern const struct report_ops report_tocsin_lines;

#endif
