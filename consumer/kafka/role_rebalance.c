/*
 * role_rebalance.c - partitions come and go.
 *
 * On assignment the group is answered with an empty list at once and the partitions are restored
 * while the loop goes on polling; those that are restored are assigned later with explicit offsets.
 * On revocation what is pending is written (unless the assignment is lost), everything is dropped,
 * and assign(NULL) answers. The membership of the assignment is kept: a transaction is only sent
 * while the handle's own is still the same, since librdkafka may rejoin before this callback has
 * run.
 */
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "consumer/kafka/role_private.h"

static bool is_consumed(const struct role *role, size_t topic)
{
    return role->config.topics[topic].use == TOPIC_INPUT ||
           role->config.topics[topic].use == TOPIC_SIDE;
}

void role_drop_all(struct role *role, enum partition_state state)
{
    restore_cancel_all(&role->restore);
    for (int32_t i = 0; i < role->partitions_count; i++) {
        struct role_partition *partition = &role->partitions[i];

        if (partition->state >= PARTITION_RESTORING)
            role->ops->drop(role->self, i);
        if (partition->state != PARTITION_NONE)
            partition->state = state;
    }
    role->restored_ms = role->reassign_ms = 0;
    role->attention = true;
}

static int assign(struct role *role, const rd_kafka_topic_partition_list_t *list, struct error *err)
{
    rd_kafka_resp_err_t code;

    watchdog_enter(role->watchdog, WATCHDOG_LOOP, "assigning partitions", ASSIGN_HANGS_MS);
    code = rd_kafka_assign(role->group, list);
    watchdog_leave(role->watchdog, WATCHDOG_LOOP);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return 0;
    return error_set(err, ERROR_FATAL, "assigning partitions: %s", rd_kafka_err2str(code));
}

int role_assign_nothing(struct role *role, struct error *err)
{
    return assign(role, NULL, err);
}

int role_assign_live(struct role *role, struct error *err)
{
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new(role->partitions_count);
    int rc;

    for (int32_t i = 0; i < role->partitions_count; i++) {
        struct role_partition *partition = &role->partitions[i];

        if (partition->state < PARTITION_RESTORED)
            continue;
        partition->state = PARTITION_LIVE;
        for (size_t topic = 0; topic < role->config.topics_count; topic++)
            if (is_consumed(role, topic))
                rd_kafka_topic_partition_list_add(list, role->config.topics[topic].name, i)
                    ->offset = partition->next[topic];
    }
    role->restored_ms = role->reassign_ms = 0;
    rc = assign(role, NULL, err);
    if (rc == 0)
        rc = assign(role, list, err);
    rd_kafka_topic_partition_list_destroy(list);
    return rc;
}

/* Serialized, since metadata can't be compared otherwise. */
static void *membership_of(struct role *role, rd_kafka_consumer_group_metadata_t **ret_metadata,
                           size_t *ret_bytes)
{
    rd_kafka_consumer_group_metadata_t *metadata = rd_kafka_consumer_group_metadata(role->group);
    void *membership = NULL;
    rd_kafka_error_t *error;

    *ret_metadata = metadata;
    if (metadata == NULL)
        return NULL;
    error = rd_kafka_consumer_group_metadata_write(metadata, &membership, ret_bytes);
    if (error != NULL)
        rd_kafka_error_destroy(error);
    return membership;
}

rd_kafka_consumer_group_metadata_t *role_membership(struct role *role)
{
    rd_kafka_consumer_group_metadata_t *metadata;
    size_t bytes = 0;
    void *membership = membership_of(role, &metadata, &bytes);
    bool same = membership != NULL && role->membership != NULL && bytes == role->membership_bytes &&
                memcmp(membership, role->membership, bytes) == 0;

    if (membership != NULL)
        rd_kafka_mem_free(NULL, membership);
    if (!same && metadata != NULL) {
        rd_kafka_consumer_group_metadata_destroy(metadata);
        metadata = NULL;
    }
    return metadata;
}

static void membership_forget(struct role *role)
{
    if (role->membership != NULL)
        rd_kafka_mem_free(NULL, role->membership);
    role->membership = NULL;
}

static void assigned(struct role *role, const rd_kafka_topic_partition_list_t *list)
{
    rd_kafka_topic_partition_list_t *nothing = rd_kafka_topic_partition_list_new(0);
    rd_kafka_consumer_group_metadata_t *metadata;

    role_drop_all(role, PARTITION_NONE);
    for (int i = 0; i < list->cnt; i++) {
        int32_t partition = list->elems[i].partition;

        if (partition >= role->partitions_count)
            error_set(&role->fatal, ERROR_FATAL,
                      "%s has more partitions than the %d it had at the start: its keys have moved",
                      role->config.topics[0].name, role->partitions_count);
        else
            role->partitions[partition].state = PARTITION_ASSIGNED;
    }
    if (assign(role, NULL, &role->fatal) == 0)
        assign(role, nothing, &role->fatal);
    rd_kafka_topic_partition_list_destroy(nothing);

    membership_forget(role);
    role->membership = membership_of(role, &metadata, &role->membership_bytes);
    if (metadata != NULL)
        rd_kafka_consumer_group_metadata_destroy(metadata);
    role->rejoin_by_ms = 0;
    role->counters.rebalances++;
    client_log(LOG_INFO, role->ops->name, "assigned %d partitions of %s", list->cnt,
               role->config.topics[0].name);
}

static void revoked(struct role *role)
{
    bool lost = rd_kafka_assignment_lost(role->group) != 0;

    if (!lost && role_live_count(role) > 0 && role->ops->revoking != NULL)
        role->ops->revoking(role->self);
    role_drop_all(role, PARTITION_NONE);
    membership_forget(role);
    assign(role, NULL, &role->fatal);
    client_log(LOG_INFO, role->ops->name, "partitions of %s are %s", role->config.topics[0].name,
               lost ? "lost" : "revoked");
}

void role_on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t code,
                       rd_kafka_topic_partition_list_t *list, void *opaque)
{
    struct role *role = opaque;

    role->in_callback = true;
    if (role->committer != NULL)
        committer_rest(role->committer);
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        assigned(role, list);
    } else {
        if (code != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS)
            client_log(LOG_ERR, role->ops->name, "rebalance: %s", rd_kafka_err2str(code));
        revoked(role);
    }
    role->in_callback = false;
    rd_kafka_yield(rk); /* the poll returns, and the loop sees what has changed */
}
