/*
 * sarif_rule.h - what a SARIF run says of the rule that a result broke: where rules are nested in
 * tools, extensions and overrides.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_SARIF_RULE_H
#define TOCSIN_PRODUCER_REPORTS_SARIF_RULE_H

#include <jansson.h>

#include "producer/finding.h"

/* Its reportingDescriptor, of the driver or of an extension; NULL where the run has none. */
const json_t *sarif_rule(const json_t *run, const json_t *result);

/* "none", "note", "warning" or "error", or what else the tool wrote there. */
const char *sarif_level(const json_t *run, const json_t *result, const json_t *rule);

enum severity sarif_severity(const json_t *run, const json_t *result, const json_t *rule);

#endif
