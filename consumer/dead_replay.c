/*
 * dead_replay.c - see dead_replay.h.
 */
#include "consumer/dead_replay.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "consumer/kafka/client.h"
#include "consumer/kafka/message.h"
#include "consumer/kafka/topics.h"

#define WARM_UP_MS 15000
#define FLUSH_MS   30000
#define OURS       "tocsin_dead_"
#define CONNECTS   "__connect.errors."

/* The topics that something may be said to again. */
static const char *const topic_names[] = {"dead-letter", "findings", "notifications"};
enum { DEAD_LETTER, FINDINGS, NOTIFICATIONS, TOPICS };

struct dead_replay {
    const struct config *config;
    rd_kafka_t *rk;
    struct {
        rd_kafka_topic_t *handle;
        char name[TOPIC_NAME_BYTES];
        int32_t partitions;
    } topics[TOPICS];
    struct arena arena;          /* for one letter */
    rd_kafka_resp_err_t refused; /* the first record that was */
};

static void on_delivered(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
    struct dead_replay *replay = opaque;

    (void)rk;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR && replay->refused == 0)
        replay->refused = message->err;
}

int dead_replay_new(const struct config *config, struct dead_replay **ret, struct error *err)
{
    struct dead_replay *replay = calloc(1, sizeof(*replay));
    const struct client_config client = {.kafka = config->kafka.items,
                                         .kafka_count = config->kafka.count,
                                         .name = "dead",
                                         .group = config->topics.prefix,
                                         .instance = config->instance,
                                         .opaque = replay,
                                         .delivered = on_delivered};
    int rc = 0;

    *ret = NULL;
    if (replay == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for a replay");
    replay->config = config;
    arena_init(&replay->arena);
    rc = client_new(&client, CLIENT_WRITER, &replay->rk, err);
    for (int i = 0; rc == 0 && i < TOPICS; i++) {
        snprintf(replay->topics[i].name, TOPIC_NAME_BYTES, "%s%s", config->topics.prefix,
                 topic_names[i]);
        rc = client_warm_up(replay->rk, replay->topics[i].name, WARM_UP_MS,
                            &replay->topics[i].handle, &replay->topics[i].partitions, err);
    }
    if (rc == 0)
        *ret = replay;
    else
        dead_replay_free(replay);
    return rc;
}

void dead_replay_free(struct dead_replay *replay)
{
    if (replay == NULL)
        return;
    for (int i = 0; i < TOPICS; i++) {
        if (replay->topics[i].handle != NULL)
            rd_kafka_topic_destroy(replay->topics[i].handle);
    }
    if (replay->rk != NULL) {
        rd_kafka_purge(replay->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        rd_kafka_destroy(replay->rk);
    }
    arena_fini(&replay->arena);
    free(replay);
}

/* Takes the headers over. */
static int produce(struct dead_replay *replay, int topic, int64_t partition, const void *key,
                   size_t key_bytes, const void *value, size_t value_bytes,
                   rd_kafka_headers_t *headers, struct error *err)
{
    rd_kafka_resp_err_t code;

    do {
        code = rd_kafka_producev(
            replay->rk, RD_KAFKA_V_RKT(replay->topics[topic].handle),
            RD_KAFKA_V_PARTITION((int32_t)partition), RD_KAFKA_V_KEY(key, key_bytes),
            RD_KAFKA_V_VALUE((void *)(uintptr_t)value, value_bytes),
            RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
        if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL)
            rd_kafka_poll(replay->rk, 100);
    } while (code == RD_KAFKA_RESP_ERR__QUEUE_FULL);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return 0;
    if (headers != NULL)
        rd_kafka_headers_destroy(headers);
    return error_set(err, ERROR_RETRIABLE, "%s: %s", replay->topics[topic].name,
                     rd_kafka_err2str(code));
}

static int topic_of(const struct dead_replay *replay, const char *name)
{
    for (int i = FINDINGS; i < TOPICS; i++) {
        if (strcmp(replay->topics[i].name, name) == 0)
            return i;
    }
    return -1;
}

static bool is_added(const char *header)
{
    return strncmp(header, OURS, strlen(OURS)) == 0 ||
           strncmp(header, CONNECTS, strlen(CONNECTS)) == 0;
}

static int say_record(struct dead_replay *replay, const struct dead_letter *letter,
                      const rd_kafka_message_t *message, struct error *err)
{
    int topic = topic_of(replay, letter->topic);
    struct envelope envelope;

    if (letter->cut)
        return error_set(err, ERROR_INPUT, "its value is not whole: it was too large");
    if (topic < 0)
        return error_set(err, ERROR_INPUT, "it came from \"%.100s\", which is not ours",
                         letter->topic);
    if (letter->from_partition < 0 || letter->from_partition >= replay->topics[topic].partitions)
        return error_set(err, ERROR_INPUT, "%s has no such partition any more",
                         replay->topics[topic].name);
    message_headers(message, &envelope);
    rd_kafka_headers_t *headers = rd_kafka_headers_new(envelope.count + 1);
    for (size_t i = 0; i < envelope.count; i++) {
        const struct header *header = &envelope.headers[i];
        if (!is_added(header->name))
            rd_kafka_header_add(headers, header->name, -1, header->value, (ssize_t)header->bytes);
    }
    return produce(replay, topic, letter->from_partition, message->key, message->key_len,
                   message->payload, message->len, headers, err);
}

/* To where the group's state is. */
static int say_delivery(struct dead_replay *replay, const struct dead_letter *letter,
                        const rd_kafka_message_t *message, struct error *err)
{
    struct arena *arena = &replay->arena;
    struct dead_delivery dead;
    struct timespec now;

    if (record_decode(&dead_delivery_type, message->payload, message->len, arena, &dead, err) != 0)
        return -1;
    if (letter->from_partition < 0 ||
        letter->from_partition >= replay->topics[NOTIFICATIONS].partitions)
        return error_set(err, ERROR_INPUT, "%s has no such partition any more",
                         replay->topics[NOTIFICATIONS].name);
    clock_gettime(CLOCK_REALTIME, &now);
    const char *key = arena_printf(arena, "%s|%s", dead.integration, dead.group);
    for (size_t i = 0; key != NULL && i < dead.pictures.count; i++) {
        struct notification notification = {
            .integration = dead.integration,
            .group = dead.group,
            .group_key = dead.group_key,
            .group_labels = dead.group_labels,
            .timing = dead.timing,
            .time_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000,
            .picture = (struct picture *)dead.pictures.items + i,
        };
        size_t bytes = 0;
        const char *value = record_encode(&notification_type, &notification, arena, &bytes, err);
        if (value == NULL || produce(replay, NOTIFICATIONS, letter->from_partition, key,
                                     strlen(key), value, bytes, NULL, err) != 0)
            return -1;
    }
    return key ? 0 : error_set(err, ERROR_MEMORY, "out of memory for a notification");
}

int dead_replay_say(struct dead_replay *replay, const struct dead_letter *letter,
                    const rd_kafka_message_t *message, struct error *err)
{
    arena_reset(&replay->arena);
    return letter->kind == DEAD_RECORD ? say_record(replay, letter, message, err)
                                       : say_delivery(replay, letter, message, err);
}

int dead_replay_mark(struct dead_replay *replay, const struct dead_letter *letter,
                     enum dead_done_how how, int64_t now_ms, struct error *err)
{
    const struct dead_done done = {.offset = letter->offset, .how = (int)how, .time_ms = now_ms};
    char key[DEAD_ID_BYTES];
    size_t bytes = 0;

    arena_reset(&replay->arena);
    const char *value = record_encode(&dead_done_type, &done, &replay->arena, &bytes, err);
    if (value == NULL)
        return -1;
    dead_letter_id(letter, key);
    rd_kafka_headers_t *headers = rd_kafka_headers_new(1);
    rd_kafka_header_add(headers, DEAD_HEADER_KIND, -1, DEAD_KIND_DONE, -1);
    return produce(replay, DEAD_LETTER, letter->partition, key, strlen(key), value, bytes, headers,
                   err);
}

int dead_replay_flush(struct dead_replay *replay, struct error *err)
{
    rd_kafka_resp_err_t code = rd_kafka_flush(replay->rk, FLUSH_MS);

    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        code = replay->refused;
    return code ? error_set(err, ERROR_RETRIABLE, "the brokers do not take the records: %s",
                            rd_kafka_err2str(code))
                : 0;
}
