/*
 * admin.h - asks the brokers about topics and creates them, with the user's properties.
 *
 * Calls wait at most TOPICS_TIMEOUT_MS. No topic comes to life by being asked for.
 */
#ifndef TOCSIN_CONSUMER_KAFKA_ADMIN_H
#define TOCSIN_CONSUMER_KAFKA_ADMIN_H

#include <librdkafka/rdkafka.h>

#include "consumer/kafka/topics_check.h"

#define ADMIN_REASON_BYTES_MAX 256

struct admin {
    rd_kafka_t *rk; /* a plain producer */
    rd_kafka_queue_t *queue;
    rd_kafka_event_t *described;         /* settings live in it */
    char reason[ADMIN_REASON_BYTES_MAX]; /* what librdkafka said last about brokers */
    int32_t brokers;
    rd_kafka_resp_err_t delivered; /* of the last record */
};

int admin_init(struct admin *admin, const struct config *config, struct error *err);
void admin_fini(struct admin *admin);

/* What is there of the planned topics: ret[i] belongs to rows[i]; without settings. */
int admin_topics(struct admin *admin, const struct topics_plan *plan,
                 struct topic_actual ret[TOPICS_MAX], struct error *err);

/* Adds the settings of those that exist; they stay valid until the next call or admin_fini(). */
int admin_settings(struct admin *admin, const struct topics_plan *plan,
                   struct topic_actual actual[TOPICS_MAX], struct error *err);

/* Creates one topic after the other has been asked for, in one request. One that somebody else made
 * in the meantime is no error. */
int admin_create(struct admin *admin, const struct topic_plan *const *rows, size_t count,
                 struct error *err);

#endif
