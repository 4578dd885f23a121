/*
 * run_slot.c - see run_slot.h. Sums are made anew from the ends whenever one changes.
 */
#include "consumer/correlate/run_slot.h"

#include <stdlib.h>
#include <string.h>

#include "consumer/correlate/pack.h"
#include "consumer/correlate/run_end.h"
#include "consumer/correlate/run_shards.h"

static int no_memory(struct error *err)
{
    return error_set(err, ERROR_MEMORY, "no memory for a run");
}

struct run_slot *run_slot_new(const struct key *key, uint64_t seed, struct error *err)
{
    struct run_slot *slot = calloc(1, sizeof(*slot));

    if (!slot) {
        no_memory(err);
        return NULL;
    }
    slot->key = *key;
    key_table_init(&slot->tallies, seed);
    return slot;
}

static void tallies_free(struct run_slot *slot)
{
    struct tally *tally;
    size_t cursor = 0;

    while ((tally = key_table_next(&slot->tallies, &cursor)))
        free(tally);
    key_table_fini(&slot->tallies);
    slot->dirty = NULL;
    slot->missing = 0;
}

void run_slot_free(struct run_slot *slot)
{
    if (!slot)
        return;
    tallies_free(slot);
    run_shards_free(slot);
    free(slot->close_list);
    if (slot->state_changed)
        free(slot->before);
    free(slot->state);
    free(slot);
}

void run_slot_touch(struct run_slot *slot, struct run_slot **touched)
{
    if (slot->touched)
        return;
    slot->touched = true;
    slot->next_touched = *touched;
    *touched = slot;
}

int run_slot_replace(struct run_slot *slot, const struct run_state *draft, struct error *err)
{
    struct run_state bare = *draft;
    struct run_state *packed;

    bare.ends = (struct list){.items = NULL};
    packed = record_pack(&run_state_type, &bare, NULL);
    if (!packed)
        return no_memory(err);
    if (slot->state_changed)
        free(slot->state);
    else
        slot->before = slot->state;
    slot->state = packed;
    slot->state_changed = true;
    return 0;
}

struct tally *run_slot_tally(struct run_slot *slot, const struct key *fingerprint,
                             struct error *err)
{
    struct tally *tally = key_table_get(&slot->tallies, fingerprint);

    if (tally)
        return tally;
    tally = calloc(1, sizeof(*tally));
    if (!tally || key_table_put(&slot->tallies, fingerprint, tally, err)) {
        free(tally);
        no_memory(err);
        return NULL;
    }
    tally->fingerprint = *fingerprint;
    return tally;
}

bool run_slot_count(struct run_slot *slot, struct tally *tally)
{
    if (!tally->dirty) {
        tally->dirty = true;
        tally->accepted_before = tally->accepted;
        tally->next_dirty = slot->dirty;
        slot->dirty = tally;
    }
    tally->accepted++;
    if (tally->accepted != tally->published)
        return false;
    slot->missing--;
    return slot->missing == 0;
}

static int add_coverage(struct run_slot *slot, const struct list *rows, struct error *err)
{
    const struct coverage *row = rows->items;

    for (size_t i = 0; i < rows->count; i++) {
        struct key fingerprint;
        struct tally *tally;

        coverage_key(&row[i], &slot->state->run, &fingerprint);
        tally = run_slot_tally(slot, &fingerprint, err);
        if (!tally)
            return -1;
        slot->has_any = slot->has_any || coverage_is_any(&row[i]);
        tally->attempts += row[i].attempts;
        tally->failures += row[i].failures;
        tally->withheld += row[i].withheld;
    }
    return 0;
}

static int add_published(struct run_slot *slot, const struct list *counts, struct error *err)
{
    const struct count *count = counts->items;

    for (size_t i = 0; i < counts->count; i++) {
        struct key fingerprint;
        struct tally *tally;

        if (!key_of_fingerprint(count[i].fingerprint, strlen(count[i].fingerprint), &fingerprint))
            continue;
        tally = run_slot_tally(slot, &fingerprint, err);
        if (!tally)
            return -1;
        tally->published += count[i].n;
    }
    return 0;
}

int run_slot_sum(struct run_slot *slot, struct error *err)
{
    struct tally *tally;
    size_t cursor = 0;

    while ((tally = key_table_next(&slot->tallies, &cursor)))
        tally->published = tally->attempts = tally->failures = tally->withheld = 0;
    slot->covered = slot->shards_count > 0;
    slot->has_any = false;
    for (size_t i = 0; i < slot->shards_count; i++) {
        const struct shard_end *end = slot->shards[i].end->ends.items;

        slot->covered = slot->covered && end->has_coverage;
        if (add_coverage(slot, &end->coverage, err) || add_published(slot, &end->published, err))
            return -1;
    }
    slot->missing = 0;
    for (cursor = 0; (tally = key_table_next(&slot->tallies, &cursor));)
        slot->missing += tally->accepted < tally->published;
    return 0;
}

bool run_slot_complete(const struct run_slot *slot)
{
    return slot->missing == 0 && (int64_t)slot->shards_count >= slot->state->run.shards;
}

int run_slot_status(const struct run_slot *slot)
{
    int status = RUN_COMPLETE;

    for (size_t i = 0; i < slot->shards_count; i++) {
        const struct shard_end *end = slot->shards[i].end->ends.items;

        if (end->status > status)
            status = end->status;
    }
    return status;
}

bool run_slot_clean(const struct run_slot *slot, const struct tally *tally)
{
    return slot->covered && !slot->losing && run_slot_complete(slot) &&
           run_slot_status(slot) == RUN_COMPLETE && tally->attempts > 0 && tally->accepted == 0 &&
           tally->withheld == 0;
}

static void close_end(struct run_slot *slot)
{
    free(slot->close_list);
    slot->close_list = NULL;
    slot->close_count = slot->close_at = 0;
    slot->closing = slot->losing = false;
}

void run_slot_close(struct run_slot *slot, bool losing)
{
    close_end(slot);
    slot->closing = true;
    slot->losing = losing;
}

struct tally *run_slot_close_next(struct run_slot *slot, struct error *err)
{
    size_t cursor = 0;

    if (!slot->close_list) {
        slot->close_list = malloc((slot->tallies.count + 1) * sizeof(struct tally *));
        if (!slot->close_list) {
            no_memory(err);
            return NULL;
        }
        while ((slot->close_list[slot->close_count] = key_table_next(&slot->tallies, &cursor)))
            slot->close_count++;
    }
    return slot->close_at < slot->close_count ? slot->close_list[slot->close_at++] : NULL;
}

static void settle(struct run_slot *slot)
{
    for (struct tally *tally = slot->dirty, *next; tally; tally = next) {
        next = tally->next_dirty;
        tally->dirty = false;
        tally->next_dirty = NULL;
    }
    slot->dirty = NULL;
    slot->before = NULL;
    slot->touched = slot->state_changed = slot->shards_changed = slot->ended_now = false;
    slot->stripping = slot->leaving = false;
    slot->next_touched = NULL;
}

bool run_slot_commit(struct run_slot *slot)
{
    bool stripping = slot->stripping, stays = !slot->leaving;

    if (slot->state_changed)
        free(slot->before);
    for (size_t i = 0; slot->shards_changed && i < slot->shards_count; i++) {
        if (slot->shards[i].changed)
            free(slot->shards[i].before);
        slot->shards[i].before = NULL;
        slot->shards[i].changed = false;
    }
    settle(slot);
    if (slot->state->phase != RUN_OPEN)
        close_end(slot);
    if (stripping) {
        tallies_free(slot);
        run_shards_free(slot);
        slot->covered = false;
    }
    return stays;
}

/* The tallies that ends alone had made stay, with sums of 0: they say nothing. */
bool run_slot_rollback(struct run_slot *slot)
{
    bool resum = slot->dirty != NULL || slot->shards_changed;

    for (struct tally *tally = slot->dirty; tally; tally = tally->next_dirty)
        tally->accepted = tally->accepted_before;
    if (slot->shards_changed)
        run_shards_rollback(slot);
    if (slot->state_changed) {
        free(slot->state);
        slot->state = slot->before;
    }
    settle(slot);
    if (!slot->state)
        return false;
    if (resum)
        run_slot_sum(slot, NULL); /* all its tallies exist */
    close_end(slot);
    slot->closing = slot->state->phase == RUN_OPEN && run_slot_complete(slot);
    return true;
}
