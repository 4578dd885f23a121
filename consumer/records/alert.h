/*
 * alert.h - the records of the topic `alerts`: the public table of what is known about each
 * fingerprint.
 *
 * Two records a fingerprint: `<fp>` is small and changes with every count, `<fp>#evidence` holds
 * the best samples and is written only when they change. Written by correlate alone; anybody may
 * read them.
 */
#ifndef TOCSIN_CONSUMER_RECORDS_ALERT_H
#define TOCSIN_CONSUMER_RECORDS_ALERT_H

#include "producer/finding.h"

#define ALERT_TYPE          "tocsin.alert.v1"
#define EVIDENCE_TYPE       "tocsin.evidence.v1"
#define EVIDENCE_KEY_SUFFIX "#evidence"

enum alert_status { ALERT_OPEN, ALERT_RESOLVED };
extern const char *const alert_status_names[]; /* open resolved */

/* Why it is resolved. */
enum resolved_reason { RESOLVED_NOT, RESOLVED_CLEAN, RESOLVED_STALE, RESOLVED_SUPERSEDED };
extern const char *const resolved_reason_names[]; /* "" clean stale superseded */

/* Where an alert was found: at most SIGHTINGS_MAX, the one not seen for longest gives way. */
struct sighting {
    /* identity; "" where unknown */
    const char *pipeline, *repository, *branch, *model_version, *team;
    const char *run;        /* the last run that found it here */
    int64_t run_started_ms; /* orders runs: an older one never resolves what a newer one found */
    const char *run_url, *commit, *job;
    const char *previous_commit; /* of the run before that one here; NULL: not known */
    int64_t count;               /* findings here, ever */
    int64_t run_count;           /* findings of that last run */
    int64_t run_attempts;        /* attempts that run evaluated, 0 until its end is known */
    int64_t first_seen_ms, last_seen_ms;
    bool clean;            /* a later complete run found nothing */
    int64_t clean_runs;    /* how many in a row */
    const char *clean_run; /* the last of them: no run counts twice; NULL: none */
};

/* A (receiver, group) pair that was told of this alert, so that "left" and "resolved" reach it
 * whatever changed. */
struct told {
    const char *integration;  /* "team-x/slack/0" */
    const char *group;        /* group_hash() of the group key */
    const char *group_key;    /* Alertmanager's text: {}/{severity="high"}:{fingerprint="v1:…"} */
    struct list group_labels; /* struct label */
    int64_t version;          /* of the alert at the last notification */
    int status;               /* enum alert_status told */
};

/* A severity that a rule of the configuration set: what routing sees. `severity` of an alert stays
 * what was reported. */
struct severity_override {
    int severity;
    const char *rule; /* its name */
};

struct alert_moment {
    int64_t time_ms;
};

struct alert {
    const char *fingerprint;
    int64_t version;     /* only grows: max(previous + 1, now in ms) at each news */
    int status;          /* enum alert_status */
    int resolved_reason; /* enum resolved_reason */
    int64_t episode;     /* from 1; each opening or reopening starts one */
    struct rule rule;
    const char *model, *target, *category;
    int severity;                        /* worst of this episode */
    double confidence;                   /* highest of this episode */
    int64_t count;                       /* findings, ever */
    int64_t episode_count;               /* of this episode */
    int64_t first_seen_ms, last_seen_ms; /* broker time of findings */
    int64_t opened_ms, resolved_ms;      /* of this episode; resolved 0 while open */
    struct list reopened;        /* struct alert_moment: when it was, the last FLAPS_MAX times */
    bool flapping;               /* it reopened too often, when it last did */
    const char *opened_run;      /* the run that began this episode */
    const char *news_run;        /* the run that brought the last news */
    const char *owner, *runbook; /* by enrichment; may be NULL */
    struct severity_override *override; /* by enrichment, where it is worst; NULL: as reported */
    struct list labels;                 /* struct label: the finding's own, of the worst finding */
    struct links links;
    struct list sightings; /* struct sighting, most recent last */
    struct list told;      /* struct told */
};

/* One piece of evidence, as published. Texts over EVIDENCE_TEXT_BYTES_MAX are cut and counted. */
struct sample {
    const char *finding; /* finding id */
    int severity;
    double confidence;
    const char *model_version, *prompt, *output;
    int64_t prompt_cut_bytes, output_cut_bytes;
    const char *prompt_sha256, *output_sha256;
    const char *run, *run_url;
    int64_t time_ms;
};

struct evidence {
    const char *fingerprint;
    int64_t version;
    struct list samples; /* struct sample, best first: severity, confidence, then the earliest */
};

extern const struct record_type sighting_type, told_type, alert_type, sample_type, evidence_type;
extern const struct record_type severity_override_type;

#endif
