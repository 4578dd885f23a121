/*
 * key_table.c - see key_table.h. At most three quarters full; a removal shifts back what it must,
 * so that there are no graves.
 */
#include "consumer/correlate/key_table.h"

#include <stdlib.h>

#define SLOTS_MIN ((size_t)16)

void key_table_init(struct key_table *table, uint64_t seed)
{
    *table = (struct key_table){.seed = seed};
}

void key_table_fini(struct key_table *table)
{
    free(table->slots);
    *table = (struct key_table){.seed = table->seed};
}

/* The slot of the key, or the empty one where it belongs. */
static size_t slot_of(const struct key_table *table, const struct key *key)
{
    size_t at = key_hash(key, table->seed) & table->mask;

    while (table->slots[at].value && !key_equal(&table->slots[at].key, key))
        at = (at + 1) & table->mask;
    return at;
}

void *key_table_get(const struct key_table *table, const struct key *key)
{
    return table->slots ? table->slots[slot_of(table, key)].value : NULL;
}

static int grow(struct key_table *table, struct error *err)
{
    struct key_table grown = {.seed = table->seed, .count = table->count};
    size_t slots = table->slots ? 2 * (table->mask + 1) : SLOTS_MIN;
    size_t cursor = 0;

    grown.slots = calloc(slots, sizeof(*grown.slots));
    if (!grown.slots) {
        error_set(err, ERROR_MEMORY, "no memory for a table of %zu", slots);
        return -1;
    }
    grown.mask = slots - 1;
    while (key_table_next(table, &cursor)) {
        const struct key_slot *from = &table->slots[cursor - 1];

        grown.slots[slot_of(&grown, &from->key)] = *from;
    }
    free(table->slots);
    *table = grown;
    return 0;
}

int key_table_put(struct key_table *table, const struct key *key, void *value, struct error *err)
{
    struct key_slot *slot;

    if ((!table->slots || table->count >= (table->mask + 1) / 4 * 3) && grow(table, err))
        return -1;
    slot = &table->slots[slot_of(table, key)];
    table->count += slot->value == NULL;
    *slot = (struct key_slot){.key = *key, .value = value};
    return 0;
}

void *key_table_take(struct key_table *table, const struct key *key)
{
    size_t hole, at;
    void *value;

    if (!table->slots)
        return NULL;
    hole = at = slot_of(table, key);
    value = table->slots[hole].value;
    if (!value)
        return NULL;
    for (;;) {
        size_t home;

        at = (at + 1) & table->mask;
        if (!table->slots[at].value)
            break;
        home = key_hash(&table->slots[at].key, table->seed) & table->mask;
        if (((at - home) & table->mask) < ((at - hole) & table->mask))
            continue;
        table->slots[hole] = table->slots[at];
        hole = at;
    }
    table->slots[hole].value = NULL;
    table->count--;
    return value;
}

void *key_table_next(const struct key_table *table, size_t *cursor)
{
    for (; table->slots && *cursor <= table->mask; (*cursor)++) {
        void *value = table->slots[*cursor].value;

        if (value) {
            (*cursor)++;
            return value;
        }
    }
    return NULL;
}
