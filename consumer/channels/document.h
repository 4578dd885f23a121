/*
 * document.h - builds a JSON document and checks once, at its end, that all of it was built.
 *
 * Every call takes over the value it is given, also when it fails. A failure (memory, invalid
 * UTF-8) is remembered; document_print() then refuses, so that half a document never leaves.
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_DOCUMENT_H
#define TOCSIN_CONSUMER_CHANNELS_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "producer/arena.h"
#include "producer/error.h"

struct document {
    json_t *root;
    bool failed;
};

void document_init(struct document *document);
void document_fini(struct document *document);

void document_set(struct document *document, json_t *object, const char *name, json_t *value);
void document_append(struct document *document, json_t *array, json_t *value);

/* A member that is left out where the text is NULL or empty. */
void document_set_text(struct document *document, json_t *object, const char *name,
                       const char *text);
/* A time as RFC 3339, left out where it is 0. */
void document_set_time(struct document *document, json_t *object, const char *name,
                       int64_t time_ms);

/* A new object or array as a member: borrowed, NULL after a failure (which every call here
 * accepts). */
json_t *document_object(struct document *document, json_t *object, const char *name);
json_t *document_array(struct document *document, json_t *object, const char *name);

/* Compact JSON in the arena; an error when it would be longer than `bytes_max`. */
const char *document_print(const struct document *document, size_t bytes_max, struct arena *arena,
                           size_t *ret_bytes, struct error *err);

#endif
