/*
 * table_read.c - see table_read.h.
 */
#include "consumer/table_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/kafka/client.h"
#include "consumer/kafka/topics.h"

#define POLL_MS 100

struct reading {
    const struct table_read *table;
    struct client_config client;
    char topic[TOPIC_NAME_BYTES];
    int64_t *ends; /* of each partition; 0: nothing to read */
    int32_t partitions;
    int32_t left; /* partitions that have not been read to their end */
};

static int find_ends(struct reading *reading, rd_kafka_t *rk, struct error *err)
{
    const char *key = reading->table->key;
    int32_t only = key ? partition_of_key(key, strlen(key), reading->partitions) : -1;

    reading->ends = calloc((size_t)reading->partitions, sizeof(*reading->ends));
    if (!reading->ends)
        return error_set(err, ERROR_MEMORY, "out of memory");
    for (int32_t i = 0; i < reading->partitions; i++) {
        int64_t first = 0;
        rd_kafka_resp_err_t code;

        if (only >= 0 && only != i)
            continue;
        code = rd_kafka_query_watermark_offsets(rk, reading->topic, i, &first, &reading->ends[i],
                                                TABLE_ANSWER_MS_MAX);
        if (code)
            return error_set(err, ERROR_RETRIABLE, "%s: %s", reading->topic,
                             rd_kafka_err2str(code));
        reading->left += reading->ends[i] > 0;
    }
    return 0;
}

static int find_partitions(struct reading *reading, struct error *err)
{
    rd_kafka_t *rk = NULL;
    rd_kafka_topic_t *topic = NULL;
    int rc = -1;

    if (client_new(&reading->client, CLIENT_ENDS, &rk, err))
        return -1;
    if (client_warm_up(rk, reading->topic, TABLE_ANSWER_MS_MAX, &topic, &reading->partitions,
                       err) == 0)
        rc = find_ends(reading, rk, err);
    if (topic)
        rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(rk);
    return rc;
}

static int take(struct reading *reading, const rd_kafka_message_t *message, struct error *err)
{
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        int64_t *end = &reading->ends[message->partition];

        if (*end > 0 && message->offset >= *end) {
            *end = 0;
            reading->left--;
        }
        return 0;
    }
    if (message->err)
        return error_set(err, ERROR_RETRIABLE, "%s: %s", reading->topic,
                         rd_kafka_message_errstr(message));
    if (reading->table->take_message)
        return reading->table->take_message(reading->table->self, message, err);
    return message->key ? reading->table->take(reading->table->self, message->key, message->key_len,
                                               message->payload, message->len, err)
                        : 0;
}

static int read_to_ends(struct reading *reading, rd_kafka_t *rk, struct error *err)
{
    int64_t until_ms = client_now_ms() + TABLE_READ_MS_MAX;
    int rc = 0;

    while (rc == 0 && reading->left > 0) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(rk, POLL_MS);

        if (message) {
            rc = take(reading, message, err);
            rd_kafka_message_destroy(message);
        } else if (client_now_ms() > until_ms) {
            rc = error_set(err, ERROR_RETRIABLE, "%s could not be read within %d s", reading->topic,
                           TABLE_READ_MS_MAX / 1000);
        }
    }
    return rc;
}

static int read_partitions(struct reading *reading, struct error *err)
{
    rd_kafka_t *rk = NULL;
    rd_kafka_topic_partition_list_t *list;
    rd_kafka_resp_err_t code;
    int rc;

    if (reading->left == 0)
        return 0;
    if (client_new(&reading->client, CLIENT_RESTORE, &rk, err))
        return -1;
    list = rd_kafka_topic_partition_list_new(reading->partitions);
    for (int32_t i = 0; i < reading->partitions; i++) {
        if (reading->ends[i] > 0)
            rd_kafka_topic_partition_list_add(list, reading->topic, i)->offset =
                RD_KAFKA_OFFSET_BEGINNING;
    }
    code = rd_kafka_assign(rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    rc = code ? error_set(err, ERROR_RETRIABLE, "%s: %s", reading->topic, rd_kafka_err2str(code))
              : read_to_ends(reading, rk, err);
    rd_kafka_consumer_close(rk);
    rd_kafka_destroy(rk);
    return rc;
}

int table_read(const struct table_read *table, struct error *err)
{
    const struct config *config = table->config;
    struct reading reading = {
        .table = table,
        .client = {.kafka = config->kafka.items,
                   .kafka_count = config->kafka.count,
                   .name = table->name,
                   .group = config->topics.prefix,
                   .instance = config->instance},
    };
    int rc;

    snprintf(reading.topic, sizeof(reading.topic), "%s%s", config->topics.prefix, table->topic);
    rc = find_partitions(&reading, err);
    if (rc == 0)
        rc = read_partitions(&reading, err);
    free(reading.ends);
    return rc;
}
