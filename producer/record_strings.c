/*
 * record_strings.c - a record's texts, each handed to a function that may give another.
 *
 * Goes through the record's table, so that a member which is added later is not forgotten. Names of
 * labels, fingerprints, ids and enumerated words are no texts that anybody wrote.
 */
#include "producer/record.h"

static int map_items(const struct list *list, size_t size, size_t offset,
                     const struct record_mapper *mapper, const struct field *field)
{
    for (size_t i = 0; i < list->count; i++) {
        const char **text = (void *)((char *)list->items + i * size + offset);
        if (*text && mapper->text(mapper->ctx, field, text) != 0)
            return -1;
    }
    return 0;
}

static int map_records(const struct list *list, const struct record_type *of,
                       const struct record_mapper *mapper)
{
    for (size_t i = 0; i < list->count; i++) {
        if (record_map_texts(of, (char *)list->items + i * of->size, mapper) != 0)
            return -1;
    }
    return 0;
}

static int map_member(const struct field *field, void *member, const struct record_mapper *mapper)
{
    const char **text = member;
    void **pointer = member;

    switch (field->kind) {
    case FIELD_STRING:
        return *text ? mapper->text(mapper->ctx, field, text) : 0;
    case FIELD_STRINGS:
        return map_items(member, sizeof(const char *), 0, mapper, field);
    case FIELD_LABELS:
        return map_items(member, sizeof(struct label), offsetof(struct label, value), mapper,
                         field);
    case FIELD_OBJECT:
        return record_map_texts(field->of, member, mapper);
    case FIELD_POINTER:
        return *pointer ? record_map_texts(field->of, *pointer, mapper) : 0;
    case FIELD_LIST:
        return map_records(member, field->of, mapper);
    default:
        return 0;
    }
}

int record_map_texts(const struct record_type *type, void *record,
                     const struct record_mapper *mapper)
{
    for (const struct field *field = type->fields; field->kind != FIELD_END; field++) {
        if (map_member(field, (char *)record + field->offset, mapper) != 0)
            return -1;
    }
    return 0;
}
