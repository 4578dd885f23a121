/*
 * table.c - see table.h.
 */
#include "consumer/deliver/table.h"

#include <stdlib.h>
#include <string.h>

static int blob_set(struct blob *blob, const void *data, size_t bytes, struct error *err)
{
    char *copy = NULL;

    if (data != NULL) {
        copy = malloc(bytes + 1);
        if (copy == NULL)
            return error_set(err, ERROR_MEMORY, "out of memory for a record of %zu bytes", bytes);
        memcpy(copy, data, bytes);
        copy[bytes] = '\0';
    }
    free(blob->data);
    *blob = (struct blob){.data = copy, .bytes = copy ? bytes : 0};
    return 0;
}

static void blob_drop(struct blob *blob)
{
    free(blob->data);
    *blob = (struct blob){0};
}

static void entry_remove(struct table *table, struct entry *entry)
{
    HASH_DEL(table->entries, entry);
    blob_drop(&entry->value);
    blob_drop(&entry->before_open);
    blob_drop(&entry->before_staged);
    free(entry->key);
    free(entry);
}

void table_fini(struct table *table)
{
    struct entry *entry, *next;

    HASH_ITER (hh, table->entries, entry, next)
        entry_remove(table, entry);
    *table = (struct table){0};
}

struct entry *table_find(const struct table *table, const char *key, size_t key_bytes)
{
    struct entry *entry = NULL;

    HASH_FIND(hh, table->entries, key, key_bytes, entry);
    return entry;
}

struct entry *table_get(struct table *table, const char *key, size_t key_bytes, struct error *err)
{
    struct entry *entry = table_find(table, key, key_bytes);

    if (entry != NULL)
        return entry;
    entry = calloc(1, sizeof(*entry));
    char *copy = malloc(key_bytes + 1);
    if (entry == NULL || copy == NULL) {
        free(entry);
        free(copy);
        error_set(err, ERROR_MEMORY, "out of memory for an entry of deliveries");
        return NULL;
    }
    memcpy(copy, key, key_bytes);
    copy[key_bytes] = '\0';
    entry->key = copy;
    entry->key_bytes = key_bytes;
    HASH_ADD_KEYPTR(hh, table->entries, entry->key, entry->key_bytes, entry);
    return entry;
}

int table_load(struct table *table, const char *key, size_t key_bytes, const void *value,
               size_t value_bytes, struct error *err)
{
    struct entry *entry = table_find(table, key, key_bytes);

    if (value == NULL) {
        if (entry != NULL)
            entry_remove(table, entry);
        return 0;
    }
    if (entry == NULL)
        entry = table_get(table, key, key_bytes, err);
    return entry == NULL ? -1 : blob_set(&entry->value, value, value_bytes, err);
}

int table_put(struct table *table, struct entry *entry, const void *value, size_t value_bytes,
              struct error *err)
{
    struct blob fresh = {0};

    if (blob_set(&fresh, value, value_bytes, err) != 0)
        return -1;
    if (entry->open) {
        blob_drop(&entry->value);
    } else {
        entry->before_open = entry->value;
        entry->open = true;
        entry->next_open = table->open;
        table->open = entry;
    }
    entry->value = fresh;
    return 0;
}

/* Moves entries of the open batch, either groups or all others, while there is room. */
static size_t stage_kind(struct table *table, bool groups, size_t room)
{
    struct entry **link = &table->open;

    while (*link != NULL && room > 0) {
        struct entry *entry = *link;
        size_t bytes = entry->key_bytes + entry->value.bytes;
        if ((entry->kind == ENTRY_GROUP) != groups) {
            link = &entry->next_open;
            continue;
        }
        *link = entry->next_open;
        entry->before_staged = entry->before_open;
        entry->before_open = (struct blob){0};
        entry->staged = true;
        entry->open = false;
        entry->next_staged = table->staged;
        table->staged = entry;
        room = bytes < room ? room - bytes : 0;
    }
    return room;
}

struct entry *table_stage(struct table *table, size_t bytes_max)
{
    stage_kind(table, true, stage_kind(table, false, bytes_max));
    return table->staged;
}

void table_commit(struct table *table)
{
    struct entry *next;

    for (struct entry *entry = table->staged; entry != NULL; entry = next) {
        next = entry->next_staged;
        blob_drop(&entry->before_staged);
        entry->staged = false;
        if (entry->value.data == NULL && !entry->open)
            entry_remove(table, entry);
    }
    table->staged = NULL;
}

struct entry *table_abort(struct table *table)
{
    struct entry *changed = NULL;

    for (struct entry *entry = table->open; entry != NULL; entry = entry->next_open) {
        blob_drop(&entry->value);
        entry->value = entry->before_open;
        entry->before_open = (struct blob){0};
        entry->open = false;
        if (!entry->staged) {
            entry->next_changed = changed;
            changed = entry;
        }
    }
    for (struct entry *entry = table->staged; entry != NULL; entry = entry->next_staged) {
        blob_drop(&entry->value);
        entry->value = entry->before_staged;
        entry->before_staged = (struct blob){0};
        entry->staged = false;
        entry->next_changed = changed;
        changed = entry;
    }
    table->open = table->staged = NULL;
    return changed;
}

void table_sweep(struct table *table, struct entry *changed)
{
    struct entry *next;

    for (struct entry *entry = changed; entry != NULL; entry = next) {
        next = entry->next_changed;
        if (entry->value.data == NULL)
            entry_remove(table, entry);
    }
}
