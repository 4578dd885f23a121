/*
 * committer.h - commits batches on a thread of its own, one at a time, so that deliver's loop goes on.
 *
 * The loop hands over a batch and goes on serving requests; the result is fetched later. While a batch is with the
 * committer the loop must not touch it. A rebalance callback waits for the committer first.
 */
#ifndef TOCSIN_CONSUMER_KAFKA_COMMITTER_H
#define TOCSIN_CONSUMER_KAFKA_COMMITTER_H

#include "consumer/kafka/role.h"

struct committer;

int committer_new(struct role *role, struct committer **ret, struct error *err);
void committer_free(struct committer *committer); /* waits for the batch under way */

/* Hands over a batch; refused (-1) while another is under way. */
int committer_start(struct committer *committer, const struct batch *batch, struct error *err);

/* True once the batch that was started is finished; its result and error are given and the committer is free again.
 * The consequences of ABORTED and UNKNOWN on the consumer are carried out inside this call, on the loop's thread. */
bool committer_poll(struct committer *committer, enum commit_result *ret_result, struct error *err);
bool committer_busy(const struct committer *committer);
void committer_wait(struct committer *committer);

/* Readable when a result is waiting. */
int committer_event_fd(const struct committer *committer);

#endif
