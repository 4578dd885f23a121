/*
 * evidence.h - which findings of an alert are kept as samples.
 *
 * At most SAMPLES_MAX, best first: worse severity, then higher confidence, then the earlier. Texts
 * longer than EVIDENCE_TEXT_BYTES_MAX are cut. Reading a finding costs twenty times as much as
 * counting it, so none is read for its text alone unless it is better than all that are kept; one
 * that is read for another reason (the first of a run, of a place) is kept while there is room.
 */
#ifndef TOCSIN_CONSUMER_CORRELATE_EVIDENCE_H
#define TOCSIN_CONSUMER_CORRELATE_EVIDENCE_H

#include "consumer/records/alert.h"

/* Whether a finding has to be read for its sample; whether one that was read is kept. `evidence`
 * may be NULL: there is none yet. */
bool evidence_needs(const struct evidence *evidence, int severity, double confidence);
bool evidence_wants(const struct evidence *evidence, int severity, double confidence);

/* The evidence with this finding in it, in the arena. */
int evidence_add(const struct evidence *evidence, const struct finding *finding, int64_t version,
                 struct arena *arena, struct evidence *ret, struct error *err);

#endif
