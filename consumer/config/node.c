/*
 * node.c - builds the tree from libyaml's events.
 *
 * Recursive over nesting, which is bounded before each step down. An anchor is known only when its
 * node is complete, so nothing can contain itself.
 */
#include "consumer/config/node.h"

#include <stdint.h>
#include <string.h>
#include <yaml.h>

struct anchor {
    const char *name;
    const struct node *node;
};

struct builder {
    const char *name; /* of the file */
    yaml_parser_t parser;
    struct arena *arena;
    struct anchor anchors[NODE_ANCHORS_MAX];
    size_t anchors_count;
    size_t nodes; /* so far, expanded */
    struct error *err;
};

static const char *const kind_names[] = {
    [NODE_SCALAR] = "a text",
    [NODE_SEQUENCE] = "a list",
    [NODE_MAPPING] = "a mapping",
};

const char *node_kind_name(const struct node *node)
{
    return kind_names[node->kind];
}

bool node_is_null(const struct node *node)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};

    for (size_t i = 0; node->plain && i < sizeof(nulls) / sizeof(nulls[0]); i++) {
        if (strcmp(node->text, nulls[i]) == 0)
            return true;
    }
    return false;
}

const struct node *node_find(const struct node *mapping, const char *key)
{
    for (size_t i = 0; i < mapping->count; i++) {
        if (strcmp(mapping->pairs[i].key->text, key) == 0)
            return mapping->pairs[i].value;
    }
    return NULL;
}

static int refuse(const struct builder *b, size_t line, size_t column, const char *what)
{
    return error_set(b->err, ERROR_INPUT, "%s:%zu:%zu: %s", b->name, line, column, what);
}

static int refuse_event(const struct builder *b, const yaml_event_t *event, const char *what)
{
    return refuse(b, event->start_mark.line + 1, event->start_mark.column + 1, what);
}

static int next_event(struct builder *b, yaml_event_t *event)
{
    const yaml_parser_t *parser = &b->parser;

    if (yaml_parser_parse(&b->parser, event))
        return 0;
    if (parser->error == YAML_MEMORY_ERROR)
        return error_set(b->err, ERROR_MEMORY, "out of memory");
    if (parser->error == YAML_READER_ERROR)
        return error_set(b->err, ERROR_INPUT, "%s: byte %zu: %s", b->name, parser->problem_offset,
                         parser->problem);
    return error_set(b->err, ERROR_INPUT, "%s:%zu:%zu: %s%s%s", b->name,
                     parser->problem_mark.line + 1, parser->problem_mark.column + 1,
                     parser->problem ? parser->problem : "not YAML", parser->context ? " " : "",
                     parser->context ? parser->context : "");
}

static struct node *node_new(struct builder *b, const yaml_event_t *event, enum node_kind kind)
{
    struct node *node = arena_alloc(b->arena, sizeof(*node));

    if (!node) {
        error_set(b->err, ERROR_MEMORY, "out of memory");
        return NULL;
    }
    node->kind = kind;
    node->line = event->start_mark.line + 1;
    node->column = event->start_mark.column + 1;
    node->text = "";
    node->weight = node->height = 1;
    return node;
}

/* Counts a node that is put into the tree, new or by an alias. */
static int count_nodes(struct builder *b, const yaml_event_t *event, size_t weight)
{
    b->nodes += weight;
    if (b->nodes > NODES_MAX)
        return error_set(b->err, ERROR_LIMIT, "%s:%zu:%zu: more than %d nodes", b->name,
                         event->start_mark.line + 1, event->start_mark.column + 1, NODES_MAX);
    return 0;
}

static int check_tag(const struct builder *b, const yaml_event_t *event, const yaml_char_t *tag)
{
    static const char core[] = "tag:yaml.org,2002:";
    static const char *const known[] = {"str", "int", "bool", "float", "null", "map", "seq"};
    const char *text = (const char *)tag;

    if (!text || strcmp(text, "!") == 0)
        return 0;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strncmp(text, core, strlen(core)) == 0 && strcmp(text + strlen(core), known[i]) == 0)
            return 0;
    }
    return refuse_event(b, event, "a tag that has no meaning here");
}

static int add_anchor(struct builder *b, const yaml_event_t *event, const yaml_char_t *name,
                      const struct node *node)
{
    struct anchor *anchor = &b->anchors[b->anchors_count];

    if (!name)
        return 0;
    if (b->anchors_count == NODE_ANCHORS_MAX)
        return refuse_event(b, event, "too many anchors");
    anchor->name = arena_strdup(b->arena, (const char *)name);
    if (!anchor->name)
        return error_set(b->err, ERROR_MEMORY, "out of memory");
    anchor->node = node;
    b->anchors_count++;
    return 0;
}

/* The node that begins with the event; NULL with an error. */
static const struct node *build(struct builder *b, const yaml_event_t *event, size_t depth);

static const struct node *build_scalar(struct builder *b, const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    struct node *node = node_new(b, event, NODE_SCALAR);

    if (!node || check_tag(b, event, event->data.scalar.tag))
        return NULL;
    if (strlen(text) != event->data.scalar.length) {
        refuse_event(b, event, "a NUL character inside a text");
        return NULL;
    }
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !event->data.scalar.tag;
    node->text = arena_strdup(b->arena, text);
    if (!node->text) {
        error_set(b->err, ERROR_MEMORY, "out of memory");
        return NULL;
    }
    return add_anchor(b, event, event->data.scalar.anchor, node) ? NULL : node;
}

/* The last anchor of that name wins, as YAML says. */
static const struct node *anchor_find(const struct builder *b, const char *name)
{
    for (size_t i = b->anchors_count; i > 0; i--) {
        if (strcmp(b->anchors[i - 1].name, name) == 0)
            return b->anchors[i - 1].node;
    }
    return NULL;
}

static const struct node *build_alias(struct builder *b, const yaml_event_t *event, size_t depth)
{
    const struct node *node = anchor_find(b, (const char *)event->data.alias.anchor);

    if (!node) {
        refuse_event(b, event, "an alias of an anchor that is not known here");
        return NULL;
    }
    if (depth + node->height > NODE_DEPTH_MAX) {
        refuse_event(b, event, "nested too deep");
        return NULL;
    }
    return count_nodes(b, event, node->weight) ? NULL : node;
}

/* Makes room for one more element in an array that grows by doubling. */
static void *grow(struct builder *b, void *array, size_t count, size_t size)
{
    void *larger = array;

    if (count == 0 || (count >= 8 && (count & (count - 1)) == 0)) {
        larger = arena_array(b->arena, count ? count * 2 : 8, size);
        if (larger && count)
            memcpy(larger, array, count * size);
        if (!larger)
            error_set(b->err, ERROR_MEMORY, "out of memory");
    }
    return larger;
}

static void add_to(struct node *parent, const struct node *child)
{
    parent->weight += child->weight;
    if (parent->height < child->height + 1)
        parent->height = child->height + 1;
}

static int build_item(struct builder *b, const yaml_event_t *event, size_t depth, struct node *list)
{
    const struct node *item;

    list->items = grow(b, list->items, list->count, sizeof(struct node *));
    if (!list->items)
        return -1;
    if (list->count == NODE_ITEMS_MAX)
        return refuse_event(b, event, "too many items in one list");
    item = build(b, event, depth + 1);
    if (!item)
        return -1;
    list->items[list->count++] = item;
    add_to(list, item);
    return 0;
}

static int put_pair(struct builder *b, struct node *mapping, const struct node *key,
                    const struct node *value)
{
    mapping->pairs = grow(b, mapping->pairs, mapping->count, sizeof(struct node_pair));
    if (!mapping->pairs)
        return -1;
    if (mapping->count == NODE_KEYS_MAX)
        return refuse(b, key->line, key->column, "too many keys in one mapping");
    mapping->pairs[mapping->count++] = (struct node_pair){key, value};
    add_to(mapping, value);
    mapping->weight++;
    return 0;
}

static const struct node *build_key(struct builder *b, const yaml_event_t *event, size_t depth,
                                    const struct node *mapping)
{
    const struct node *key;

    if (event->type != YAML_SCALAR_EVENT) {
        refuse_event(b, event, "a key has to be a text");
        return NULL;
    }
    key = build(b, event, depth + 1);
    if (key && strcmp(key->text, "<<") != 0 && node_find(mapping, key->text)) {
        error_set(b->err, ERROR_INPUT, "%s:%zu:%zu: key \"%s\" stands twice in one mapping",
                  b->name, key->line, key->column, key->text);
        return NULL;
    }
    return key;
}

static int build_pair(struct builder *b, const yaml_event_t *event, size_t depth,
                      struct node *mapping)
{
    const struct node *key = build_key(b, event, depth, mapping), *value;
    yaml_event_t next;

    if (!key || next_event(b, &next))
        return -1;
    value = build(b, &next, depth + 1);
    yaml_event_delete(&next);
    return value ? put_pair(b, mapping, key, value) : -1;
}

static int merge_one(struct builder *b, struct node *mapping, const struct node *from)
{
    if (from->kind != NODE_MAPPING)
        return refuse(b, from->line, from->column, "<< expected a mapping or a list of mappings");
    for (size_t i = 0; i < from->count; i++) {
        const struct node_pair *pair = &from->pairs[i];

        if (node_find(mapping, pair->key->text))
            continue;
        b->nodes += pair->value->weight + 1;
        if (b->nodes > NODES_MAX)
            return refuse(b, from->line, from->column, "too many nodes");
        if (put_pair(b, mapping, pair->key, pair->value))
            return -1;
    }
    return 0;
}

/* Keys that the mapping has itself come before merged ones, earlier merged ones before later. */
static int merge(struct builder *b, struct node *mapping)
{
    const struct node *from = node_find(mapping, "<<");
    size_t at = 0;

    if (!from)
        return 0;
    while (mapping->pairs[at].value != from || strcmp(mapping->pairs[at].key->text, "<<") != 0)
        at++;
    memmove(&mapping->pairs[at], &mapping->pairs[at + 1],
            (mapping->count - at - 1) * sizeof(mapping->pairs[0]));
    mapping->count--;
    if (node_find(mapping, "<<"))
        return refuse(b, from->line, from->column, "key \"<<\" stands twice in one mapping");
    if (from->kind != NODE_SEQUENCE)
        return merge_one(b, mapping, from);
    for (size_t i = 0; i < from->count; i++) {
        if (merge_one(b, mapping, from->items[i]))
            return -1;
    }
    return 0;
}

/* All that stands between a start and its end. */
static int build_collection(struct builder *b, const yaml_event_t *start, size_t depth,
                            struct node *node)
{
    bool is_mapping = node->kind == NODE_MAPPING;
    yaml_event_type_t end = is_mapping ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
    yaml_event_t event;
    bool ended = false;
    int rc = 0;

    if (depth == NODE_DEPTH_MAX)
        return refuse_event(b, start, "nested too deep");
    while (rc == 0 && !ended) {
        if (next_event(b, &event))
            return -1;
        ended = event.type == end;
        if (!ended)
            rc = is_mapping ? build_pair(b, &event, depth, node)
                            : build_item(b, &event, depth, node);
        yaml_event_delete(&event);
    }
    return rc == 0 && is_mapping ? merge(b, node) : rc;
}

static const struct node *build_nested(struct builder *b, const yaml_event_t *event, size_t depth)
{
    bool is_mapping = event->type == YAML_MAPPING_START_EVENT;
    struct node *node = node_new(b, event, is_mapping ? NODE_MAPPING : NODE_SEQUENCE);
    const yaml_char_t *tag =
        is_mapping ? event->data.mapping_start.tag : event->data.sequence_start.tag;
    const yaml_char_t *anchor =
        is_mapping ? event->data.mapping_start.anchor : event->data.sequence_start.anchor;

    if (!node || check_tag(b, event, tag) || build_collection(b, event, depth, node) ||
        add_anchor(b, event, anchor, node))
        return NULL;
    return node;
}

static const struct node *build(struct builder *b, const yaml_event_t *event, size_t depth)
{
    if (event->type == YAML_ALIAS_EVENT)
        return build_alias(b, event, depth);
    if (count_nodes(b, event, 1))
        return NULL;
    if (event->type == YAML_SCALAR_EVENT)
        return build_scalar(b, event);
    return build_nested(b, event, depth);
}

/* The document's node; NULL when the stream holds none. A second document is refused. */
static int build_document(struct builder *b, const struct node **ret)
{
    yaml_event_t event;
    bool ended = false, is_node;
    int rc = 0;

    while (rc == 0 && !ended) {
        if (next_event(b, &event))
            return -1;
        ended = event.type == YAML_STREAM_END_EVENT;
        is_node = event.type == YAML_SCALAR_EVENT || event.type == YAML_ALIAS_EVENT ||
                  event.type == YAML_MAPPING_START_EVENT || event.type == YAML_SEQUENCE_START_EVENT;
        if (event.type == YAML_DOCUMENT_START_EVENT && *ret) {
            rc = refuse_event(b, &event, "a second document in one file");
        } else if (is_node) {
            *ret = build(b, &event, 0);
            rc = *ret ? 0 : -1;
        }
        yaml_event_delete(&event);
    }
    return rc;
}

int node_parse(const char *name, const char *text, size_t bytes, struct arena *arena,
               const struct node **ret, struct error *err)
{
    static const struct node empty = {
        .kind = NODE_MAPPING, .line = 1, .column = 1, .text = "", .weight = 1, .height = 1};
    struct builder b = {.name = name, .arena = arena, .err = err};
    const struct node *root = NULL;
    int rc;

    if (!yaml_parser_initialize(&b.parser))
        return error_set(err, ERROR_MEMORY, "out of memory");
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)text, bytes);
    rc = build_document(&b, &root);
    yaml_parser_delete(&b.parser);
    if (rc == 0)
        *ret = root && !node_is_null(root) ? root : &empty;
    return rc;
}
