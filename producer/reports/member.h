/*
 * member.h - what stands somewhere in a parsed report, or that nothing of the kind stands there.
 *
 * Paths are those of json_at.h; any value, also NULL, may be asked for anything. Pure but for the
 * arena.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_MEMBER_H
#define TOCSIN_PRODUCER_REPORTS_MEMBER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "producer/arena.h"
#include "producer/reports/json_at.h"

/* A string that is not empty, or NULL. */
const char *member_string(const json_t *value, const char *path);

/* The first of some paths (ends with NULL) that leads to a string that is not empty, or NULL. */
const char *member_first(const json_t *value, const char *const *paths);

/* Anything as text for a person: a string as it is, other values as JSON, nothing as "". NULL when
 * memory is out. */
const char *member_text(const json_t *value, const char *path, struct arena *arena);

bool member_number(const json_t *value, const char *path, double *ret_number);
int64_t member_integer(const json_t *value, const char *path); /* 0 for none */
bool member_is_true(const json_t *value, const char *path);

/* RFC 3339, the same without a zone or with a space for its T (then UTC), or seconds since the
 * epoch; 0 for none. */
int64_t member_time(const json_t *value, const char *path);

/* A conversation as text: the content of a single user turn, else turn by turn under the roles.
 * Each turn is an object; content is a string, or a list of parts with a text. NULL when memory is
 * out. */
const char *member_conversation(const json_t *turns, const char *content_path, struct arena *arena);

#endif
