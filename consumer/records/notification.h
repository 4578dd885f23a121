/*
 * notification.h - the records of the topic `notifications`: what one receiver should know about
 * one group.
 *
 * Key: integration + "|" + group hash (32 hex). Partition: by integration (and shard of a busy
 * one), so that everything about one receiver is local to one deliver process. A notification is a
 * picture of one alert in one group, or (part_of > 0) one partition's part of a run's end.
 */
#ifndef TOCSIN_CONSUMER_RECORDS_NOTIFICATION_H
#define TOCSIN_CONSUMER_RECORDS_NOTIFICATION_H

#include "consumer/records/alert.h"
#include "consumer/records/run_summary.h"

#define NOTIFICATION_TYPE        "tocsin.notification.v1"
#define GROUP_HASH_BYTES         33 /* 32 hex digits of SHA-256 over the group key, NUL */
#define PICTURE_RECORD_BYTES_MAX 16384

/* What happened, so that a channel can say it. FINAL: nothing but the counts at a run's end. */
enum news {
    NEWS_OPENED,
    NEWS_ESCALATED,
    NEWS_REOPENED,
    NEWS_RESOLVED,
    NEWS_LEFT,
    NEWS_VERSION,
    NEWS_FINAL
};
extern const char *const news_names[]; /* opened escalated reopened resolved left version final */

/* When an integration is told: by the group's timers, or when the run that brought the news has
 * ended. */
enum flush { FLUSH_TIMERS, FLUSH_RUN_END };
extern const char *const flush_names[]; /* timers run_end */

/* Whether an integration is told what a run changed when it has ended: never, when something is new
 * or resolved, or after every run that is routed to it. */
enum summary_wish { SUMMARY_NEVER, SUMMARY_NEWS, SUMMARY_ALWAYS };
extern const char *const summary_wish_names[]; /* false true always */

/* An alert as a receiver sees it: all that a channel may show. */
struct picture {
    const char *fingerprint;
    int64_t version;
    int status; /* enum alert_status */
    int resolved_reason;
    int news; /* enum news */
    int64_t episode;
    struct rule rule;
    const char *model, *target, *category;
    /* strings: versions of the sightings, most recent first, at most 8 */
    struct list model_versions;
    int severity;
    double confidence;
    int64_t count, episode_count;
    int64_t first_seen_ms, last_seen_ms, opened_ms, resolved_ms;
    /* struct label: all labels that routing saw (alertname, severity, model, …) */
    struct list labels;
    struct list annotations; /* struct label: summary, description, runbook_url … */
    const char *owner;
    bool flapping;         /* it opened and resolved too often: more clean runs resolve it */
    struct list pipelines; /* strings "repository pipeline@branch" of the sightings, at most 8 */
    int64_t sightings;     /* how many there are */
    struct links links;
    const char *ticket_url;             /* pre-filled ticket */
    const char *run, *run_url, *commit; /* the run that brought the news */
    /* where that commit is seen, and what changed since the run before */
    const char *commit_url, *compare_url;
    /* the best sample; absent after the receiver was told */
    struct sample *sample;
};

struct timing {
    int64_t group_wait_ms, group_interval_ms, repeat_interval_ms, max_wait_ms;
};

struct notification {
    const char *integration; /* "team-x/slack/0" */
    const char *group;       /* hash */
    const char *group_key;
    struct list group_labels; /* struct label */
    struct timing timing;
    int flush;               /* enum flush */
    int64_t time_ms;         /* when correlate wrote it */
    struct picture *picture; /* NULL in a part of a run's end */
    /* A part of a run's end: sent to every shard of each integration with flush run_end; with a
     * summary to the shard of the summary's group, which the part then names. */
    const char *run;             /* run id; also set with a picture: the run that it may wait for */
    int64_t part, parts;         /* 1..parts, 0 when this is a picture */
    int run_status;              /* enum run_status */
    struct run_summary *summary; /* of this partition's alerts; NULL: not wanted */
    bool always;                 /* the summary is told also without news */
};

extern const struct record_type picture_type, timing_type, notification_type;

/* Which shard of an integration a group belongs to, and where the notifications of a shard go. */
int64_t notification_shard(const char *group, int64_t shards);
int32_t notification_partition(const char *integration, int64_t shards, int64_t shard,
                               int32_t partitions);

/* Hex of the first 128 bits of SHA-256 of the group key. */
void group_hash(const char *group_key, char ret_hash[GROUP_HASH_BYTES]);

#endif
