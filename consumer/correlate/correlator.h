/*
 * correlator.h - from findings to alerts: the tables of all partitions, and what a batch does to
 * them.
 *
 * Pure: no Kafka, no clock, no log. Records go in one by one (correlator_accept), changes are made
 * to copies, and correlator_flush writes all that the batch changed: each alert once, however often
 * it was counted. Then the caller commits the transaction and calls correlator_commit, or
 * correlator_rollback, which leaves everything as after the last commit. A table restored from what
 * was written equals the table that wrote it.
 *
 * A record that can't be used is never an error: it becomes a dead letter. A call that returns -1
 * (memory is out, or the output refused) leaves a batch that has to be rolled back.
 */
#ifndef TOCSIN_CONSUMER_CORRELATE_CORRELATOR_H
#define TOCSIN_CONSUMER_CORRELATE_CORRELATOR_H

#include "consumer/correlate/lifecycle.h"
#include "consumer/measure/rule.h"
#include "consumer/route/inhibit.h"
#include "consumer/route/route.h"
#include "producer/envelope.h"

#define RETENTION_MS                                                                               \
    INT64_C(2592000000) /* 30 d: resolved alerts and ended runs, then tombstones                   \
                         */

/* An integration as far as correlate has to know it. */
struct addressee {
    const char *integration; /* "team-x/slack/0" */
    const char *receiver;
    int flush;       /* enum flush */
    int run_summary; /* enum summary_wish */
    int64_t max_wait_ms, shards;
};

/* Everything lives as long as the correlator. */
struct correlator_rules {
    const struct route *route;
    const struct addressee *addressees; /* those of one receiver stand together */
    size_t addressees_count;
    const struct enrichment *enrichment; /* NULL: nothing is said */
    const struct inhibit_rule *inhibit_rules;
    size_t inhibit_rules_count;
    const struct measure_rule *measure_rules;
    size_t measure_rules_count;
    struct lifecycle_rules lifecycle;
    int64_t dedupe_window_ms, run_time_limit_ms;
    bool publish_lost;   /* a run that is lost is a finding of our own */
    size_t seen_ids_max; /* of one partition */
    int32_t partitions;  /* of findings */
    int32_t notification_partitions;
    const char *findings_topic; /* its whole name, for dead letters */
};

struct arrival {
    int32_t partition;
    int64_t offset, time_ms; /* the broker's; 0 or less: unknown */
    const char *key;         /* NULL: none */
    size_t key_bytes;
    const char *value; /* NULL: none */
    size_t value_bytes;
    const struct envelope *envelope;
};

/* What became of a record. */
enum reception {
    RECEIVED_DUPLICATE, /* its id was seen */
    RECEIVED_COUNTED,   /* by its headers */
    RECEIVED_DECODED,   /* counted, but its value had to be read */
    RECEIVED_NEWS,
    RECEIVED_RUN_BEGIN,
    RECEIVED_RUN_END,
    RECEIVED_MEASURED,
    RECEIVED_SENT_ON, /* to the partition of its key; a run's begin or end to all of them */
    RECEIVED_DEAD,    /* it goes to dead-letter */
};
#define RECEPTIONS (RECEIVED_DEAD + 1)

enum output_topic {
    OUTPUT_FINDINGS,
    OUTPUT_ALERTS,
    OUTPUT_STATE,
    OUTPUT_NOTIFICATIONS,
    OUTPUT_DEAD_LETTER,
    OUTPUT_CONTROL, /* CONTROL_PARTITION_CORRELATE of it */
};
#define OUTPUT_ANY_PARTITION (-1)

struct output {
    enum output_topic topic;
    int32_t partition;
    const void *key;
    size_t key_bytes;
    const void *value; /* NULL: a tombstone */
    size_t value_bytes;
    const struct envelope *envelope; /* may be NULL */
};

/* Where a batch goes; copies what it is given. */
struct output_sink {
    int (*record)(void *self, const struct output *output, struct error *err);
    /* The next offset of an input partition whose changes are in this batch. */
    int (*position)(void *self, int32_t partition, int64_t next, struct error *err);
    void *self;
};

/* Since the start; of what was committed or not. */
struct correlator_counters {
    uint64_t received[RECEPTIONS];
    uint64_t notifications, runs_ended, runs_lost; /* committed; runs: once a partition */
    uint64_t ids_over_bound; /* finding ids forgotten before their window was over */
    uint64_t cut; /* sightings, receivers told or samples left out to keep a record in its limit */
    char last_dead[ERROR_TEXT_BYTES_MAX]; /* why the last dead letter is one */
};

struct correlator;

int correlator_new(const struct correlator_rules *rules, struct correlator **ret,
                   struct error *err);
void correlator_free(struct correlator *correlator);

/* From now on by other rules, between two batches: nothing may be pending. Topics and partitions
 * are the same. What was told before keeps its pairs; who is not routed to any more hears so with
 * the alert's next news. */
int correlator_reload(struct correlator *correlator, const struct correlator_rules *rules,
                      struct error *err);

/* A record of OUTPUT_ALERTS or OUTPUT_STATE of a partition, in the topic's order; then, when all
 * are in, where to read findings next (-1: nothing says). */
int correlator_restore(struct correlator *correlator, enum output_topic topic, int32_t number,
                       const char *key, size_t key_bytes, const char *value, size_t value_bytes,
                       struct error *err);
int correlator_restored(struct correlator *correlator, int32_t number, int64_t *ret_next,
                        struct error *err);

/* Forgets a partition, with what of it is in the batch. */
void correlator_drop(struct correlator *correlator, int32_t number);

int correlator_accept(struct correlator *correlator, const struct arrival *arrival, int64_t now_ms,
                      enum reception *ret, struct error *err);

/* What time brings: runs over their limit, stale alerts, what is kept no longer. */
int correlator_tick(struct correlator *correlator, int64_t now_ms, struct error *err);

/* Takes a record of people's out of `control`, with the next batch of partition 0: of one owner. */
int correlator_bury(struct correlator *correlator, const char *control_key, struct error *err);
bool correlator_sweeps(const struct correlator *correlator); /* it is that owner */

bool correlator_pending(const struct correlator *correlator);  /* there is something to write */
bool correlator_urgent(const struct correlator *correlator);   /* somebody waits for it */
size_t correlator_weight(const struct correlator *correlator); /* bytes to write, estimated high */

int correlator_flush(struct correlator *correlator, int64_t now_ms, const struct output_sink *sink,
                     struct error *err);
void correlator_commit(struct correlator *correlator);
void correlator_rollback(struct correlator *correlator);

/* From now on a dead letter has at most so many bytes of its record: the broker takes no more. */
void correlator_limit_dead(struct correlator *correlator, size_t bytes_max);

void correlator_counters(const struct correlator *correlator, struct correlator_counters *ret);

#endif
