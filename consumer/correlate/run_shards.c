/*
 * run_shards.c - the ends of a run's shards: taken in, replaced by a later attempt, taken back.
 */
#include "consumer/correlate/run_shards.h"

#include <stdlib.h>
#include <string.h>

#include "consumer/correlate/pack.h"
#include "consumer/correlate/run_end.h"

static int no_memory(struct error *err)
{
    return error_set(err, ERROR_MEMORY, "no memory for a run");
}

void run_shards_free(struct run_slot *slot)
{
    for (size_t i = 0; i < slot->shards_count; i++) {
        free(slot->shards[i].end);
        if (slot->shards[i].changed)
            free(slot->shards[i].before);
    }
    free(slot->shards);
    slot->shards = NULL;
    slot->shards_count = 0;
}

/* Where the shard is, or belongs. */
static size_t shard_place(const struct run_slot *slot, int64_t shard)
{
    size_t at = 0;

    while (at < slot->shards_count &&
           ((const struct shard_end *)slot->shards[at].end->ends.items)->shard < shard)
        at++;
    return at;
}

static bool shard_known(const struct run_slot *slot, size_t at, int64_t shard)
{
    return at < slot->shards_count &&
           ((const struct shard_end *)slot->shards[at].end->ends.items)->shard == shard;
}

static int shard_insert(struct run_slot *slot, size_t at, struct run_state *end, struct error *err)
{
    struct run_shard *shards =
        reallocarray(slot->shards, slot->shards_count + 1, sizeof(*slot->shards));

    if (!shards)
        return no_memory(err);
    slot->shards = shards;
    memmove(shards + at + 1, shards + at, (slot->shards_count - at) * sizeof(*shards));
    shards[at] = (struct run_shard){.end = end};
    slot->shards_count++;
    return 0;
}

/* Packs one shard's end with the run that it is of. */
static struct run_state *pack_end(const struct run_slot *slot, struct shard_end *end,
                                  struct error *err)
{
    struct run_state draft = *slot->state;
    struct run_state *packed;

    draft.ends = (struct list){.items = end, .count = 1};
    packed = record_pack(&run_state_type, &draft, NULL);
    if (!packed)
        no_memory(err);
    return packed;
}

static int shard_put(struct run_slot *slot, struct shard_end *end, struct error *err)
{
    size_t at = shard_place(slot, end->shard);
    bool known = shard_known(slot, at, end->shard);
    struct run_state *packed = pack_end(slot, end, err);
    struct run_shard *shard;

    if (!packed)
        return -1;
    if (!known && shard_insert(slot, at, packed, err)) {
        free(packed);
        return -1;
    }
    shard = &slot->shards[at];
    if (known) {
        if (shard->changed)
            free(shard->end);
        else
            shard->before = shard->end;
        shard->end = packed;
    }
    shard->changed = true;
    slot->shards_changed = true;
    return run_slot_sum(slot, err);
}

int run_slot_end(struct run_slot *slot, const struct run_end *end, int32_t partition,
                 int32_t partitions, struct arena *arena, bool *ret_changed, struct error *err)
{
    size_t at = shard_place(slot, end->run.shard);
    const struct shard_end *known =
        shard_known(slot, at, end->run.shard) ? slot->shards[at].end->ends.items : NULL;
    struct shard_end draft, merged;

    *ret_changed = false;
    if (known && known->attempt > end->run.attempt)
        return 0;
    if (shard_end_of(end, partition, partitions, arena, &draft, err))
        return -1;
    if (known && known->attempt == draft.attempt) {
        if (shard_end_unite(known, &draft, &slot->state->run, arena, &merged, ret_changed, err))
            return -1;
        if (!*ret_changed)
            return 0;
        draft = merged;
    }
    *ret_changed = true;
    return shard_put(slot, &draft, err);
}

void run_shards_rollback(struct run_slot *slot)
{
    size_t kept = 0;

    for (size_t i = 0; i < slot->shards_count; i++) {
        struct run_shard shard = slot->shards[i];

        if (shard.changed) {
            free(shard.end);
            shard = (struct run_shard){.end = shard.before};
        }
        if (shard.end)
            slot->shards[kept++] = shard;
    }
    slot->shards_count = kept;
}

int run_slot_restore_shard(struct run_slot *slot, const struct run_state *end, struct error *err)
{
    const struct shard_end *shard = end->ends.items;
    size_t at = shard_place(slot, shard->shard);
    struct run_state *packed = record_pack(&run_state_type, end, NULL);

    if (!packed)
        return no_memory(err);
    if (shard_known(slot, at, shard->shard)) {
        free(slot->shards[at].end);
        slot->shards[at].end = packed;
        return 0;
    }
    if (shard_insert(slot, at, packed, err)) {
        free(packed);
        return -1;
    }
    return 0;
}

void run_slot_forget_shard(struct run_slot *slot, int64_t shard)
{
    size_t at = shard_place(slot, shard);

    if (!shard_known(slot, at, shard))
        return;
    free(slot->shards[at].end);
    slot->shards_count--;
    memmove(slot->shards + at, slot->shards + at + 1,
            (slot->shards_count - at) * sizeof(*slot->shards));
}
