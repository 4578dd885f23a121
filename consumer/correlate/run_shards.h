/*
 * run_shards.h - what run_slot.c needs of the ends of a run's shards besides run_slot.h.
 */
#ifndef TOCSIN_CONSUMER_CORRELATE_RUN_SHARDS_H
#define TOCSIN_CONSUMER_CORRELATE_RUN_SHARDS_H

#include "consumer/correlate/run_slot.h"

void run_shards_free(struct run_slot *slot);
void run_shards_rollback(struct run_slot *slot);

#endif
