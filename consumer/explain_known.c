/*
 * explain_known.c - see explain_known.h.
 *
 * The true end of the partition comes from a handle that reads uncommitted records, then committed
 * ones are read up to there, as in a restore. Only the newest record of the fingerprint is kept.
 */
#include "consumer/explain_known.h"

#include <stdio.h>
#include <string.h>

#include "consumer/control/control.h"
#include "consumer/kafka/client.h"
#include "consumer/kafka/topics.h"

#define POLL_MS 100

struct reading {
    struct client_config client;
    char topic[TOPIC_NAME_BYTES];
    int32_t partition;
    int64_t end;
    const char *fingerprint;
    struct arena *arena;
    struct alert *alert;
};

static int find_partition(struct reading *reading, struct error *err)
{
    rd_kafka_t *rk = NULL;
    rd_kafka_topic_t *topic = NULL;
    int32_t partitions = 0;
    int64_t first;
    rd_kafka_resp_err_t code;
    int rc = -1;

    if (client_new(&reading->client, CLIENT_ENDS, &rk, err))
        return -1;
    if (client_warm_up(rk, reading->topic, EXPLAIN_ANSWER_MS_MAX, &topic, &partitions, err))
        goto out;
    reading->partition =
        partition_of_key(reading->fingerprint, strlen(reading->fingerprint), partitions);
    code = rd_kafka_query_watermark_offsets(rk, reading->topic, reading->partition, &first,
                                            &reading->end, EXPLAIN_ANSWER_MS_MAX);
    rc = code ? error_set(err, ERROR_RETRIABLE, "%s: %s", reading->topic, rd_kafka_err2str(code))
              : 0;
out:
    if (topic)
        rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(rk);
    return rc;
}

static int take_record(struct reading *reading, const rd_kafka_message_t *message,
                       struct error *err)
{
    if (!message->key || message->key_len != strlen(reading->fingerprint) ||
        memcmp(message->key, reading->fingerprint, message->key_len) != 0)
        return 0;
    reading->alert = NULL;
    if (!message->payload)
        return 0;
    reading->alert = arena_alloc(reading->arena, sizeof(*reading->alert));
    if (!reading->alert)
        return error_set(err, ERROR_MEMORY, "out of memory");
    return record_decode(&alert_type, message->payload, message->len, reading->arena,
                         reading->alert, err);
}

static int read_to_end(struct reading *reading, rd_kafka_t *rk, struct error *err)
{
    int64_t until_ms = client_now_ms() + EXPLAIN_READ_MS_MAX;
    bool ended = reading->end == 0;
    int rc = 0;

    while (rc == 0 && !ended) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(rk, POLL_MS);

        if (!message && client_now_ms() > until_ms)
            return error_set(err, ERROR_RETRIABLE, "%s could not be read within %d s",
                             reading->topic, EXPLAIN_READ_MS_MAX / 1000);
        if (!message)
            continue;
        if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
            ended = message->offset >= reading->end;
        else if (message->err)
            rc = error_set(err, ERROR_RETRIABLE, "%s: %s", reading->topic,
                           rd_kafka_message_errstr(message));
        else
            rc = take_record(reading, message, err);
        rd_kafka_message_destroy(message);
    }
    return rc;
}

static int read_partition(struct reading *reading, struct error *err)
{
    rd_kafka_t *rk = NULL;
    rd_kafka_topic_partition_list_t *list;
    rd_kafka_resp_err_t code;
    int rc;

    if (client_new(&reading->client, CLIENT_RESTORE, &rk, err))
        return -1;
    list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, reading->topic, reading->partition)->offset =
        RD_KAFKA_OFFSET_BEGINNING;
    code = rd_kafka_assign(rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    rc = code ? error_set(err, ERROR_RETRIABLE, "%s: %s", reading->topic, rd_kafka_err2str(code))
              : read_to_end(reading, rk, err);
    rd_kafka_consumer_close(rk);
    rd_kafka_destroy(rk);
    return rc;
}

int known_alert(const struct config *config, const char *fingerprint, struct arena *arena,
                struct alert **ret_alert, struct error *err)
{
    struct reading reading = {
        .client = {.kafka = config->kafka.items,
                   .kafka_count = config->kafka.count,
                   .name = "explain",
                   .group = config->topics.prefix,
                   .instance = config->instance},
        .fingerprint = fingerprint,
        .arena = arena,
    };

    *ret_alert = NULL;
    snprintf(reading.topic, sizeof(reading.topic), "%salerts", config->topics.prefix);
    if (find_partition(&reading, err) || read_partition(&reading, err))
        return -1;
    *ret_alert = reading.alert;
    return 0;
}

int known_mute(const struct config *config, const struct label *labels, size_t count,
               const char *fingerprint, int64_t now_ms, struct mute *ret_mute, struct error *err)
{
    char topic[TOPIC_NAME_BYTES];
    const struct control_config of = {
        .kafka = config->kafka.items,
        .kafka_count = config->kafka.count,
        .topic = topic,
        .group = topic,
        .instance = config->instance,
        .rules = config->inhibit_rules,
        .rules_count = config->inhibit_rules_count,
    };
    struct control *control = NULL;
    int rc;

    snprintf(topic, sizeof(topic), "%scontrol", config->topics.prefix);
    rc = control_new(&of, &control, err);
    if (rc == 0)
        rc = control_wait_ready(control, EXPLAIN_READ_MS_MAX, err);
    if (rc == 0)
        control_muted(control, labels, count, fingerprint, now_ms, ret_mute);
    control_free(control);
    return rc;
}
