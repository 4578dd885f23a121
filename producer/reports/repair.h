/*
 * repair.h - JSON as tools write it into JSON that may be written.
 *
 * Prompts of red-team tools hold what JSON parsers refuse: half of a surrogate pair, NUL, bytes
 * that are no UTF-8; Python writes NaN and Infinity. Each such place becomes U+FFFD (in a string)
 * or null (a number), and is counted; what is fine is left byte for byte, whole surrogate pairs and
 * tag characters too. Pure.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_REPAIR_H
#define TOCSIN_PRODUCER_REPORTS_REPAIR_H

#include <stdbool.h>
#include <stddef.h>

#include "producer/arena.h"

/* Whether a line may need it: a quick look that is wrong only on the safe side. */
bool repair_is_needed(const char *json, size_t bytes);

/* The repaired text in the arena, NUL-terminated; NULL when memory is out. */
char *repair_json(const char *json, size_t bytes, struct arena *arena, size_t *ret_bytes,
                  size_t *ret_places);

#endif
