/*
 * decide.c - looks at a group whose time has come and decides what happens to it.
 *
 * Nothing to say: it is settled, and forgotten after a month with nothing open. Something to say:
 * it becomes a flight, or waits for its receiver's limits, or, when it is too old or in doubt and
 * the receiver's policy says so, a dead letter. What a request that went before may have done is
 * read from the intent alone.
 */
#include <stdlib.h>
#include <utlist.h>

#include "consumer/deliver/compose.h"
#include "consumer/deliver/state.h"

static bool is_expired(const struct group_head *group, const struct group_state *state,
                       int64_t now_ms, const char **ret_detail)
{
    const struct integration *integration = group->outlet->integration;
    int64_t since_ms = state->first_try_ms > 0 ? state->first_try_ms : state->due_ms;

    if (integration->attempts_max > 0 && group->outlet->limiter.guarded_ms == 0 &&
        state->attempt >= integration->attempts_max) {
        *ret_detail = "too many attempts";
        return true;
    }
    *ret_detail = "too old";
    return (state->attempt > 0 || limiter_probing(&group->outlet->limiter)) &&
           integration->age_max_ms > 0 && now_ms - since_ms >= integration->age_max_ms;
}

static int park(struct deliverer *deliverer, struct group_head *group, struct group_state *state,
                struct moment now, struct error *err)
{
    int64_t until_ms = state->due_ms + UNKNOWN_RECEIVER_PARK_MS;

    if (now.wall_ms >= until_ms)
        return delivery_give_up(deliverer, group, state, DEAD_UNKNOWN_RECEIVER,
                                "the configuration has no such receiver", now, err);
    group->outlet->changed = true;
    group->look_ms = until_ms;
    return group_arm(deliverer, group, now, err);
}

static void make_ready(struct group_head *group)
{
    if (group->is_ready)
        return;
    DL_APPEND2(group->outlet->ready, group, ready_prev, ready_next);
    group->is_ready = true;
}

/* There is something to say. */
static int send(struct deliverer *deliverer, struct group_head *group, struct group_state *state,
                const struct plan *plan, struct moment now, struct error *err)
{
    const struct integration *integration = group->outlet->integration;
    const char *detail = NULL;

    if (integration == NULL)
        return park(deliverer, group, state, now, err);
    if (state->intent != NULL && state->intent->attempt > state->attempt)
        state->attempt = state->intent->attempt; /* a try whose end nobody saw */
    if (state->intent != NULL && integration->on_doubt == DOUBT_DEAD_LETTER &&
        !integration->ops->looks_up)
        return delivery_give_up(deliverer, group, state, DEAD_IN_DOUBT,
                                "an earlier try may have arrived", now, err);
    if (is_expired(group, state, now.wall_ms, &detail))
        return delivery_give_up(deliverer, group, state, DEAD_EXPIRED, detail, now, err);
    if (fallback_is_due(group, state, now.wall_ms) &&
        fallback_give(deliverer, group, state, plan, now, err) != 0)
        return -1;
    bool storm = false, waits = deliverer->hold || is_held_up(deliverer);
    if (!waits && rollup_wants(deliverer, group, state, plan, now, &storm, err) != 0)
        return -1;
    if (storm)
        return rollup_take(deliverer, group, state, plan, now, err);
    if (waits || limiter_gate(&group->outlet->limiter, integration, now.wall_ms) != GATE_OPEN) {
        make_ready(group);
        return 0;
    }
    return flight_prepare(deliverer, group, state, plan, !plan->facts.changed, now, err);
}

int group_look(struct deliverer *deliverer, struct group_head *group, struct moment now,
               struct error *err)
{
    struct group_state state;
    struct plan plan;

    arena_reset(&deliverer->scratch);
    if (group->flight != NULL || group->due_ms == 0 || group->look_ms > now.wall_ms)
        return group_arm(deliverer, group, now, err);
    if (group_load(group, &deliverer->scratch, &state, err) != 0 ||
        plan_make(deliverer, group, &state, now.wall_ms, &deliverer->scratch, &plan, err) != 0)
        return -1;
    if (due_forgotten(&state, now.wall_ms))
        return group_forget(deliverer, group, err);
    bool repeat = plan.context_count > 0 && due_repeat(&state, now.wall_ms);
    if (plan.facts.changed || repeat)
        return send(deliverer, group, &state, &plan, now, err);
    if (plan.silent_count == 0 && !plan.facts.open && !plan.facts.held && !plan.facts.muted)
        return group_forget(deliverer, group, err);
    return group_settle(deliverer, group, &state, &plan, now, err);
}
