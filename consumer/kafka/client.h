/*
 * client.h - Kafka handles as the rules of design.md want them: one table of properties for all
 * kinds.
 *
 * The user's properties come on top of the defaults; those that the rules own are refused by name.
 * Values are never printed: one of them may be a password. What librdkafka logs goes, a line each,
 * to a logger that the program may replace; it is called on any thread.
 */
#ifndef TOCSIN_CONSUMER_KAFKA_CLIENT_H
#define TOCSIN_CONSUMER_KAFKA_CLIENT_H

#include <librdkafka/rdkafka.h>

#include "producer/error.h"
#include "producer/record.h"

enum client_kind {
    CLIENT_GROUP = 1,    /* the member of the consumer group */
    CLIENT_RESTORE = 2,  /* reads changelogs: no subscription, end-of-partition events */
    CLIENT_ENDS = 4,     /* read_uncommitted: the only one that is told the true end of a topic */
    CLIENT_PRODUCER = 8, /* transactional */
    CLIENT_FOLLOW = 16,  /* reads a topic whole, then stays: CLIENT_RESTORE in no hurry */
    CLIENT_WRITER = 32,  /* idempotent, no transactions; `delivered` hears of every record */
};

struct client_config {
    const struct label *kafka;
    size_t kafka_count;
    const char *name; /* of the role, for client.id */
    const char *group;
    const char *instance;
    bool static_membership;
    void *opaque;
    void (*rebalance)(rd_kafka_t *, rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t *,
                      void *opaque);
    void (*delivered)(rd_kafka_t *, const rd_kafka_message_t *,
                      void *opaque); /* transactional: failures */
};

int client_new(const struct client_config *config, enum client_kind kind, rd_kafka_t **ret,
               struct error *err);

/* 0 when the property may stand in the configuration; else ERROR_INPUT that names it. */
int client_check_property(const char *name, struct error *err);

/* Fetches a topic's metadata into the handle, so that its first use is not the one that waits for
 * it. *ret_topic is the caller's (rd_kafka_topic_destroy). ERROR_INPUT: there is no such topic;
 * ERROR_RETRIABLE: nobody answered. */
int client_warm_up(rd_kafka_t *rk, const char *topic, int timeout_ms, rd_kafka_topic_t **ret_topic,
                   int32_t *ret_partitions, struct error *err);

/* `level` is syslog's. The default writes to standard error. */
typedef void client_logger(int level, const char *who, const char *text);
void client_set_logger(client_logger *logger);
void client_log(int level, const char *who, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Milliseconds of the clock that only runs forward. */
int64_t client_now_ms(void);

#endif
