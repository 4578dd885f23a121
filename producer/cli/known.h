/*
 * known.h - which problems were known before: the small records of `alerts`, and `control`.
 *
 * Reads only the partitions that hold this report's fingerprints, from their beginning to the end
 * they have now, without a consumer group: the principal needs Read and Describe on these two
 * topics and nothing else. A topic that does not exist knows nothing.
 *
 * Known is an alert that is open and that another run opened. In a pull request it has to be open
 * somewhere else than on the pull request's own branch, else its second push would find its own
 * problem known.
 */
#ifndef TOCSIN_PRODUCER_CLI_KNOWN_H
#define TOCSIN_PRODUCER_CLI_KNOWN_H

#include "producer/cli/problems.h"
#include "producer/sink.h"

#define ALERTS_TOPIC    "alerts"
#define CONTROL_TOPIC   "control"
#define ACCEPTED_PREFIX "accept/"

/* What the gate reads of an alert (schemas/alert.schema.json) and of an accepted problem. */
struct known_sighting {
    const char *branch, *run;
    bool clean;
};
struct known_alert {
    int status; /* 0: open */
    const char *opened_run;
    struct list sightings; /* struct known_sighting */
};
struct known_accepted {
    int64_t until_ms;
};
extern const struct record_type known_alert_type, known_accepted_type;

/* How a problem of `run` stands that has this alert. */
enum problem_standing known_standing(const struct known_alert *alert, const struct run *run);

struct known_source {
    const struct sink_kafka_config *kafka; /* its topic is not used */
    const char *prefix;
    const struct run *run;
    int64_t now_ms;
};

/* Sets the standing of each problem. ERROR_RETRIABLE: Kafka is away; ERROR_FATAL: it refuses. */
int known_read(const struct known_source *source, struct problems *problems, struct error *err);

#endif
