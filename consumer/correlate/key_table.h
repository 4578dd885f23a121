/*
 * key_table.h - 128-bit keys to pointers: open addressing, linear probing.
 *
 * The values are the caller's; NULL is no value. Seeded, because ids come from records that anybody
 * may publish. A put that fails for memory changes nothing.
 */
#ifndef TOCSIN_CONSUMER_CORRELATE_KEY_TABLE_H
#define TOCSIN_CONSUMER_CORRELATE_KEY_TABLE_H

#include "consumer/correlate/key.h"
#include "producer/error.h"

struct key_slot {
    struct key key;
    void *value;
};

struct key_table {
    struct key_slot *slots;
    size_t count, mask; /* mask + 1 slots; 0 slots while `slots` is NULL */
    uint64_t seed;
};

static inline uint64_t key_hash(const struct key *key, uint64_t seed)
{
    uint64_t hash = (key->high ^ seed) * UINT64_C(0x9e3779b97f4a7c15);

    hash = (hash ^ hash >> 32 ^ key->low) * UINT64_C(0xd6e8feb86659fd93);
    return hash ^ hash >> 32;
}

void key_table_init(struct key_table *table, uint64_t seed);
void key_table_fini(struct key_table *table); /* not the values */

/* NULL where there is none. */
void *key_table_get(const struct key_table *table, const struct key *key);

/* Adds or replaces. */
int key_table_put(struct key_table *table, const struct key *key, void *value, struct error *err);

/* The value that was there, or NULL. Moves others: not while walking. */
void *key_table_take(struct key_table *table, const struct key *key);

/* Walks all values in no order: start with *cursor = 0; NULL at the end. */
void *key_table_next(const struct key_table *table, size_t *cursor);

#endif
