/*
 * role_confirm.c - is this member still the one that holds its partitions?
 *
 * Only the group's coordinator knows, and the only question that it answers with the generation in
 * view and without side effects is a commit of the offsets that are committed already. It is asked
 * outside any transaction, so the committer is waited for first. No answer in time counts as no.
 */
#include "consumer/kafka/role_private.h"

static rd_kafka_topic_partition_list_t *safe_positions(const struct role *role)
{
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new(role->partitions_count);

    for (int32_t i = 0; i < role->partitions_count; i++)
        if (role_partition_live(role, i) && role->partitions[i].safe[0] >= 0)
            rd_kafka_topic_partition_list_add(list, role->config.topics[0].name, i)->offset =
                role->partitions[i].safe[0];
    return list;
}

static bool still_member(struct role *role)
{
    rd_kafka_consumer_group_metadata_t *membership = role_membership(role);

    if (membership == NULL)
        return false;
    rd_kafka_consumer_group_metadata_destroy(membership);
    return rd_kafka_assignment_lost(role->group) == 0;
}

static bool answer_is_yes(rd_kafka_event_t *event)
{
    rd_kafka_topic_partition_list_t *list;

    if (event == NULL || rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return false;
    list = rd_kafka_event_topic_partition_list(event);
    for (int i = 0; list != NULL && i < list->cnt; i++)
        if (list->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR)
            return false;
    return true;
}

static bool ask_coordinator(struct role *role, const rd_kafka_topic_partition_list_t *list,
                            int timeout_ms)
{
    rd_kafka_queue_t *queue = rd_kafka_queue_new(role->group);
    rd_kafka_event_t *event = NULL;
    bool yes;

    if (rd_kafka_commit_queue(role->group, list, queue, NULL, NULL) == RD_KAFKA_RESP_ERR_NO_ERROR)
        event = rd_kafka_queue_poll(queue, timeout_ms);
    yes = answer_is_yes(event);
    if (event != NULL)
        rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    return yes;
}

bool role_confirm_membership(struct role *role, int timeout_ms)
{
    rd_kafka_topic_partition_list_t *list;
    bool yes;

    if (role->committer != NULL)
        committer_rest(role->committer);
    list = safe_positions(role);
    yes = list->cnt > 0 && still_member(role) && ask_coordinator(role, list, timeout_ms) &&
          still_member(role);
    rd_kafka_topic_partition_list_destroy(list);
    return yes;
}
