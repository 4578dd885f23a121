/*
 * committer.h - commits batches on a thread of its own, one at a time, so that deliver's loop goes
 * on.
 *
 * The loop hands over a batch and goes on serving requests; the result is fetched later. Until it
 * is fetched the loop must not touch the batch. A rebalance callback waits for the committer first;
 * the result is then still to be fetched, and is only about those of its partitions that were not
 * dropped in between. Free the committer before its role.
 */
#ifndef TOCSIN_CONSUMER_KAFKA_COMMITTER_H
#define TOCSIN_CONSUMER_KAFKA_COMMITTER_H

#include "consumer/kafka/role.h"

struct committer;

int committer_new(struct role *role, struct committer **ret, struct error *err);
void committer_free(struct committer *committer); /* waits for the batch under way */

/* Hands over a batch; refused (-1) while another is under way or its result was not fetched, and
 * for what role_commit would refuse: ERROR_RETRIABLE when a partition of the batch was lost (its
 * drop was called), ERROR_INPUT for a batch that no transaction may have. */
int committer_start(struct committer *committer, const struct batch *batch, struct error *err);

/* True once the batch that was started is finished; its result and error are given and the
 * committer is free again. The consequences of ABORTED and UNKNOWN on the consumer are carried out
 * inside this call, on the loop's thread. */
bool committer_poll(struct committer *committer, enum commit_result *ret_result, struct error *err);
bool committer_busy(const struct committer *committer); /* started, and not fetched yet */
void committer_wait(struct committer *committer);

/* Readable when a result is waiting. */
int committer_event_fd(const struct committer *committer);

#endif
