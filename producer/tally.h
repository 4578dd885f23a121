/*
 * tally.h - how often each of many identities was seen, in 16 bytes each.
 *
 * Keyed by UUID text, kept as its first 96 bits: two of a million identities share them with a
 * chance of 10^-17. Grows by doubling; nothing is ever taken out but everything. Not thread-safe.
 */
#ifndef TOCSIN_PRODUCER_TALLY_H
#define TOCSIN_PRODUCER_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "producer/error.h"

#define TALLY_KEY_WORDS 3

struct tally_slot {
    uint32_t key[TALLY_KEY_WORDS];
    uint32_t seen; /* 0: the slot is free */
};

struct tally {
    struct tally_slot *slots;
    size_t room, count;
};

/* All zero is an empty tally. */
void tally_fini(struct tally *tally);
void tally_reset(struct tally *tally);

/* Counts one more; *ret_before is how often it had been seen. */
int tally_add(struct tally *tally, const char *uuid, uint32_t *ret_before, struct error *err);

#endif
