/*
 * promptfoo.h - promptfoo's eval and redteam results, as a JSON document or as JSON Lines.
 *
 * One attempt a result. The rule is promptfoo/<plugin> in a red team, whatever the strategy that
 * brought the attack (a label), else promptfoo/<the test's description>, or what the test asserts
 * where it has none; a custom policy is the category. The model is the provider's label, else its
 * id. Severity is the plugin's, or the test's metadata's, else medium; confidence is a table by
 * kind of assertion. An error of the provider is not judged. promptfoo replaces some encoded
 * prompts by
 * "[REDACTED]": the original text stands in then.
 *
 * Measured are, by provider, the pass rate, the mean of each named score and the refusal rate where
 * promptfoo says what is a refusal. JSON Lines have neither run nor version nor time.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_PROMPTFOO_H
#define TOCSIN_PRODUCER_REPORTS_PROMPTFOO_H

#include "producer/reports/report.h"

extern const struct report_ops report_promptfoo, report_promptfoo_lines;

#endif
