/*
 * restore.h - reads the changelogs of newly assigned partitions to their true end, in slices.
 *
 * For each partition, in this order (rule 4 of design.md): the group's stable committed offset,
 * which is not given while a transaction that touches it is open; then the true end of each
 * changelog, from a handle that reads uncommitted; then all committed records up to that end. The
 * order is the proof: a transaction that was decided before the first step lies before the end that
 * is found in the second. A slice blocks for little more than its budget, so that the caller goes
 * on polling its group. A restore that gets no further for RESTORE_STALLS_MS (a changelog that was
 * cut) begins again.
 */
#ifndef TOCSIN_CONSUMER_KAFKA_RESTORE_H
#define TOCSIN_CONSUMER_KAFKA_RESTORE_H

#include "consumer/kafka/client.h"
#include "consumer/kafka/role.h"
#include "consumer/kafka/watchdog.h"

#define RESTORE_SLICE_MS     20
#define RESTORE_QUERY_MS_MIN 200 /* first time-out of a question; each that passes doubles it */
#define RESTORE_QUERY_MS_MAX 2000
#define RESTORE_RETRY_MS     50
#define RESTORE_STALLS_MS    30000
#define RESTORE_COMPLAINS_MS 5000
#define RESTORE_GONE_MS      10000
#define RESTORE_HANGS_MS     60000

struct restore_partition; /* one partition under way */

struct restore {
    const struct role_config *config;
    const struct role_ops *ops;
    void *self;
    struct watchdog *watchdog;
    rd_kafka_t *group; /* the role's member: asked for committed offsets only */
    rd_kafka_t *reader, *ends;
    rd_kafka_topic_t *handles[2][ROLE_TOPICS_MAX];
    int32_t partitions[ROLE_TOPICS_MAX]; /* of each changelog */
    struct restore_partition *under_way;
    size_t under_way_count;
    int query_ms;
    int64_t not_before_ms; /* of the next question */
    int64_t complained_ms;
    uint64_t records; /* handed out, ever */
};

/* Needs `group`; warms up what it makes. `client` is kept by reference. */
int restore_init(struct restore *restore, const struct role_config *config,
                 const struct client_config *client, const struct role_ops *ops, void *self,
                 rd_kafka_t *group, struct watchdog *watchdog, struct error *err);
void restore_fini(struct restore *restore);

int restore_begin(struct restore *restore, int32_t partition, struct error *err);
void restore_cancel_all(struct restore *restore);

/* One slice. *ret_partition: a partition whose changelogs are in, -1 for none yet; *ret_committed:
 * its stable committed offset, -1 for none. Records go to ops->restore; ops->drop is called for
 * what begins again. */
int restore_slice(struct restore *restore, int32_t *ret_partition, int64_t *ret_committed,
                  struct error *err);

/* The offsets that exist of one partition: first, and after the last. */
int restore_range(struct restore *restore, topic_index topic, int32_t partition, int64_t *ret_first,
                  int64_t *ret_end, struct error *err);

#endif
