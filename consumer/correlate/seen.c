/*
 * seen.c - a ring of ids, an index over it, and the list of its chunks.
 */
#include "consumer/correlate/seen.h"

#include <stdlib.h>
#include <string.h>

#include "consumer/correlate/key_table.h"

#define RING_MIN   ((size_t)1024)
#define CHUNKS_MIN ((size_t)64)

void seen_init(struct seen *seen, uint64_t seed)
{
    *seen = (struct seen){.seed = seed};
}

void seen_fini(struct seen *seen)
{
    free(seen->ring);
    free(seen->index);
    free(seen->chunks);
    seen_init(seen, seen->seed);
}

size_t seen_count(const struct seen *seen)
{
    return (size_t)(seen->tail - seen->head);
}

static const struct key *id_at(const struct seen *seen, uint64_t number)
{
    return &seen->ring[number & seen->ring_mask];
}

/* The index slot of an id, or the empty one where it belongs. */
static size_t slot_of(const struct seen *seen, const struct key *id)
{
    size_t at = key_hash(id, seen->seed) & seen->index_mask;

    while (seen->index[at] && !key_equal(&seen->ring[seen->index[at] - 1], id))
        at = (at + 1) & seen->index_mask;
    return at;
}

bool seen_has(const struct seen *seen, const struct key *id)
{
    return seen->index && seen->index[slot_of(seen, id)] != 0;
}

static void index_put(struct seen *seen, uint64_t number)
{
    seen->index[slot_of(seen, id_at(seen, number))] = (uint32_t)(number & seen->ring_mask) + 1;
}

static void index_take(struct seen *seen, const struct key *id)
{
    size_t hole = slot_of(seen, id);
    size_t at = hole;

    for (;;) {
        size_t home;

        at = (at + 1) & seen->index_mask;
        if (!seen->index[at])
            break;
        home = key_hash(&seen->ring[seen->index[at] - 1], seen->seed) & seen->index_mask;
        if (((at - home) & seen->index_mask) < ((at - hole) & seen->index_mask))
            continue;
        seen->index[hole] = seen->index[at];
        hole = at;
    }
    seen->index[hole] = 0;
}

/* Twice the ring, and an index that is at most half full. */
static int grow(struct seen *seen, struct error *err)
{
    struct key *old = seen->ring;
    size_t old_mask = seen->ring_mask;
    size_t ids = old ? 2 * (old_mask + 1) : RING_MIN;
    struct key *ring = ids <= UINT32_MAX / 2 ? malloc(ids * sizeof(*ring)) : NULL;
    uint32_t *index = ring ? calloc(2 * ids, sizeof(*index)) : NULL;

    if (!index) {
        free(ring);
        error_set(err, ERROR_MEMORY, "no memory for %zu finding ids", ids);
        return -1;
    }
    free(seen->index);
    seen->ring = ring;
    seen->ring_mask = ids - 1;
    seen->index = index;
    seen->index_mask = 2 * ids - 1;
    for (uint64_t number = seen->head; old && number != seen->tail; number++) {
        seen->ring[number & seen->ring_mask] = old[number & old_mask];
        index_put(seen, number);
    }
    free(old);
    return 0;
}

static int append_id(struct seen *seen, const struct key *id, struct error *err)
{
    if ((!seen->ring || seen_count(seen) > seen->ring_mask) && grow(seen, err))
        return -1;
    seen->ring[seen->tail & seen->ring_mask] = *id;
    index_put(seen, seen->tail);
    seen->tail++;
    return 0;
}

static int append_chunk(struct seen *seen, int64_t offset, struct error *err)
{
    if (seen->chunks_count == seen->chunks_capacity) {
        size_t capacity = seen->chunks_capacity ? 2 * seen->chunks_capacity : CHUNKS_MIN;
        struct seen_chunk *chunks = reallocarray(seen->chunks, capacity, sizeof(*chunks));

        if (!chunks)
            return error_set(err, ERROR_MEMORY, "no memory for %zu chunks of ids", capacity);
        seen->chunks = chunks;
        seen->chunks_capacity = capacity;
    }
    seen->chunks[seen->chunks_count++] = (struct seen_chunk){.offset = offset};
    return 0;
}

int seen_add(struct seen *seen, const struct key *id, int64_t offset, int64_t time_ms,
             struct error *err)
{
    bool open = seen->chunks_count > seen->chunks_committed &&
                seen->chunks[seen->chunks_count - 1].count < SEEN_RECORD_IDS_MAX;
    struct seen_chunk *chunk;

    if (append_id(seen, id, err))
        return -1;
    if (!open && append_chunk(seen, offset, err)) {
        index_take(seen, id);
        seen->tail--;
        return -1;
    }
    chunk = &seen->chunks[seen->chunks_count - 1];
    chunk->count++;
    chunk->time_ms = time_ms;
    return 0;
}

size_t seen_leave(struct seen *seen, int64_t before_ms, size_t ids_max)
{
    size_t left = seen_count(seen), over = 0;

    seen->chunks_leaving = 0;
    while (seen->chunks_leaving < seen->chunks_committed) {
        const struct seen_chunk *chunk = &seen->chunks[seen->chunks_leaving];

        if (chunk->time_ms >= before_ms && left <= ids_max)
            break;
        if (chunk->time_ms >= before_ms)
            over += chunk->count;
        left -= chunk->count;
        seen->chunks_leaving++;
    }
    return over;
}

static void drop_front(struct seen *seen, size_t chunks)
{
    for (size_t i = 0; i < chunks; i++) {
        for (uint32_t n = seen->chunks[i].count; n > 0; n--)
            index_take(seen, id_at(seen, seen->head++));
    }
    seen->chunks_count -= chunks;
    seen->chunks_committed -= chunks;
    if (chunks > 0)
        memmove(seen->chunks, seen->chunks + chunks, seen->chunks_count * sizeof(*seen->chunks));
}

void seen_commit(struct seen *seen)
{
    seen->chunks_committed = seen->chunks_count;
    drop_front(seen, seen->chunks_leaving);
    seen->chunks_leaving = 0;
}

void seen_rollback(struct seen *seen)
{
    for (; seen->chunks_count > seen->chunks_committed; seen->chunks_count--) {
        for (uint32_t n = seen->chunks[seen->chunks_count - 1].count; n > 0; n--) {
            index_take(seen, id_at(seen, seen->tail - 1));
            seen->tail--;
        }
    }
    seen->chunks_leaving = 0;
}

void seen_value(const struct seen *seen, size_t chunk, unsigned char *value)
{
    uint64_t number = seen->head;
    uint64_t time = (uint64_t)seen->chunks[chunk].time_ms;

    for (size_t i = 0; i < chunk; i++)
        number += seen->chunks[i].count;
    for (size_t i = 0; i < SEEN_HEAD_BYTES; i++)
        *value++ = (unsigned char)(time >> 8 * (SEEN_HEAD_BYTES - 1 - i));
    for (uint32_t n = seen->chunks[chunk].count; n > 0; n--, value += KEY_BYTES)
        memcpy(value, id_at(seen, number++), KEY_BYTES);
}

int seen_restore(struct seen *seen, int64_t offset, const unsigned char *value, size_t bytes,
                 struct error *err)
{
    uint64_t time = 0;
    struct seen_chunk *chunk;

    if (bytes % KEY_BYTES != SEEN_HEAD_BYTES)
        return error_set(err, ERROR_INPUT, "%zu bytes are no list of finding ids", bytes);
    for (size_t i = 0; i < SEEN_HEAD_BYTES; i++)
        time = time << 8 | *value++;
    if (append_chunk(seen, offset, err))
        return -1;
    chunk = &seen->chunks[seen->chunks_count - 1];
    chunk->time_ms = (int64_t)time;
    for (size_t n = bytes / KEY_BYTES; n > 0; n--, value += KEY_BYTES) {
        struct key id;

        memcpy(&id, value, KEY_BYTES);
        if (seen_has(seen, &id))
            continue;
        if (append_id(seen, &id, err))
            return -1;
        chunk->count++;
    }
    seen->chunks_committed = seen->chunks_count;
    return 0;
}

void seen_forget(struct seen *seen, int64_t offset)
{
    if (seen->chunks_count > 0 && seen->chunks[0].offset == offset)
        drop_front(seen, 1);
}
