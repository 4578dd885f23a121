/*
 * rollup.c - a storm: what has news then is moved into one group of its own, which is one message.
 *
 * Moving is one batch: the alert becomes a member of the storm's group and counts as told in its
 * own, so after a restart it is in exactly one of them. The storm's group is a group like any
 * other: it waits, is muted by alert, retried, given up with all its pictures, and replayed. What
 * it told is forgotten there; later news goes its ordinary way. A group that has many alerts by
 * itself is one message already and is left alone.
 */
#include <stdio.h>
#include <string.h>
#include <utlist.h>

#include "consumer/deliver/compose.h"
#include "consumer/deliver/storm.h"

#define KEY_PREFIX "{}/tocsin:{storm="
#define COUNT_MS   1000

bool rollup_is(const struct group_state *state)
{
    return strncmp(state->group_key, KEY_PREFIX, strlen(KEY_PREFIX)) == 0;
}

/* Alerts of ordinary groups that will be told within the window if nothing is done about it. */
static int64_t count_soon(const struct receiver_head *head, struct moment now)
{
    int64_t horizon_ms = now.wall_ms + head->outlet->integration->storm_window_ms;
    const struct group_head *group;
    size_t alerts = 0;

    DL_FOREACH2(head->outlet->groups, group, outlet_next)
    {
        if (group->partition == head->partition && group->unsettled <= GROUP_MEMBERS_SHOWN_MAX &&
            group->due_ms != 0 && !group->given_up && !group->muted && group->flight == NULL &&
            !group->is_rollup && group->look_ms <= horizon_ms)
            alerts += group->unsettled;
    }
    return (int64_t)alerts;
}

static int store(struct deliverer *deliverer, struct receiver_head *head, struct moment now,
                 struct error *err)
{
    struct receiver_state state;

    if (receiver_load(deliverer, head, &state, err) != 0)
        return -1;
    return receiver_store(deliverer, head, &state, now, err);
}

int rollup_note(struct deliverer *deliverer, const struct group_head *group,
                const struct group_state *state, size_t alerts, struct moment now,
                struct error *err)
{
    const struct integration *integration = group->outlet->integration;

    if (integration->storm_alerts == 0 || state->attempt > 0 || alerts == 0 || rollup_is(state))
        return 0;
    struct receiver_head *head = receiver_get(deliverer, group->partition, group->outlet, err);
    if (head == NULL)
        return -1;
    if (alerts > GROUP_MEMBERS_SHOWN_MAX)
        alerts = 1; /* a digest is one message, however much is in it */
    else
        head->soon -= head->soon < (int64_t)alerts ? head->soon : (int64_t)alerts;
    storm_count(&head->storm, integration, (int64_t)alerts, now.wall_ms);
    return store(deliverer, head, now, err);
}

int rollup_wants(struct deliverer *deliverer, const struct group_head *group,
                 const struct group_state *state, const struct plan *plan, struct moment now,
                 bool *ret_wants, struct error *err)
{
    const struct integration *integration = group->outlet->integration;

    *ret_wants = false;
    if (integration->storm_alerts == 0 || plan->changed_count == 0 ||
        plan->changed_count > GROUP_MEMBERS_SHOWN_MAX || rollup_is(state))
        return 0;
    struct receiver_head *head = receiver_get(deliverer, group->partition, group->outlet, err);
    if (head == NULL)
        return -1;
    if (now.mono_ms >= head->soon_mono_ms) {
        head->soon = count_soon(head, now);
        head->soon_mono_ms = now.mono_ms + COUNT_MS;
    }
    *ret_wants = storm_is_on(&head->storm, integration, head->soon, now.wall_ms);
    return 0;
}

static struct group_head *storm_group(struct deliverer *deliverer, const struct group_head *from,
                                      struct group_state *ret_state, struct error *err)
{
    struct arena *arena = &deliverer->scratch;
    const struct integration *integration = from->outlet->integration;
    char *hash = arena_alloc(arena, GROUP_HASH_BYTES);
    struct label *label = arena_alloc(arena, sizeof(*label));
    const char *group_key = arena_printf(arena, KEY_PREFIX "\"%s\"}", integration->id);
    const char *key = NULL;

    if (hash != NULL && label != NULL && group_key != NULL) {
        group_hash(group_key, hash);
        *label = (struct label){.name = "storm", .value = integration->receiver};
        key = arena_printf(arena, "%s|%s", integration->id, hash);
    }
    if (key == NULL) {
        error_set(err, ERROR_MEMORY, "out of memory for a storm");
        return NULL;
    }
    struct group_head *group = group_find(from->partition, key, strlen(key));
    if (group == NULL)
        group = group_make(deliverer, from->partition, key, strlen(key), integration->id, err);
    *ret_state = (struct group_state){0};
    if (group == NULL ||
        (group->entry->value.data != NULL && group_load(group, arena, ret_state, err) != 0))
        return NULL;
    ret_state->integration = integration->id;
    ret_state->group = hash;
    ret_state->group_key = group_key;
    ret_state->group_labels = (struct list){label, 1};
    ret_state->timing.group_interval_ms = STORM_QUIET_MS;
    return group;
}

/* What the receiver believes goes along, so that a resolve is still told to who heard of the
 * opening. */
static int move_member(struct deliverer *deliverer, struct group_head *to,
                       const struct member_head *head, struct error *err)
{
    struct member member, moved;

    arena_reset(&deliverer->one);
    if (member_load(head, &deliverer->one, &member, err) != 0)
        return -1;
    struct member_head *known = member_find(to, member.fingerprint, &deliverer->one);
    if (known != NULL && known->wanted >= member.wanted)
        return 0;
    if (known != NULL && member_load(known, &deliverer->one, &moved, err) != 0)
        return -1;
    const struct member *believed = known != NULL ? &moved : &member;
    member.told_status = believed->told_status;
    member.told_episode = believed->told_episode;
    member.told = 0;
    member.fallback = 0;
    member.picture.run = NULL; /* its run has ended, or was waited for long enough */
    return member_store(deliverer, to, known, &member, err);
}

int rollup_take(struct deliverer *deliverer, struct group_head *group, struct group_state *state,
                const struct plan *plan, struct moment now, struct error *err)
{
    const struct integration *integration = group->outlet->integration;
    struct receiver_head *head = receiver_get(deliverer, group->partition, group->outlet, err);
    struct group_state storm;
    struct group_head *to = head ? storm_group(deliverer, group, &storm, err) : NULL;

    if (to == NULL)
        return -1;
    for (size_t i = 0; i < plan->changed_count; i++) {
        struct member_head *moved = plan->changed[i];
        const struct flight_member told = {.version = moved->wanted,
                                           .episode = moved->episode,
                                           .status = moved->wanted_status,
                                           .news = moved->news};
        if (told.version > storm.version)
            storm.version = told.version;
        if (move_member(deliverer, to, moved, err) != 0 ||
            member_settle(deliverer, moved, state, &told, now, err) != 0)
            return -1;
    }
    storm_count(&head->storm, integration, (int64_t)plan->changed_count, now.wall_ms);
    storm.given_up_ms = 0;
    if (storm.attempt == 0 && (storm.due_ms == 0 || storm.due_ms > now.wall_ms))
        storm.due_ms = storm_due_ms(&head->storm, integration, now.wall_ms);
    if (group_store(deliverer, to, &storm, now, err) != 0 || store(deliverer, head, now, err) != 0)
        return -1;
    return group_told(deliverer, group, state, now, err);
}

const char *rollup_words(const struct deliverer *deliverer, const struct plan *plan,
                         struct arena *arena)
{
    const char *url = deliverer->config->external_url;

    return arena_printf(arena,
                        "A storm: one message for %zu alert%s with news, worst first, instead of "
                        "one each.%s%s",
                        plan->changed_count, plan->changed_count == 1 ? "" : "s",
                        url ? " All of them: " : "", url ? url : "");
}
