/*
 * run_state.h - the records of the topic `state` that correlate needs besides the alerts.
 *
 *   pos                    struct position      next offset of findings that is not in the tables
 * yet seen/<offset>          binary, no JSON      a time in ms (8 bytes, big-endian) and 16-byte
 * finding ids: some that one transaction accepted, the first at this offset run/<run id> struct
 * run_state     without ends run/<run id>#<shard>   struct run_state     with the end of that shard
 * alone: all would not fit one record run/<run id>#<fp>      struct run_count     findings of this
 * run accepted for one fingerprint here series/<series key>    struct series_state  measurements of
 * one series
 */
#ifndef TOCSIN_CONSUMER_RECORDS_RUN_STATE_H
#define TOCSIN_CONSUMER_RECORDS_RUN_STATE_H

#include "producer/finding.h"

#define POSITION_TYPE       "tocsin.position.v1"
#define RUN_STATE_TYPE      "tocsin.run-state.v1"
#define RUN_COUNT_TYPE      "tocsin.run-count.v1"
#define SERIES_STATE_TYPE   "tocsin.series-state.v1"
#define PIPELINE_STATE_TYPE "tocsin.pipeline-state.v1"
#define POSITION_KEY        "pos"

#define SERIES_POINTS_MAX 64 /* the latest; older ones are forgotten */
#define SERIES_RULES_MAX  64 /* that fire on one series */

/* `next` of findings in `state`; of notifications in `deliveries`, with the retry tiers beside it.
 */
struct tier_position {
    const char *tier; /* "1m" */
    int64_t next;
};
struct position {
    int64_t next;
    struct list retry; /* struct tier_position */
};

enum run_phase { RUN_OPEN, RUN_ENDED, RUN_LOST };
extern const char *const run_phase_names[]; /* open ended lost */

/* What one shard said at its end. The latest attempt of a shard replaces the earlier one; ends of
 * several reports of the same shard and attempt (other `job` or other rules) are united. */
struct shard_end {
    const char *end; /* run end id */
    int64_t shard, attempt;
    int status; /* enum run_status */
    bool has_coverage;
    struct list coverage;  /* struct coverage of the fingerprints of this partition */
    struct list published; /* struct count, likewise */
};

struct run_state {
    struct run run;
    int phase;             /* enum run_phase */
    int status;            /* enum run_status of the whole run, once ended */
    int64_t first_seen_ms; /* broker time: the time limit counts from here */
    int64_t ended_ms;
    struct list ends; /* struct shard_end */
};

struct run_count {
    int64_t accepted;
};

/* How long a pipeline paused between two of its runs. */
#define PAUSES_MAX 8
struct pipeline_pause {
    int64_t ms;
};

/* A pipeline that is expected to run, on one branch. */
struct pipeline_state {
    struct run run;            /* its newest */
    int64_t begun_ms, last_ms; /* when a run of it last began, as far as that was said, and ended */
    bool silent;               /* published: it stopped running */
    struct list pauses;        /* struct pipeline_pause, oldest first */
};

struct series_point {
    int64_t time_ms;
    const char *run, *branch, *model_version;
    double value;
    int64_t n;
};
/* A rule that fires on a series: against what, so that it clears against the same. */
struct series_firing {
    const char *rule;
    int64_t since_ms; /* of the measurement that it fired at first */
    double value;     /* at the latest time that it fired */
    int64_t n;        /* sample size of that; 0: unknown */
    double baseline;
    int64_t baseline_n; /* 0: unknown */
    int64_t builds;     /* that the baseline is the mean of (drift) */
    double sigma;       /* of one build, estimated from them; 0: it follows from n */
};
struct series_state {
    const char *model, *benchmark, *metric, *target;
    bool higher_is_better;
    struct list points; /* struct series_point, oldest first */
    struct list firing; /* struct series_firing */
};

extern const struct record_type position_type, run_state_type, run_count_type, series_state_type;
extern const struct record_type pipeline_state_type;

#endif
