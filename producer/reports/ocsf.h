/*
 * ocsf.h - findings of the Open Cybersecurity Schema Framework (classes 2001 to 2007, above all
 * Detection Finding 2004), as Prowler and security lakes write them: an array, one, or JSON Lines.
 *
 * The rule is <product>/<event code, else analytic, else title>, the category the resource. The
 * finding's own uid is none of it: it is new with every scan. OCSF names no model: --model, else
 * ai_model.name, else the product's name.
 *
 * Told as coverage alone: what passed (status_code PASS, compliance status 1), is resolved or was
 * closed. Suppressed and archived ones keep their alert as it is; MANUAL ones evaluated nothing. A
 * list of events says nothing of what it does not hold. Times in seconds, as some write them, and
 * in milliseconds, as the schema has it, are told apart by their size.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_OCSF_H
#define TOCSIN_PRODUCER_REPORTS_OCSF_H

#include "producer/reports/report.h"

extern const struct report_ops report_ocsf, report_ocsf_lines;

#endif
