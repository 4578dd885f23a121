/*
 * mute.c - alerts that are told nobody for now: silenced, accepted, inhibited, or of a group whose
 * routes are muted at this time.
 *
 * A muted member stays as it is, untold, and its group is looked at again when the mute ends or
 * when anything about mutes has changed, but not sooner after a message than group_interval.
 * Answers are kept with the member until then, since asking means to decode it. After a restart
 * every group that had something muted is looked at once. As long as nobody knows what is muted,
 * groups that have something to say wait.
 */
#include "consumer/deliver/state.h"

bool is_held_up(const struct deliverer *deliverer)
{
    return deliverer->mutes == MUTES_UNKNOWN;
}

bool group_mute(const struct deliverer *deliverer, const struct group_head *group,
                const struct group_state *state, int64_t now_ms, int64_t *ret_until_ms)
{
    const struct integration *integration = group->outlet->integration;
    const char *interval;

    if (deliverer->config->intervals_count == 0 || integration == NULL)
        return false;
    return route_group_muted(deliverer->config->route, integration->receiver, state->group_key,
                             now_ms, &interval, ret_until_ms);
}

static int ask(struct deliverer *deliverer, struct member_head *head, int64_t now_ms,
               struct error *err)
{
    struct member member;

    arena_reset(&deliverer->one);
    if (member_load(head, &deliverer->one, &member, err) != 0)
        return -1;
    head->muted =
        deliverer->ops->muted(deliverer->self, &member.picture, now_ms, &head->mute_change_ms);
    head->mutes_epoch = deliverer->mutes_epoch;
    return 0;
}

int member_mute(struct deliverer *deliverer, struct member_head *head, int64_t now_ms,
                bool *ret_muted, int64_t *ret_until_ms, struct error *err)
{
    int64_t latest_ms = now_ms + MUTE_LOOK_MS_MAX;

    *ret_muted = false;
    if (deliverer->mutes != MUTES_SOME)
        return 0;
    if ((head->mutes_epoch != deliverer->mutes_epoch || now_ms >= head->mute_change_ms) &&
        ask(deliverer, head, now_ms, err) != 0)
        return -1;
    *ret_muted = head->muted;
    *ret_until_ms = head->mute_change_ms < latest_ms ? head->mute_change_ms : latest_ms;
    return 0;
}

void group_wake(struct group_head *group)
{
    if (group->muted && group->look_ms > group->earliest_ms)
        group->look_ms = group->earliest_ms;
}

int deliverer_mutes(struct deliverer *deliverer, enum mutes mutes, struct moment now,
                    struct error *err)
{
    deliverer->mutes = mutes;
    deliverer->mutes_epoch++;
    for (struct partition *partition = deliverer->partitions; partition != NULL;
         partition = partition->next) {
        for (struct entry *entry = partition->table.entries; entry != NULL;
             entry = entry->hh.next) {
            struct group_head *group = entry->head;
            if (entry->kind != ENTRY_GROUP || group == NULL || !group->muted)
                continue;
            group_wake(group);
            if (group_arm(deliverer, group, now, err) != 0)
                return -1;
        }
    }
    return 0;
}
