/*
 * deliver_input.c - what deliver reads: its tables while restoring, then notifications and
 * wake-ups.
 *
 * Between a restore and a drop every record of a live partition is handed to the deliverer, whole
 * and in order. Reading stops for a while when much is waiting for a commit.
 */
#include <string.h>

#include "consumer/deliver_loop.h"
#include "consumer/kafka/message.h"

#define INPUT_RECORDS_MAX   500 /* taken before the sockets get their turn */
#define TOPICS_BEFORE_RETRY DELIVER_RETRY

int loop_name_topics(struct loop *loop, struct error *err)
{
    static const struct role_topic fixed[TOPICS_BEFORE_RETRY] = {
        [DELIVER_NOTIFICATIONS] = {"notifications", TOPIC_INPUT},
        [DELIVER_DELIVERIES] = {"deliveries", TOPIC_CHANGELOG},
        [DELIVER_DEAD_LETTER] = {"dead-letter", TOPIC_OUTPUT},
    };
    const struct topics_config *config = &loop->run->config->topics;
    const struct retry_tier *tiers = config->retry_tiers.items;

    loop->topics_count = TOPICS_BEFORE_RETRY + config->retry_tiers.count;
    if (loop->topics_count > ROLE_TOPICS_MAX)
        return error_set(err, ERROR_LIMIT, "too many retry tiers");
    for (size_t i = 0; i < loop->topics_count; i++) {
        bool retry = i >= TOPICS_BEFORE_RETRY;
        loop->topics[i].use = retry ? TOPIC_SIDE : fixed[i].use;
        loop->topics[i].name =
            arena_printf(&loop->arena, "%s%s%s", config->prefix, retry ? "retry." : fixed[i].name,
                         retry ? tiers[i - TOPICS_BEFORE_RETRY].name : "");
        if (loop->topics[i].name == NULL)
            return error_set(err, ERROR_MEMORY, "out of memory");
    }
    return 0;
}

int loop_restore(void *self, topic_index topic, int32_t partition, const void *key,
                 size_t key_bytes, const void *value, size_t value_bytes, struct error *err)
{
    struct loop *loop = self;

    (void)topic;
    return deliverer_restore(loop->deliverer, partition, key, key_bytes, value, value_bytes, err);
}

int loop_restored(void *self, int32_t partition, int64_t *ret_next,
                  int64_t ret_side_next[ROLE_TOPICS_MAX], struct error *err)
{
    struct loop *loop = self;
    int64_t tiers[RETRY_TIERS_MAX];

    if (deliverer_restored(loop->deliverer, partition, moment_now(), ret_next, tiers, err) != 0)
        return -1;
    for (size_t i = DELIVER_RETRY; i < loop->topics_count; i++)
        ret_side_next[i] = tiers[i - DELIVER_RETRY];
    return 0;
}

void loop_drop(void *self, int32_t partition)
{
    deliverer_drop(((struct loop *)self)->deliverer, partition);
}

static int take_record(struct loop *loop, const rd_kafka_message_t *message, topic_index topic,
                       struct moment now, struct error *err)
{
    struct envelope envelope;
    rd_kafka_timestamp_type_t kind;
    struct delivered_record record = {
        .topic = loop->topics[topic].name,
        .partition = message->partition,
        .offset = message->offset,
        .time_ms = rd_kafka_message_timestamp(message, &kind),
        .key = message->key,
        .key_bytes = message->key_len,
        .value = message->payload,
        .value_bytes = message->len,
        .headers = envelope.headers,
    };

    if (topic >= DELIVER_RETRY)
        return deliverer_wakeup(loop->deliverer, (size_t)(topic - DELIVER_RETRY), &record, now,
                                err);
    message_headers(message, &envelope);
    record.headers_count = envelope.count;
    atomic_fetch_add(&loop->run->status->records, 1);
    return deliverer_notification(loop->deliverer, &record, now, err);
}

int loop_take_input(struct loop *loop, bool *ret_more, struct error *err)
{
    *ret_more = true;
    for (int i = 0; i < INPUT_RECORDS_MAX; i++) {
        rd_kafka_message_t *message = NULL;
        topic_index topic = 0;
        if (i > 0 && deliverer_full(loop->deliverer))
            break;
        if (role_poll(loop->role, 0, &message, &topic, err) != 0)
            return -1;
        if (error_is_set(&loop->err)) {
            *err = loop->err;
            return -1;
        }
        if (message == NULL) {
            *ret_more = false;
            return 0;
        }
        int rc = take_record(loop, message, topic, moment_now(), err);
        rd_kafka_message_destroy(message);
        if (rc != 0)
            return -1;
    }
    return 0;
}
