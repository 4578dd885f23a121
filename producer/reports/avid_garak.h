/*
 * avid_garak.h - garak's table of detectors within an AVID report.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_AVID_GARAK_H
#define TOCSIN_PRODUCER_REPORTS_AVID_GARAK_H

#include "producer/reports/report.h"

/* Whether a metric has such a table, in either shape. */
bool avid_garak_is(const json_t *metric);

/* All its rows. `base` has model, labels, links; the probe is named in the report's description. */
int avid_garak_tell(struct report *report, const json_t *avid, const json_t *metric,
                    const struct finding *base, struct error *err);

#endif
