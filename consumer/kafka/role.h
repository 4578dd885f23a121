/*
 * role.h - the transaction rules of design.md, once, for correlate and deliver.
 *
 * A role subscribes to one topic, keeps tables that it restores from compacted topics beside it
 * (partition i beside partition i), and commits batches: state + output + input positions in one
 * transaction. The role owns the handles (group consumer, restore consumer, transactional
 * producer), the rebalance callback, restore and the recovery from aborted and unknown outcomes.
 * What the records mean is the business of `role_ops`.
 *
 * Life of a partition:  assigned -> restoring -> live -> revoked.
 *   Only records of live partitions at or after their position are handed out. After an abort the
 * caller drops its copies and consumption goes back to the committed position. After an unknown
 * outcome (any time-out in a commit) the producer is made anew with the same id, every partition is
 * dropped and restored. Threads: all calls from the role's one thread, but for what committer.h
 * says.
 */
#ifndef TOCSIN_CONSUMER_KAFKA_ROLE_H
#define TOCSIN_CONSUMER_KAFKA_ROLE_H

#include <librdkafka/rdkafka.h>

#include "consumer/kafka/batch.h"

#define ROLE_TOPICS_MAX 24

enum topic_use {
    TOPIC_INPUT,     /* the one that is subscribed to: index 0 */
    TOPIC_CHANGELOG, /* restored, compacted, partition i beside i */
    TOPIC_SIDE,      /* consumed beside the input, partition i beside i, from the position that
                        `restored` gives */
    TOPIC_OUTPUT,    /* only produced to */
};

struct role_topic {
    const char *name; /* whole name, with prefix */
    enum topic_use use;
};

/* Called on the role's thread. `self` is the caller's. */
struct role_ops {
    const char *name; /* "correlate", "deliver" */

    /* A record of changelog `topic` of `partition` while restoring, in order; value NULL: a
     * tombstone. */
    int (*restore)(void *self, topic_index topic, int32_t partition, const void *key,
                   size_t key_bytes, const void *value, size_t value_bytes, struct error *err);

    /* All changelogs of the partition are in. *ret_next: where to consume the input (-1: the
     * changelog holds no position; then the group's committed offset, else the beginning).
     * ret_side_next[topic]: likewise for each TOPIC_SIDE topic, preset to -1 (beginning). */
    int (*restored)(void *self, int32_t partition, int64_t *ret_next,
                    int64_t ret_side_next[ROLE_TOPICS_MAX], struct error *err);

    /* Forget everything about the partition, staged or not: revoked, lost, or to be restored again.
     */
    void (*drop)(void *self, int32_t partition);

    /* Before a revoke while the partitions are still ours: write what is pending (may call
     * role_commit). Not called when the assignment was lost. The committer is at rest then, but its
     * result may still have to be fetched with committer_poll(). Every partition is dropped right
     * after. */
    void (*revoking)(void *self);
};

struct role_config {
    const struct label *kafka; /* librdkafka properties */
    size_t kafka_count;
    const char *group; /* consumer group: prefix + role */
    const char *instance;
    bool static_membership;
    const struct role_topic *topics;
    size_t topics_count;
    bool in_memory_cluster; /* librdkafka's mock: positions come from state alone, no visibility
                               rules */
};

struct role;

/* Blocks until the brokers have answered, ROLE_START_MS_MAX at most. What `config` points to must
 * live as long as the role. ERROR_RETRIABLE: nobody answered. ERROR_INPUT: a topic is missing, its
 * partitions are not as many as the input's, or a property is wrong; in words. */
#define ROLE_START_MS_MAX 60000
int role_new(const struct role_config *config, const struct role_ops *ops, void *self,
             struct role **ret, struct error *err);
void role_free(struct role *role);

/* Waits up to timeout_ms for a record of a live partition (input or side), serving callbacks,
 * restore slices and the watchdog. *ret_message is NULL when there is none; else the caller gives
 * it back with rd_kafka_message_destroy(). -1: fatal, the process should end non-zero and be
 * restarted. */
int role_poll(struct role *role, int timeout_ms, rd_kafka_message_t **ret_message,
              topic_index *ret_topic, struct error *err);

/* A file descriptor that becomes readable when role_poll has work (rd_kafka_queue_io_event_enable).
 * It tells of a change only once: poll until there is no message, then wait on it. */
int role_event_fd(const struct role *role);

/* How long a loop may wait on role_event_fd before the next role_poll: wait_ms, or less while there
 * is a restore. */
int role_wait_ms(const struct role *role, int wait_ms);

enum commit_result {
    COMMITTED, /* the batch is true: make the copies the tables */
    ABORTED,   /* nothing of it is: drop the copies; consumption has gone back to the committed
                * positions, or where the   group no longer knows us the partitions were dropped. *err
                * says why; ERROR_LIMIT: a record of the   batch can never be written, so the same
                * batch   must not come again */
    UNKNOWN,   /* may be either: every partition was dropped (ops->drop) and will be restored */
    FATAL,     /* the process should end non-zero and be restarted */
};

/* begin -> produce -> fresh group metadata -> send offsets -> commit, with retries of retriable
 * errors. A batch without positions is refused (ERROR_INPUT): no transaction without offsets. */
enum commit_result role_commit(struct role *role, const struct batch *batch, struct error *err);

/* Asks the group's coordinator whether this member still holds its partitions, and waits for the
 * answer. For a loop that finds that it was frozen: false means send nothing, go on polling. Waits
 * for the committer first. */
bool role_confirm_membership(struct role *role, int timeout_ms);

/* The offset after the last record that was handed out: what a batch's position is made of when all
 * that was handed out is in it. It goes back after an abort. -1: not known, nothing was handed out.
 */
int64_t role_position(const struct role *role, topic_index topic, int32_t partition);

bool role_partition_live(const struct role *role, int32_t partition);
int32_t role_partitions(const struct role *role); /* of the input topic */
/* Broker's partition count of any of its topics; -1 unknown. */
int32_t role_topic_partitions(const struct role *role, topic_index topic);
size_t role_live_count(const struct role *role);
bool role_restoring(const struct role *role);

/* Own produce outside the transaction rules does not exist: everything goes through a batch. */

/* Counters for metrics and logs. */
struct role_counters {
    uint64_t records, commits, aborts, unknown, restores, rebalances;
    int64_t commit_ms_total, restore_ms_total;
};
void role_counters(const struct role *role, struct role_counters *ret);

#endif
