/*
 * key.h - identities as 128 bits: fingerprints, finding ids, run ids.
 *
 * All tables of correlate are keyed by these. A fingerprint and a UUID carry their 128 bits in
 * their text; a run id is any text and stands for the first 128 bits of its SHA-256.
 */
#ifndef TOCSIN_CONSUMER_CORRELATE_KEY_H
#define TOCSIN_CONSUMER_CORRELATE_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producer/finding.h"

#define KEY_BYTES 16

struct key {
    uint64_t high, low; /* as they lie in memory: no byte order is meant */
};

static inline bool key_equal(const struct key *left, const struct key *right)
{
    return left->high == right->high && left->low == right->low;
}

/* False: it is not a fingerprint, a UUID. */
bool key_of_fingerprint(const char *text, size_t bytes, struct key *ret);
bool key_of_uuid(const char *text, size_t bytes, struct key *ret);
void key_of_text(const char *text, size_t bytes, struct key *ret);

void key_fingerprint(const struct key *key, char ret_fingerprint[FINGERPRINT_BYTES]);

#endif
