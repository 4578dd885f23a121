/*
 * signature.h - Standard Webhooks: `v1,` and the base64 of HMAC-SHA256 over
 * "<id>.<timestamp>.<body>".
 *
 * The receiver checks who sent a request, that it is fresh, and drops an id that it has seen. The
 * secret is base64 of 24 to 64 random bytes, written with or without `whsec_` before it.
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_SIGNATURE_H
#define TOCSIN_CONSUMER_CHANNELS_SIGNATURE_H

#include <stddef.h>
#include <stdint.h>

#include "producer/arena.h"
#include "producer/error.h"

#define SIGNATURE_KEY_BYTES_MIN 24
#define SIGNATURE_KEY_BYTES_MAX 64
#define SIGNATURE_BYTES         48 /* "v1,", 44 characters of base64, NUL */

struct signature_key {
    unsigned char bytes[SIGNATURE_KEY_BYTES_MAX];
    size_t count;
};

/* The error names the setting and never its value. */
int signature_key_read(const char *secret, struct signature_key *ret_key, struct error *err);
void signature_key_wipe(struct signature_key *key);

int signature_make(const struct signature_key *key, const char *id, int64_t timestamp_s,
                   const char *body, size_t body_bytes, struct arena *arena,
                   char ret_signature[SIGNATURE_BYTES], struct error *err);

/* "msg_" and the first 128 bits in hex of SHA-256 over `count` strings, each with its length before
 * it. */
#define MESSAGE_ID_BYTES 40
int message_id(const char *const *parts, size_t count, struct arena *arena,
               char ret_id[MESSAGE_ID_BYTES], struct error *err);

#endif
