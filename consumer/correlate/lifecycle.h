/*
 * lifecycle.h - what a finding, a clean run and time do to an alert.
 *
 *            first finding        worse severity          all sightings clean, or stale
 *   (none) ----------------> open ---------------> open ------------------------------> resolved
 *                             ^   opened            escalated                  resolved     |
 *                             +-----------------------------------------------------------+
 *                                      any finding: reopened, a new episode
 *
 * Worse is what a place's severity is after the rules that may set it.
 * Each arrow is news and takes the version to max(previous + 1, now). A growing count is not news.
 * An alert that reopened too often within a window flaps: it takes more clean runs to resolve it.
 * Pure: no table, no clock.
 */
#ifndef TOCSIN_CONSUMER_CORRELATE_LIFECYCLE_H
#define TOCSIN_CONSUMER_CORRELATE_LIFECYCLE_H

#include "consumer/correlate/alert_slot.h"

struct lifecycle_rules {
    int64_t clean_runs; /* to resolve */
    int64_t flap_count; /* reopenings within the window that make it flap; 0: it never does */
    int64_t flap_window_ms, flap_clean_runs; /* of one that flaps */
    int64_t stale_after_ms;                  /* without a finding */
    bool notify_model_version;               /* a new model version is news */
    const struct enrichment *enrichment;     /* NULL: severities are as reported */
};

struct change {
    int news; /* enum news or NEWS_NONE */
    bool new_sighting;
};

/* The alert with this finding in it, in the arena; `alert` is NULL for a new one. `time_ms` is the
 * broker's. */
int lifecycle_finding(const struct alert *alert, const struct finding *finding, int64_t time_ms,
                      int64_t now_ms, const struct lifecycle_rules *rules, struct arena *arena,
                      struct alert *ret_draft, struct change *ret_change, struct error *err);

/* The same in place, for a finding that changes nothing but counts: of an open alert, no worse, and
 * of a sighting that is known. */
void lifecycle_count(struct alert *alert, struct sighting *sighting, int64_t time_ms);

/* A run as far as it can clear a sighting. */
struct clean_run {
    const char *id, *repository, *pipeline, *branch;
    int64_t started_ms, attempts; /* evaluated for this fingerprint */
};

/* The alert with the sightings marked that the run has shown clean, each once a run. *ret_changed:
 * there was one. */
int lifecycle_clean(const struct alert *alert, const struct clean_run *run,
                    const struct lifecycle_rules *rules, int64_t now_ms, struct arena *arena,
                    struct alert *ret_draft, bool *ret_changed, struct error *err);

/* Whether nothing keeps it open: all its sightings are clean or aged out. RESOLVED_NOT when
 * something does. */
int lifecycle_resolvable(const struct alert *alert, int64_t now_ms,
                         const struct lifecycle_rules *rules);

/* The resolved alert as a draft; `run` is NULL where no run did it. */
void lifecycle_resolve(const struct alert *alert, int reason, const char *run, int64_t now_ms,
                       struct alert *ret_draft);

/* Most recent last. */
void sightings_sort(struct list *sightings);

#endif
