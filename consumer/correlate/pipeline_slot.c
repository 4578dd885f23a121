/*
 * pipeline_slot.c - see pipeline_slot.h.
 */
#include "consumer/correlate/pipeline_slot.h"

#include <stdlib.h>
#include <string.h>

#include "consumer/correlate/pack.h"

#define PAUSES_LEAST 3 /* known before anything is learnt */

static int no_memory(struct error *err)
{
    return error_set(err, ERROR_MEMORY, "no memory for a pipeline");
}

struct pipeline_slot *pipeline_slot_new(const struct key *key, struct error *err)
{
    struct pipeline_slot *slot = calloc(1, sizeof(*slot));

    if (!slot) {
        no_memory(err);
        return NULL;
    }
    slot->key = *key;
    return slot;
}

void pipeline_slot_free(struct pipeline_slot *slot)
{
    if (!slot)
        return;
    if (slot->touched && slot->before != slot->state)
        free(slot->before);
    free(slot->state);
    free(slot);
}

static void touch(struct pipeline_slot *slot, struct pipeline_slot **touched)
{
    if (slot->touched)
        return;
    slot->before = slot->state;
    slot->touched = true;
    slot->next_touched = *touched;
    *touched = slot;
}

int pipeline_slot_replace(struct pipeline_slot *slot, const struct pipeline_state *draft,
                          struct pipeline_slot **touched, struct error *err)
{
    struct pipeline_state *packed = record_pack(&pipeline_state_type, draft, NULL);

    if (!packed)
        return no_memory(err);
    touch(slot, touched);
    if (slot->state != slot->before)
        free(slot->state);
    slot->state = packed;
    slot->leaving = false;
    return 0;
}

void pipeline_slot_leave(struct pipeline_slot *slot, struct pipeline_slot **touched)
{
    touch(slot, touched);
    slot->leaving = true;
}

/* The new pause behind the others, the oldest gives way. */
static int add_pause(const struct pipeline_state *state, int64_t ms, struct arena *arena,
                     struct list *ret, struct error *err)
{
    const struct pipeline_pause *old = state->pauses.items;
    size_t count = state->pauses.count, skip = count == PAUSES_MAX;
    struct pipeline_pause *pauses = arena_array(arena, count + 1, sizeof(*pauses));

    if (!pauses)
        return no_memory(err);
    if (count > skip)
        memcpy(pauses, old + skip, (count - skip) * sizeof(*pauses));
    pauses[count - skip] = (struct pipeline_pause){.ms = ms};
    *ret = (struct list){.items = pauses, .count = count - skip + 1};
    return 0;
}

int pipeline_ran(const struct pipeline_state *state, const struct run *run, int64_t ended_ms,
                 struct arena *arena, struct pipeline_state *ret_draft, struct error *err)
{
    bool newer = !state || run->started_ms > state->run.started_ms;

    *ret_draft = state ? *state : (struct pipeline_state){.run = *run};
    if (state && newer && state->last_ms > 0 && ended_ms > state->last_ms &&
        add_pause(state, ended_ms - state->last_ms, arena, &ret_draft->pauses, err))
        return -1;
    if (newer)
        ret_draft->run = *run;
    if (ended_ms > ret_draft->last_ms)
        ret_draft->last_ms = ended_ms;
    ret_draft->silent = false;
    return 0;
}

int64_t pipeline_pause_ms(const struct pipeline_state *state)
{
    const struct pipeline_pause *pauses = state->pauses.items;
    int64_t longest_ms = 0;

    for (size_t i = 0; state->pauses.count >= PAUSES_LEAST && i < state->pauses.count; i++) {
        if (pauses[i].ms > longest_ms)
            longest_ms = pauses[i].ms;
    }
    return longest_ms;
}

static void settle(struct pipeline_slot *slot)
{
    slot->before = NULL;
    slot->touched = slot->leaving = false;
    slot->next_touched = NULL;
}

bool pipeline_slot_commit(struct pipeline_slot *slot)
{
    bool stays = !slot->leaving;

    if (slot->before != slot->state)
        free(slot->before);
    settle(slot);
    return stays;
}

bool pipeline_slot_rollback(struct pipeline_slot *slot)
{
    if (slot->state != slot->before)
        free(slot->state);
    slot->state = slot->before;
    settle(slot);
    return slot->state != NULL;
}
