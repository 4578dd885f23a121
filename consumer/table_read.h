/*
 * table_read.h - a topic read whole, as everybody may who has the right to.
 *
 * The true end of each partition comes from a handle that reads uncommitted records, then committed
 * ones are read up to there, as in a restore. Nothing is written and no group is joined.
 */
#ifndef TOCSIN_CONSUMER_TABLE_READ_H
#define TOCSIN_CONSUMER_TABLE_READ_H

#include <librdkafka/rdkafka.h>

#include "consumer/config/config.h"

#define TABLE_ANSWER_MS_MAX 5000  /* for the first answer of a broker */
#define TABLE_READ_MS_MAX   60000 /* for all of it */

struct table_read {
    const struct config *config;
    const char *topic; /* without the prefix */
    const char *key;   /* only the partition where this key lies; NULL: all of them */
    const char *name;  /* of the command, as brokers see it */
    /* Each record in its partition's order; `value` is NULL for a tombstone. */
    int (*take)(void *self, const char *key, size_t key_bytes, const char *value,
                size_t value_bytes, struct error *err);
    /* Instead of `take`, where headers or offsets are wanted too. */
    int (*take_message)(void *self, const rd_kafka_message_t *message, struct error *err);
    void *self;
};

/* ERROR_RETRIABLE, ERROR_INPUT: it can't be read, and why. */
int table_read(const struct table_read *table, struct error *err);

#endif
