/*
 * role.c - the handles of a role, and the records of its live partitions.
 *
 * role_poll() is on the path of every record and does little for it: find the topic by its handle,
 * the partition by its number, compare the offset. A record before the position (a rewind that
 * librdkafka should have hidden) is dropped here, as a second line of defence. Offsets that no
 * longer exist are said aloud: records that expired are skipped, a position behind the end means
 * another topic under the old name and ends the process.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <syslog.h>
#include <unistd.h>

#include "consumer/kafka/role_private.h"

#define ATTENTION_WAIT_MS 20

int role_topic_index(const struct role *role, const rd_kafka_message_t *message)
{
    for (size_t topic = 0; topic < role->config.topics_count; topic++)
        if (role->handles[topic] == message->rkt && message->rkt != NULL)
            return (int)topic;
    return -1;
}

static void wake(const struct role *role)
{
    uint64_t one = 1;

    if (write(role->event_fd, &one, sizeof(one)) < 0)
        client_log(LOG_DEBUG, role->ops->name, "the event is set already");
}

static void clear_event(const struct role *role)
{
    uint64_t count;

    if (read(role->event_fd, &count, sizeof(count)) < 0)
        return;
}

/* 0: consumption goes on. */
static int out_of_range(struct role *role, topic_index topic, int32_t index, struct error *err)
{
    struct role_partition *partition = &role->partitions[index];
    const char *name = role->config.topics[topic].name;
    int64_t first, end;
    struct error why = {0};

    if (restore_range(&role->restore, topic, index, &first, &end, &why) != 0) {
        client_log(LOG_WARNING, role->ops->name, "%s", why.text);
        role->reassign_ms = client_now_ms() + REASSIGN_MS;
        role->attention = true;
        return 0;
    }
    if (partition->next[topic] > end && topic == 0)
        return error_set(err, ERROR_FATAL,
                         "%s partition %d ends at %lld, but %lld was read before: it is not the "
                         "topic that the state belongs to",
                         name, index, (long long)end, (long long)partition->next[topic]);
    client_log(LOG_ERR, role->ops->name,
               "%s partition %d: %lld is wanted, %lld is the first that is left; going on there",
               name, index, (long long)partition->next[topic], (long long)first);
    partition->next[topic] = first;
    return role_assign_live(role, err);
}

static int dead(const struct role *role, struct error *err)
{
    char reason[ERROR_TEXT_BYTES_MAX];

    if (rd_kafka_fatal_error(role->group, reason, sizeof(reason)) == RD_KAFKA_RESP_ERR_NO_ERROR)
        return 0;
    return error_set(err, ERROR_FATAL, "consumer: %s", reason);
}

static int take_event(struct role *role, const rd_kafka_message_t *message, struct error *err)
{
    int topic = role_topic_index(role, message);

    if (dead(role, err) != 0)
        return -1;
    if ((message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
         message->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) &&
        topic >= 0 && role_partition_live(role, message->partition))
        return out_of_range(role, topic, message->partition, err);
    client_log(LOG_WARNING, role->ops->name, "consumer: %s", rd_kafka_message_errstr(message));
    return 0;
}

static bool admit(struct role *role, const rd_kafka_message_t *message, topic_index *ret_topic)
{
    int topic = role_topic_index(role, message);
    struct role_partition *partition;

    if (topic < 0 || !role_partition_live(role, message->partition))
        return false;
    partition = &role->partitions[message->partition];
    if (message->offset < partition->next[topic])
        return false;
    partition->next[topic] = message->offset + 1;
    role->counters.records++;
    *ret_topic = topic;
    return true;
}

/* 1: *ret_message is for the caller; 0: there is none; -1: fatal. */
static int next_record(struct role *role, int timeout_ms, rd_kafka_message_t **ret_message,
                       topic_index *ret_topic, struct error *err)
{
    for (int i = 0; i < EVENTS_A_POLL_MAX; i++) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(role->group, i ? 0 : timeout_ms);
        int rc = 0;

        if (error_is_set(&role->fatal)) {
            rc = error_set(err, ERROR_FATAL, "%s", role->fatal.text);
        } else if (message == NULL) {
            role->idle = true;
            return dead(role, err);
        } else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            rc = take_event(role, message, err);
        } else if (admit(role, message, ret_topic)) {
            *ret_message = message;
            return 1;
        }
        if (message != NULL)
            rd_kafka_message_destroy(message);
        if (rc != 0)
            return -1;
    }
    wake(role);
    return 0;
}

int role_poll(struct role *role, int timeout_ms, rd_kafka_message_t **ret_message,
              topic_index *ret_topic, struct error *err)
{
    *ret_message = NULL;
    if (role->idle) {
        clear_event(role);
        role->idle = false;
    }
    if (role->attention && role_serve(role, err) != 0)
        return -1;
    if (role->restore.under_way_count > 0)
        timeout_ms = 0; /* its slice has waited */
    return next_record(role, role_wait_ms(role, timeout_ms), ret_message, ret_topic, err) < 0 ? -1
                                                                                              : 0;
}

int role_event_fd(const struct role *role)
{
    return role->event_fd;
}

int role_wait_ms(const struct role *role, int wait_ms)
{
    return role->attention && wait_ms > ATTENTION_WAIT_MS ? ATTENTION_WAIT_MS : wait_ms;
}

bool role_partition_live(const struct role *role, int32_t partition)
{
    return partition >= 0 && partition < role->partitions_count &&
           role->partitions[partition].state == PARTITION_LIVE;
}

int64_t role_position(const struct role *role, topic_index topic, int32_t partition)
{
    if (!role_partition_live(role, partition) || topic < 0 || topic >= ROLE_TOPICS_MAX)
        return -1;

    int64_t next = role->partitions[partition].next[topic];

    return next >= 0 ? next : -1;
}

int32_t role_partitions(const struct role *role)
{
    return role->partitions_count;
}

int32_t role_topic_partitions(const struct role *role, topic_index topic)
{
    return topic >= 0 && (size_t)topic < role->config.topics_count ? role->counts[topic] : -1;
}

size_t role_live_count(const struct role *role)
{
    size_t count = 0;

    for (int32_t i = 0; i < role->partitions_count; i++)
        count += role->partitions[i].state == PARTITION_LIVE;
    return count;
}

bool role_restoring(const struct role *role)
{
    for (int32_t i = 0; i < role->partitions_count; i++)
        if (role->partitions[i].state != PARTITION_NONE &&
            role->partitions[i].state != PARTITION_LIVE)
            return true;
    return false;
}

void role_counters(const struct role *role, struct role_counters *ret)
{
    *ret = role->counters;
}
