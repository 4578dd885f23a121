/*
 * run_end.h - what a shard said at its end, as one partition keeps it.
 */
#ifndef TOCSIN_CONSUMER_CORRELATE_RUN_END_H
#define TOCSIN_CONSUMER_CORRELATE_RUN_END_H

#include "consumer/correlate/key.h"
#include "consumer/records/run_state.h"

void coverage_key(const struct coverage *row, const struct run *run, struct key *ret);

/* Whether a row speaks of every category of its rule. */
bool coverage_is_any(const struct coverage *row);

/* The part of an end that concerns a partition: rows whose fingerprint hashes to it, each
 * fingerprint once, and those of any category. Points into the end. */
int shard_end_of(const struct run_end *end, int32_t partition, int32_t partitions,
                 struct arena *arena, struct shard_end *ret, struct error *err);

/* Two reports of one shard and attempt. For a fingerprint that both name, the larger numbers: the
 * same report again adds nothing. *ret_changed: the second says more than the first. */
int shard_end_unite(const struct shard_end *first, const struct shard_end *second,
                    const struct run *run, struct arena *arena, struct shard_end *ret,
                    bool *ret_changed, struct error *err);

#endif
