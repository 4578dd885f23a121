/*
 * heads.c - from records to heads: after a restore, after an abort, and with every store.
 *
 * A head holds nothing that its record does not say, so heads that were built anew are the same as
 * those that lived through every change. Records of other kinds are left alone: they may be of a
 * newer version of this program.
 */
#include "consumer/deliver/state.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static bool is_pending(const struct group_head *group)
{
    return (group->unsettled > 0 || group->has_summary) && group->due_ms != 0 && !group->given_up;
}

/* Keeps the count of groups that have something to say. */
static void pending_update(struct deliverer *deliverer, struct group_head *group, bool was)
{
    bool is = is_pending(group);

    if (is && !was)
        deliverer->pending++;
    else if (was && !is)
        deliverer->pending--;
}

void group_head_set(struct deliverer *deliverer, struct group_head *group,
                    const struct group_state *state)
{
    bool was = is_pending(group);

    group->due_ms = state->due_ms;
    group->earliest_ms = state->not_before_ms;
    if (state->intent != NULL)
        group->earliest_ms = later(group->earliest_ms, state->intent->until_ms);
    group->look_ms = later(state->due_ms, group->earliest_ms);
    if (state->told_ms > 0)
        group->earliest_ms =
            later(group->earliest_ms, state->told_ms + state->timing.group_interval_ms);
    group->in_doubt = state->intent != NULL;
    group->muted = state->muted;
    group->given_up = state->given_up_ms != 0;
    group->has_summary = summary_waits(state);
    group->is_rollup = rollup_is(state);
    pending_update(deliverer, group, was);
}

static void settle(struct deliverer *deliverer, struct group_head *group, int change)
{
    bool was = is_pending(group);

    group->unsettled = (size_t)((int64_t)group->unsettled + change);
    pending_update(deliverer, group, was);
}

int member_head_set(struct deliverer *deliverer, struct member_head *head,
                    const struct member *member, struct error *err)
{
    bool was = head->wanted != head->told;
    char *run = NULL;

    if (member->picture.run != NULL && (run = strdup(member->picture.run)) == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for a member");
    free(head->run);
    head->run = run;
    head->wanted = member->wanted;
    head->told = member->told;
    head->fallback = member->fallback;
    head->episode = member->picture.episode;
    head->told_episode = member->told_episode;
    head->wanted_status = member->wanted_status;
    head->told_status = member->told_status;
    head->severity = member->picture.severity;
    head->news = member->picture.news;
    head->mutes_epoch = 0;
    bool is = head->wanted != head->told;
    if (head->group != NULL && was != is)
        settle(deliverer, head->group, is ? 1 : -1);
    return 0;
}

void member_head_join(struct deliverer *deliverer, struct member_head *head,
                      struct group_head *group)
{
    head->group = group;
    DL_APPEND(group->members, head);
    group->members_count++;
    if (head->wanted != head->told)
        settle(deliverer, group, 1);
}

static void member_head_leave(struct deliverer *deliverer, struct member_head *head)
{
    struct group_head *group = head->group;

    if (group == NULL)
        return;
    DL_DELETE(group->members, head);
    group->members_count--;
    if (head->wanted != head->told)
        settle(deliverer, group, -1);
    head->group = NULL;
}

static void group_head_drop(struct deliverer *deliverer, struct group_head *group)
{
    struct member_head *head, *next;

    DL_FOREACH_SAFE(group->members, head, next)
    member_head_leave(deliverer, head);
    group_unready(group);
    timers_disarm(&deliverer->timers, &group->timer);
    DL_DELETE2(group->outlet->groups, group, outlet_prev, outlet_next);
    if (group->flight != NULL)
        group->flight->group = NULL;
    free(group);
}

void heads_drop(struct deliverer *deliverer, struct entry *entry)
{
    struct member_head *member = entry->head;

    if (entry->head == NULL)
        return;
    if (entry->kind == ENTRY_GROUP) {
        group_head_drop(deliverer, entry->head);
    } else if (entry->kind == ENTRY_MEMBER) {
        member_head_leave(deliverer, member);
        free(member->run);
        free(member);
    } else if (entry->kind == ENTRY_RECEIVER) {
        receiver_drop(entry->head);
    } else {
        free(entry->head);
    }
    entry->head = NULL;
}

static int build_group(struct deliverer *deliverer, struct partition *partition,
                       struct entry *entry, const json_t *value, struct error *err)
{
    struct group_state state;

    if (record_decode_value(&group_state_type, value, "", &deliverer->scratch, &state, err) != 0)
        return -1;
    struct group_head *group = entry->head;
    if (group == NULL)
        group =
            group_make(deliverer, partition, entry->key, entry->key_bytes, state.integration, err);
    if (group == NULL)
        return -1;
    group_head_set(deliverer, group, &state);
    return 0;
}

static int build_member(struct deliverer *deliverer, struct entry *entry, const json_t *value,
                        struct error *err)
{
    struct member member;

    if (record_decode_value(&member_type, value, "", &deliverer->scratch, &member, err) != 0)
        return -1;
    struct member_head *head = entry->head ? entry->head : calloc(1, sizeof(*head));
    if (head == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for a member");
    head->entry = entry;
    entry->head = head;
    entry->kind = ENTRY_MEMBER;
    return member_head_set(deliverer, head, &member, err);
}

static int build_run(struct deliverer *deliverer, struct entry *entry, const json_t *value,
                     struct error *err)
{
    struct run_parts parts;

    if (record_decode_value(&run_parts_type, value, "", &deliverer->scratch, &parts, err) != 0)
        return -1;
    struct run_head *head = entry->head ? entry->head : calloc(1, sizeof(*head));
    if (head == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for a run");
    head->entry = entry;
    head->complete = (int64_t)parts.got.count >= parts.parts;
    head->first_ms = parts.first_ms;
    entry->head = head;
    entry->kind = ENTRY_RUN;
    return 0;
}

/* Makes or refreshes the head of an entry that has a value, drops that of one that has none. */
int heads_build(struct deliverer *deliverer, struct partition *partition, struct entry *entry,
                struct error *err)
{
    if (entry->value.data == NULL) {
        heads_drop(deliverer, entry);
        return 0;
    }
    json_t *value = record_parse(entry->value.data, entry->value.bytes, err);
    if (value == NULL)
        return -1;
    const char *type = json_string_value(json_object_get(value, "type"));
    int rc = 0;
    if (type != NULL && strcmp(type, GROUP_STATE_TYPE) == 0)
        rc = build_group(deliverer, partition, entry, value, err);
    else if (type != NULL && strcmp(type, MEMBER_TYPE) == 0)
        rc = build_member(deliverer, entry, value, err);
    else if (type != NULL && strcmp(type, RUN_PARTS_TYPE) == 0)
        rc = build_run(deliverer, entry, value, err);
    else if (type != NULL && strcmp(type, RECEIVER_TYPE) == 0)
        rc = receiver_build(deliverer, partition, value, err);
    json_decref(value);
    arena_reset(&deliverer->scratch);
    return rc;
}

/* Second pass: a member finds its group (key without "|<fingerprint>"), a group arms its timer. */
int heads_link(struct deliverer *deliverer, struct partition *partition, struct entry *entry,
               struct moment now, struct error *err)
{
    struct member_head *member = entry->head;

    if (entry->head == NULL)
        return 0;
    if (entry->kind == ENTRY_GROUP) {
        group_wake(entry->head); /* what it was muted by may have ended meanwhile */
        return group_arm(deliverer, entry->head, now, err);
    }
    if (entry->kind != ENTRY_MEMBER || member->group != NULL)
        return 0;
    const char *bar = memrchr(entry->key, '|', entry->key_bytes);
    struct group_head *group =
        bar ? group_find(partition, entry->key, (size_t)(bar - entry->key)) : NULL;
    if (group != NULL)
        member_head_join(deliverer, member, group);
    return 0;
}
