/*
 * mustache_private.h - a template's insides: what mustache_parse.c makes and mustache.c renders.
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_MUSTACHE_PRIVATE_H
#define TOCSIN_CONSUMER_CHANNELS_MUSTACHE_PRIVATE_H

#include "consumer/channels/mustache.h"

enum mustache_kind {
    MUSTACHE_TEXT,
    MUSTACHE_ESCAPED, /* {{name}} */
    MUSTACHE_RAW,     /* {{{name}}}, {{&name}} */
    MUSTACHE_SECTION,
    MUSTACHE_INVERTED,
};

struct mustache_node {
    enum mustache_kind kind;
    const char *text; /* as it stands, or the name */
    size_t bytes;
    size_t end; /* of a section: the first node behind it */
};

struct mustache {
    struct mustache_node *nodes;
    size_t count;
};

#endif
