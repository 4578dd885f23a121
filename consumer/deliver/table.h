/*
 * table.h - the records of `deliveries` that one partition holds, by key, with a way back.
 *
 * What a batch changes becomes true only by its commit. While one batch is with the committer the
 * next one is being filled, so an entry remembers up to two earlier values: from before the batch
 * under way (staged) and from before the one that is open. A commit forgets the older; an abort
 * brings it back. The value is always the record as it lies, or will lie, on the topic, so a
 * restored table and a live one cannot differ.
 */
#ifndef TOCSIN_CONSUMER_DELIVER_TABLE_H
#define TOCSIN_CONSUMER_DELIVER_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <uthash.h>

#include "producer/error.h"

struct blob {
    char *data; /* owned, NUL-terminated; NULL: no record */
    size_t bytes;
};

enum entry_kind { ENTRY_UNKNOWN, ENTRY_GROUP, ENTRY_MEMBER, ENTRY_RUN, ENTRY_RECEIVER };

struct entry {
    char *key;
    size_t key_bytes;
    struct blob value;
    enum entry_kind kind;
    void *head;        /* what the caller derived from the value */
    bool open, staged; /* changed by that batch */
    struct blob before_open, before_staged;
    struct entry *next_open, *next_staged, *next_changed;
    UT_hash_handle hh;
};

struct table {
    struct entry *entries; /* by key */
    struct entry *open, *staged;
};

void table_fini(struct table *table);

struct entry *table_find(const struct table *table, const char *key, size_t key_bytes);

/* Finds or makes; a new entry has no value. */
struct entry *table_get(struct table *table, const char *key, size_t key_bytes, struct error *err);

/* While restoring: sets the value without a way back; NULL data removes the entry. Copies. */
int table_load(struct table *table, const char *key, size_t key_bytes, const void *value,
               size_t value_bytes, struct error *err);

/* Changes the value in the open batch; copies. NULL data: a tombstone. */
int table_put(struct table *table, struct entry *entry, const void *value, size_t value_bytes,
              struct error *err);

/* The open batch becomes the staged one; there must be none. At most about `bytes_max` of it: what
 * is left stays open (table->open), groups last, so that a group never says more than its members.
 * The list is read by next_staged. */
struct entry *table_stage(struct table *table, size_t bytes_max);

/* The staged batch is true: forgets its way back and entries that are gone. */
void table_commit(struct table *table);

/* Neither batch is true: brings the values back. The changed entries are linked by next_changed;
 * those that now have no value stay until table_sweep(). */
struct entry *table_abort(struct table *table);
void table_sweep(struct table *table, struct entry *changed);

#endif
