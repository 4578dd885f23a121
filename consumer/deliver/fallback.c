/*
 * fallback.c - what a receiver in trouble could not say for too long is said to another one.
 *
 * The receiver stays owed: its group goes on trying, and is told when it is well again. Until then
 * the fallback is given each version once, as an ordinary notification of the same group; when the
 * receiver itself knows the alert, the fallback is told that it left, or that it is resolved. A
 * version that the fallback has is in the member's record, so nothing is given twice.
 */
#include <utlist.h>

#include "consumer/deliver/compose.h"

#define SEARCH_MS 1000

static bool is_owed(const struct group_head *group)
{
    const struct member_head *head;

    DL_FOREACH (group->members, head) {
        if (head->wanted != head->told && head->wanted > head->fallback)
            return true;
    }
    return false;
}

bool fallback_is_due(const struct group_head *group, const struct group_state *state,
                     int64_t now_ms)
{
    const struct integration *integration = group->outlet->integration;
    int64_t since_ms = state->first_try_ms > 0 ? state->first_try_ms : state->due_ms;

    return integration->fallback != NULL && limiter_probing(&group->outlet->limiter) &&
           now_ms - since_ms >= integration->fallback_after_ms && is_owed(group);
}

/* To every channel of the fallback. */
static int relay(struct deliverer *deliverer, const struct group_head *group,
                 const struct group_state *state, struct picture *picture, struct moment now,
                 struct error *err)
{
    const struct integration *to;
    size_t count = config_receiver(deliverer->config, group->outlet->integration->fallback, &to);
    struct notification notification = {
        .group_key = state->group_key,
        .group_labels = state->group_labels,
        .timing = state->timing,
        .picture = picture,
    };

    notification.timing.group_wait_ms = 0;
    for (size_t i = 0; i < count; i++) {
        if (relay_write(deliverer, group->partition, &to[i], &notification, now, err) != 0)
            return -1;
    }
    return 0;
}

int fallback_give(struct deliverer *deliverer, const struct group_head *group,
                  const struct group_state *state, const struct plan *plan, struct moment now,
                  struct error *err)
{
    size_t given = 0;

    for (size_t i = 0; i < plan->changed_count; i++) {
        struct member_head *head = plan->changed[i];
        struct member member;
        if (head->wanted <= head->fallback)
            continue;
        arena_reset(&deliverer->one);
        if (member_load(head, &deliverer->one, &member, err) != 0 ||
            relay(deliverer, group, state, &member.picture, now, err) != 0)
            return -1;
        member.fallback = member.wanted;
        if (member_store(deliverer, head->group, head, &member, err) != 0)
            return -1;
        given++;
    }
    deliverer->counters.fallbacks += given;
    if (given > 0)
        deliverer_say(deliverer, SAY_WARNING, "%s: %zu alerts go to its fallback, %s",
                      group->outlet->id, given, group->outlet->integration->fallback);
    return 0;
}

int fallback_return(struct deliverer *deliverer, const struct group_head *group,
                    const struct group_state *state, struct member *member, struct moment now,
                    struct error *err)
{
    struct picture picture = member->picture;
    bool resolved = member->wanted_status == ALERT_RESOLVED;

    if (group->outlet->integration == NULL || group->outlet->integration->fallback == NULL)
        return 0; /* not any more */
    picture.sample = NULL;
    if (!resolved)
        picture.news = NEWS_LEFT;
    if (picture.version <= member->fallback)
        picture.version = member->fallback + 1;
    member->fallback = 0;
    return relay(deliverer, group, state, &picture, now, err);
}

static int give_ready(struct deliverer *deliverer, struct group_head *group, struct moment now,
                      struct error *err)
{
    struct group_state state;
    struct plan plan;

    arena_reset(&deliverer->scratch);
    if (group_load(group, &deliverer->scratch, &state, err) != 0)
        return -1;
    if (!fallback_is_due(group, &state, now.wall_ms))
        return 0;
    if (plan_make(deliverer, group, &state, now.wall_ms, &deliverer->scratch, &plan, err) != 0)
        return -1;
    return fallback_give(deliverer, group, &state, &plan, now, err);
}

/* The queue of a receiver in trouble stands still: it is searched from time to time. */
int fallback_tick(struct deliverer *deliverer, struct outlet *outlet, struct moment now,
                  struct error *err)
{
    struct group_head *group;

    if (outlet->ready == NULL || !limiter_probing(&outlet->limiter) ||
        outlet->integration->fallback == NULL || now.mono_ms < outlet->fallback_mono_ms)
        return 0;
    outlet->fallback_mono_ms = now.mono_ms + SEARCH_MS;
    for (group = outlet->ready; group != NULL && !deliverer_full(deliverer);
         group = group->ready_next) {
        if (now.wall_ms - group->due_ms >= outlet->integration->fallback_after_ms &&
            is_owed(group) && give_ready(deliverer, group, now, err) != 0)
            return -1;
    }
    return 0;
}
