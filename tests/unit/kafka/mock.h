/*
 * mock.h - a role on librdkafka's mock cluster, and the small table that it keeps.
 *
 * The mock acknowledges transactions and can be told to fail requests; it has no visibility rules,
 * no fencing and no offsets of transactions. What depends on those is tested on a real Kafka
 * (tests/system/test_role.py).
 */
#ifndef TOCSIN_TESTS_UNIT_KAFKA_MOCK_H
#define TOCSIN_TESTS_UNIT_KAFKA_MOCK_H

#include <criterion/criterion.h>
#include <librdkafka/rdkafka.h>

#include <librdkafka/rdkafka_mock.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/kafka/client.h"
#include "consumer/kafka/role.h"

#define MOCK_PARTITIONS 2
#define MOCK_WAIT_MS    20000

enum { MOCK_IN, MOCK_TABLE, MOCK_OUT, MOCK_SIDE, MOCK_TOPICS };

struct mock {
    rd_kafka_t *owner;
    rd_kafka_mock_cluster_t *cluster;
    struct label kafka[4];
    struct role_topic topics[MOCK_TOPICS];
    struct role_config config;
    struct role *role;
    struct batch batch;
    /* what the ops saw */
    int restored, dropped, revoking, records;
    int64_t next[MOCK_PARTITIONS]; /* "pos" of the table; -1: none */
};

static inline int mock_restore(void *self, topic_index topic, int32_t partition, const void *key,
                               size_t key_bytes, const void *value, size_t value_bytes,
                               struct error *err)
{
    struct mock *mock = self;
    char text[32];

    if (topic != MOCK_TABLE)
        return error_set(err, ERROR_INPUT, "topic %d is no changelog", topic);
    mock->records++;
    if (key_bytes == 3 && memcmp(key, "pos", 3) == 0) {
        snprintf(text, sizeof(text), "%.*s", (int)value_bytes, (const char *)value);
        mock->next[partition] = atoll(text);
    }
    return 0;
}

static inline int mock_restored(void *self, int32_t partition, int64_t *ret_next,
                                int64_t ret_side_next[ROLE_TOPICS_MAX], struct error *err)
{
    struct mock *mock = self;

    (void)err;
    mock->restored++;
    *ret_next = mock->next[partition];
    cr_assert_eq(ret_side_next[MOCK_SIDE], -1);
    return 0;
}

static inline void mock_drop(void *self, int32_t partition)
{
    struct mock *mock = self;

    mock->dropped++;
    mock->next[partition] = -1;
}

static inline void mock_revoking(void *self)
{
    ((struct mock *)self)->revoking++;
}

static const struct role_ops mock_ops = {
    .name = "mock",
    .restore = mock_restore,
    .restored = mock_restored,
    .drop = mock_drop,
    .revoking = mock_revoking,
};

static inline void mock_log(int level, const char *who, const char *text)
{
    (void)level;
    (void)who;
    (void)text;
}

static inline void mock_init(struct mock *mock)
{
    static const char *const names[] = {"in", "table", "out", "side"};
    static const enum topic_use uses[] = {TOPIC_INPUT, TOPIC_CHANGELOG, TOPIC_OUTPUT, TOPIC_SIDE};
    char reason[256];

    *mock = (struct mock){.next = {-1, -1}};
    client_set_logger(mock_log);
    mock->owner = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), reason, sizeof(reason));
    mock->cluster = rd_kafka_mock_cluster_new(mock->owner, 1);
    for (int i = 0; i < MOCK_TOPICS; i++) {
        mock->topics[i] = (struct role_topic){.name = names[i], .use = uses[i]};
        rd_kafka_mock_topic_create(mock->cluster, names[i], MOCK_PARTITIONS, 1);
    }
    mock->kafka[0] =
        (struct label){"bootstrap.servers", rd_kafka_mock_cluster_bootstraps(mock->cluster)};
    mock->kafka[1] = (struct label){"message.max.bytes", "10000"};
    mock->kafka[2] = (struct label){"session.timeout.ms", "5000"};
    mock->kafka[3] = (struct label){"heartbeat.interval.ms", "300"};
    mock->config = (struct role_config){
        .kafka = mock->kafka,
        .kafka_count = 4,
        .group = "mock",
        .instance = "1",
        .topics = mock->topics,
        .topics_count = MOCK_TOPICS,
        .in_memory_cluster = true,
    };
    batch_init(&mock->batch);
}

static inline void mock_fini(struct mock *mock)
{
    role_free(mock->role);
    batch_fini(&mock->batch);
    rd_kafka_mock_cluster_destroy(mock->cluster);
    rd_kafka_destroy(mock->owner);
}

static inline void mock_start(struct mock *mock)
{
    struct error err = {0};

    cr_assert_eq(role_new(&mock->config, &mock_ops, mock, &mock->role, &err), 0, "%s", err.text);
}

/* The next record, or NULL when `wanted_live` partitions are live (-1: never mind) and there is
 * none in time. */
static inline rd_kafka_message_t *mock_poll(struct mock *mock, int wanted_live,
                                            topic_index *ret_topic)
{
    int64_t until_ms = client_now_ms() + MOCK_WAIT_MS;
    rd_kafka_message_t *message = NULL;
    struct error err = {0};

    while (message == NULL && client_now_ms() < until_ms &&
           (wanted_live < 0 || role_live_count(mock->role) != (size_t)wanted_live))
        cr_assert_eq(role_poll(mock->role, 100, &message, ret_topic, &err), 0, "%s", err.text);
    return message;
}

static inline void mock_wait_live(struct mock *mock)
{
    topic_index topic;

    cr_assert_null(mock_poll(mock, MOCK_PARTITIONS, &topic));
    cr_assert_eq(role_live_count(mock->role), MOCK_PARTITIONS);
    cr_assert_not(role_restoring(mock->role));
}

static inline void mock_produce(struct mock *mock, topic_index topic, int32_t partition,
                                const char *key, const char *value)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_topic_t *topic_handle;
    char reason[256];
    rd_kafka_t *rk;

    rd_kafka_conf_set(conf, "bootstrap.servers", mock->kafka[0].value, reason, sizeof(reason));
    rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof(reason));
    topic_handle = rd_kafka_topic_new(rk, mock->topics[topic].name, NULL);
    cr_assert_eq(rd_kafka_produce(topic_handle, partition, RD_KAFKA_MSG_F_COPY,
                                  (void *)(uintptr_t)value, strlen(value), key, strlen(key), NULL),
                 0);
    rd_kafka_topic_destroy(topic_handle);
    cr_assert_eq(rd_kafka_flush(rk, MOCK_WAIT_MS), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_destroy(rk);
}

/* A batch that a role takes: a record for table 0 and its position. */
static inline const struct batch *mock_batch(struct mock *mock, int64_t next)
{
    char text[32];

    batch_reset(&mock->batch);
    snprintf(text, sizeof(text), "%lld", (long long)next);
    cr_assert_eq(batch_put(&mock->batch, MOCK_TABLE, 0, "pos", 3, text, strlen(text), NULL, NULL),
                 0);
    cr_assert_eq(batch_position(&mock->batch, 0, next, NULL), 0);
    return &mock->batch;
}

#endif
