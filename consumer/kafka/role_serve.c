/*
 * role_serve.c - what a poll does besides handing out records: start the producer, restore, go
 * live.
 *
 * Order matters: a restore only begins when the producer has answered init_transactions, since that
 * is what ends a transaction of ours that was left open. Partitions go live together where they
 * can; each assign() restarts the fetchers of all.
 */
#include <string.h>
#include <syslog.h>

#include "consumer/kafka/role_private.h"

static int serve_producer(struct role *role, struct error *err)
{
    struct error why = {0};

    if (role->renew) {
        client_log(LOG_NOTICE, role->ops->name, "making the producer anew");
        role->renew = false;
        role->starting = true;
        if (transactor_renew(&role->transactor, err) != 0)
            return -1;
    }
    if (!role->starting)
        return 0;
    if (transactor_start(&role->transactor, PRODUCER_SLICE_MS, &why) == 0) {
        role->starting = false;
        return 0;
    }
    if (why.kind == ERROR_RETRIABLE)
        return 0;
    return error_set(err, ERROR_FATAL, "%s", why.text);
}

static size_t count_in(const struct role *role, enum partition_state state)
{
    size_t count = 0;

    for (int32_t i = 0; i < role->partitions_count; i++)
        count += role->partitions[i].state == state;
    return count;
}

static int begin_restores(struct role *role, struct error *err)
{
    for (int32_t i = 0; i < role->partitions_count; i++) {
        struct role_partition *partition = &role->partitions[i];

        if (partition->state != PARTITION_ASSIGNED)
            continue;
        if (restore_begin(&role->restore, i, err) != 0)
            return -1;
        partition->state = PARTITION_RESTORING;
        partition->restore_started_ms = client_now_ms();
    }
    return 0;
}

/* As a number, so that it can be committed; where nobody answers, librdkafka will look it up. */
static int64_t beginning_of(struct role *role, topic_index topic, int32_t partition)
{
    enum topic_use use = role->config.topics[topic].use;
    int64_t first, end;

    if (use != TOPIC_INPUT && use != TOPIC_SIDE)
        return 0;
    if (restore_range(&role->restore, topic, partition, &first, &end, NULL) != 0)
        return RD_KAFKA_OFFSET_BEGINNING;
    return first;
}

static int restored(struct role *role, int32_t index, int64_t committed, struct error *err)
{
    struct role_partition *partition = &role->partitions[index];
    int64_t took_ms = client_now_ms() - partition->restore_started_ms;
    int64_t next[ROLE_TOPICS_MAX];
    int64_t input = -1;

    memset(next, -1, sizeof(next));
    if (role->ops->restored(role->self, index, &input, next, err) != 0)
        return -1;
    next[0] = input >= 0 ? input : committed;
    for (size_t topic = 0; topic < role->config.topics_count; topic++) {
        if (next[topic] < 0)
            next[topic] = beginning_of(role, (topic_index)topic, index);
        partition->next[topic] = partition->safe[topic] = next[topic];
    }
    partition->state = PARTITION_RESTORED;
    if (role->restored_ms == 0)
        role->restored_ms = client_now_ms();
    role->counters.restores++;
    role->counters.restore_ms_total += took_ms;
    client_log(LOG_INFO, role->ops->name, "partition %d restored in %lld ms, goes on at %lld",
               index, (long long)took_ms, (long long)next[0]);
    return 0;
}

static int serve_restores(struct role *role, struct error *err)
{
    int32_t index;
    int64_t committed;

    if (begin_restores(role, err) != 0)
        return -1;
    do {
        if (restore_slice(&role->restore, &index, &committed, err) != 0)
            return -1;
        if (index >= 0 && restored(role, index, committed, err) != 0)
            return -1;
    } while (index >= 0 && role->restore.under_way_count > 0);
    return 0;
}

static int serve_assignment(struct role *role, struct error *err)
{
    int64_t now_ms = client_now_ms();
    bool go_live = role->restored_ms != 0 && (role->restore.under_way_count == 0 ||
                                              now_ms - role->restored_ms >= GO_LIVE_WAIT_MS);
    bool again = role->reassign_ms != 0 && now_ms >= role->reassign_ms;

    if (role->rejoin_by_ms != 0 && now_ms > role->rejoin_by_ms)
        return error_set(err, ERROR_FATAL,
                         "the group refused this member %d s ago and gave it no new assignment",
                         REJOIN_MS_MAX / 1000);
    if (!again && (!go_live || role->reassign_ms != 0))
        return 0;
    return role_assign_live(role, err);
}

int role_serve(struct role *role, struct error *err)
{
    if (serve_producer(role, err) != 0)
        return -1;
    if (!role->starting && serve_restores(role, err) != 0)
        return -1;
    if (serve_assignment(role, err) != 0)
        return -1;
    role->attention = role->starting || role->renew || role->rejoin_by_ms != 0 ||
                      role->reassign_ms != 0 || role->restored_ms != 0 ||
                      count_in(role, PARTITION_ASSIGNED) + count_in(role, PARTITION_RESTORING) > 0;
    return 0;
}
