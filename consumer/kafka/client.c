/*
 * client.c - makes the handles of a role, and fetches what they will need to know.
 *
 * The table of properties is the reason for most of what is special about them: rule numbers are
 * those of design.md. A handle that can't be made is an error that names the property, never its
 * value.
 */
#include "consumer/kafka/client.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#define CONSUMERS (CLIENT_GROUP | CLIENT_RESTORE | CLIENT_ENDS | CLIENT_FOLLOW)
#define PRODUCERS (CLIENT_PRODUCER | CLIENT_WRITER)
#define EVERY     (CONSUMERS | PRODUCERS)

#define LOG_TEXT_BYTES_MAX     1024
#define IDENTIFIER_BYTES_MAX   256
/* A topic that was made a moment ago is not known to all brokers yet. */
#define MISSING_TOPIC_MS_MAX   5000
#define MISSING_TOPIC_PAUSE_MS 100
#define VERSION_WITH_BUG_IN_IT 0x020a00ff /* 2.10.0: rule 10 */

struct property {
    const char *name;
    const char *value; /* NULL: computed, or never set */
    int kinds;
    bool ours; /* a rule depends on it */
};

static const struct property properties[] = {
    /* rule 1: a fence that closes in time; 2.0.2 caps message.timeout.ms with it */
    {"session.timeout.ms", "10000", CLIENT_GROUP, false},
    {"heartbeat.interval.ms", "3000", CLIENT_GROUP, false},
    {"transaction.timeout.ms", "10000", CLIENT_PRODUCER, false},
    {"transactional.id", NULL, CLIENT_PRODUCER, true},
    {"enable.idempotence", "true", PRODUCERS, true},
    {"acks", "all", PRODUCERS, true},
    {"request.required.acks", NULL, 0, true},
    {"partitioner", "murmur2_random", PRODUCERS, true},
    {"delivery.report.only.error", "true", CLIENT_PRODUCER, true},
    /* a dead letter carries more than a finding; the broker's limit of each topic decides */
    {"message.max.bytes", "4194304", CLIENT_PRODUCER, false},
    {"queue.buffering.max.messages", "1000000", CLIENT_PRODUCER, false},

    {"group.id", NULL, CONSUMERS, true},
    {"group.instance.id", NULL, CLIENT_GROUP, true},
    {"group.protocol", NULL, 0, true},
    {"partition.assignment.strategy", "range", CLIENT_GROUP, true},
    {"enable.auto.commit", "false", CONSUMERS, true},
    {"enable.auto.offset.store", "false", CONSUMERS, true},
    {"auto.offset.reset", "error", CONSUMERS, true},
    {"isolation.level", "read_committed", CLIENT_GROUP | CLIENT_RESTORE | CLIENT_FOLLOW, true},
    {"isolation.level", "read_uncommitted", CLIENT_ENDS, true},
    {"enable.partition.eof", "true", CLIENT_RESTORE | CLIENT_FOLLOW, true},
    {"enable.partition.eof", "false", CLIENT_GROUP | CLIENT_ENDS, true},

    /* rule 8: more than a second of input, or 2.0.2 idles when the queue fills */
    {"queued.min.messages", "1000000", CLIENT_GROUP, false},
    {"queued.max.messages.kbytes", "262144", CLIENT_GROUP, false},
    /* a new assignment waits for the fetch under way; the end of a changelog is known one fetch
       later */
    {"fetch.wait.max.ms", "100", CLIENT_GROUP | CLIENT_FOLLOW, false},
    {"fetch.wait.max.ms", "10", CLIENT_RESTORE, true},
    {"fetch.error.backoff.ms", "50", CONSUMERS, false},

    /* rule 10 */
    {"max.poll.interval.ms", "60000", CLIENT_GROUP, false},
    {"socket.nagle.disable", "true", EVERY, false},
    {"retry.backoff.ms", "1", EVERY, false},
    {"reconnect.backoff.ms", "50", EVERY, false},
    {"reconnect.backoff.max.ms", "1000", EVERY, false},
    {"topic.metadata.propagation.max.ms", "2000", CLIENT_PRODUCER, false},
    {"log.connection.close", "false", EVERY, false},
    {"client.id", NULL, EVERY, false},
};

static void log_to_stderr(int level, const char *who, const char *text)
{
    if (level <= LOG_INFO)
        fprintf(stderr, "%s: %s\n", who, text);
}

static _Atomic(client_logger *) logger = log_to_stderr;

void client_set_logger(client_logger *to)
{
    atomic_store(&logger, to ? to : log_to_stderr);
}

void client_log(int level, const char *who, const char *format, ...)
{
    char text[LOG_TEXT_BYTES_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    atomic_load (&logger)(level, who, text);
}

int64_t client_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Properties of the other kinds of handle are no news: all four share the user's. */
static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    if (strcmp(facility, "CONFWARN") != 0)
        client_log(level, rd_kafka_name(rk), "%s", text);
}

static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
    (void)opaque;
    client_log(LOG_WARNING, rd_kafka_name(rk), "%s: %s",
               rd_kafka_err2name((rd_kafka_resp_err_t)code), reason);
}

int client_check_property(const char *name, struct error *err)
{
    for (size_t i = 0; i < sizeof(properties) / sizeof(*properties); i++)
        if (properties[i].ours && strcmp(properties[i].name, name) == 0)
            return error_set(err, ERROR_INPUT,
                             "kafka.%s is not to be set: exactly-once needs its own", name);
    return 0;
}

static int set(rd_kafka_conf_t *conf, const char *name, const char *value, struct error *err)
{
    char reason[LOG_TEXT_BYTES_MAX];

    switch (rd_kafka_conf_set(conf, name, value, reason, sizeof(reason))) {
    case RD_KAFKA_CONF_OK:
        return 0;
    case RD_KAFKA_CONF_UNKNOWN:
        return error_set(err, ERROR_INPUT, "kafka.%s: librdkafka knows no such property", name);
    default:
        return error_set(err, ERROR_INPUT, "kafka.%s: librdkafka refuses the value", name);
    }
}

static int set_computed(rd_kafka_conf_t *conf, const struct client_config *config,
                        enum client_kind kind, struct error *err)
{
    char identifier[IDENTIFIER_BYTES_MAX];
    int bytes = snprintf(identifier, sizeof(identifier), "%s.%s", config->group, config->instance);

    if (bytes >= (int)sizeof(identifier))
        return error_set(err, ERROR_LIMIT, "group and instance are longer than %d bytes",
                         IDENTIFIER_BYTES_MAX - 2);
    if (kind == CLIENT_PRODUCER && set(conf, "transactional.id", identifier, err) != 0)
        return -1;
    if ((kind & CONSUMERS) && set(conf, "group.id", config->group, err) != 0)
        return -1;
    if (kind == CLIENT_GROUP && config->static_membership &&
        set(conf, "group.instance.id", identifier, err) != 0)
        return -1;
    snprintf(identifier, sizeof(identifier), "%s.%s", config->name, config->instance);
    return set(conf, "client.id", identifier, err);
}

static int set_all(rd_kafka_conf_t *conf, const struct client_config *config, enum client_kind kind,
                   struct error *err)
{
    for (size_t i = 0; i < sizeof(properties) / sizeof(*properties); i++) {
        const struct property *property = &properties[i];

        if (property->value != NULL && (property->kinds & (int)kind) != 0 &&
            set(conf, property->name, property->value, err) != 0)
            return -1;
    }
    if (set_computed(conf, config, kind, err) != 0)
        return -1;
    for (size_t i = 0; i < config->kafka_count; i++) {
        const struct label *label = &config->kafka[i];

        if (client_check_property(label->name, err) != 0 ||
            set(conf, label->name, label->value, err) != 0)
            return -1;
    }
    return 0;
}

int client_new(const struct client_config *config, enum client_kind kind, rd_kafka_t **ret,
               struct error *err)
{
    rd_kafka_type_t type = kind & PRODUCERS ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER;
    char reason[LOG_TEXT_BYTES_MAX];
    rd_kafka_conf_t *conf;
    rd_kafka_t *rk;

    if (rd_kafka_version() == VERSION_WITH_BUG_IN_IT)
        return error_set(err, ERROR_FATAL, "librdkafka 2.10.0 loses offsets: use another version");
    conf = rd_kafka_conf_new();
    if (set_all(conf, config, kind, err) != 0) {
        rd_kafka_conf_destroy(conf);
        return -1;
    }
    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_conf_set_opaque(conf, config->opaque);
    if (kind == CLIENT_GROUP)
        rd_kafka_conf_set_rebalance_cb(conf, config->rebalance);
    if (kind & PRODUCERS)
        rd_kafka_conf_set_dr_msg_cb(conf, config->delivered);

    rk = rd_kafka_new(type, conf, reason, sizeof(reason));
    if (rk == NULL) {
        rd_kafka_conf_destroy(conf);
        return error_set(err, ERROR_INPUT, "kafka: %s", reason);
    }
    if (type == RD_KAFKA_CONSUMER)
        rd_kafka_poll_set_consumer(rk);
    *ret = rk;
    return 0;
}

static rd_kafka_resp_err_t ask_metadata(rd_kafka_t *rk, rd_kafka_topic_t *topic, int timeout_ms,
                                        int32_t *ret_partitions)
{
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_resp_err_t code = rd_kafka_metadata(rk, 0, topic, &metadata, timeout_ms);

    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        code = metadata->topic_cnt == 1 ? metadata->topics[0].err
                                        : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        *ret_partitions = metadata->topics[0].partition_cnt;
    if (metadata != NULL)
        rd_kafka_metadata_destroy(metadata);
    return code;
}

int client_warm_up(rd_kafka_t *rk, const char *name, int timeout_ms, rd_kafka_topic_t **ret_topic,
                   int32_t *ret_partitions, struct error *err)
{
    const struct timespec pause = {.tv_nsec = MISSING_TOPIC_PAUSE_MS * 1000000L};
    int64_t until_ms = client_now_ms() + MISSING_TOPIC_MS_MAX;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, name, NULL);
    rd_kafka_resp_err_t code;
    bool missing;

    if (topic == NULL)
        return error_set(err, ERROR_INPUT, "topic %s: %s", name,
                         rd_kafka_err2str(rd_kafka_last_error()));
    while ((code = ask_metadata(rk, topic, timeout_ms, ret_partitions)) ==
               RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART &&
           client_now_ms() < until_ms)
        nanosleep(&pause, NULL);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        *ret_topic = topic;
        return 0;
    }
    missing = code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
              code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    rd_kafka_topic_destroy(topic);
    return error_set(err, missing ? ERROR_INPUT : ERROR_RETRIABLE, "topic %s: %s", name,
                     rd_kafka_err2str(code));
}
