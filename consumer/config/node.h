/*
 * node.h - a YAML document as a tree, with the line and column of every node.
 *
 * Anchors, aliases and merge keys (<<) work; a shared node is stored once and may be reached twice,
 * so the tree is only ever read. What can't be meant is refused: a key twice in one mapping, a key
 * that is no text, a second document, a custom tag. Depth and the number of nodes after expansion
 * are bounded, so no small file unfolds into a large one.
 */
#ifndef TOCSIN_CONSUMER_CONFIG_NODE_H
#define TOCSIN_CONSUMER_CONFIG_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "producer/arena.h"
#include "producer/error.h"

#define NODE_DEPTH_MAX   96
#define NODES_MAX        200000 /* aliases counted as often as they stand */
#define NODE_KEYS_MAX    1024   /* in one mapping */
#define NODE_ITEMS_MAX   4096   /* in one sequence */
#define NODE_ANCHORS_MAX 256

enum node_kind { NODE_SCALAR, NODE_SEQUENCE, NODE_MAPPING };

struct node;
struct node_pair {
    const struct node *key; /* a scalar */
    const struct node *value;
};

struct node {
    enum node_kind kind;
    size_t line, column; /* from 1 */
    const char *text;    /* of a scalar; no NUL inside */
    bool plain;          /* a scalar without quotes and tag: may be a null */
    const struct node **items;
    struct node_pair *pairs;
    size_t count;  /* of items or pairs */
    size_t weight; /* nodes in it, itself included */
    size_t height; /* levels in it, itself included */
};

/* Parses one document. An empty one gives an empty mapping. Errors begin with "name:line:column: ".
 */
int node_parse(const char *name, const char *text, size_t bytes, struct arena *arena,
               const struct node **ret, struct error *err);

/* Nothing, ~ or null: as if the key were not there. */
bool node_is_null(const struct node *node);

/* NULL where the mapping has no such key. */
const struct node *node_find(const struct node *mapping, const char *key);

/* "a mapping", "a list" or "a text", for messages. */
const char *node_kind_name(const struct node *node);

#endif
