/*
 * mustache.h - texts that are configured: Mustache's language (mustache(5)) over a JSON value.
 *
 * Variables, sections, inverted sections, comments and set delimiters, as Mustache's specification
 * has them. Partials, blocks and lambdas are not part of it; they, and Go's template syntax, are
 * refused by name when a template is parsed, with line and column. false, null, 0, "", an empty
 * list and what is missing are no reason for a section.
 *
 * A template is immutable; rendering writes through the caller's functions, which escape.
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_MUSTACHE_H
#define TOCSIN_CONSUMER_CHANNELS_MUSTACHE_H

#include <jansson.h>

#include "producer/arena.h"
#include "producer/error.h"

#define MUSTACHE_BYTES_MAX 16384
#define MUSTACHE_DEPTH_MAX 16 /* sections within sections */
#define MUSTACHE_STEPS_MAX                                                                         \
    100000 /* nodes visited by one rendering, so that lists can't multiply                         \
            */

struct mustache;

/* Where a rendering goes: `escaped` takes what {{name}} stands for, `raw` the template's own text
 * and what {{{name}}} stands for. */
struct mustache_output {
    void *ctx;
    void (*escaped)(void *ctx, const char *text, size_t bytes);
    void (*raw)(void *ctx, const char *text, size_t bytes);
};

/* Copies the text into the arena. ERROR_INPUT, ERROR_LIMIT say line, column and what is wrong. */
int mustache_parse(const char *text, struct arena *arena, const struct mustache **ret,
                   struct error *err);

/* -1 with ERROR_LIMIT when it takes too many steps, or ERROR_MEMORY; what was written stays. */
int mustache_render(const struct mustache *mustache, const json_t *context,
                    const struct mustache_output *output, struct error *err);

#endif
