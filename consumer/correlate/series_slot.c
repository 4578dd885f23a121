/*
 * series_slot.c - see series_slot.h.
 */
#include "consumer/correlate/series_slot.h"

#include <stdlib.h>

#include "consumer/correlate/pack.h"

struct series_slot *series_slot_get(struct key_table *table, const char *series, size_t bytes,
                                    struct error *err)
{
    struct series_slot *slot;
    struct key key;

    key_of_text(series, bytes, &key);
    slot = key_table_get(table, &key);
    if (slot)
        return slot;
    slot = calloc(1, sizeof(*slot));
    if (!slot) {
        error_set(err, ERROR_MEMORY, "no memory for a series");
        return NULL;
    }
    slot->key = key;
    if (key_table_put(table, &key, slot, err)) {
        free(slot);
        return NULL;
    }
    return slot;
}

void series_slot_free(struct series_slot *slot)
{
    if (!slot)
        return;
    if (slot->touched && slot->before != slot->state)
        free(slot->before);
    free(slot->state);
    free(slot);
}

static void touch(struct series_slot *slot, struct series_slot **touched)
{
    if (slot->touched)
        return;
    slot->touched = true;
    slot->before = slot->state;
    slot->next_touched = *touched;
    *touched = slot;
}

int series_slot_replace(struct series_slot *slot, const struct series_state *draft,
                        struct series_slot **touched, struct error *err)
{
    struct series_state *packed = record_pack(&series_state_type, draft, NULL);

    if (!packed)
        return error_set(err, ERROR_MEMORY, "no memory for a series");
    touch(slot, touched);
    if (slot->state != slot->before)
        free(slot->state);
    slot->state = packed;
    slot->leaving = false;
    return 0;
}

void series_slot_leave(struct series_slot *slot, struct series_slot **touched)
{
    touch(slot, touched);
    slot->leaving = true;
}

static void settle(struct series_slot *slot)
{
    slot->before = NULL;
    slot->touched = slot->leaving = false;
    slot->next_touched = NULL;
}

bool series_slot_commit(struct series_slot *slot)
{
    bool stays = !slot->leaving;

    if (slot->before != slot->state)
        free(slot->before);
    settle(slot);
    return stays;
}

bool series_slot_rollback(struct series_slot *slot)
{
    if (slot->before != slot->state)
        free(slot->state);
    slot->state = slot->before;
    settle(slot);
    return slot->state != NULL;
}

void series_of_state(const struct series_state *state, char ret_series[SERIES_BYTES])
{
    const struct measurement measurement = {.model = {.name = state->model},
                                            .benchmark = state->benchmark,
                                            .metric = state->metric,
                                            .target = state->target};

    measurement_series(&measurement, ret_series);
}
