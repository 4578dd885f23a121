/*
 * severity.h - the words and numbers that tools have for a severity, in ours.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_SEVERITY_H
#define TOCSIN_PRODUCER_REPORTS_SEVERITY_H

#include "producer/finding.h"

/* "critical", "Informational", "warning" …, in any case; NULL and what is not known: `otherwise`.
 */
enum severity severity_of(const char *word, enum severity otherwise);

/* CVSS 3 and what is scored like it: none 0, low below 4, medium below 7, high below 9, critical.
 */
enum severity severity_of_cvss(double score);

#endif
