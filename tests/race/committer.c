/*
 * committer.c - a loop and its committer on the mock cluster, for ThreadSanitizer.
 *
 * The loop polls, counts and stages into one batch while the committer writes the other, as deliver
 * does; some transactions fail in doubt, so that the producer changes hands. Ends with 0 when every
 * record was counted exactly once in the loop's own view.
 */
#include <librdkafka/rdkafka.h>

#include <librdkafka/rdkafka_mock.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/kafka/client.h"
#include "consumer/kafka/committer.h"
#include "tests/race/c11_threads.h"

#define RECORDS     2000
#define TIME_MS_MAX 60000
#define API_END_TXN 26
#define PORTION     100
#define DOUBT_EVERY 4

enum { TOPIC_IN, TOPIC_TABLE, TOPICS };

struct loop {
    struct role *role;
    struct committer *committer;
    struct batch batch;
    long restored, counted, flying, committed; /* counts of partition 0 */
    int dropped;
};

static int on_restore(void *self, topic_index topic, int32_t partition, const void *key,
                      size_t key_bytes, const void *value, size_t value_bytes, struct error *err)
{
    char text[32];

    (void)topic, (void)partition, (void)key, (void)key_bytes, (void)err;
    snprintf(text, sizeof(text), "%.*s", (int)value_bytes, (const char *)value);
    ((struct loop *)self)->restored = atol(text);
    return 0;
}

static int on_restored(void *self, int32_t partition, int64_t *ret_next,
                       int64_t ret_side_next[ROLE_TOPICS_MAX], struct error *err)
{
    struct loop *loop = self;

    (void)partition, (void)ret_side_next, (void)err;
    loop->counted = loop->committed = loop->restored;
    *ret_next = loop->restored;
    return 0;
}

static void on_drop(void *self, int32_t partition)
{
    struct loop *loop = self;

    (void)partition;
    loop->restored = loop->counted = loop->flying = loop->committed = 0;
    loop->dropped++;
}

static const struct role_ops ops = {
    .name = "race", .restore = on_restore, .restored = on_restored, .drop = on_drop};

static void hand_over(struct loop *loop)
{
    struct error err = {0};
    char text[32];

    batch_reset(&loop->batch);
    snprintf(text, sizeof(text), "%ld", loop->counted);
    if (batch_put(&loop->batch, TOPIC_TABLE, 0, "pos", 3, text, strlen(text), NULL, &err) != 0 ||
        batch_position(&loop->batch, 0, loop->counted, &err) != 0 ||
        committer_start(loop->committer, &loop->batch, &err) != 0) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    loop->flying = loop->counted;
}

static void fetch(struct loop *loop)
{
    enum commit_result result;
    struct error err = {0};

    if (!committer_poll(loop->committer, &result, &err))
        return;
    if (result == COMMITTED)
        loop->committed = loop->flying;
    else if (result == ABORTED)
        loop->counted = loop->committed;
    else if (result == FATAL)
        exit(1);
}

static void turn(struct loop *loop)
{
    struct pollfd fds[] = {{.fd = role_event_fd(loop->role), .events = POLLIN},
                           {.fd = committer_event_fd(loop->committer), .events = POLLIN}};
    rd_kafka_message_t *message = NULL;
    struct error err = {0};
    topic_index topic;

    poll(fds, 2, role_wait_ms(loop->role, 100));
    do {
        fetch(loop);
        if (role_poll(loop->role, 0, &message, &topic, &err) != 0) {
            fprintf(stderr, "%s\n", err.text);
            exit(1);
        }
        if (message != NULL) {
            if (message->offset != loop->counted) {
                fprintf(stderr, "record %lld after %ld\n", (long long)message->offset,
                        loop->counted);
                exit(1);
            }
            loop->counted++;
            rd_kafka_message_destroy(message);
        }
        if (loop->counted > loop->committed && role_partition_live(loop->role, 0) &&
            !committer_busy(loop->committer))
            hand_over(loop);
    } while (message != NULL);
}

static void produce(const char *brokers, int count)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char reason[256], value[] = "x";
    rd_kafka_topic_t *topic;
    rd_kafka_t *rk;

    rd_kafka_conf_set(conf, "bootstrap.servers", brokers, reason, sizeof(reason));
    rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof(reason));
    topic = rd_kafka_topic_new(rk, "in", NULL);
    for (int i = 0; i < count; i++)
        rd_kafka_produce(topic, 0, RD_KAFKA_MSG_F_COPY, value, 1, NULL, 0, NULL);
    rd_kafka_flush(rk, TIME_MS_MAX);
    rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(rk);
}

int main(void)
{
    char reason[256];
    rd_kafka_t *owner =
        rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), reason, sizeof(reason));
    rd_kafka_mock_cluster_t *cluster = rd_kafka_mock_cluster_new(owner, 1);
    const struct label kafka[] = {{"bootstrap.servers", rd_kafka_mock_cluster_bootstraps(cluster)}};
    const struct role_topic topics[] = {{"in", TOPIC_INPUT}, {"table", TOPIC_CHANGELOG}};
    const struct role_config config = {.kafka = kafka,
                                       .kafka_count = 1,
                                       .group = "race",
                                       .instance = "1",
                                       .topics = topics,
                                       .topics_count = TOPICS,
                                       .in_memory_cluster = true};
    int64_t until_ms = client_now_ms() + TIME_MS_MAX;
    struct loop loop = {0};
    struct role_counters counters = {0};
    struct error err = {0};
    long committed;

    rd_kafka_mock_topic_create(cluster, "in", 1, 1);
    rd_kafka_mock_topic_create(cluster, "table", 1, 1);
    batch_init(&loop.batch);
    if (role_new(&config, &ops, &loop, &loop.role, &err) != 0 ||
        committer_new(loop.role, &loop.committer, &err) != 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    for (int produced = 0; loop.committed < RECORDS && client_now_ms() < until_ms;) {
        if (produced < RECORDS && loop.counted == produced) {
            if (produced / PORTION % DOUBT_EVERY == DOUBT_EVERY - 1)
                rd_kafka_mock_push_request_errors(cluster, API_END_TXN, 1,
                                                  RD_KAFKA_RESP_ERR_PRODUCER_FENCED);
            produce(kafka[0].value, PORTION);
            produced += PORTION;
        }
        turn(&loop);
    }
    role_counters(loop.role, &counters);
    committed = loop.committed;
    committer_free(loop.committer);
    role_free(loop.role);
    batch_fini(&loop.batch);
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(owner);
    printf("%ld of %d records, %llu commits, %llu in doubt, %d drops\n", committed, RECORDS,
           (unsigned long long)counters.commits, (unsigned long long)counters.unknown,
           loop.dropped);
    return committed == RECORDS && counters.unknown > 0 ? 0 : 1;
}
