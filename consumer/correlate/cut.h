/*
 * cut.h - texts that are too long for where they go.
 *
 * A text is cut on a character boundary; how much went, and the SHA-256 of the whole, stay.
 */
#ifndef TOCSIN_CONSUMER_CORRELATE_CUT_H
#define TOCSIN_CONSUMER_CORRELATE_CUT_H

#include "producer/record.h"

#define SHA256_HEX_BYTES 65 /* 64 hex digits, NUL */

void sha256_hex(const void *bytes, size_t count, char ret_hex[SHA256_HEX_BYTES]);

/* A text, and what is known of its whole. */
struct cut_text {
    const char *text;
    int64_t cut_bytes;
    const char *sha256; /* NULL while nothing was cut */
};

/* At most `bytes_max` of it as it will stand in JSON, with its escapes; strings live in the arena.
 * A text that is cut again keeps the hash of its first whole. -1: memory. */
int cut_text(struct cut_text *text, size_t bytes_max, struct arena *arena);

#endif
