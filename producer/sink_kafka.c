/*
 * sink_kafka.c - the sink that is Kafka: acks=all and a delivery report for every record.
 *
 * No idempotent producer: the finding id makes repeats harmless, and starting one takes time. The
 * queue is bounded; a full one makes send() wait. The time-out counts from the last
 * acknowledgement, so that a slow broker is waited for and an absent one is not. What librdkafka
 * has to say goes to the caller's log function, never to stderr; its last complaint is part of the
 * error's words.
 */
#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "producer/sink.h"
#include "producer/sink_words.h"

/* Small, since a message takes a few KiB beside its value: what matters is that batches are. */
#define QUEUE_KBYTES      "4096"
#define QUEUE_MESSAGES    "1000"
#define BATCH_BYTES       "65536"
#define IN_FLIGHT         "5"
#define LINGER_MS         "5"
#define POLL_MS           50
#define METADATA_MS       1000
#define METADATA_PAUSE_MS 100
#define COMPLAINT_BYTES   256

struct kafka_sink {
    struct sink sink;
    rd_kafka_t *handle;
    rd_kafka_topic_t *topic;
    int64_t timeout_ms;
    void (*log)(int level, const char *text);
    void (*unsent)(void *ctx, const struct sink_record *record);
    void *unsent_ctx;
    atomic_uint_fast64_t sent, acknowledged, failed;
    atomic_int_fast64_t progress_ms;
    atomic_bool refused;  /* no broker lets us in, and waiting changes nothing */
    pthread_mutex_t lock; /* for what is below */
    bool all_down;        /* once */
    rd_kafka_resp_err_t complaint_code;
    char complaint[COMPLAINT_BYTES]; /* the last, in librdkafka's words */
    struct error failure;            /* the first record that was not accepted */
};

static int64_t monotonic_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void envelope_of_message(const rd_kafka_message_t *message, struct envelope *ret_envelope)
{
    rd_kafka_headers_t *headers;

    ret_envelope->count = 0;
    if (rd_kafka_message_headers(message, &headers))
        return;
    while (ret_envelope->count < ENVELOPE_HEADERS_MAX) {
        struct header *header = &ret_envelope->headers[ret_envelope->count];
        const void *value;

        if (rd_kafka_header_get_all(headers, ret_envelope->count, &header->name, &value,
                                    &header->bytes))
            return;
        header->value = value;
        ret_envelope->count++;
    }
}

/* A record back to whoever keeps what Kafka does not take. */
static void give_back(const struct kafka_sink *kafka, const rd_kafka_message_t *message)
{
    struct sink_record record = {
        .value = message->payload, .value_bytes = message->len, .partition = message->partition};
    struct envelope envelope;
    char *key = strndup(message->key, message->key_len);

    envelope_of_message(message, &envelope);
    record.key = key ? key : "";
    record.envelope = &envelope;
    kafka->unsent(kafka->unsent_ctx, &record);
    free(key);
}

static void on_delivery(rd_kafka_t *handle, const rd_kafka_message_t *message, void *opaque)
{
    struct kafka_sink *kafka = opaque;

    (void)handle;
    if (message->err) {
        pthread_mutex_lock(&kafka->lock);
        error_set(&kafka->failure, refusal_kind(message->err),
                  "topic %s did not accept a record: %s%s", rd_kafka_topic_name(kafka->topic),
                  rd_kafka_err2str(message->err), refusal_advice(message->err));
        pthread_mutex_unlock(&kafka->lock);
        atomic_fetch_add(&kafka->failed, 1);
        if (kafka->unsent && refusal_kind(message->err) != ERROR_INPUT)
            give_back(kafka, message);
        return;
    }
    atomic_store(&kafka->progress_ms, monotonic_ms());
    atomic_fetch_add(&kafka->acknowledged, 1);
}

static void on_error(rd_kafka_t *handle, int code, const char *reason, void *opaque)
{
    struct kafka_sink *kafka = opaque;

    (void)handle;
    pthread_mutex_lock(&kafka->lock);
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
        kafka->all_down = true;
    } else {
        snprintf(kafka->complaint, sizeof(kafka->complaint), "%s", reason);
        kafka->complaint_code = (rd_kafka_resp_err_t)code;
    }
    /* the reason may come before or behind */
    atomic_store(&kafka->refused, kafka->acknowledged == 0 && kafka->all_down &&
                                      refusal_of_connection(kafka->complaint_code));
    pthread_mutex_unlock(&kafka->lock);
}

static void on_log(const rd_kafka_t *handle, int level, const char *facility, const char *text)
{
    struct kafka_sink *kafka = rd_kafka_opaque(handle);

    (void)facility;
    if (kafka && kafka->log)
        kafka->log(level, text);
}

/* There is no use in waiting longer: says what is known of why. */
static int away(struct kafka_sink *kafka, struct error *err)
{
    uint64_t open = kafka->sent - kafka->acknowledged - kafka->failed;

    pthread_mutex_lock(&kafka->lock);
    if (kafka->refused)
        error_set(err, refusal_kind(kafka->complaint_code), "Kafka does not let us in: %s%s",
                  kafka->complaint, refusal_advice(kafka->complaint_code));
    else
        error_set(err, ERROR_RETRIABLE,
                  "Kafka acknowledged nothing for %lld ms, %llu records are unsent%s%s%s",
                  (long long)kafka->timeout_ms, (unsigned long long)open,
                  *kafka->complaint ? ": " : "", kafka->complaint,
                  refusal_advice(kafka->complaint_code));
    pthread_mutex_unlock(&kafka->lock);
    return -1;
}

static bool is_hopeless(const struct kafka_sink *kafka)
{
    return atomic_load(&kafka->refused) ||
           monotonic_ms() - atomic_load(&kafka->progress_ms) >= kafka->timeout_ms;
}

/* Nobody waits after an idle time: what is asked now has the whole time-out. */
static void start_waiting(struct kafka_sink *kafka)
{
    if (kafka->sent == kafka->acknowledged + kafka->failed)
        atomic_store(&kafka->progress_ms, monotonic_ms());
}

static rd_kafka_headers_t *headers_of(const struct envelope *envelope)
{
    rd_kafka_headers_t *headers;

    if (!envelope)
        return NULL;
    headers = rd_kafka_headers_new(envelope->count);
    for (size_t i = 0; i < envelope->count; i++) {
        const struct header *header = &envelope->headers[i];

        rd_kafka_header_add(headers, header->name, -1, header->value, (ssize_t)header->bytes);
    }
    return headers;
}

static rd_kafka_resp_err_t produce(struct kafka_sink *kafka, const struct sink_record *record)
{
    rd_kafka_headers_t *headers = headers_of(record->envelope);
    rd_kafka_resp_err_t code = rd_kafka_producev(
        kafka->handle, RD_KAFKA_V_RKT(kafka->topic), RD_KAFKA_V_PARTITION(record->partition),
        RD_KAFKA_V_KEY(record->key, strlen(record->key)),
        RD_KAFKA_V_VALUE(record->value, record->value_bytes), RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);

    if (code && headers)
        rd_kafka_headers_destroy(headers);
    return code;
}

static int kafka_send(struct sink *sink, const struct sink_record *record, struct error *err)
{
    struct kafka_sink *kafka = (struct kafka_sink *)sink;
    rd_kafka_resp_err_t code;

    start_waiting(kafka);
    while ((code = produce(kafka, record)) == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        if (is_hopeless(kafka))
            return away(kafka, err);
        rd_kafka_poll(kafka->handle, POLL_MS);
    }
    if (code)
        return error_set(err, refusal_kind(code), "topic %s does not take a record: %s%s",
                         rd_kafka_topic_name(kafka->topic), rd_kafka_err2str(code),
                         refusal_advice(code));
    atomic_fetch_add(&kafka->sent, 1);
    rd_kafka_poll(kafka->handle, 0);
    return 0;
}

static int kafka_flush(struct sink *sink, struct error *err)
{
    struct kafka_sink *kafka = (struct kafka_sink *)sink;
    int rc = 0;

    while (rd_kafka_outq_len(kafka->handle) > 0 && kafka->failed == 0) {
        if (is_hopeless(kafka))
            return away(kafka, err);
        rd_kafka_flush(kafka->handle, POLL_MS);
    }
    pthread_mutex_lock(&kafka->lock);
    if (kafka->failed > 0)
        rc = error_set(err, kafka->failure.kind, "%s (%llu of %llu records)", kafka->failure.text,
                       (unsigned long long)kafka->failed, (unsigned long long)kafka->sent);
    pthread_mutex_unlock(&kafka->lock);
    return rc;
}

/* A topic that is being created right now has no leader for a moment. */
static int kafka_partitions(struct sink *sink, int32_t *ret_partitions, struct error *err)
{
    struct kafka_sink *kafka = (struct kafka_sink *)sink;
    const struct rd_kafka_metadata *metadata;
    struct timespec pause = {.tv_nsec = METADATA_PAUSE_MS * 1000000L};
    int32_t partitions = 0;

    start_waiting(kafka);
    for (;;) {
        if (rd_kafka_metadata(kafka->handle, 0, kafka->topic, &metadata, METADATA_MS) == 0) {
            if (metadata->topic_cnt == 1 && !metadata->topics[0].err)
                partitions = metadata->topics[0].partition_cnt;
            rd_kafka_metadata_destroy(metadata);
        }
        if (partitions > 0) {
            *ret_partitions = partitions;
            return 0;
        }
        if (is_hopeless(kafka))
            return away(kafka, err);
        nanosleep(&pause, NULL);
    }
}

static void kafka_counts(struct sink *sink, struct sink_counts *ret_counts)
{
    struct kafka_sink *kafka = (struct kafka_sink *)sink;

    *ret_counts = (struct sink_counts){
        .sent = kafka->sent, .acknowledged = kafka->acknowledged, .failed = kafka->failed};
}

static void kafka_free(struct sink *sink)
{
    struct kafka_sink *kafka = (struct kafka_sink *)sink;

    if (kafka->handle)
        rd_kafka_purge(kafka->handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                          RD_KAFKA_PURGE_F_NON_BLOCKING);
    if (kafka->topic)
        rd_kafka_topic_destroy(kafka->topic);
    if (kafka->handle)
        rd_kafka_destroy(kafka->handle);
    pthread_mutex_destroy(&kafka->lock);
    free(kafka);
}

void sink_kafka_give_up(struct sink *sink)
{
    struct kafka_sink *kafka = (struct kafka_sink *)sink;

    rd_kafka_purge(kafka->handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    while (rd_kafka_outq_len(kafka->handle) > 0)
        rd_kafka_poll(kafka->handle, POLL_MS);
}

static const struct sink_ops kafka_ops = {
    .name = "kafka",
    .send = kafka_send,
    .flush = kafka_flush,
    .partitions = kafka_partitions,
    .counts = kafka_counts,
    .free = kafka_free,
};

/* The cheapest of what this librdkafka was built with. */
static const char *best_codec(const rd_kafka_conf_t *conf)
{
    static const char *const codecs[] = {"lz4", "zstd", "snappy"};
    char features[512];
    size_t bytes = sizeof(features);

    if (rd_kafka_conf_get(conf, "builtin.features", features, &bytes) != RD_KAFKA_CONF_OK)
        return "none";
    for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
        if (strstr(features, codecs[i]))
            return codecs[i];
    }
    return "none";
}

static int set(rd_kafka_conf_t *conf, const char *name, const char *value, struct error *err)
{
    char why[256];

    if (rd_kafka_conf_set(conf, name, value, why, sizeof(why)) == RD_KAFKA_CONF_OK)
        return 0;
    /* librdkafka's words repeat the value, which may be a secret */
    return error_set(err, ERROR_INPUT, "librdkafka does not take the property %s", name);
}

/* The static program has no Cyrus SASL; GSSAPI is librdkafka's default mechanism. */
static int refuse_gssapi(const rd_kafka_conf_t *conf, struct error *err)
{
#ifdef TOCSIN_STATIC
    char protocol[32] = "", mechanisms[128] = "";
    size_t protocol_bytes = sizeof(protocol), mechanisms_bytes = sizeof(mechanisms);

    rd_kafka_conf_get(conf, "security.protocol", protocol, &protocol_bytes);
    rd_kafka_conf_get(conf, "sasl.mechanisms", mechanisms, &mechanisms_bytes);
    if (strncmp(protocol, "sasl", 4) == 0 && strcmp(mechanisms, "GSSAPI") == 0)
        return error_set(err, ERROR_INPUT,
                         "sasl.mechanisms: GSSAPI (Kerberos) is not in the static tocsin; expected "
                         "SCRAM-SHA-256, SCRAM-SHA-512, PLAIN or OAUTHBEARER");
#else
    (void)conf;
    (void)err;
#endif
    return 0;
}

static int configure(rd_kafka_conf_t *conf, const struct sink_kafka_config *config,
                     struct error *err)
{
    char record_bytes[16], unknown_ms[24];
    const struct property ours[] = {
        {"bootstrap.servers", config->brokers},
        {"client.id", "tocsin"},
        {"acks", "all"},
        {"enable.idempotence", "false"},
        {"partitioner", "murmur2_random"},
        {"message.timeout.ms", "0"}, /* flush() has the time-out */
        {"message.max.bytes", record_bytes},
        {"topic.metadata.propagation.max.ms", unknown_ms},
        {"queue.buffering.max.kbytes", QUEUE_KBYTES},
        {"queue.buffering.max.messages", QUEUE_MESSAGES},
        {"batch.size", BATCH_BYTES},
        /* each holds a buffer as large as a batch before it was compressed */
        {"max.in.flight.requests.per.connection", IN_FLIGHT},
        {"linger.ms", LINGER_MS},
        {"retry.backoff.ms", "50"},
        {"socket.nagle.disable", "true"},
        {"compression.codec", best_codec(conf)},
#ifdef TOCSIN_STATIC
        /* a static OpenSSL knows no place of this system */
        {"ssl.ca.location", getenv("SSL_CERT_FILE") ? getenv("SSL_CERT_FILE") : "probe"},
#endif
    };

    snprintf(record_bytes, sizeof(record_bytes), "%d", FINDINGS_TOPIC_MESSAGE_BYTES_MAX);
    /* a topic that is not there may still be made, but not when the time-out is near */
    snprintf(unknown_ms, sizeof(unknown_ms), "%lld", (long long)config->timeout_ms / 2);
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        if (set(conf, ours[i].name, ours[i].value, err))
            return -1;
    }
    for (size_t i = 0; i < config->properties_count; i++) {
        if (set(conf, config->properties[i].name, config->properties[i].value, err))
            return -1;
    }
    if (refuse_gssapi(conf, err))
        return -1;
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_conf_set_log_cb(conf, on_log);
    return 0;
}

int sink_kafka_new(const struct sink_kafka_config *config, struct sink **ret_sink,
                   struct error *err)
{
    struct kafka_sink *kafka = calloc(1, sizeof(*kafka));
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char why[512];
    int rc = -1;

    if (!kafka) {
        rd_kafka_conf_destroy(conf);
        return error_set(err, ERROR_MEMORY, "no memory for a sink");
    }
    kafka->sink.ops = &kafka_ops;
    kafka->timeout_ms = config->timeout_ms;
    kafka->log = config->log;
    kafka->unsent = config->unsent;
    kafka->unsent_ctx = config->unsent_ctx;
    pthread_mutex_init(&kafka->lock, NULL);
    atomic_store(&kafka->progress_ms, monotonic_ms());
    if (configure(conf, config, err))
        goto out;
    rd_kafka_conf_set_opaque(conf, kafka);
    kafka->handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
    if (!kafka->handle) {
        error_set(err, ERROR_INPUT, "librdkafka cannot start: %s", why);
        goto out;
    }
    conf = NULL;
    kafka->topic = rd_kafka_topic_new(kafka->handle, config->topic, NULL);
    if (!kafka->topic)
        error_set(err, ERROR_INPUT, "%s cannot be a topic: %s", config->topic,
                  rd_kafka_err2str(rd_kafka_last_error()));
    else
        rc = 0;
out:
    if (conf)
        rd_kafka_conf_destroy(conf);
    if (rc)
        kafka_free(&kafka->sink);
    else
        *ret_sink = &kafka->sink;
    return rc;
}
