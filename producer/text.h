/*
 * text.h - what came from outside, made fit for a record: valid UTF-8 of a bounded length.
 *
 * Nothing is refused here: bytes that are no UTF-8 become U+FFFD, what is too long is cut between
 * two characters. Text that is fine already is returned as it is, not copied.
 */
#ifndef TOCSIN_PRODUCER_TEXT_H
#define TOCSIN_PRODUCER_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "producer/arena.h"

#define TEXT_REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* The first `chars_max` characters. NULL in, NULL out; NULL also when memory is out. */
const char *text_cut(const char *text, size_t chars_max, struct arena *arena);

/* The same, but what is too long ends in a digest of the whole: two names that part ways late stay
 * two. At least TEXT_DIGEST_CHARS characters. */
#define TEXT_DIGEST_CHARS 33
const char *text_name(const char *text, size_t chars_max, struct arena *arena);

/* Each byte that belongs to no character becomes U+FFFD. NULL in, NULL out; NULL also when memory
 * is out. *ret_count (may be NULL) grows by how many. */
const char *text_repair(const char *text, size_t bytes, struct arena *arena, size_t *ret_count);

#endif
