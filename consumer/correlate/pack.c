/*
 * pack.c - one walk over a record's table, taken twice: to measure, then to copy.
 */
#include "consumer/correlate/pack.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

/* `base` is NULL while measuring. */
struct packer {
    char *base;
    size_t bytes;
};

static void *take(struct packer *packer, const void *from, size_t bytes, size_t align)
{
    char *to;

    packer->bytes = (packer->bytes + align - 1) & ~(align - 1);
    to = packer->base ? packer->base + packer->bytes : NULL;
    packer->bytes += bytes;
    if (to && bytes > 0)
        memcpy(to, from, bytes);
    return to;
}

/* `to` is the copy of `from`, or NULL while measuring. */
static void pack_members(struct packer *packer, const struct record_type *type, const void *from,
                         void *to);

static void pack_string(struct packer *packer, const char *const *from, const char **to)
{
    const char *copy;

    if (!*from)
        return;
    copy = take(packer, *from, strlen(*from) + 1, 1);
    if (to)
        *to = copy;
}

/* Arrays whose elements are `strings` pointers to text followed by other members. */
static void pack_texts(struct packer *packer, const struct list *from, struct list *to, size_t size,
                       size_t strings)
{
    char *items = take(packer, from->items, from->count * size, alignof(max_align_t));

    if (to)
        to->items = items;
    for (size_t i = 0; i < from->count; i++) {
        for (size_t j = 0; j < strings; j++) {
            size_t at = i * size + j * sizeof(char *);

            pack_string(packer, (const char *const *)(const void *)((char *)from->items + at),
                        items ? (const char **)(void *)(items + at) : NULL);
        }
    }
}

static void pack_list(struct packer *packer, const struct record_type *of, const struct list *from,
                      struct list *to)
{
    char *items = take(packer, from->items, from->count * of->size, alignof(max_align_t));

    if (to)
        to->items = items;
    for (size_t i = 0; i < from->count; i++)
        pack_members(packer, of, (const char *)from->items + i * of->size,
                     items ? items + i * of->size : NULL);
}

static void pack_pointer(struct packer *packer, const struct record_type *of,
                         const void *const *from, void **to)
{
    void *copy;

    if (!*from)
        return;
    copy = take(packer, *from, of->size, alignof(max_align_t));
    if (to)
        *to = copy;
    pack_members(packer, of, *from, copy);
}

static void pack_member(struct packer *packer, const struct field *field, const void *from,
                        void *to)
{
    switch (field->kind) {
    case FIELD_STRING:
    case FIELD_UUID:
    case FIELD_FINGERPRINT:
        pack_string(packer, from, to);
        break;
    case FIELD_OBJECT:
        pack_members(packer, field->of, from, to);
        break;
    case FIELD_POINTER:
        pack_pointer(packer, field->of, from, to);
        break;
    case FIELD_LIST:
        pack_list(packer, field->of, from, to);
        break;
    case FIELD_STRINGS:
        pack_texts(packer, from, to, sizeof(const char *), 1);
        break;
    case FIELD_LABELS:
        pack_texts(packer, from, to, sizeof(struct label), 2);
        break;
    case FIELD_COUNTS:
        pack_texts(packer, from, to, sizeof(struct count), 1);
        break;
    default: /* lies in the struct itself */
        break;
    }
}

static void pack_members(struct packer *packer, const struct record_type *type, const void *from,
                         void *to)
{
    for (const struct field *field = type->fields; field->kind != FIELD_END; field++) {
        if (field->kind != FIELD_TYPE)
            pack_member(packer, field, (const char *)from + field->offset,
                        to ? (char *)to + field->offset : NULL);
    }
}

void *record_pack(const struct record_type *type, const void *record, size_t *ret_bytes)
{
    struct packer measure = {.base = NULL}, packer = {.base = NULL};

    take(&measure, record, type->size, alignof(max_align_t));
    pack_members(&measure, type, record, NULL);
    packer.base = malloc(measure.bytes);
    if (!packer.base)
        return NULL;
    pack_members(&packer, type, record, take(&packer, record, type->size, alignof(max_align_t)));
    if (ret_bytes)
        *ret_bytes = measure.bytes;
    return packer.base;
}
