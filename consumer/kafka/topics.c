/*
 * topics.c - the plan: one row a topic, as design.md says why.
 *
 * min.insync.replicas is 2 from three copies on, so that an accepted record survives the loss of a
 * broker; with fewer copies it is 1, else the loss of one broker would stop everything.
 */
#include "consumer/kafka/topics.h"

#include <inttypes.h>
#include <string.h>

#include "consumer/records/control.h"

#define DAY_MS            INT64_C(86400000)
#define RETENTION_MS      (7 * DAY_MS)
#define DEAD_LETTERS_MS   (90 * DAY_MS)
#define SEGMENT_BYTES     (INT64_C(64) << 20)
#define COMPACTION_LAG_MS INT64_C(3600000)

enum partitioning { BY_FINDINGS, BY_NOTIFICATIONS, BY_CONTROL, BY_NOTHING };
enum cleanup { COMPACT, DELETE };

struct topic_row {
    const char *name;
    enum partitioning partitioning;
    enum cleanup cleanup;
    int64_t retention_ms; /* with DELETE */
    int64_t message_bytes_max;
    bool broker_time; /* LogAppendTime: the broker's clock orders and ages */
};

#define BYTES_MAX FINDINGS_TOPIC_MESSAGE_BYTES_MAX

static const struct topic_row first_rows[] = {
    {"findings", BY_FINDINGS, DELETE, RETENTION_MS, BYTES_MAX, true},
    {"alerts", BY_FINDINGS, COMPACT, 0, BYTES_MAX, false},
    {"state", BY_FINDINGS, COMPACT, 0, BYTES_MAX, false},
    {"notifications", BY_NOTIFICATIONS, DELETE, RETENTION_MS, BYTES_MAX, false},
    {"deliveries", BY_NOTIFICATIONS, COMPACT, 0, BYTES_MAX, false},
    {"dead-letter", BY_NOTHING, DELETE, DEAD_LETTERS_MS, DEAD_LETTER_TOPIC_MESSAGE_BYTES_MAX,
     false},
};
static const struct topic_row tier_row = {"retry.",     BY_NOTIFICATIONS, DELETE,
                                          RETENTION_MS, BYTES_MAX,        false};
static const struct topic_row last_row = {"control", BY_CONTROL, COMPACT, 0, BYTES_MAX, false};

static void put(struct topic_plan *plan, const char *name, const char *value)
{
    struct topic_setting *setting = &plan->settings[plan->settings_count++];

    setting->name = name;
    snprintf(setting->value, sizeof(setting->value), "%s", value);
}

static void put_number(struct topic_plan *plan, const char *name, int64_t number)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRId64, number);
    put(plan, name, text);
}

static int32_t partitions_of(const struct topics_config *topics, enum partitioning partitioning)
{
    switch (partitioning) {
    case BY_FINDINGS:
    case BY_NOTHING:
        return (int32_t)topics->partitions;
    case BY_NOTIFICATIONS:
        return (int32_t)topics->notification_partitions;
    default:
        return CONTROL_PARTITIONS;
    }
}

static int add(struct topics_plan *plan, const struct topics_config *topics,
               const struct topic_row *row, const char *tier, struct error *err)
{
    struct topic_plan *topic = &plan->rows[plan->count];
    int bytes;

    if (plan->count == TOPICS_MAX)
        return error_set(err, ERROR_LIMIT, "more than %d topics: fewer retry_tiers", TOPICS_MAX);
    *topic = (struct topic_plan){.partitions = partitions_of(topics, row->partitioning),
                                 .replication = (int32_t)topics->replication,
                                 .any_partitions = row->partitioning == BY_NOTHING};
    bytes = snprintf(topic->name, sizeof(topic->name), "%s%s%s", topics->prefix, row->name, tier);
    if (bytes < 0 || (size_t)bytes >= sizeof(topic->name))
        return error_set(err, ERROR_LIMIT, "topics.prefix is too long");
    put(topic, "cleanup.policy", row->cleanup == COMPACT ? "compact" : "delete");
    if (row->cleanup == COMPACT) {
        put_number(topic, "segment.bytes", SEGMENT_BYTES);
        put_number(topic, "max.compaction.lag.ms", COMPACTION_LAG_MS);
    } else {
        put_number(topic, "retention.ms", row->retention_ms);
    }
    put_number(topic, "max.message.bytes", row->message_bytes_max);
    if (row->broker_time)
        put(topic, "message.timestamp.type", "LogAppendTime");
    put_number(topic, "min.insync.replicas", topics->replication >= 3 ? 2 : 1);
    plan->count++;
    return 0;
}

int topics_plan(const struct config *config, struct topics_plan *ret, struct error *err)
{
    const struct topics_config *topics = &config->topics;
    const struct retry_tier *tiers = topics->retry_tiers.items;
    int rc = 0;

    ret->count = 0;
    for (size_t i = 0; i < sizeof(first_rows) / sizeof(first_rows[0]) && rc == 0; i++)
        rc = add(ret, topics, &first_rows[i], "", err);
    for (size_t i = 0; i < topics->retry_tiers.count && rc == 0; i++)
        rc = add(ret, topics, &tier_row, tiers[i].name, err);
    return rc ? rc : add(ret, topics, &last_row, "", err);
}

void topics_plan_print(const struct topics_plan *plan, FILE *out)
{
    int width = (int)strlen("topic");

    for (size_t i = 0; i < plan->count; i++) {
        int bytes = (int)strlen(plan->rows[i].name);

        width = bytes > width ? bytes : width;
    }
    fprintf(out, "%-*s  partitions  replication  settings\n", width, "topic");
    for (size_t i = 0; i < plan->count; i++) {
        const struct topic_plan *row = &plan->rows[i];

        fprintf(out, "%-*s  %10d  %11d ", width, row->name, row->partitions, row->replication);
        for (size_t j = 0; j < row->settings_count; j++)
            fprintf(out, " %s=%s", row->settings[j].name, row->settings[j].value);
        fputc('\n', out);
    }
}
