/*
 * openai_evals.h - OpenAI evals' records, JSON Lines.
 *
 * One attempt a "match" event. The rule is openai-evals/<the eval without split and version>/match,
 * the model the completion function. Measured is each number of the final report, with the number
 * of matches. A file without a final report is of a run that crashed.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_OPENAI_EVALS_H
#define TOCSIN_PRODUCER_REPORTS_OPENAI_EVALS_H

#include "producer/reports/report.h"

extern const struct report_ops report_openai_evals;

#endif
