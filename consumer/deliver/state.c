/*
 * state.c - finds, loads and stores what one partition of `deliveries` holds.
 *
 * A store encodes the record into the table, in the open batch, and refreshes the head. Nothing
 * here decides anything.
 */
#include "consumer/deliver/state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#define SAID_BYTES_MAX 400

void deliverer_say(const struct deliverer *deliverer, enum say_level level, const char *format, ...)
{
    char text[SAID_BYTES_MAX];
    va_list arguments;

    if (deliverer->ops->say == NULL)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    deliverer->ops->say(deliverer->self, level, text);
}

struct partition *partition_find(const struct deliverer *deliverer, int32_t number)
{
    struct partition *partition = deliverer->partitions;

    while (partition != NULL && partition->number != number)
        partition = partition->next;
    return partition;
}

static void positions_unknown(struct positions *positions)
{
    positions->input = -1;
    for (size_t i = 0; i < RETRY_TIERS_MAX; i++)
        positions->tiers[i] = -1;
}

struct partition *partition_get(struct deliverer *deliverer, int32_t number, struct error *err)
{
    struct partition *partition = partition_find(deliverer, number);

    if (partition != NULL)
        return partition;
    partition = calloc(1, sizeof(*partition));
    if (partition == NULL) {
        error_set(err, ERROR_MEMORY, "out of memory for a partition");
        return NULL;
    }
    partition->number = number;
    batch_init(&partition->output);
    positions_unknown(&partition->now);
    partition->staged = partition->committed = partition->now;
    partition->next = deliverer->partitions;
    deliverer->partitions = partition;
    return partition;
}

void partition_clear(struct deliverer *deliverer, struct partition *partition)
{
    struct entry *entry, *next;

    HASH_ITER (hh, partition->table.entries, entry, next)
        heads_drop(deliverer, entry);
    table_fini(&partition->table);
    wakeups_drop(partition);
    positions_unknown(&partition->now);
    partition->staged = partition->committed = partition->now;
    memset(partition->read_next, 0, sizeof(partition->read_next));
    batch_reset(&partition->output);
    partition->live = partition->in_staged = false;
}

void outlet_forget(struct outlet *outlet)
{
    outlet->limiter = (struct limiter){.in_flight = outlet->limiter.in_flight,
                                       .not_before_ms = outlet->limiter.not_before_ms,
                                       .full_us = outlet->limiter.full_us};
    outlet->changed = false;
    outlet->updated_ms = 0;
}

struct outlet *outlet_get(struct deliverer *deliverer, const char *id, struct error *err)
{
    struct outlet *outlet = NULL;

    HASH_FIND_STR(deliverer->outlets, id, outlet);
    if (outlet != NULL)
        return outlet;
    outlet = calloc(1, sizeof(*outlet));
    if (outlet == NULL || (outlet->id = strdup(id)) == NULL) {
        free(outlet);
        error_set(err, ERROR_MEMORY, "out of memory for an integration");
        return NULL;
    }
    outlet->integration = config_integration(deliverer->config, id);
    HASH_ADD_KEYPTR(hh, deliverer->outlets, outlet->id, strlen(outlet->id), outlet);
    return outlet;
}

struct group_head *group_find(const struct partition *partition, const char *key, size_t key_bytes)
{
    struct entry *entry = table_find(&partition->table, key, key_bytes);

    return entry != NULL && entry->kind == ENTRY_GROUP ? entry->head : NULL;
}

struct group_head *group_make(struct deliverer *deliverer, struct partition *partition,
                              const char *key, size_t key_bytes, const char *integration,
                              struct error *err)
{
    struct outlet *outlet = outlet_get(deliverer, integration, err);
    struct entry *entry = outlet ? table_get(&partition->table, key, key_bytes, err) : NULL;
    struct group_head *group = entry ? calloc(1, sizeof(*group)) : NULL;

    if (group == NULL) {
        error_set(err, ERROR_MEMORY, "out of memory for a group");
        return NULL;
    }
    group->entry = entry;
    group->partition = partition;
    group->outlet = outlet;
    group->timer.self = group;
    DL_APPEND2(outlet->groups, group, outlet_prev, outlet_next);
    entry->kind = ENTRY_GROUP;
    entry->head = group;
    return group;
}

int group_load(const struct group_head *group, struct arena *arena, struct group_state *ret_state,
               struct error *err)
{
    return record_decode(&group_state_type, group->entry->value.data, group->entry->value.bytes,
                         arena, ret_state, err);
}

int entry_store(struct deliverer *deliverer, struct partition *partition, struct entry *entry,
                const struct record_type *type, const void *record, struct error *err)
{
    size_t bytes = 0;
    struct arena *arena = &deliverer->encoded;

    arena_reset(arena);
    char *json = record_encode(type, record, arena, &bytes, err);
    if (json == NULL || table_put(&partition->table, entry, json, bytes, err) != 0)
        return -1;
    deliverer->open_bytes += bytes + entry->key_bytes;
    return 0;
}

static int entry_forget(struct deliverer *deliverer, struct partition *partition,
                        struct entry *entry, struct error *err)
{
    if (table_put(&partition->table, entry, NULL, 0, err) != 0)
        return -1;
    deliverer->open_bytes += entry->key_bytes;
    heads_drop(deliverer, entry);
    return 0;
}

int group_store(struct deliverer *deliverer, struct group_head *group,
                const struct group_state *state, struct moment now, struct error *err)
{
    if (entry_store(deliverer, group->partition, group->entry, &group_state_type, state, err) != 0)
        return -1;
    group_head_set(deliverer, group, state);
    return group_arm(deliverer, group, now, err);
}

void group_unready(struct group_head *group)
{
    if (!group->is_ready)
        return;
    DL_DELETE2(group->outlet->ready, group, ready_prev, ready_next);
    group->is_ready = false;
}

int group_arm(struct deliverer *deliverer, struct group_head *group, struct moment now,
              struct error *err)
{
    if (group->due_ms == 0 || group->flight != NULL || !group->partition->live) {
        group_unready(group);
        timers_disarm(&deliverer->timers, &group->timer);
        return 0;
    }
    int64_t wait_ms = group->look_ms - now.wall_ms;
    if (group->is_ready && wait_ms <= 0)
        return 0;
    group_unready(group);
    return timers_arm(&deliverer->timers, &group->timer, now.mono_ms + (wait_ms > 0 ? wait_ms : 0),
                      err);
}

int group_forget(struct deliverer *deliverer, struct group_head *group, struct error *err)
{
    struct member_head *head, *next;

    DL_FOREACH_SAFE(group->members, head, next)
    {
        if (member_forget(deliverer, head, err) != 0)
            return -1;
    }
    return entry_forget(deliverer, group->partition, group->entry, err);
}

struct member_head *member_find(const struct group_head *group, const char *fingerprint,
                                struct arena *arena)
{
    const char *key = arena_printf(arena, "%s|%s", group->entry->key, fingerprint);
    struct entry *entry = key ? table_find(&group->partition->table, key, strlen(key)) : NULL;

    return entry != NULL && entry->kind == ENTRY_MEMBER ? entry->head : NULL;
}

int member_load(const struct member_head *head, struct arena *arena, struct member *ret_member,
                struct error *err)
{
    return record_decode(&member_type, head->entry->value.data, head->entry->value.bytes, arena,
                         ret_member, err);
}

static struct member_head *member_make(struct deliverer *deliverer, struct group_head *group,
                                       const char *fingerprint, struct error *err)
{
    const char *key = arena_printf(&deliverer->encoded, "%s|%s", group->entry->key, fingerprint);
    struct entry *entry = key ? table_get(&group->partition->table, key, strlen(key), err) : NULL;
    struct member_head *head = entry ? calloc(1, sizeof(*head)) : NULL;

    if (head == NULL) {
        error_set(err, ERROR_MEMORY, "out of memory for a member");
        return NULL;
    }
    head->entry = entry;
    entry->kind = ENTRY_MEMBER;
    entry->head = head;
    return head;
}

int member_store(struct deliverer *deliverer, struct group_head *group, struct member_head *head,
                 const struct member *member, struct error *err)
{
    if (head == NULL && (head = member_make(deliverer, group, member->fingerprint, err)) == NULL)
        return -1;
    if (entry_store(deliverer, group->partition, head->entry, &member_type, member, err) != 0 ||
        member_head_set(deliverer, head, member, err) != 0)
        return -1;
    if (head->group == NULL)
        member_head_join(deliverer, head, group);
    return 0;
}

int member_forget(struct deliverer *deliverer, struct member_head *head, struct error *err)
{
    return entry_forget(deliverer, head->group->partition, head->entry, err);
}

int run_store(struct deliverer *deliverer, struct partition *partition, const char *key,
              size_t key_bytes, const struct run_parts *parts, struct error *err)
{
    struct entry *entry = table_get(&partition->table, key, key_bytes, err);

    if (entry == NULL || entry_store(deliverer, partition, entry, &run_parts_type, parts, err) != 0)
        return -1;
    struct run_head *head = entry->head ? entry->head : calloc(1, sizeof(*head));
    if (head == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for a run");
    head->entry = entry;
    head->complete = (int64_t)parts->got.count >= parts->parts;
    head->first_ms = parts->first_ms;
    entry->kind = ENTRY_RUN;
    entry->head = head;
    return 0;
}

int run_forget(struct deliverer *deliverer, struct partition *partition, struct entry *entry,
               struct error *err)
{
    return entry_forget(deliverer, partition, entry, err);
}

bool run_complete(const struct partition *partition, const char *integration, const char *run,
                  struct arena *arena)
{
    const char *key = arena_printf(arena, "%s|run|%s", integration, run);
    struct entry *entry = key ? table_find(&partition->table, key, strlen(key)) : NULL;

    return entry != NULL && entry->kind == ENTRY_RUN && entry->head != NULL &&
           ((const struct run_head *)entry->head)->complete;
}
