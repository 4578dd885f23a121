/*
 * control.h - the records of the topic `control`, which every process reads whole before it sends
 * anything.
 *
 * Partition 0, written by people and tools: `silence/<id>`, `accept/<fp>`, `topology`. Partition 1,
 * written by correlate: `inhibit/<fp>`, alerts that match an inhibit rule's source side.
 */
#ifndef TOCSIN_CONSUMER_RECORDS_CONTROL_H
#define TOCSIN_CONSUMER_RECORDS_CONTROL_H

#include "producer/finding.h"

#define SILENCE_TYPE                "tocsin.silence.v1"
#define ACCEPTED_TYPE               "tocsin.accepted.v1"
#define INHIBITOR_TYPE              "tocsin.inhibitor.v1"
#define TOPOLOGY_TYPE               "tocsin.topology.v1"
#define CONTROL_PARTITION_PEOPLE    0
#define CONTROL_PARTITION_CORRELATE 1
#define CONTROL_PARTITIONS          2
#define TOPOLOGY_KEY                "topology"
#define SILENCE_KEY_PREFIX          "silence/"
#define ACCEPTED_KEY_PREFIX         "accept/"
#define INHIBITOR_KEY_PREFIX        "inhibit/"

struct silence_matcher {
    const char *name, *value;
    bool is_regex, is_equal; /* Alertmanager's isRegex and isEqual */
};
struct silence {
    const char *id;
    struct list matchers; /* struct silence_matcher */
    int64_t starts_ms, ends_ms, updated_ms;
    const char *author, *comment;
};

/* An alert as it was when it was taken for known: it is told again when it reopens or gets worse.
 */
struct baseline {
    const char *pipeline, *repository, *branch; /* that were asked for; "": any */
    const char *rule, *model;                   /* for people */
    int64_t episode;
    int severity; /* enum severity */
};

/* A fingerprint somebody accepted as a known risk or acknowledged, until a date. */
struct accepted {
    const char *fingerprint;
    int64_t until_ms, updated_ms;
    const char *author, *comment;
    struct baseline *baseline; /* NULL: whatever becomes of it */
};

/* An alert that is the source of an inhibition: the labels of each of its sightings that match a
 * source side. */
struct inhibitor_source {
    struct list labels; /* struct label */
};
struct inhibitor {
    const char *fingerprint;
    bool firing;
    struct list sources; /* struct inhibitor_source */
    int64_t updated_ms;
};

/* Partition counts as created: a count that changed would send old keys to new places. */
struct topology {
    int64_t findings, notifications;
    int64_t created_ms;
};

extern const struct record_type silence_type, accepted_type, inhibitor_type, topology_type;

#endif
