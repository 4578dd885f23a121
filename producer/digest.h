/*
 * digest.h - hashes over length-prefixed strings: the arithmetic of every identity here.
 *
 * Each string goes in as its length in bytes (32 bits, big-endian) and its bytes, so that no two
 * lists of strings are one sequence of bytes. NULL counts as "". Allocates nothing and cannot fail.
 */
#ifndef TOCSIN_PRODUCER_DIGEST_H
#define TOCSIN_PRODUCER_DIGEST_H

#include <stddef.h>

#include "producer/finding.h"

#define DIGEST_HEX_BYTES 33 /* 32 hex digits, NUL */
#define TOCSIN_NAMESPACE "2d7b974b-7ed3-46eb-ad7a-77b6007932ec"

/* The first 128 bits of SHA-256 over the strings, in hex. */
void digest_hex(const char *const *strings, size_t count, char ret_hex[DIGEST_HEX_BYTES]);

/* The same over plain bytes, without a length. */
void digest_hex_bytes(const void *bytes, size_t count, char ret_hex[DIGEST_HEX_BYTES]);

/* Name-based UUID (RFC 9562, version 5) of the strings in TOCSIN_NAMESPACE. */
void digest_uuid(const char *const *strings, size_t count, char ret_id[FINDING_ID_BYTES]);

#endif
