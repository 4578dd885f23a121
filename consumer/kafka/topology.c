/*
 * topology.c - reads the record with a handle of its own, without a group; writes it with the
 * admin's.
 *
 * The newest record wins. One that can't be decoded is an error: guessing would mean to trust
 * counts that nobody checked.
 */
#include "consumer/kafka/topology.h"

#include <string.h>

#include "consumer/kafka/client.h"

#define READ_SLICE_MS 100

struct reading {
    rd_kafka_t *rk;
    struct arena arena;
    struct topology *topology;
    bool found, ended;
};

static int take(struct reading *reading, const rd_kafka_message_t *message, struct error *err)
{
    bool ours = message->key && message->key_len == strlen(TOPOLOGY_KEY) &&
                memcmp(message->key, TOPOLOGY_KEY, message->key_len) == 0;

    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        reading->ended = true;
        return 0;
    }
    if (message->err)
        return error_set(err, ERROR_RETRIABLE, "reading control: %s",
                         rd_kafka_message_errstr(message));
    if (!ours)
        return 0;
    reading->found = message->payload != NULL;
    if (!reading->found)
        return 0;
    return record_decode(&topology_type, message->payload, message->len, &reading->arena,
                         reading->topology, err);
}

static int read_all(struct reading *reading, struct error *err)
{
    int64_t until = client_now_ms() + TOPICS_TIMEOUT_MS;
    int rc = 0;

    while (rc == 0 && !reading->ended) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(reading->rk, READ_SLICE_MS);

        if (message) {
            rc = take(reading, message, err);
            rd_kafka_message_destroy(message);
        } else if (client_now_ms() > until) {
            rc = error_set(err, ERROR_RETRIABLE, "control can't be read to its end");
        }
    }
    return rc;
}

static int assign(rd_kafka_t *rk, const char *control, struct error *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_resp_err_t code;

    rd_kafka_topic_partition_list_add(list, control, CONTROL_PARTITION_PEOPLE)->offset =
        RD_KAFKA_OFFSET_BEGINNING;
    code = rd_kafka_assign(rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (code)
        return error_set(err, ERROR_FATAL, "control: %s", rd_kafka_err2str(code));
    return 0;
}

int topology_read(const struct config *config, const char *control, struct topology *ret,
                  bool *ret_found, struct error *err)
{
    const struct client_config client = {.kafka = config->kafka.items,
                                         .kafka_count = config->kafka.count,
                                         .name = "topics",
                                         .group = control,
                                         .instance = config->instance};
    struct reading reading = {.topology = ret};
    int rc;

    if (client_new(&client, CLIENT_RESTORE, &reading.rk, err))
        return -1;
    arena_init(&reading.arena);
    rc = assign(reading.rk, control, err);
    if (rc == 0)
        rc = read_all(&reading, err);
    rd_kafka_consumer_close(reading.rk);
    rd_kafka_destroy(reading.rk);
    arena_fini(&reading.arena);
    *ret_found = reading.found;
    return rc;
}

int topology_write(struct admin *admin, const char *control, const struct topology *topology,
                   struct error *err)
{
    rd_kafka_topic_t *topic = rd_kafka_topic_new(admin->rk, control, NULL);
    rd_kafka_resp_err_t code = rd_kafka_last_error();
    struct arena arena;
    size_t bytes = 0;
    char *json;
    int rc = -1;

    arena_init(&arena);
    json = record_encode(&topology_type, topology, &arena, &bytes, err);
    if (!json)
        goto out;
    if (topic && rd_kafka_produce(topic, CONTROL_PARTITION_PEOPLE, RD_KAFKA_MSG_F_COPY, json, bytes,
                                  TOPOLOGY_KEY, strlen(TOPOLOGY_KEY), NULL) != 0)
        code = rd_kafka_last_error();
    else if (topic)
        code = rd_kafka_flush(admin->rk, TOPICS_TIMEOUT_MS);
    if (topic && code == RD_KAFKA_RESP_ERR_NO_ERROR)
        code = admin->delivered;
    if (!topic || code != RD_KAFKA_RESP_ERR_NO_ERROR)
        error_set(err, ERROR_RETRIABLE, "writing %s: %s", control, rd_kafka_err2str(code));
    else
        rc = 0;
out:
    if (topic)
        rd_kafka_topic_destroy(topic);
    arena_fini(&arena);
    return rc;
}
