/*
 * own_finding.h - what tocsin finds by itself: a run that never ended, a pipeline that stopped.
 *
 * Each is a finding on the one road: published to `findings` under its fingerprint in the
 * transaction that notices it, routed and told like any other. Its run is the run that it is about,
 * and its place that run's repository, pipeline and branch, so the next run that ends there clears
 * it. Whoever notices the same thing publishes the same finding id: it is counted once. It is no
 * result of its run: the run neither waits for it nor is kept open by it.
 */
#ifndef TOCSIN_CONSUMER_CORRELATE_OWN_FINDING_H
#define TOCSIN_CONSUMER_CORRELATE_OWN_FINDING_H

#include "consumer/correlate/key.h"

enum own_rule { OWN_RUN_LOST, OWN_PIPELINE_SILENT };
#define OWN_RULES 2

#define OWN_TOOL "tocsin"

/* The pipeline of the runs that measurement rules publish: nobody waits for the next of them, and
 * they have no summary. */
#define MEASURE_PIPELINE "tocsin/measure"

/* The fingerprint of the rule at the place of this run. -1: memory. */
int own_fingerprint(enum own_rule rule, const struct run *run, struct arena *arena,
                    char ret_fingerprint[FINGERPRINT_BYTES], struct error *err);

/* Complete, with its fingerprint and id, in the arena. `words` say what is known, and are part of
 * the id. */
int own_finding(enum own_rule rule, const struct run *run, int severity, const char *words,
                int64_t now_ms, struct arena *arena, struct finding *ret, struct error *err);

bool is_measure_run(const struct run *run);

/* Whether a finding is one of these. */
bool is_own_finding(const struct finding *finding);

#endif
