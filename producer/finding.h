/*
 * finding.h - what a red-team run found, and how a run ended: the records of the topic `findings`.
 *
 * Defines the structs, their tables, the fingerprint (the identity of a problem) and the finding id
 * (the identity of one piece of evidence). Both are fixed: changing them makes every known problem
 * new. They are specified in schemas/README.md and held by schemas/vectors/.
 */
#ifndef TOCSIN_PRODUCER_FINDING_H
#define TOCSIN_PRODUCER_FINDING_H

#include "producer/limits.h"
#include "producer/record.h"

#define FINGERPRINT_BYTES 36 /* "v1:", 32 hex digits, NUL */
#define FINDING_ID_BYTES  37 /* UUID text, NUL */
#define SERIES_BYTES      36 /* "m1:", 32 hex digits, NUL */

#define FINDING_TYPE     "tocsin.finding.v1"
#define RUN_BEGIN_TYPE   "tocsin.run-begin.v1"
#define RUN_END_TYPE     "tocsin.run-end.v1"
#define MEASUREMENT_TYPE "tocsin.measurement.v1"

/* In order: a later one is worse. `severity_names` has the words of the JSON. */
enum severity { SEVERITY_INFO, SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_CRITICAL };
#define SEVERITIES (SEVERITY_CRITICAL + 1)
extern const char *const severity_names[]; /* NULL-terminated: info low medium high critical */

enum run_status { RUN_COMPLETE, RUN_PARTIAL, RUN_CRASHED };
extern const char *const run_status_names[]; /* complete partial crashed */

/* The trigger condition. `id` is tool + probe + detector:
 * "garak/dan.DanInTheWild/mitigation.MitigationBypass". */
struct rule {
    const char *id, *title, *tool, *probe, *detector;
};

struct model {
    const char *name, *version; /* version may be NULL */
};

/* The execution in CI that a record comes from. `id` names the CI run without the attempt. */
struct run {
    const char *id;
    int64_t attempt;       /* from 1 */
    int64_t shard, shards; /* 1..shards */
    int64_t started_ms;    /* when the test run started: orders runs of one pipeline and branch */
    const char *provider;  /* "github", "gitlab", "jenkins", "" outside CI */
    const char *pipeline, *repository, *branch; /* a tag where there is no branch */
    const char *tag;                            /* may be NULL */
    bool fork; /* a pull request of another repository: what it runs is somebody else's */
    const char *commit, *job, *url, *actor, *team, *pull_request; /* may be NULL */
    const char *tool_version;                                     /* "garak 0.17.1"; may be NULL */
};

struct links {
    const char *report, *artifact, *runbook, *ticket; /* http(s) URLs; may be NULL */
};

struct finding {
    const char *id; /* finding id; NULL in plain JSON from any client: computed on the way in */
    const char *fingerprint; /* base fingerprint; NULL likewise */
    int64_t time_ms;         /* when it was observed; 0: the record's broker time */
    struct rule rule;
    struct model model;
    const char *target;          /* NULL in plain JSON: run.repository */
    const char *category;        /* "" for garak */
    int severity;                /* enum severity */
    double confidence;           /* 0..1 */
    const char *prompt, *output; /* as published: after masking and cutting; may be "" */
    int64_t occurrence; /* of the same (run, shard, fingerprint, version, prompt, output), from 0 */
    int64_t prompt_cut_bytes, output_cut_bytes; /* how much was cut off, 0 for nothing */
    /* of the whole text where it was cut, hex; else NULL */
    const char *prompt_sha256, *output_sha256;
    struct run run;
    /* struct label: intent, tags, taxonomy ("owasp_llm_2023": "llm01"), tool's own */
    struct list labels;
    struct links links;
};

/* What a run tried, for one fingerprint; or for many, where a report lists what it found but not
 * all that it looked at (SARIF): with the category COVERAGE_ANY for all categories of the rule, and
 * with a rule "tool/" COVERAGE_ANY for all rules of that tool as well. A row of its own wins over
 * both. */
#define COVERAGE_ANY "*"
struct coverage {
    /* as in the fingerprint; target NULL: run.repository */
    const char *rule, *model, *target, *category;
    int64_t attempts; /* evaluated; 0 means "nothing is known", not "clean" */
    int64_t failures; /* of these */
    int64_t withheld; /* failures not published because of a threshold such as --min-severity */
};

/* A run has begun, and may be missed when it never ends. Sent to every partition, like its end;
 * nothing depends on it, since a run also begins with its first finding. */
struct run_begin {
    const char *id; /* name-based UUID of run, attempt, shard */
    int64_t time_ms;
    struct run run; /* shards: as far as it is known by then */
};

/* A job that publishes several reports one after another sends an end for each, all with one id.
 * They are united: per fingerprint the larger attempts, failures, withheld and published, and of
 * the statuses the worse. A report's end therefore speaks only for the rules that it lists; one
 * that finds nothing wrong with a rule in which a later report finds something has to be another
 * shard. */
struct run_end {
    const char *id; /* name-based UUID of run, attempt, shard */
    int64_t time_ms;
    struct run run;
    int status;           /* enum run_status of this shard */
    bool has_coverage;    /* false: the report cannot tell what was tried (a garak hitlog): resolves
                             nothing */
    struct list coverage; /* struct coverage */
    struct list published; /* struct count: findings published per base fingerprint by this shard
                              and attempt */
};

/* One metric of one benchmark in one build. Key on the topic: its series. */
struct measurement {
    const char *id;
    int64_t time_ms;
    struct model model;
    const char *benchmark, *metric, *target;
    double value;
    int64_t n; /* sample size, 0: unknown */
    bool higher_is_better;
    struct run run;
    struct list labels;
    struct links links;
};

extern const struct record_type rule_type, model_type, run_type, links_type, coverage_type;
extern const struct record_type finding_type, run_begin_type, run_end_type, measurement_type;

/* "v1:" and the first 128 bits in hex of SHA-256 over the four strings in this order, each as a
 * 32-bit big-endian byte length followed by its UTF-8 bytes. NULL counts as "". */
void fingerprint_compute(const char *rule_id, const char *model_name, const char *target,
                         const char *category, char ret_fingerprint[FINGERPRINT_BYTES]);

/* Base fingerprint of a finding or a row of coverage (applies the default target). */
void finding_fingerprint(const struct finding *finding, char ret_fingerprint[FINGERPRINT_BYTES]);
void coverage_fingerprint(const struct coverage *coverage, const struct run *run,
                          char ret_fingerprint[FINGERPRINT_BYTES]);

/* The key of a measurement: "m1:" and the same over model name, benchmark, metric and target, never
 * version or build. */
void measurement_series(const struct measurement *measurement, char ret_series[SERIES_BYTES]);

/* Name-based UUID (version 5, SHA-1) in TOCSIN_NAMESPACE over the length-prefixed strings: run id,
 * shard in decimal, base fingerprint, model version, prompt, output, occurrence in decimal. */
void finding_id(const struct finding *finding, const char *fingerprint,
                char ret_id[FINDING_ID_BYTES]);

/* The same namespace over "run-begin" or "run-end", run id, shard and attempt in decimal. */
void run_begin_id(const struct run *run, char ret_id[FINDING_ID_BYTES]);
void run_end_id(const struct run *run, char ret_id[FINDING_ID_BYTES]);

/* Decodes and completes a finding: fills target, time (from broker_time_ms), fingerprint and id
 * where the record left them out; refuses one whose own fingerprint or id is not what its fields
 * give (pointer /fingerprint, /id). */
int finding_decode(const char *json, size_t bytes, int64_t broker_time_ms, struct arena *arena,
                   struct finding *ret_finding, struct error *err);

/* The same for a parsed document; `pointer` is where it stands ("" for the root). */
int finding_decode_value(const json_t *value, const char *pointer, int64_t broker_time_ms,
                         struct arena *arena, struct finding *ret_finding, struct error *err);

/* The same over "measurement", run id, shard, series, model version. */
void measurement_id(const struct measurement *measurement, const char *series,
                    char ret_id[FINDING_ID_BYTES]);

/* Kafka's default partitioner (murmur2, seed 0x9747b28c, positive), as librdkafka's murmur2_random
 * gives it. */
int32_t partition_of_key(const void *key, size_t bytes, int32_t partitions);

#endif
