/*
 * role_new.c - makes a role and takes it apart.
 *
 * All handles are made, warmed up and checked before the group is joined, so that a wrong property,
 * a missing topic or partition counts that do not fit are found at the start and named. A broker
 * that is away is waited for, but not for ever: then the process ends, and its supervisor starts it
 * again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <syslog.h>
#include <unistd.h>

#include "consumer/kafka/role_private.h"

#define START_SLICE_MS 2000

static bool is_beside(enum topic_use use)
{
    return use == TOPIC_CHANGELOG || use == TOPIC_SIDE;
}

static int check_topics(const struct role_config *config, struct error *err)
{
    if (config->topics_count == 0 || config->topics_count > ROLE_TOPICS_MAX)
        return error_set(err, ERROR_LIMIT, "a role has 1 to %d topics, not %zu", ROLE_TOPICS_MAX,
                         config->topics_count);
    for (size_t i = 0; i < config->topics_count; i++)
        if ((i == 0) != (config->topics[i].use == TOPIC_INPUT))
            return error_set(err, ERROR_INPUT, "the first topic is the input, and the only one");
    return 0;
}

static int start_producer(struct role *role, struct error *err)
{
    int64_t until_ms = client_now_ms() + ROLE_START_MS_MAX;
    struct error why;

    do {
        why = (struct error){0};
        if (transactor_start(&role->transactor, START_SLICE_MS, &why) == 0)
            return 0;
    } while (why.kind == ERROR_RETRIABLE && client_now_ms() < until_ms);
    *err = why;
    return -1;
}

static int check_counts(struct role *role, struct error *err)
{
    memcpy(role->counts, role->transactor.partitions, sizeof(role->counts));
    for (size_t i = 1; i < role->config.topics_count; i++)
        if (is_beside(role->config.topics[i].use) && role->counts[i] != role->counts[0])
            return error_set(err, ERROR_INPUT,
                             "%s has %d partitions and %s has %d: they belong beside each other",
                             role->config.topics[i].name, role->counts[i],
                             role->config.topics[0].name, role->counts[0]);
    role->partitions_count = role->counts[0];
    role->partitions = calloc((size_t)role->partitions_count, sizeof(*role->partitions));
    if (role->partitions == NULL)
        return error_set(err, ERROR_MEMORY, "no memory for %d partitions", role->partitions_count);
    return 0;
}

static int warm_up_group(struct role *role, struct error *err)
{
    int32_t count;

    for (size_t i = 0; i < role->config.topics_count; i++) {
        enum topic_use use = role->config.topics[i].use;

        if ((use == TOPIC_INPUT || use == TOPIC_SIDE) &&
            client_warm_up(role->group, role->config.topics[i].name, WARM_UP_MS_MAX,
                           &role->handles[i], &count, err) != 0)
            return -1;
    }
    return 0;
}

static int subscribe(struct role *role, struct error *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_resp_err_t code;

    rd_kafka_topic_partition_list_add(list, role->config.topics[0].name, RD_KAFKA_PARTITION_UA);
    code = rd_kafka_subscribe(role->group, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return 0;
    return error_set(err, ERROR_FATAL, "subscribing to %s: %s", role->config.topics[0].name,
                     rd_kafka_err2str(code));
}

static int watch_queue(const struct role *role, rd_kafka_t *rk, struct error *err)
{
    static const uint64_t one = 1;
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(rk);

    if (queue == NULL)
        return error_set(err, ERROR_FATAL, "a consumer without a queue");
    rd_kafka_queue_io_event_enable(queue, role->event_fd, &one, sizeof(one));
    rd_kafka_queue_destroy(queue);
    return 0;
}

static int start(struct role *role, struct error *err)
{
    role->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (role->event_fd < 0)
        return error_set(err, ERROR_IO, "eventfd: %s", strerror(errno));
    if (watchdog_new(role->ops->name, NULL, &role->watchdog, err) != 0)
        return -1;
    /* the consumers first: unlike a producer they never make a broker create a topic */
    if (client_new(&role->group_client, CLIENT_GROUP, &role->group, err) != 0 ||
        warm_up_group(role, err) != 0 ||
        restore_init(&role->restore, &role->config, &role->group_client, role->ops, role->self,
                     role->group, role->watchdog, err) != 0 ||
        transactor_init(&role->transactor, &role->config, &role->producer_client, role->watchdog,
                        err) != 0)
        return -1;
    if (start_producer(role, err) != 0 || check_counts(role, err) != 0)
        return -1;
    if (watch_queue(role, role->group, err) != 0 ||
        watch_queue(role, role->restore.reader, err) != 0)
        return -1;
    return subscribe(role, err);
}

int role_new(const struct role_config *config, const struct role_ops *ops, void *self,
             struct role **ret, struct error *err)
{
    struct role *role;

    if (check_topics(config, err) != 0)
        return -1;
    role = calloc(1, sizeof(*role));
    if (role == NULL)
        return error_set(err, ERROR_MEMORY, "no memory for a role");
    role->config = *config;
    role->ops = ops;
    role->self = self;
    role->event_fd = -1;
    role->group_client = (struct client_config){
        .kafka = config->kafka,
        .kafka_count = config->kafka_count,
        .name = ops->name,
        .group = config->group,
        .instance = config->instance,
        .static_membership = config->static_membership,
        .rebalance = role_on_rebalance,
        .opaque = role,
    };
    role->producer_client = role->group_client;
    if (start(role, err) != 0) {
        role_free(role);
        return -1;
    }
    *ret = role;
    return 0;
}

static void close_group(struct role *role)
{
    if (role->group == NULL)
        return;
    watchdog_enter(role->watchdog, WATCHDOG_LOOP, "leaving the group", CLOSE_HANGS_MS);
    rd_kafka_consumer_close(role->group);
    for (size_t i = 0; i < ROLE_TOPICS_MAX; i++)
        if (role->handles[i] != NULL)
            rd_kafka_topic_destroy(role->handles[i]);
    rd_kafka_destroy(role->group);
    watchdog_leave(role->watchdog, WATCHDOG_LOOP);
}

void role_free(struct role *role)
{
    if (role == NULL)
        return;
    close_group(role);
    restore_fini(&role->restore);
    transactor_fini(&role->transactor);
    watchdog_free(role->watchdog);
    if (role->event_fd >= 0)
        close(role->event_fd);
    if (role->membership != NULL)
        rd_kafka_mem_free(NULL, role->membership);
    free(role->partitions);
    free(role);
}
