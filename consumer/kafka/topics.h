/*
 * topics.h - the topics that tocsind needs: planned from the configuration, created, or checked.
 *
 * The plan is pure and is all there is to know: the demo makes its topics in memory from the same
 * rows. What exists is never changed. Where it differs from the plan, that is a problem if records
 * would be lost, refused or sent to the wrong place, else a warning; each names the topic, what is
 * and what should be.
 */
#ifndef TOCSIN_CONSUMER_KAFKA_TOPICS_H
#define TOCSIN_CONSUMER_KAFKA_TOPICS_H

#include <stdio.h>

#include "consumer/config/config.h"

#define TOPICS_MAX            24
#define TOPIC_NAME_BYTES      250 /* Kafka's limit and a NUL */
#define TOPIC_SETTINGS_MAX    6
#define TOPICS_NOTES_MAX      160
#define TOPICS_TIMEOUT_MS     15000 /* of one call to the brokers */
#define TOPICS_VISIBLE_MS_MAX 20000 /* from created to known by the brokers that are asked */

struct topic_setting {
    const char *name;
    char value[24];
};

struct topic_plan {
    char name[TOPIC_NAME_BYTES]; /* with the prefix */
    int32_t partitions;
    int32_t replication;
    bool any_partitions; /* keys have no fixed place in it: another count does no harm */
    struct topic_setting settings[TOPIC_SETTINGS_MAX];
    size_t settings_count;
};

/* In the order of creation: `control` is the last, so who sees it sees them all. */
struct topics_plan {
    struct topic_plan rows[TOPICS_MAX];
    size_t count;
};

int topics_plan(const struct config *config, struct topics_plan *ret, struct error *err);
void topics_plan_print(const struct topics_plan *plan, FILE *out);
/* As YAML of KafkaTopic resources of a Strimzi cluster (topics_strimzi.c). */
void topics_plan_print_strimzi(const struct topics_plan *plan, const char *cluster, FILE *out);

enum topics_note_kind { TOPIC_CREATED, TOPIC_GOOD, TOPIC_WARNING, TOPIC_PROBLEM };

struct topics_note {
    enum topics_note_kind kind;
    char text[ERROR_TEXT_BYTES_MAX];
};

struct topics_report {
    struct topics_note notes[TOPICS_NOTES_MAX];
    size_t count;
    size_t problems; /* of these */
};

/* Compares with what is there, and with `create` creates what is missing. -1 only when the brokers
 * could not be asked or refused to create (ERROR_RETRIABLE: nobody answered); problems are in the
 * report. */
int topics_reconcile(const struct config *config, bool create, struct topics_report *ret,
                     struct error *err);

/* At start: creates where topics.create says so, logs what is new or odd; the first problem is an
 * error. */
int topics_apply(const struct config *config, struct error *err);

#endif
