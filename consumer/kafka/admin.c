/*
 * admin.c - metadata, settings and creation of topics over librdkafka's admin calls.
 *
 * The list of all topics is asked for, never one by name: brokers that create topics on demand
 * would make it, with the wrong settings.
 */
#include "consumer/kafka/admin.h"

#include <string.h>
#include <syslog.h>

#include "consumer/kafka/client.h"

static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    (void)rk;
    if (strcmp(facility, "CONFWARN") != 0 && strcmp(facility, "FAIL") != 0)
        client_log(level, "topics", "%s", text);
}

static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
    struct admin *admin = opaque;

    (void)rk;
    if (code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
        snprintf(admin->reason, sizeof(admin->reason), "%s", reason);
}

static void on_delivered(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
    struct admin *admin = opaque;

    (void)rk;
    admin->delivered = message->err;
}

/* The caller has checked the properties: here librdkafka's words would lack their line. */
static int set_properties(rd_kafka_conf_t *conf, const struct config *config, struct error *err)
{
    const struct label *properties = config->kafka.items;
    char reason[ADMIN_REASON_BYTES_MAX];

    for (size_t i = 0; i < config->kafka.count; i++) {
        if (rd_kafka_conf_set(conf, properties[i].name, properties[i].value, reason,
                              sizeof(reason)) != RD_KAFKA_CONF_OK)
            return error_set(err, ERROR_INPUT, "kafka.%s is refused", properties[i].name);
    }
    if (rd_kafka_conf_set(conf, "acks", "all", reason, sizeof(reason)) != RD_KAFKA_CONF_OK ||
        rd_kafka_conf_set(conf, "log.connection.close", "false", reason, sizeof(reason)) !=
            RD_KAFKA_CONF_OK)
        return error_set(err, ERROR_FATAL, "librdkafka: %s", reason);
    return 0;
}

int admin_init(struct admin *admin, const struct config *config, struct error *err)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char reason[ADMIN_REASON_BYTES_MAX];

    *admin = (struct admin){0};
    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivered);
    rd_kafka_conf_set_opaque(conf, admin);
    if (set_properties(conf, config, err)) {
        rd_kafka_conf_destroy(conf);
        return -1;
    }
    admin->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof(reason));
    if (!admin->rk) {
        rd_kafka_conf_destroy(conf);
        return error_set(err, ERROR_INPUT, "kafka: %s", reason);
    }
    admin->queue = rd_kafka_queue_new(admin->rk);
    return 0;
}

void admin_fini(struct admin *admin)
{
    if (!admin->rk)
        return;
    if (admin->described)
        rd_kafka_event_destroy(admin->described);
    rd_kafka_queue_destroy(admin->queue);
    rd_kafka_destroy(admin->rk);
    *admin = (struct admin){0};
}

/* Nobody answered: with what librdkafka has to say about it. */
static int unanswered(struct admin *admin, rd_kafka_resp_err_t code, struct error *err)
{
    rd_kafka_poll(admin->rk, 0);
    return error_set(err, ERROR_RETRIABLE, "the Kafka brokers do not answer: %s",
                     *admin->reason ? admin->reason : rd_kafka_err2str(code));
}

static const struct rd_kafka_metadata_topic *topic_find(const struct rd_kafka_metadata *metadata,
                                                        const char *name)
{
    for (int i = 0; i < metadata->topic_cnt; i++) {
        if (strcmp(metadata->topics[i].topic, name) == 0)
            return &metadata->topics[i];
    }
    return NULL;
}

int admin_topics(struct admin *admin, const struct topics_plan *plan,
                 struct topic_actual ret[TOPICS_MAX], struct error *err)
{
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_resp_err_t code = rd_kafka_metadata(admin->rk, 1, NULL, &metadata, TOPICS_TIMEOUT_MS);

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return unanswered(admin, code, err);
    admin->brokers = metadata->broker_cnt;
    for (size_t i = 0; i < plan->count; i++) {
        const struct rd_kafka_metadata_topic *topic = topic_find(metadata, plan->rows[i].name);

        ret[i] = (struct topic_actual){0};
        if (!topic || topic->partition_cnt == 0)
            continue;
        ret[i].exists = true;
        ret[i].partitions = topic->partition_cnt;
        ret[i].replication = topic->partitions[0].replica_cnt;
    }
    rd_kafka_metadata_destroy(metadata);
    return 0;
}

/* `self` is the rd_kafka_ConfigResource_t of the topic. */
static const char *resource_value(const void *self, const char *name)
{
    size_t count = 0;
    const rd_kafka_ConfigEntry_t **entries =
        self ? rd_kafka_ConfigResource_configs(self, &count) : NULL;

    for (size_t i = 0; i < count; i++) {
        if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), name) == 0)
            return rd_kafka_ConfigEntry_value(entries[i]);
    }
    return NULL;
}

/* Waits for the answer of the admin call under way. */
static rd_kafka_event_t *wait_for(struct admin *admin, struct error *err)
{
    rd_kafka_event_t *event = rd_kafka_queue_poll(admin->queue, TOPICS_TIMEOUT_MS * 2);

    if (!event) {
        unanswered(admin, RD_KAFKA_RESP_ERR__TIMED_OUT, err);
    } else if (rd_kafka_event_error(event)) {
        error_set(err, ERROR_RETRIABLE, "the Kafka brokers: %s",
                  rd_kafka_event_error_string(event));
        rd_kafka_event_destroy(event);
        event = NULL;
    }
    return event;
}

static rd_kafka_AdminOptions_t *options_new(struct admin *admin, rd_kafka_admin_op_t operation)
{
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(admin->rk, operation);
    char reason[ADMIN_REASON_BYTES_MAX];

    rd_kafka_AdminOptions_set_request_timeout(options, TOPICS_TIMEOUT_MS, reason, sizeof(reason));
    if (operation == RD_KAFKA_ADMIN_OP_CREATETOPICS)
        rd_kafka_AdminOptions_set_operation_timeout(options, TOPICS_TIMEOUT_MS, reason,
                                                    sizeof(reason));
    return options;
}

static void take_settings(struct admin *admin, const struct topics_plan *plan,
                          struct topic_actual actual[TOPICS_MAX])
{
    size_t count = 0;
    const rd_kafka_ConfigResource_t **resources = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(admin->described), &count);

    for (size_t i = 0; i < plan->count; i++) {
        actual[i].value = resource_value;
        for (size_t j = 0; j < count; j++) {
            if (strcmp(rd_kafka_ConfigResource_name(resources[j]), plan->rows[i].name) == 0)
                actual[i].self = resources[j];
        }
    }
}

int admin_settings(struct admin *admin, const struct topics_plan *plan,
                   struct topic_actual actual[TOPICS_MAX], struct error *err)
{
    rd_kafka_ConfigResource_t *asked[TOPICS_MAX];
    rd_kafka_AdminOptions_t *options = options_new(admin, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
    size_t count = 0;

    for (size_t i = 0; i < plan->count; i++) {
        if (actual[i].exists)
            asked[count++] =
                rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, plan->rows[i].name);
    }
    if (admin->described)
        rd_kafka_event_destroy(admin->described);
    admin->described = NULL;
    if (count) {
        rd_kafka_DescribeConfigs(admin->rk, asked, count, options, admin->queue);
        admin->described = wait_for(admin, err);
    }
    rd_kafka_ConfigResource_destroy_array(asked, count);
    rd_kafka_AdminOptions_destroy(options);
    if (admin->described)
        take_settings(admin, plan, actual);
    return count && !admin->described ? -1 : 0;
}

static rd_kafka_NewTopic_t *new_topic(const struct topic_plan *row, struct error *err)
{
    char reason[ADMIN_REASON_BYTES_MAX];
    rd_kafka_NewTopic_t *topic =
        rd_kafka_NewTopic_new(row->name, row->partitions, row->replication, reason, sizeof(reason));

    if (!topic) {
        error_set(err, ERROR_INPUT, "topic %s: %s", row->name, reason);
        return NULL;
    }
    for (size_t i = 0; i < row->settings_count; i++)
        rd_kafka_NewTopic_set_config(topic, row->settings[i].name, row->settings[i].value);
    return topic;
}

static int check_created(const struct admin *admin, const rd_kafka_event_t *event,
                         int32_t replication, struct error *err)
{
    size_t count = 0;
    const rd_kafka_topic_result_t **results = rd_kafka_CreateTopics_result_topics(
        rd_kafka_event_CreateTopics_result((rd_kafka_event_t *)event), &count);

    for (size_t i = 0; i < count; i++) {
        rd_kafka_resp_err_t code = rd_kafka_topic_result_error(results[i]);
        const char *name = rd_kafka_topic_result_name(results[i]);

        if (code == RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR)
            return error_set(err, ERROR_INPUT,
                             "topics.replication is %d, but the cluster has %d broker%s: set "
                             "topics.replication to at most that (1 for a single broker)",
                             replication, admin->brokers, admin->brokers == 1 ? "" : "s");
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR && code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
            return error_set(err, ERROR_INPUT, "cannot create topic %s: %s", name,
                             rd_kafka_topic_result_error_string(results[i]));
    }
    return 0;
}

int admin_create(struct admin *admin, const struct topic_plan *const *rows, size_t count,
                 struct error *err)
{
    rd_kafka_NewTopic_t *topics[TOPICS_MAX];
    rd_kafka_AdminOptions_t *options = NULL;
    rd_kafka_event_t *event = NULL;
    size_t made = 0;
    int rc = -1;

    for (; made < count; made++) {
        topics[made] = new_topic(rows[made], err);
        if (!topics[made])
            goto out;
    }
    options = options_new(admin, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_CreateTopics(admin->rk, topics, count, options, admin->queue);
    event = wait_for(admin, err);
    if (event)
        rc = check_created(admin, event, rows[0]->replication, err);
out:
    if (event)
        rd_kafka_event_destroy(event);
    if (options)
        rd_kafka_AdminOptions_destroy(options);
    rd_kafka_NewTopic_destroy_array(topics, made);
    return rc;
}
