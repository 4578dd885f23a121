/*
 * tally.h - how often each of many identities was seen, in 16 bytes each.
 *
 * Keyed by UUID text, kept as its first 96 bits: two of a million identities share them with a
 * chance of 10^-17. Grows by doubling, from a size on in a file without a name in TMPDIR (/tmp), so
 * that memory does not grow with the report; nothing is ever taken out but everything. Not
 * thread-safe.
 */
#ifndef TOCSIN_PRODUCER_TALLY_H
#define TOCSIN_PRODUCER_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producer/error.h"

#define TALLY_KEY_WORDS   3
#define TALLY_MEMORY_ROOM ((size_t)1 << 18) /* slots that may lie in memory: 4 MiB */

struct tally_slot {
    uint32_t key[TALLY_KEY_WORDS];
    uint32_t seen; /* 0: the slot is free */
};

struct tally {
    struct tally_slot *slots;
    size_t room, count;
    int fd; /* of the file that the table lies in */
    bool is_file;
};

/* All zero is an empty tally. */
void tally_fini(struct tally *tally);
void tally_reset(struct tally *tally);

/* Counts one more; *ret_before is how often it had been seen. */
int tally_add(struct tally *tally, const char *uuid, uint32_t *ret_before, struct error *err);

/* The same for an identity that is made of a UUID and a number. */
int tally_add_numbered(struct tally *tally, const char *uuid, uint32_t number, uint32_t *ret_before,
                       struct error *err);

/* Adds each identity of `from` as often as it was seen to `to`, numbered from 0. */
int tally_spread(const struct tally *from, struct tally *to, struct error *err);

#endif
