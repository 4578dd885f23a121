/*
 * matchers.c - see matchers.h.
 *
 * In the maps names are the classic ones, as Alertmanager still wants them there. A null is an
 * empty value, but no regular expression. One of `match_re` keeps the anchors that Alertmanager
 * prints it with, since they are part of a group's key.
 */
#include "consumer/config/matchers.h"

#include <string.h>

static int add(struct reader *reader, const struct node *key, const struct node *value,
               enum matcher_op op, struct matchers_draft *draft)
{
    const char *text = node_is_null(value) ? "" : value->text;
    struct error err = {0};

    if (!label_name_valid(key->text))
        return reader_refuse(reader, key, "invalid label name \"%.60s\"", key->text);
    if (!reader_is_kind(reader, key, value, NODE_SCALAR))
        return -1;
    if (draft->count == MATCHER_LIST_MAX)
        return reader_refuse(reader, key, "more than %d matchers", MATCHER_LIST_MAX);
    if (op == MATCH_RE && node_is_null(value))
        return reader_refuse(reader, key, "%s: expected a regular expression", key->text);
    if (op == MATCH_RE)
        text = arena_printf(reader->arena, "^(?:%s)$", text);
    if (!text)
        return reader_out_of_memory(reader);
    if (matcher_new(key->text, op, text, &draft->list[draft->count], &err))
        return reader_refuse_error(reader, value, key->text, &err);
    draft->count++;
    return 0;
}

int matchers_bind_map(struct reader *reader, const struct node *key, const struct node *value,
                      enum matcher_op op, struct matchers_draft *draft)
{
    int rc = 0;

    if (!reader_is_kind(reader, key, value, NODE_MAPPING))
        return -1;
    for (size_t i = 0; i < value->count && rc == 0; i++)
        rc = add(reader, value->pairs[i].key, value->pairs[i].value, op, draft);
    return rc;
}

int matchers_bind_list(struct reader *reader, const struct node *key, const struct node *value,
                       struct matchers_draft *draft)
{
    if (!reader_is_kind(reader, key, value, NODE_SEQUENCE))
        return -1;
    for (size_t i = 0; i < value->count; i++) {
        const struct node *item = value->items[i];
        struct error err = {0};

        if (!reader_is_kind(reader, key, item, NODE_SCALAR))
            return -1;
        if (!node_is_null(item) && matcher_parse_list(item->text, draft->list, &draft->count, &err))
            return reader_refuse_error(reader, item, key->text, &err);
    }
    return 0;
}

int matchers_keep(struct reader *reader, struct matchers_draft *draft, struct matcher ***ret,
                  size_t *ret_count)
{
    *ret_count = 0;
    *ret = arena_array(reader->arena, draft->count + 1, sizeof(struct matcher *));
    if (!*ret) {
        for (size_t i = 0; i < draft->count; i++)
            matcher_free(draft->list[i]);
        draft->count = 0;
        return reader_out_of_memory(reader);
    }
    matcher_sort(draft->list, draft->count);
    if (draft->count)
        memcpy(*ret, draft->list, draft->count * sizeof(struct matcher *));
    *ret_count = draft->count;
    return 0;
}
