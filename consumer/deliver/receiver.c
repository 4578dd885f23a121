/*
 * receiver.c - what is remembered of an outlet as a whole: failures, breaker, guard, Retry-After,
 * storm, notices.
 *
 * The outlet in memory is what this process has met; its records are how a restart, or the next
 * owner of a partition, hears of it. There is one record in each partition that the outlet has news
 * in (a receiver with shards lives in several); while restoring, the newest of them counts. An
 * abort takes a record back but not what was met: it is written again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "consumer/deliver/state.h"

struct receiver_head *receiver_get(struct deliverer *deliverer, struct partition *partition,
                                   struct outlet *outlet, struct error *err)
{
    struct receiver_head *head;

    DL_FOREACH (outlet->receivers, head) {
        if (head->partition == partition)
            return head;
    }
    arena_reset(&deliverer->notes);
    char *key = arena_printf(&deliverer->notes, "%s|%s", outlet->id, RECEIVER_KEY);
    struct entry *entry = key ? table_get(&partition->table, key, strlen(key), err) : NULL;
    head = entry ? calloc(1, sizeof(*head)) : NULL;
    if (head == NULL) {
        error_set(err, ERROR_MEMORY, "out of memory for a receiver");
        return NULL;
    }
    *head = (struct receiver_head){.entry = entry, .partition = partition, .outlet = outlet};
    entry->kind = ENTRY_RECEIVER;
    entry->head = head;
    DL_APPEND(outlet->receivers, head);
    return head;
}

void receiver_drop(struct receiver_head *head)
{
    DL_DELETE(head->outlet->receivers, head);
    head->outlet->changed = true;
    free(head);
}

int receiver_load(struct deliverer *deliverer, const struct receiver_head *head,
                  struct receiver_state *ret_state, struct error *err)
{
    arena_reset(&deliverer->notes);
    *ret_state = (struct receiver_state){.integration = head->outlet->id};
    if (head->entry->value.data == NULL)
        return 0;
    return record_decode(&receiver_state_type, head->entry->value.data, head->entry->value.bytes,
                         &deliverer->notes, ret_state, err);
}

int receiver_store(struct deliverer *deliverer, struct receiver_head *head,
                   struct receiver_state *state, struct moment now, struct error *err)
{
    struct outlet *outlet = head->outlet;
    const struct limiter *limiter = &outlet->limiter;

    state->updated_ms = now.wall_ms;
    state->not_before_ms = limiter->not_before_ms > now.wall_ms ? limiter->not_before_ms : 0;
    state->failures = limiter->failures;
    state->blocked = limiter->blocked;
    state->broken_ms = limiter->broken_ms;
    state->guarded_ms = limiter->guarded_ms;
    state->storm = head->storm;
    state->why = limiter_probing(limiter) && outlet->why[0] ? outlet->why : NULL;
    outlet->updated_ms = now.wall_ms;
    return entry_store(deliverer, head->partition, head->entry, &receiver_state_type, state, err);
}

/* What the record knows better than the outlet. */
static void take_over(struct outlet *outlet, const struct receiver_state *state)
{
    struct limiter *limiter = &outlet->limiter;
    const struct notice *notices = state->notices.items;

    if (state->not_before_ms > limiter->not_before_ms)
        limiter->not_before_ms = state->not_before_ms;
    if (state->updated_ms <= outlet->updated_ms)
        return;
    outlet->updated_ms = state->updated_ms;
    limiter->failures = state->failures;
    limiter->blocked = state->blocked;
    limiter->broken_ms = state->broken_ms;
    limiter->guarded_ms = state->guarded_ms;
    limiter->clamped = false;
    for (size_t i = 0; i < state->notices.count; i++)
        limiter->clamped = limiter->clamped || notices[i].kind == NOTICE_CLAMPED;
    snprintf(outlet->why, sizeof(outlet->why), "%s", state->why ? state->why : "");
    outlet->changed = true; /* the configuration may be another by now */
}

int receiver_build(struct deliverer *deliverer, struct partition *partition, const json_t *value,
                   struct error *err)
{
    struct receiver_state state;

    if (record_decode_value(&receiver_state_type, value, "", &deliverer->scratch, &state, err) != 0)
        return -1;
    struct outlet *outlet = outlet_get(deliverer, state.integration, err);
    struct receiver_head *head = outlet ? receiver_get(deliverer, partition, outlet, err) : NULL;
    if (head == NULL)
        return -1;
    head->storm = state.storm;
    if (partition->live)
        outlet->changed = true;
    else
        take_over(outlet, &state);
    return 0;
}

/* The record that also holds the notices: that of the lowest partition. */
static struct receiver_head *home_of(const struct outlet *outlet)
{
    struct receiver_head *head, *home = NULL;

    DL_FOREACH (outlet->receivers, head) {
        if (head->partition->live &&
            (home == NULL || head->partition->number < home->partition->number))
            home = head;
    }
    return home;
}

static int sync(struct deliverer *deliverer, struct outlet *outlet, struct moment now,
                struct error *err)
{
    struct receiver_head *head;
    struct receiver_state state;

    if (outlet->receivers == NULL && outlet->groups != NULL &&
        receiver_get(deliverer, outlet->groups->partition, outlet, err) == NULL)
        return -1;
    const struct receiver_head *home = home_of(outlet);
    DL_FOREACH (outlet->receivers, head) {
        if (!head->partition->live)
            continue;
        if (receiver_load(deliverer, head, &state, err) != 0 ||
            (head == home && notices_update(deliverer, head, &state, now, err) != 0) ||
            receiver_store(deliverer, head, &state, now, err) != 0)
            return -1;
    }
    return 0;
}

int receivers_sync(struct deliverer *deliverer, struct moment now, struct error *err)
{
    for (struct outlet *outlet = deliverer->outlets; outlet != NULL; outlet = outlet->hh.next) {
        if (!outlet->changed)
            continue;
        outlet->changed = false;
        if (sync(deliverer, outlet, now, err) != 0)
            return -1;
    }
    return 0;
}
