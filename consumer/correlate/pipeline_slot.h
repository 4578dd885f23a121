/*
 * pipeline_slot.h - what a partition knows of one pipeline on one branch: when it ran last, and how
 * long it paused between its last runs.
 *
 * Kept by the partition to which the fingerprint of "this pipeline stopped running" hashes, as
 * `pipeline/<that fingerprint>`. Like an alert's slot: a touch in a batch keeps what was committed
 * until the commit.
 */
#ifndef TOCSIN_CONSUMER_CORRELATE_PIPELINE_SLOT_H
#define TOCSIN_CONSUMER_CORRELATE_PIPELINE_SLOT_H

#include "consumer/correlate/key.h"
#include "consumer/records/run_state.h"

struct pipeline_slot {
    struct key key;
    struct pipeline_state *state, *before; /* packed; `before` only while touched */
    bool touched;
    bool leaving; /* this batch holds its tombstone */
    struct pipeline_slot *next_touched;
};

struct pipeline_slot *pipeline_slot_new(const struct key *key, struct error *err);
void pipeline_slot_free(struct pipeline_slot *slot);

/* Packs a draft, which may point into the state, as the new state, and chains the slot. */
int pipeline_slot_replace(struct pipeline_slot *slot, const struct pipeline_state *draft,
                          struct pipeline_slot **touched, struct error *err);
/* Its tombstone is written with this batch. */
void pipeline_slot_leave(struct pipeline_slot *slot, struct pipeline_slot **touched);

/* A run of it has ended: when, and the pause since the one before. In the arena. */
int pipeline_ran(const struct pipeline_state *state, const struct run *run, int64_t ended_ms,
                 struct arena *arena, struct pipeline_state *ret_draft, struct error *err);

/* The longest of its last pauses; 0: too few are known to say. */
int64_t pipeline_pause_ms(const struct pipeline_state *state);

/* False: nothing is left. */
bool pipeline_slot_commit(struct pipeline_slot *slot);
bool pipeline_slot_rollback(struct pipeline_slot *slot);

#endif
