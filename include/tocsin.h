/*
 * tocsin.h - publishes the findings of a red-team run to Kafka: the public C API of libtocsin.
 *
 * A test runner opens a publisher, publishes each finding as it is found, says what it tried, and
 * closes it; closing waits for the broker's acknowledgement of every record and only then sends the
 * run's end, from which tocsind resolves what is clean again. The CI run (GitHub Actions, GitLab
 * CI, Jenkins) is read from the environment.
 *
 * Ownership: the caller keeps everything it passes; nothing is referenced after a call returns.
 * Threads:   publish, publish_json, tried and flush may be called from any threads at once; open
 * and close of one publisher may not run beside any other call on it. Errors:    functions return
 * 0, or -1 with *error filled in (error may be NULL). No function prints, exits or installs a
 * signal handler. No error text holds the value of a setting. ABI:       structs that may grow
 * begin with their own size; new options are new names.
 */
#ifndef TOCSIN_H
#define TOCSIN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TOCSIN_API __attribute__((visibility("default")))

/* Changes when a program has to be compiled again; it is the number in libtocsin.so's name. */
#define TOCSIN_ABI_VERSION 0

TOCSIN_API int tocsin_abi_version(void);

/* Version of the library, a static string such as "0.1.0". */
TOCSIN_API const char *tocsin_version(void);

enum tocsin_error_code {
    TOCSIN_OK = 0,
    TOCSIN_ERROR_INPUT, /* what was passed is wrong; trying again will not help */
    TOCSIN_ERROR_AGAIN, /* the broker is away or slow; the same may succeed later */
    TOCSIN_ERROR_FAILED /* the broker refused, memory is out, or the publisher cannot go on */
};

struct tocsin_error {
    enum tocsin_error_code code;
    char text[512]; /* one line */
};

enum tocsin_severity { TOCSIN_INFO, TOCSIN_LOW, TOCSIN_MEDIUM, TOCSIN_HIGH, TOCSIN_CRITICAL };

enum tocsin_run_status {
    TOCSIN_RUN_COMPLETE, /* everything that was to be tried was tried */
    TOCSIN_RUN_PARTIAL,  /* something is missing: resolves nothing */
    TOCSIN_RUN_CRASHED   /* resolves nothing */
};

/* A name and a value: an option of a publisher or a label of a finding. */
struct tocsin_pair {
    const char *name;
    const char *value;
};

/* Opaque. */
struct tocsin_publisher;

/*
 * Options by name; a name that is not known, or a value that cannot be, is TOCSIN_ERROR_INPUT.
 *   brokers         host:port,host:port (required)
 *   prefix          of the topic's name, "tocsin." by default; the topic is <prefix>findings
 *   topic           the whole name instead
 *   timeout_ms      how long to wait for a broker that acknowledges nothing: 30000
 *   min_severity    info low medium high critical: lesser findings are withheld, and counted
 *   min_confidence  0..1, likewise
 *   mask            secrets (the default: keys, tokens, private keys, and the values of environment
 *                   variables that are called so), personal (e-mail, telephone, card and account
 *                   numbers too), none
 *   run_id attempt shard ("2/4") pipeline branch repository commit job team
 *                   the run, where the CI's environment does not say it or says it wrong
 *   model model_version target
 *                   for findings that have none of their own
 *   kafka.<name>    any property of librdkafka, such as kafka.security.protocol
 *
 * Does not wait for the broker. On success *ret is to be given to tocsin_publisher_close().
 */
TOCSIN_API int tocsin_publisher_open(const struct tocsin_pair *options, size_t count,
                                     struct tocsin_publisher **ret, struct tocsin_error *error);

struct tocsin_finding {
    size_t size;       /* sizeof(struct tocsin_finding): tocsin_finding_init() sets it */
    const char *rule;  /* required; the trigger condition: tool/probe/detector */
    const char *title; /* required; in words */
    const char *tool;  /* may be NULL, as may all strings below */
    const char *model; /* NULL: the publisher's option */
    const char *model_version;
    const char *target; /* NULL: the publisher's option, else the repository */
    const char *category;
    const char *prompt, *output;
    const char *link_report, *link_artifact, *link_runbook;
    const struct tocsin_pair *labels;
    size_t labels_count;
    enum tocsin_severity severity;
    double confidence; /* 0..1 */
    int64_t time_ms;   /* since the epoch; 0: now */
};

/* What a finding is before anything is known: no strings, medium, certain. */
static inline void tocsin_finding_init(struct tocsin_finding *finding)
{
    memset(finding, 0, sizeof(*finding));
    finding->size = sizeof(*finding);
    finding->severity = TOCSIN_MEDIUM;
    finding->confidence = 1.0;
}

/*
 * Hands a finding over for sending. Waits while the queue is full, at most timeout_ms without any
 * acknowledgement. What is too large has its output and then its prompt cut, with a hash of the
 * whole.
 */
TOCSIN_API int tocsin_publisher_publish(struct tocsin_publisher *publisher,
                                        const struct tocsin_finding *finding,
                                        struct tocsin_error *error);

/* The same for one finding in tocsin's JSON (schemas/finding.schema.json); run and model may be
 * left out. */
TOCSIN_API int tocsin_publisher_publish_json(struct tocsin_publisher *publisher, const char *json,
                                             size_t bytes, struct tocsin_error *error);

/*
 * Says that a rule was evaluated `attempts` times, of which `failures` failed; calls for one rule,
 * model, target and category add up. What was tried without failures is what can resolve an alert.
 * model, target and category may be NULL, as in a finding.
 */
TOCSIN_API int tocsin_publisher_tried(struct tocsin_publisher *publisher, const char *rule,
                                      const char *model, const char *target, const char *category,
                                      int64_t attempts, int64_t failures,
                                      struct tocsin_error *error);

/* Waits until all that was published is acknowledged; -1 when something was not. */
TOCSIN_API int tocsin_publisher_flush(struct tocsin_publisher *publisher,
                                      struct tocsin_error *error);

struct tocsin_counts {
    uint64_t published;    /* findings handed to the broker */
    uint64_t withheld;     /* kept back by min_severity or min_confidence */
    uint64_t repeated;     /* published before by this publisher */
    uint64_t acknowledged; /* records of all kinds that the broker has */
    uint64_t problems;     /* distinct fingerprints among the published */
};

TOCSIN_API void tocsin_publisher_counts(struct tocsin_publisher *publisher,
                                        struct tocsin_counts *ret_counts);

/*
 * Flushes, sends the run's end with its status and what was tried, waits for it, and frees the
 * publisher whatever happens. After a flush that fails no end is sent. NULL is 0.
 */
TOCSIN_API int tocsin_publisher_close(struct tocsin_publisher *publisher,
                                      enum tocsin_run_status status, struct tocsin_error *error);

#ifdef __cplusplus
}
#endif

#endif
