/*
 * run_slot.h - what a partition knows of one CI run: its ends, and a tally per fingerprint.
 *
 * A run of n shards ends here when the ends of n shards are in and, for each fingerprint that
 * hashes to this partition, as many findings were accepted as the shards have published: so a
 * finding that was sent on or is late can't be overtaken by its run's end. The latest attempt of a
 * shard counts; several reports of one shard and attempt are united.
 *
 * On the topic: `run/<run id>` without ends, `run/<run id>#<shard>` with that shard's end alone (a
 * record of all ends would not fit), `run/<run id>#<fingerprint>` the findings accepted.
 */
#ifndef TOCSIN_CONSUMER_CORRELATE_RUN_SLOT_H
#define TOCSIN_CONSUMER_CORRELATE_RUN_SLOT_H

#include "consumer/correlate/key_table.h"
#include "consumer/records/run_state.h"

#define COMMIT_BYTES_MAX 65 /* a SHA-256 in hex; NUL */

struct tally {
    struct key fingerprint;
    int64_t accepted, accepted_before;               /* the second while dirty */
    int64_t published, attempts, failures, withheld; /* sums over the shards' ends */
    bool dirty;
    struct tally *next_dirty;
};

struct run_shard {
    struct run_state *end, *before; /* packed, with one shard_end; `before` only while changed */
    bool changed;
};

struct run_slot {
    struct key key;
    struct run_state *state, *before; /* packed, without ends; `before` only while touched */
    struct run_shard *shards;         /* in the order of their numbers */
    size_t shards_count;
    struct key_table tallies;
    size_t missing; /* fingerprints of which less was accepted than published */
    bool covered;   /* all ends have coverage */
    bool has_any;   /* an end has a row of any category */
    bool touched, state_changed, shards_changed;
    bool closing, losing;      /* all is in, or its time is over: alerts are being judged */
    struct tally **close_list; /* NULL until the first is judged */
    size_t close_count, close_at;
    bool ended_now;                         /* in this batch */
    int64_t ended_before_ms;                /* its end before this one; 0: none */
    char previous_commit[COMMIT_BYTES_MAX]; /* of the run before this one in its place, once looked
                                               up */
    bool previous_known;
    bool stripping, leaving; /* this batch holds tombstones: of tallies and ends, of all */
    struct tally *dirty;
    struct run_slot *next_touched;
};

struct run_slot *run_slot_new(const struct key *key, uint64_t seed, struct error *err);
void run_slot_free(struct run_slot *slot);

/* Chains the slot; what follows may be taken back. */
void run_slot_touch(struct run_slot *slot, struct run_slot **touched);

/* Packs a draft as the state; its `ends` are left out. */
int run_slot_replace(struct run_slot *slot, const struct run_state *draft, struct error *err);

/* The tally of a fingerprint; made if there is none. */
struct tally *run_slot_tally(struct run_slot *slot, const struct key *fingerprint,
                             struct error *err);
/* One finding more. True: it was the last that was missing. */
bool run_slot_count(struct run_slot *slot, struct tally *tally);

/* Takes what a shard said, restricted to the fingerprints of this partition. *ret_changed: it says
 * something new. An end of an earlier attempt than is known changes nothing. */
int run_slot_end(struct run_slot *slot, const struct run_end *end, int32_t partition,
                 int32_t partitions, struct arena *arena, bool *ret_changed, struct error *err);

/* Whether all that the run's shards have said they published is here. */
bool run_slot_complete(const struct run_slot *slot);
int run_slot_status(const struct run_slot *slot); /* enum run_status: the worst of its shards */
/* Begins to close, or begins anew. */
void run_slot_close(struct run_slot *slot, bool losing);
/* The tally to be judged next; NULL: all were, or memory is out (then with *err). */
struct tally *run_slot_close_next(struct run_slot *slot, struct error *err);
/* It was tried, nothing was found, nothing withheld, in a complete run that knows what it tried. */
bool run_slot_clean(const struct run_slot *slot, const struct tally *tally);

/* False: nothing is left, its tombstones were written. */
bool run_slot_commit(struct run_slot *slot);
/* False: nothing is left, the slot was new. */
bool run_slot_rollback(struct run_slot *slot);

/* From the topic. A shard's end, and after all records: the sums. */
int run_slot_restore_shard(struct run_slot *slot, const struct run_state *end, struct error *err);
void run_slot_forget_shard(struct run_slot *slot, int64_t shard);
int run_slot_sum(struct run_slot *slot, struct error *err);

#endif
