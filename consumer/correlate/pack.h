/*
 * pack.h - a whole record in one piece of memory.
 *
 * Tables hold hundreds of thousands of records; each is one allocation with its strings and lists
 * behind the struct, found by the record's own table. free() gives it back. Strings are shared with
 * nobody, so numbers and flags may be changed in place; anything else means packing anew.
 */
#ifndef TOCSIN_CONSUMER_CORRELATE_PACK_H
#define TOCSIN_CONSUMER_CORRELATE_PACK_H

#include "producer/record.h"

/* NULL when memory is out. *ret_bytes (may be NULL): how much it takes. */
void *record_pack(const struct record_type *type, const void *record, size_t *ret_bytes);

#endif
