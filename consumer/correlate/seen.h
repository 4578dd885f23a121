/*
 * seen.h - the finding ids that a partition has accepted, within a window and a bound.
 *
 * Ids lie in a ring in the order they came, 16 bytes each, with an index over it. Those of one
 * transaction make one or a few records `seen/<offset of the first>`. New ids are staged: a
 * rollback takes them back. Records that the window or the bound no longer holds are taken out by
 * the commit that writes their tombstones. An id that has been forgotten would be counted again.
 */
#ifndef TOCSIN_CONSUMER_CORRELATE_SEEN_H
#define TOCSIN_CONSUMER_CORRELATE_SEEN_H

#include "consumer/correlate/key.h"
#include "producer/error.h"

#define SEEN_RECORD_IDS_MAX 32768 /* 512 KiB: below Kafka's default size of a message */
#define SEEN_HEAD_BYTES     8     /* the record's time in ms, big-endian; then the ids */
#define SEEN_KEY_PREFIX     "seen/"

/* One record on the topic. */
struct seen_chunk {
    int64_t offset;  /* of the first id's finding */
    int64_t time_ms; /* of the last id's finding */
    uint32_t count;
};

struct seen {
    struct key *ring;
    size_t ring_mask;
    uint64_t head, tail; /* ids, counted since ever: head..tail are held */
    uint32_t *index;     /* place in the ring + 1; 0: empty */
    size_t index_mask;
    uint64_t seed;
    struct seen_chunk *chunks;
    size_t chunks_count, chunks_capacity;
    size_t chunks_committed; /* the rest is staged */
    size_t chunks_leaving;   /* from the front, with the next commit */
};

void seen_init(struct seen *seen, uint64_t seed);
void seen_fini(struct seen *seen);

bool seen_has(const struct seen *seen, const struct key *id);
size_t seen_count(const struct seen *seen);

/* Stages an id that is not in the set. */
int seen_add(struct seen *seen, const struct key *id, int64_t offset, int64_t time_ms,
             struct error *err);

/* Marks what leaves: chunks older than `before_ms`, and as many as are over `ids_max`. Returns how
 * many ids leave for the bound alone. */
size_t seen_leave(struct seen *seen, int64_t before_ms, size_t ids_max);

void seen_commit(struct seen *seen);
void seen_rollback(struct seen *seen);

/* The record of a chunk, `chunk` from 0. Room for SEEN_HEAD_BYTES + KEY_BYTES * count. */
void seen_value(const struct seen *seen, size_t chunk, unsigned char *value);

/* A record as it was written, in the topic's order; a tombstone. */
int seen_restore(struct seen *seen, int64_t offset, const unsigned char *value, size_t bytes,
                 struct error *err);
void seen_forget(struct seen *seen, int64_t offset);

#endif
