/*
 * topics_check.h - what a topic is, against what it should be: pure comparisons.
 */
#ifndef TOCSIN_CONSUMER_KAFKA_TOPICS_CHECK_H
#define TOCSIN_CONSUMER_KAFKA_TOPICS_CHECK_H

#include "consumer/kafka/topics.h"
#include "consumer/records/control.h"

/* What the brokers say of one topic. `value` gives a setting, NULL where it can't be seen. */
struct topic_actual {
    bool exists;
    int32_t partitions, replication;
    const char *(*value)(const void *self, const char *name);
    const void *self;
};

void topics_note_put(struct topics_report *report, enum topics_note_kind kind, const char *format,
                     ...) __attribute__((format(printf, 3, 4)));

/* Puts a note for each difference; TOPIC_GOOD where there is none. */
void topic_compare(const struct topic_plan *plan, const struct topic_actual *actual,
                   struct topics_report *report);

/* The counts of creation against those of now. */
void topology_compare(const struct topology *created, const struct topology *now,
                      const char *prefix, struct topics_report *report);

#endif
