/*
 * batch.c - a transaction's content in memory.
 *
 * Everything lives in the batch's arena, so that a reset gives it back at once; the two arrays keep
 * their size from one transaction to the next. A call that fails leaves the batch as it was: the
 * count grows last.
 */
#include "consumer/kafka/batch.h"

#include <stdlib.h>
#include <string.h>

#define BATCH_CAPACITY_MIN 64

void batch_init(struct batch *batch)
{
    *batch = (struct batch){0};
    arena_init(&batch->arena);
}

void batch_fini(struct batch *batch)
{
    free(batch->records);
    free(batch->positions);
    arena_fini(&batch->arena);
    *batch = (struct batch){0};
}

void batch_reset(struct batch *batch)
{
    arena_reset(&batch->arena);
    batch->count = 0;
    batch->positions_count = 0;
    batch->bytes = 0;
}

/* Makes room for one more element. */
static int reserve(void **items, size_t count, size_t *capacity, size_t size, struct error *err)
{
    if (count < *capacity)
        return 0;

    size_t wanted = *capacity ? *capacity * 2 : BATCH_CAPACITY_MIN;
    void *grown = reallocarray(*items, wanted, size);

    if (grown == NULL)
        return error_set(err, ERROR_MEMORY, "no memory for a batch of %zu records", wanted);
    *items = grown;
    *capacity = wanted;
    return 0;
}

static void *copy_of(struct arena *arena, const void *from, size_t bytes)
{
    void *to = arena_alloc(arena, bytes ? bytes : 1);

    if (to != NULL && bytes > 0)
        memcpy(to, from, bytes);
    return to;
}

static struct envelope *envelope_copy(struct arena *arena, const struct envelope *from)
{
    struct envelope *to = arena_alloc(arena, sizeof(*to));

    if (to == NULL)
        return NULL;
    to->count = from->count;
    for (size_t i = 0; i < from->count; i++) {
        const struct header *header = &from->headers[i];

        to->headers[i].name = arena_strdup(arena, header->name);
        to->headers[i].value = copy_of(arena, header->value, header->bytes);
        to->headers[i].bytes = header->bytes;
        if (to->headers[i].name == NULL || to->headers[i].value == NULL)
            return NULL;
    }
    return to;
}

static size_t envelope_bytes(const struct envelope *envelope)
{
    size_t bytes = 0;

    for (size_t i = 0; envelope != NULL && i < envelope->count; i++)
        bytes += strlen(envelope->headers[i].name) + envelope->headers[i].bytes;
    return bytes;
}

int batch_put(struct batch *batch, topic_index topic, int32_t partition, const void *key,
              size_t key_bytes, const void *value, size_t value_bytes,
              const struct envelope *envelope, struct error *err)
{
    size_t bytes = key_bytes + value_bytes + envelope_bytes(envelope) + sizeof(struct batch_record);

    if (batch->count > 0 && batch->bytes + bytes > BATCH_BYTES_MAX)
        return error_set(err, ERROR_LIMIT, "a transaction holds at most %zu bytes",
                         BATCH_BYTES_MAX);
    if (reserve((void **)&batch->records, batch->count, &batch->capacity, sizeof(*batch->records),
                err) != 0)
        return -1;

    struct batch_record record = {
        .topic = topic,
        .partition = partition,
        .key = copy_of(&batch->arena, key, key_bytes),
        .key_bytes = key_bytes,
        .value = value ? copy_of(&batch->arena, value, value_bytes) : NULL,
        .value_bytes = value ? value_bytes : 0,
        .envelope = envelope ? envelope_copy(&batch->arena, envelope) : NULL,
    };

    if (record.key == NULL || (value != NULL && record.value == NULL) ||
        (envelope != NULL && record.envelope == NULL))
        return error_set(err, ERROR_MEMORY, "no memory for a record of %zu bytes", bytes);
    batch->records[batch->count++] = record;
    batch->bytes += bytes;
    return 0;
}

int batch_side_position(struct batch *batch, topic_index topic, int32_t partition, int64_t next,
                        struct error *err)
{
    if (partition < 0 || next < 0)
        return error_set(err, ERROR_INPUT, "partition %d at offset %lld is no position", partition,
                         (long long)next);
    for (size_t i = 0; i < batch->positions_count; i++) {
        struct batch_position *position = &batch->positions[i];

        if (position->topic == topic && position->partition == partition) {
            if (next > position->next)
                position->next = next;
            return 0;
        }
    }
    if (reserve((void **)&batch->positions, batch->positions_count, &batch->positions_capacity,
                sizeof(*batch->positions), err) != 0)
        return -1;
    batch->positions[batch->positions_count++] =
        (struct batch_position){.topic = topic, .partition = partition, .next = next};
    return 0;
}

int batch_position(struct batch *batch, int32_t partition, int64_t next, struct error *err)
{
    return batch_side_position(batch, 0, partition, next, err);
}
