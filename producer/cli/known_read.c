/*
 * known_read.c - reads compacted partitions to their end; see known.h.
 */
#include <librdkafka/rdkafka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "producer/cli/known.h"
#include "producer/sink_words.h"

#define POLL_MS        100
#define METADATA_MS    1000
#define PARTITIONS_MAX 4096

struct reader {
    const struct known_source *source;
    struct problems *problems;
    rd_kafka_t *handle;
    rd_kafka_queue_t *queue;
    rd_kafka_topic_t *alerts, *control;
    int32_t partitions;           /* of alerts */
    bool is_read[PARTITIONS_MAX]; /* of alerts */
    size_t open;                  /* partitions that are not at their end */
    struct arena arena;
};

static int64_t monotonic_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int set(rd_kafka_conf_t *conf, const char *name, const char *value, struct error *err)
{
    char why[256];

    if (rd_kafka_conf_set(conf, name, value, why, sizeof(why)) == RD_KAFKA_CONF_OK)
        return 0;
    /* librdkafka's words repeat the value, which may be a secret */
    return error_set(err, ERROR_INPUT, "librdkafka does not take the property %s", name);
}

static void on_log(const rd_kafka_t *handle, int level, const char *facility, const char *text)
{
    (void)handle, (void)level, (void)facility, (void)text;
}

static int open_handle(struct reader *reader, struct error *err)
{
    const struct sink_kafka_config *kafka = reader->source->kafka;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char why[512];
    int rc = set(conf, "bootstrap.servers", kafka->brokers, err) ||
             set(conf, "client.id", "tocsin", err) ||
             set(conf, "enable.partition.eof", "true", err) ||
             set(conf, "isolation.level", "read_committed", err);

    for (size_t i = 0; rc == 0 && i < kafka->properties_count; i++)
        rc = set(conf, kafka->properties[i].name, kafka->properties[i].value, err);
    if (rc) {
        rd_kafka_conf_destroy(conf);
        return -1;
    }
    rd_kafka_conf_set_log_cb(conf, on_log);
    reader->handle = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof(why));
    if (!reader->handle) {
        rd_kafka_conf_destroy(conf);
        return error_set(err, ERROR_INPUT, "librdkafka cannot start: %s", why);
    }
    reader->queue = rd_kafka_queue_new(reader->handle);
    return 0;
}

static int refused(const char *topic, rd_kafka_resp_err_t code, struct error *err)
{
    return error_set(err, refusal_kind(code), "the gate cannot read %s: %s", topic,
                     rd_kafka_err2str(code));
}

/* How many partitions; 0 where there is no such topic. */
static int partitions_of(struct reader *reader, rd_kafka_topic_t *topic, int32_t *ret_partitions,
                         struct error *err)
{
    int64_t end_ms = monotonic_ms() + reader->source->kafka->timeout_ms;
    const struct rd_kafka_metadata *metadata;
    rd_kafka_resp_err_t code;

    *ret_partitions = 0;
    do {
        code = rd_kafka_metadata(reader->handle, 0, topic, &metadata, METADATA_MS);
        if (code == 0) {
            code = metadata->topic_cnt == 1 ? metadata->topics[0].err
                                            : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
            *ret_partitions = code == 0 ? metadata->topics[0].partition_cnt : 0;
            rd_kafka_metadata_destroy(metadata);
        }
        if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
            return 0;
    } while (code && refusal_kind(code) == ERROR_RETRIABLE && monotonic_ms() < end_ms);
    return code ? refused(rd_kafka_topic_name(topic), code, err) : 0;
}

static int start(struct reader *reader, rd_kafka_topic_t *topic, int32_t partition,
                 struct error *err)
{
    if (rd_kafka_consume_start_queue(topic, partition, RD_KAFKA_OFFSET_BEGINNING, reader->queue))
        return refused(rd_kafka_topic_name(topic), rd_kafka_last_error(), err);
    reader->open++;
    return 0;
}

static int start_alerts(struct reader *reader, struct error *err)
{
    if (partitions_of(reader, reader->alerts, &reader->partitions, err))
        return -1;
    if (reader->partitions > PARTITIONS_MAX)
        return error_set(err, ERROR_LIMIT, "%s has more than %d partitions",
                         rd_kafka_topic_name(reader->alerts), PARTITIONS_MAX);
    for (struct problem *row = reader->problems->rows; row && reader->partitions > 0;
         row = row->hh.next) {
        int32_t partition =
            partition_of_key(row->fingerprint, strlen(row->fingerprint), reader->partitions);

        if (reader->is_read[partition])
            continue;
        if (start(reader, reader->alerts, partition, err))
            return -1;
        reader->is_read[partition] = true;
    }
    return 0;
}

static int start_control(struct reader *reader, struct error *err)
{
    int32_t partitions;

    if (partitions_of(reader, reader->control, &partitions, err))
        return -1;
    return partitions > 0 ? start(reader, reader->control, 0, err) : 0;
}

static struct problem *problem_of(const struct reader *reader, const char *key, size_t bytes)
{
    char fingerprint[FINGERPRINT_BYTES];

    if (bytes != FINGERPRINT_BYTES - 1)
        return NULL; /* evidence, or not ours at all */
    memcpy(fingerprint, key, bytes);
    fingerprint[bytes] = '\0';
    return problems_find(reader->problems, fingerprint);
}

/* The last record of a key counts. One that cannot be read makes nothing known. */
static void take_alert(struct reader *reader, const rd_kafka_message_t *message)
{
    struct problem *problem = problem_of(reader, message->key, message->key_len);
    struct known_alert alert;
    struct error ignored = {0};

    if (!problem)
        return;
    problem->standing = PROBLEM_NEW;
    if (message->payload && record_decode(&known_alert_type, message->payload, message->len,
                                          &reader->arena, &alert, &ignored) == 0)
        problem->standing = known_standing(&alert, reader->source->run);
}

static void take_control(struct reader *reader, const rd_kafka_message_t *message)
{
    const size_t prefix = strlen(ACCEPTED_PREFIX);
    const char *key = message->key;
    struct known_accepted accepted;
    struct error ignored = {0};
    struct problem *problem;

    if (message->key_len <= prefix || memcmp(key, ACCEPTED_PREFIX, prefix) != 0)
        return;
    problem = problem_of(reader, key + prefix, message->key_len - prefix);
    if (problem)
        problem->is_accepted = message->payload &&
                               record_decode(&known_accepted_type, message->payload, message->len,
                                             &reader->arena, &accepted, &ignored) == 0 &&
                               accepted.until_ms > reader->source->now_ms;
}

static int take(struct reader *reader, const rd_kafka_message_t *message, struct error *err)
{
    bool is_control = message->rkt == reader->control;

    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        rd_kafka_consume_stop(message->rkt, message->partition);
        reader->open--;
    } else if (message->err && refusal_kind(message->err) != ERROR_RETRIABLE) {
        return refused(rd_kafka_topic_name(message->rkt), message->err, err);
    } else if (!message->err && is_control) {
        take_control(reader, message);
    } else if (!message->err) {
        take_alert(reader, message);
    }
    return 0;
}

static int read_to_the_end(struct reader *reader, struct error *err)
{
    int64_t end_ms = monotonic_ms() + reader->source->kafka->timeout_ms;
    int rc = 0;

    while (rc == 0 && reader->open > 0) {
        rd_kafka_message_t *message = rd_kafka_consume_queue(reader->queue, POLL_MS);

        arena_reset(&reader->arena);
        if (message) {
            rc = take(reader, message, err);
            end_ms = message->err ? end_ms : monotonic_ms() + reader->source->kafka->timeout_ms;
            rd_kafka_message_destroy(message);
        } else if (monotonic_ms() > end_ms) {
            rc = error_set(err, ERROR_RETRIABLE, "the gate cannot read %s: Kafka is silent",
                           rd_kafka_topic_name(reader->alerts));
        }
    }
    return rc;
}

static void close_reader(struct reader *reader)
{
    if (reader->alerts)
        rd_kafka_topic_destroy(reader->alerts);
    if (reader->control)
        rd_kafka_topic_destroy(reader->control);
    if (reader->queue)
        rd_kafka_queue_destroy(reader->queue);
    if (reader->handle)
        rd_kafka_destroy(reader->handle);
    arena_fini(&reader->arena);
    free(reader);
}

static rd_kafka_topic_t *topic_of(struct reader *reader, const char *name, struct arena *arena)
{
    const char *topic = arena_printf(arena, "%s%s", reader->source->prefix, name);

    return topic ? rd_kafka_topic_new(reader->handle, topic, NULL) : NULL;
}

int known_read(const struct known_source *source, struct problems *problems, struct error *err)
{
    struct reader *reader = calloc(1, sizeof(*reader));
    int rc = -1;

    if (!reader)
        return error_set(err, ERROR_MEMORY, "no memory for the gate");
    reader->source = source;
    reader->problems = problems;
    arena_init(&reader->arena);
    if (open_handle(reader, err))
        goto out;
    reader->alerts = topic_of(reader, ALERTS_TOPIC, &reader->arena);
    reader->control = topic_of(reader, CONTROL_TOPIC, &reader->arena);
    if (!reader->alerts || !reader->control)
        error_set(err, ERROR_INPUT, "--prefix: it does not make names of topics");
    else
        rc = start_alerts(reader, err) || start_control(reader, err) || read_to_the_end(reader, err)
                 ? -1
                 : 0;
    for (struct problem *row = problems->rows; rc == 0 && row; row = row->hh.next)
        row->standing = row->is_accepted ? PROBLEM_ACCEPTED : row->standing;
out:
    close_reader(reader);
    return rc;
}
