/*
 * reload.c - the deliverer goes on with another configuration.
 *
 * What has not been sent is taken back and decided anew, under the new rules. Each outlet finds its
 * integration again, or finds that there is none any more; all of its groups are looked at when
 * they are due. Limits, failures and notices of a receiver stay: its name is its identity.
 */
#include <utlist.h>

#include "consumer/deliver/state.h"

static int rearm(struct deliverer *deliverer, struct outlet *outlet, struct moment now,
                 struct error *err)
{
    struct group_head *group;

    DL_FOREACH2(outlet->groups, group, outlet_next)
    {
        struct group_state state;
        if (group->due_ms == 0)
            continue;
        arena_reset(&deliverer->scratch);
        group_unready(group);
        if (group_load(group, &deliverer->scratch, &state, err) != 0)
            return -1;
        group_head_set(deliverer, group, &state); /* it may have been parked */
        if (group_arm(deliverer, group, now, err) != 0)
            return -1;
    }
    return 0;
}

int deliverer_reload(struct deliverer *deliverer, const struct config *config, struct moment now,
                     struct error *err)
{
    const struct retry_tier *tiers = config->topics.retry_tiers.items;

    if (deliverer_recall(deliverer, now, err) != 0)
        return -1;
    deliverer->config = config;
    for (size_t i = 0; i < deliverer->tiers_count; i++)
        deliverer->tiers[i] = tiers[i].name;
    for (struct outlet *outlet = deliverer->outlets; outlet != NULL; outlet = outlet->hh.next) {
        outlet->integration = config_integration(config, outlet->id);
        outlet->changed = true;
        if (rearm(deliverer, outlet, now, err) != 0)
            return -1;
    }
    return deliverer_mutes(deliverer, deliverer->mutes, now, err);
}

bool deliverer_uses(const struct deliverer *deliverer, const struct config *config)
{
    const struct flight *flight;

    if (deliverer->config == config)
        return true;
    DL_FOREACH (deliverer->flights, flight) {
        if (flight->config == config)
            return true;
    }
    return false;
}
