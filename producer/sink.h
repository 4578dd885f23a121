/*
 * sink.h - where records go: one table a kind (Kafka, standard output).
 *
 * A sink takes finished records and says when all of them are safe. It knows no finding. send()
 * copies what it is given; what it could not keep is counted as failed and makes flush() fail, so
 * that nobody takes silence for success. All calls may come from several threads but for
 * sink_free().
 */
#ifndef TOCSIN_PRODUCER_SINK_H
#define TOCSIN_PRODUCER_SINK_H

#include <stdio.h>

#include "producer/envelope.h"

#define SINK_BY_KEY             (-1) /* the partition that murmur2 of the key gives */
#define SINK_TIMEOUT_MS_DEFAULT 30000
#define SINK_TIMEOUT_MS_MIN     100
#define SINK_TIMEOUT_MS_MAX     86400000

struct sink_record {
    const char *key;
    char *value; /* librdkafka wants it writable, and does not write */
    size_t value_bytes;
    const struct envelope *envelope;
    int32_t partition;
};

struct sink_counts {
    uint64_t sent, acknowledged, failed;
};

struct sink;

struct sink_ops {
    const char *name;
    /* Copies the record; waits for room, at most the sink's time-out without any progress. */
    int (*send)(struct sink *sink, const struct sink_record *record, struct error *err);
    /* Returns when every record sent so far is safe, or -1 when one is not. */
    int (*flush)(struct sink *sink, struct error *err);
    /* How many partitions a copy has to go to. */
    int (*partitions)(struct sink *sink, int32_t *ret_partitions, struct error *err);
    void (*counts)(struct sink *sink, struct sink_counts *ret_counts);
    /* Accepts a half-built sink. Does not wait for what is still unsent. */
    void (*free)(struct sink *sink);
};

struct sink {
    const struct sink_ops *ops;
};

/* Frees through the table; NULL is fine. */
void sink_free(struct sink *sink);

struct property {
    const char *name, *value;
};

struct sink_kafka_config {
    const char *brokers, *topic;
    const struct property *properties; /* librdkafka's, applied last: they win */
    size_t properties_count;
    int64_t timeout_ms;
    /* Takes a record that was not acknowledged and will not be tried again: one that the broker
     * refused or that sink_kafka_give_up() gave up. Valid during the call only. May be NULL. */
    void (*unsent)(void *ctx, const struct sink_record *record);
    void *unsent_ctx;
    /* Every line that librdkafka would have printed; NULL: none. Called from its threads. */
    void (*log)(int level, const char *text);
};

/* Does not wait for the broker. */
int sink_kafka_new(const struct sink_kafka_config *config, struct sink **ret_sink,
                   struct error *err);

/* Hands everything that is not acknowledged to config.unsent, and waits for nothing. */
void sink_kafka_give_up(struct sink *sink);

/* Prints each value as a line of JSON; a record's copies once. */
int sink_print_new(FILE *file, struct sink **ret_sink, struct error *err);

#endif
