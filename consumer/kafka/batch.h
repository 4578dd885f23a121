/*
 * batch.h - what one transaction will write: records, and the input positions that they bring us
 * to.
 *
 * A batch is plain memory. Steps fill it; role_commit() or the committer writes it; nothing in it
 * is true until the commit. Keys, values and headers are copied in.
 */
#ifndef TOCSIN_CONSUMER_KAFKA_BATCH_H
#define TOCSIN_CONSUMER_KAFKA_BATCH_H

#include <stdint.h>

#include "producer/envelope.h"

/* No batch grows beyond this (but for a single record that is larger by itself): commit well before
 * it. */
#define BATCH_BYTES_MAX ((size_t)32 << 20)

#define PARTITION_BY_KEY (-1)

/* Index into the role's table of topics. */
typedef int topic_index;

struct batch_record {
    topic_index topic;
    int32_t partition; /* PARTITION_BY_KEY: by murmur2 of the key */
    void *key;
    size_t key_bytes;
    void *value; /* NULL: a tombstone */
    size_t value_bytes;
    struct envelope *envelope; /* headers, copied; may be NULL */
};

struct batch_position {
    topic_index topic; /* 0: the input topic, committed with the group; else a side topic */
    int32_t partition;
    int64_t next; /* offset to be read next */
};

struct batch {
    struct arena arena;
    struct batch_record *records;
    size_t count, capacity;
    struct batch_position *positions;
    size_t positions_count, positions_capacity;
    size_t bytes;
};

void batch_init(struct batch *batch);
void batch_fini(struct batch *batch);
void batch_reset(struct batch *batch);

/* Refused with ERROR_LIMIT when the batch would grow over BATCH_BYTES_MAX. After any failure the
 * batch is as before. */
int batch_put(struct batch *batch, topic_index topic, int32_t partition, const void *key,
              size_t key_bytes, const void *value, size_t value_bytes,
              const struct envelope *envelope, struct error *err);

/* The position of an input partition: the highest wins. Every partition that is written for needs
 * one. */
int batch_position(struct batch *batch, int32_t partition, int64_t next, struct error *err);

/* The position of a side topic that the batch's records hold: where reading goes back to after an
 * abort. */
int batch_side_position(struct batch *batch, topic_index topic, int32_t partition, int64_t next,
                        struct error *err);

#endif
