/*
 * correlator_private.h - what the files of the correlator share.
 *
 *   correlator.c  new, free, partitions, commit, rollback
 *   accept.c      a record: header path, decoding, findings
 *   run_records.c a run's begin or end, copied to every partition
 *   run_accept.c  a run's end, and what follows when a run has ended
 *   measure_accept.c  a measurement, and what its rules say
 *   run_any.c     coverage that names no category
 *   pipelines.c   runs that are lost, pipelines that stop running
 *   stage.c       records that go out as they came: sent on, dead letters
 *   notify.c      who is told what
 *   run_report.c  what a run that has ended is to those who wait for it
 *   inhibit.c     which alerts make others not worth telling
 *   flush.c       what a batch writes
 *   restore.c     what was written, read back
 *   tick.c        what time brings
 */
#ifndef TOCSIN_CONSUMER_CORRELATE_CORRELATOR_PRIVATE_H
#define TOCSIN_CONSUMER_CORRELATE_CORRELATOR_PRIVATE_H

#include "consumer/correlate/correlator.h"
#include "consumer/correlate/hints.h"
#include "consumer/correlate/pipeline_slot.h"
#include "consumer/correlate/run_slot.h"
#include "consumer/correlate/seen.h"
#include "consumer/correlate/series_slot.h"

#define RUN_KEY_PREFIX      "run/"
#define PIPELINE_KEY_PREFIX "pipeline/"

/* A record that waits for the flush; in the partition's arena. */
struct staged {
    struct output output;
    struct staged *next;
};

struct partition {
    int32_t number;
    bool live;
    struct key_table alerts, runs, pipelines, series;
    struct seen seen;
    int64_t next, next_before; /* -1: nothing says */
    bool moved;                /* next is ahead of next_before */
    bool urgent;
    size_t weight;
    struct alert_slot *touched_alerts;
    struct run_slot *touched_runs;
    struct pipeline_slot *touched_pipelines;
    struct series_slot *touched_series;
    struct run_slot *last_run; /* of the last finding; may be NULL */
    struct arena arena;        /* of what is staged */
    struct staged *staged, **staged_end;
    int64_t scan_ms; /* when alerts are looked through next */
};

struct correlator {
    struct correlator_rules rules;
    uint64_t seed;
    struct partition *partitions;
    struct arena arena; /* of the record or the alert in hand */
    size_t pairs_max;   /* that one sighting can have */
    size_t dead_bytes_max;
    struct correlator_counters counters;
    uint64_t notifications_staged, ended_staged, lost_staged;
};

/* A record in hand. */
struct intake {
    struct correlator *correlator;
    struct partition *partition;
    const struct arrival *arrival;
    const struct hints *hints;
    int64_t time_ms, now_ms; /* the broker's, or ours where it has none; ours */
};

struct partition *correlator_partition(struct correlator *correlator, int32_t number);

/* correlator.c: the slot, made where there is none; a new one has to be touched. */
struct alert_slot *partition_alert(struct correlator *correlator, struct partition *partition,
                                   const struct key *key, struct error *err);
int partition_touch_alert(struct partition *partition, struct alert_slot *slot, struct error *err);

/* It has something to write. */
bool partition_pending(const struct partition *partition);

/* accept.c: a dead letter, unless the fault is ours. */
int refuse_record(const struct intake *intake, int reason, const struct error *why,
                  enum reception *ret, struct error *err);

/* run_records.c */
int run_begin_record(const struct intake *intake, const json_t *value, const char *pointer,
                     enum reception *ret, struct error *err);
int run_end_record(const struct intake *intake, const json_t *value, const char *pointer,
                   enum reception *ret, struct error *err);

/* run_accept.c: the run of a finding or an end, known from now on. */
struct run_slot *run_open(const struct intake *intake, const struct run *run, struct error *err);
int run_take_begin(const struct intake *intake, const struct run_begin *begin, struct error *err);
int run_take_end(const struct intake *intake, const struct run_end *end, struct error *err);
/* Goes on with closing: resolves what it has shown clean, then ends it here. */
int run_close(struct correlator *correlator, struct partition *partition, struct run_slot *run,
              int64_t now_ms, struct error *err);
/* run_any.c: what its rows of any category say, for each open alert that they speak of. */
int run_expand(const struct partition *partition, struct run_slot *run, struct error *err);
/* Resolves the alert if nothing keeps it open. */
int resolve_if_clean(struct correlator *correlator, struct partition *partition,
                     struct alert_slot *slot, const char *run, int64_t now_ms, struct error *err);

/* pipelines.c: publishes that the run was lost; takes back that one was, or that its pipeline is
 * silent, since this run has ended. */
int run_publish_lost(struct correlator *correlator, struct partition *partition,
                     const struct run_slot *run, int64_t now_ms, struct error *err);
int run_clear_own(struct correlator *correlator, struct partition *partition,
                  const struct run_slot *run, int64_t now_ms, struct error *err);
/* A run began, or ended. */
int pipeline_heard(struct correlator *correlator, struct partition *partition,
                   const struct run *run, bool ended, int64_t now_ms, struct error *err);
int pipelines_tick(struct correlator *correlator, struct partition *partition, int64_t now_ms,
                   struct error *err);

/* measure_accept.c: a new measurement of this partition, or one seen before. */
int measure_accept(const struct intake *intake, const struct measurement *measurement,
                   enum reception *ret, struct error *err);

/* stage.c */
int stage_record(struct partition *partition, const struct output *output, struct error *err);
/* Under the key that it should have had, marked; takes the envelope. */
int stage_sent_on(const struct intake *intake, const char *key, struct envelope *envelope,
                  struct error *err);
/* To every partition, under the run's id. */
int stage_copies(const struct intake *intake, const char *run, const struct envelope *envelope,
                 struct error *err);
/* `reason` is an enum dead_reason; the detail is made of `why`. */
int stage_dead(const struct intake *intake, int reason, const struct error *why, struct error *err);

/* notify.c */
int notify_alert(struct correlator *correlator, struct partition *partition,
                 struct alert_slot *slot, int64_t now_ms, const struct output_sink *sink,
                 struct error *err);
/* inhibit.c: says in `control` that the alert inhibits others, or does so no more. */
int inhibit_alert(struct correlator *correlator, struct alert_slot *slot, int64_t now_ms,
                  const struct output_sink *sink, struct error *err);
/* After a restore, with rules that may be new: says so of all that do. */
int inhibit_restored(struct correlator *correlator, struct partition *partition, struct error *err);

/* Writes it for a shard of an addressee, as small as it has to be. `key` NULL: memory was out. */
int notify_write(struct correlator *correlator, const struct addressee *addressee, int64_t shard,
                 const char *key, struct notification *notification, const struct output_sink *sink,
                 struct error *err);

/* run_report.c */
int notify_run(struct correlator *correlator, struct partition *partition,
               const struct run_slot *run, int64_t now_ms, const struct output_sink *sink,
               struct error *err);

#endif
