/*
 * batch.h - what one transaction will write: records, and the input positions that they bring us to.
 *
 * A batch is plain memory. Steps fill it; role_commit() or the committer writes it; nothing in it is true until the
 * commit. Keys and values are copied in.
 */
#ifndef TOCSIN_CONSUMER_KAFKA_BATCH_H
#define TOCSIN_CONSUMER_KAFKA_BATCH_H

#include <stdint.h>

#include "producer/envelope.h"

#define BATCH_BYTES_MAX ((size_t)32 << 20) /* commit before more is staged */

/* Index into the role's table of topics. */
typedef int topic_index;

struct batch_record {
    topic_index topic;
    int32_t partition;
    void *key;
    size_t key_bytes;
    void *value;          /* NULL: a tombstone */
    size_t value_bytes;
    struct envelope *envelope; /* headers, copied; may be NULL */
};

struct batch_position {
    int32_t partition;    /* of the input topic */
    int64_t next;         /* offset to be read next */
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

/* partition -1: by murmur2 of the key. */
int batch_put(struct batch *batch, topic_index topic, int32_t partition, const void *key, size_t key_bytes,
              const void *value, size_t value_bytes, const struct envelope *envelope, struct error *err);

/* The position of an input partition: the highest wins. Every partition that is written for needs one. */
int batch_position(struct batch *batch, int32_t partition, int64_t next, struct error *err);

#endif
