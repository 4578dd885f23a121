/*
 * writer.c - see writer.h.
 */
#include "consumer/control/writer.h"

#include <stdlib.h>
#include <string.h>

#include "consumer/kafka/client.h"

struct control_writer {
    const struct control_config *config;
    rd_kafka_t *rk;
    rd_kafka_topic_t *topic;
    struct arena arena;          /* for one record */
    rd_kafka_resp_err_t refused; /* the first record that was */
};

static void on_delivered(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
    struct control_writer *writer = opaque;

    (void)rk;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR && writer->refused == 0)
        writer->refused = message->err;
}

int control_writer_new(const struct control_config *config, struct control_writer **ret,
                       struct error *err)
{
    struct control_writer *writer = calloc(1, sizeof(*writer));
    const struct client_config client = {
        .kafka = config->kafka,
        .kafka_count = config->kafka_count,
        .name = "control",
        .group = config->group,
        .instance = config->instance,
        .opaque = writer,
        .delivered = on_delivered,
    };
    int32_t partitions = 0;

    *ret = NULL;
    if (writer == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for a writer");
    writer->config = config;
    arena_init(&writer->arena);
    if (client_new(&client, CLIENT_WRITER, &writer->rk, err) == 0 &&
        client_warm_up(writer->rk, config->topic, CONTROL_WRITE_MS, &writer->topic, &partitions,
                       err) == 0)
        *ret = writer;
    else
        control_writer_free(writer);
    return *ret ? 0 : -1;
}

void control_writer_free(struct control_writer *writer)
{
    if (writer == NULL)
        return;
    if (writer->topic != NULL)
        rd_kafka_topic_destroy(writer->topic);
    if (writer->rk != NULL) {
        rd_kafka_purge(writer->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        rd_kafka_destroy(writer->rk);
    }
    arena_fini(&writer->arena);
    free(writer);
}

static int produce(struct control_writer *writer, const char *prefix, const char *id, char *value,
                   size_t bytes, struct error *err)
{
    char *key = arena_printf(&writer->arena, "%s%s", prefix, id);
    rd_kafka_resp_err_t code;

    if (key == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for a record");
    code = rd_kafka_producev(writer->rk, RD_KAFKA_V_RKT(writer->topic),
                             RD_KAFKA_V_PARTITION(CONTROL_PARTITION_PEOPLE),
                             RD_KAFKA_V_KEY(key, strlen(key)), RD_KAFKA_V_VALUE(value, bytes),
                             RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    arena_reset(&writer->arena);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return error_set(err, ERROR_RETRIABLE, "%s: %s", writer->config->topic,
                         rd_kafka_err2str(code));
    return 0;
}

static int put(struct control_writer *writer, const struct record_type *type, const void *record,
               const char *prefix, const char *id, struct error *err)
{
    size_t bytes = 0;
    char *json = record_encode(type, record, &writer->arena, &bytes, err);

    return json ? produce(writer, prefix, id, json, bytes, err) : -1;
}

int control_writer_silence(struct control_writer *writer, const struct silence *silence,
                           struct error *err)
{
    struct silence_filter filter;

    if (silence_filter_init(&filter, silence, err))
        return -1;
    silence_filter_fini(&filter);
    return put(writer, &silence_type, silence, SILENCE_KEY_PREFIX, silence->id, err);
}

int control_writer_accepted(struct control_writer *writer, const struct accepted *accepted,
                            struct error *err)
{
    return put(writer, &accepted_type, accepted, ACCEPTED_KEY_PREFIX, accepted->fingerprint, err);
}

int control_writer_remove(struct control_writer *writer, const char *key, struct error *err)
{
    return produce(writer, "", key, NULL, 0, err);
}

int control_writer_flush(struct control_writer *writer, int timeout_ms, struct error *err)
{
    rd_kafka_resp_err_t code = rd_kafka_flush(writer->rk, timeout_ms);

    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        code = writer->refused;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return 0;
    return error_set(err, ERROR_RETRIABLE, "%s does not take the records: %s",
                     writer->config->topic, rd_kafka_err2str(code));
}
