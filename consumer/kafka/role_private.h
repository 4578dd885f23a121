/*
 * role_private.h - what the files of a role share: its state, and the steps that more than one of
 * them takes.
 *
 *   role.c            new, free, poll, questions
 *   role_serve.c      what a poll does besides: producer, restore, going live
 *   role_rebalance.c  the rebalance callback; assignments
 *   role_commit.c     a batch's transaction and what its outcome means for consumption
 *   role_confirm.c    is this still a member?
 *
 * Assignments are always made in two steps, assign(NULL) and then the list of live partitions with
 * explicit offsets: 2.0.2 counts a partition's stop twice when a list goes over a live assignment,
 * and aborts (rule 6). Positions: `next` is what is handed out next, `safe` what the last commit or
 * the restore says. An abort sets next = safe.
 */
#ifndef TOCSIN_CONSUMER_KAFKA_ROLE_PRIVATE_H
#define TOCSIN_CONSUMER_KAFKA_ROLE_PRIVATE_H

#include "consumer/kafka/client.h"
#include "consumer/kafka/restore.h"
#include "consumer/kafka/role.h"
#include "consumer/kafka/role_transaction.h"
#include "consumer/kafka/watchdog.h"

#define GO_LIVE_WAIT_MS                                                                            \
    250 /* after the first restored partition, for others, before all fetchers restart */
#define PRODUCER_SLICE_MS  200
#define REJOIN_MS_MAX      60000 /* no assignment for so long after the group refused us: end */
#define RENEWALS_MAX       5 /* without a commit between them: somebody else has our transactional.id */
#define CLOSE_HANGS_MS     60000
#define ASSIGN_HANGS_MS    60000
#define REASSIGN_MS        1000
#define ABORT_PAUSE_MS_MIN 50
#define ABORT_PAUSE_MS_MAX 5000
#define EVENTS_A_POLL_MAX                                                                          \
    10000 /* messages that are not handed out before the caller gets a turn                        \
           */

enum partition_state {
    PARTITION_NONE,
    PARTITION_ASSIGNED, /* ours, nothing read yet */
    PARTITION_RESTORING,
    PARTITION_RESTORED, /* waits for the next assign() */
    PARTITION_LIVE,
};

struct role_partition {
    enum partition_state state;
    int64_t next[ROLE_TOPICS_MAX]; /* of the input (0) and of the side topics */
    int64_t safe[ROLE_TOPICS_MAX];
    int64_t restore_started_ms;
};

struct committer;

struct role {
    struct role_config config;
    struct client_config group_client, producer_client;
    const struct role_ops *ops;
    void *self;

    struct watchdog *watchdog;
    rd_kafka_t *group;
    rd_kafka_topic_t
        *handles[ROLE_TOPICS_MAX]; /* of the group consumer, for topics that are consumed */
    struct restore restore;
    struct transactor transactor;
    struct committer *committer;

    struct role_partition *partitions;
    int32_t partitions_count;
    int32_t counts[ROLE_TOPICS_MAX]; /* broker's partition count of each topic */

    void *membership; /* group metadata as of the last assignment, serialized */
    size_t membership_bytes;

    bool in_callback; /* of a rebalance: assignments are its business */
    bool attention;   /* role_serve() has something to do */
    bool idle;        /* the last poll gave nothing: the event fd has to be cleared */
    bool renew;       /* the producer is of no more use */
    bool starting;    /* the producer does not answer yet */
    int renewals, aborts_in_a_row;
    int64_t reassign_ms;  /* when to try the same assignment again; 0: not at all */
    int64_t restored_ms;  /* since when a partition waits for others to go live; 0: none waits */
    int64_t rejoin_by_ms; /* 0: nothing awaited */
    struct error fatal;   /* found in a callback; role_poll returns it */
    int event_fd;
    struct role_counters counters;
};

/* role_serve.c: returns -1 when fatal. */
int role_serve(struct role *role, struct error *err);

/* role_rebalance.c */
void role_on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t code,
                       rd_kafka_topic_partition_list_t *list, void *opaque);
int role_assign_live(struct role *role,
                     struct error *err); /* assign(NULL), then all that is live or restored */
int role_assign_nothing(struct role *role, struct error *err);
void role_drop_all(struct role *role,
                   enum partition_state state); /* `state` of those that were ours */
rd_kafka_consumer_group_metadata_t *
role_membership(struct role *role); /* NULL: no longer that of the assignment */

/* role_commit.c */
int role_check_batch(const struct role *role, const struct batch *batch, struct error *err);
enum commit_result role_settle(struct role *role, const struct batch *batch,
                               enum commit_result result, struct error *err);

/* committer.c: waits until its thread is at rest; true while a result has not been fetched. */
bool committer_rest(struct committer *committer);

int role_topic_index(const struct role *role, const rd_kafka_message_t *message);

#endif
