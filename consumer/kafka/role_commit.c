/*
 * role_commit.c - a batch's transaction, and what its outcome means for consumption.
 *
 * A batch is refused before anything is sent when it has no position, when it writes to a changelog
 * without the position of that partition (the fence would not cover it), or when one of its
 * partitions is no longer live. Whoever runs the transaction (the role, the committer),
 * role_settle() draws the consequences on the role's thread.
 */
#include <stdlib.h>
#include <syslog.h>

#include "consumer/kafka/role_private.h"

static bool has_position(const struct batch *batch, int32_t partition)
{
    for (size_t i = 0; i < batch->positions_count; i++)
        if (batch->positions[i].topic == 0 && batch->positions[i].partition == partition)
            return true;
    return false;
}

static int check_record(const struct role *role, const struct batch *batch,
                        const struct batch_record *record, struct error *err)
{
    if (record->topic < 0 || (size_t)record->topic >= role->config.topics_count)
        return error_set(err, ERROR_INPUT, "a record for topic %d of %zu", record->topic,
                         role->config.topics_count);

    const struct role_topic *topic = &role->config.topics[record->topic];

    if (record->partition < PARTITION_BY_KEY || record->partition >= role->counts[record->topic])
        return error_set(err, ERROR_INPUT, "a record for partition %d of %s", record->partition,
                         topic->name);
    if (topic->use == TOPIC_CHANGELOG && !has_position(batch, record->partition))
        return error_set(err, ERROR_INPUT, "a record for %s without the position of partition %d",
                         topic->name, record->partition);
    return 0;
}

int role_check_batch(const struct role *role, const struct batch *batch, struct error *err)
{
    bool any = false;

    for (size_t i = 0; i < batch->positions_count; i++) {
        const struct batch_position *position = &batch->positions[i];

        if (!role_partition_live(role, position->partition))
            return error_set(err, ERROR_RETRIABLE, "partition %d is no longer live",
                             position->partition);
        any = any || position->topic == 0;
    }
    if (!any)
        return error_set(err, ERROR_INPUT, "a transaction without the position of any input");
    for (size_t i = 0; i < batch->count; i++)
        if (check_record(role, batch, &batch->records[i], err) != 0)
            return -1;
    return 0;
}

static void keep_positions(struct role *role, const struct batch *batch)
{
    for (size_t i = 0; i < batch->positions_count; i++) {
        const struct batch_position *position = &batch->positions[i];

        if (role_partition_live(role, position->partition))
            role->partitions[position->partition].safe[position->topic] = position->next;
    }
}

/* A second abort in a row waits a little, and longer each time: what fails at once would spin. */
static int read_again(struct role *role, struct error *err)
{
    int64_t pause_ms = ABORT_PAUSE_MS_MIN;

    if (role->in_callback)
        return 0;
    if (role->aborts_in_a_row < 2)
        return role_assign_live(role, err);
    for (int i = 2; i < role->aborts_in_a_row && pause_ms < ABORT_PAUSE_MS_MAX; i++)
        pause_ms *= 2;
    role->reassign_ms = client_now_ms() + pause_ms;
    role->attention = true;
    return role_assign_nothing(role, err);
}

static int go_back(struct role *role, struct error *err)
{
    for (int32_t i = 0; i < role->partitions_count; i++)
        for (size_t topic = 0; topic < role->config.topics_count; topic++)
            role->partitions[i].next[topic] = role->partitions[i].safe[topic];
    return read_again(role, err);
}

/* The group has another member in our place: what we hold is old. */
static int lose_all(struct role *role, struct error *err)
{
    role_drop_all(role, PARTITION_NONE);
    if (role->in_callback)
        return 0;
    role->rejoin_by_ms = client_now_ms() + REJOIN_MS_MAX;
    return role_assign_live(role, err);
}

static int forget_outcome(struct role *role, struct error *err)
{
    role_drop_all(role, PARTITION_ASSIGNED);
    role->renew = true;
    if (++role->renewals > RENEWALS_MAX)
        return error_set(err, ERROR_FATAL,
                         "%d transactions ended in doubt, none was committed between them: does "
                         "another process have the instance %s?",
                         role->renewals, role->config.instance);
    return role->in_callback ? 0 : role_assign_live(role, err);
}

enum commit_result role_settle(struct role *role, const struct batch *batch,
                               enum commit_result result, struct error *err)
{
    struct error failed = {0};
    int rc = 0;

    if (result != COMMITTED && role->transactor.forbidden)
        result = FATAL;
    switch (result) {
    case COMMITTED:
        role->counters.commits++;
        role->renewals = role->aborts_in_a_row = 0;
        keep_positions(role, batch);
        return COMMITTED;
    case ABORTED:
        role->counters.aborts++;
        role->aborts_in_a_row++;
        client_log(LOG_NOTICE, role->ops->name, "aborted: %s", err ? err->text : "");
        rc = role->transactor.membership_lost ? lose_all(role, &failed) : go_back(role, &failed);
        break;
    case UNKNOWN:
        role->counters.unknown++;
        client_log(LOG_WARNING, role->ops->name, "outcome unknown: %s", err ? err->text : "");
        rc = forget_outcome(role, &failed);
        break;
    case FATAL:
        break;
    }
    if (rc == 0)
        return result;
    client_log(LOG_ERR, role->ops->name, "%s", failed.text);
    if (err != NULL)
        *err = failed;
    return FATAL;
}

enum commit_result role_commit(struct role *role, const struct batch *batch, struct error *err)
{
    rd_kafka_consumer_group_metadata_t *membership;
    int64_t started_ms = client_now_ms();
    enum commit_result result = ABORTED;
    struct error why = {0};

    if (role->committer != NULL && committer_rest(role->committer)) {
        error_set(err, ERROR_INPUT, "the result of the transaction before was not fetched");
        return ABORTED;
    }
    role->transactor.membership_lost = role->transactor.forbidden = false;
    if (role_check_batch(role, batch, &why) != 0) {
        if (why.kind != ERROR_RETRIABLE) {
            if (err != NULL)
                *err = why;
            return FATAL;
        }
    } else if ((membership = role_membership(role)) == NULL) {
        error_set(&why, ERROR_RETRIABLE, "the group has a new generation");
        role->transactor.membership_lost = true;
    } else {
        result = transactor_run(&role->transactor, batch, membership, &why);
        rd_kafka_consumer_group_metadata_destroy(membership);
    }
    result = role_settle(role, batch, result, &why);
    role->counters.commit_ms_total += client_now_ms() - started_ms;
    if (err != NULL && result != COMMITTED)
        *err = why;
    return result;
}
