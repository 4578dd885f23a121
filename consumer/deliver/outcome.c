/*
 * outcome.c - how a flight ended, and what that makes of its group.
 *
 * Told: the versions that the message carried are told; what came meanwhile is due again. Retry:
 * the attempt counts and a not-before says when. Dead: what was to be said goes to the dead letters
 * in the same batch, and the group waits for news; what was given up stays untold, so that news or
 * a replay say it again. An end can be applied more than once with the same result: after an abort,
 * and after its partition was restored.
 */
#include <stdio.h>
#include <string.h>
#include <utlist.h>

#include "consumer/deliver/compose.h"
#include "consumer/deliver/dead_letter.h"
#include "consumer/deliver/state.h"

#define DEAD_DELIVERY_BYTES_MAX ((size_t)4 << 20) /* of pictures in one give-up */

static void clear_failing(struct group_state *state)
{
    state->attempt = 0;
    state->not_before_ms = 0;
    state->first_try_ms = 0;
    state->last_error = NULL;
    state->intent = NULL;
    state->given_up_ms = 0;
}

int member_settle(struct deliverer *deliverer, struct member_head *head,
                  const struct group_state *state, const struct flight_member *told,
                  struct moment now, struct error *err)
{
    struct group_head *group = head->group;
    struct member member;

    arena_reset(&deliverer->one);
    if (member_load(head, &deliverer->one, &member, err) != 0)
        return -1;
    if (told == NULL) {
        member.told = member.wanted;
    } else if (told->version > member.told || told->version == member.wanted) {
        member.told = told->version;
        member.told_status = told->status;
        member.told_episode = told->episode;
    }
    if (member.told == member.wanted && member.fallback != 0 &&
        fallback_return(deliverer, group, state, &member, now, err) != 0)
        return -1;
    if (member.told == member.wanted && (member.picture.news == NEWS_LEFT || group->is_rollup))
        return member_forget(deliverer, head, err);
    if (member.told == member.wanted)
        member.picture.sample = NULL;
    return member_store(deliverer, group, head, &member, err);
}

int group_settle(struct deliverer *deliverer, struct group_head *group, struct group_state *state,
                 const struct plan *plan, struct moment now, struct error *err)
{
    for (size_t i = 0; i < plan->silent_count; i++) {
        if (member_settle(deliverer, plan->silent[i], state, NULL, now, err) != 0)
            return -1;
    }
    deliverer->counters.silent += plan->silent_count;
    struct intent *intent = plan->facts.muted ? state->intent : NULL;
    clear_failing(state);
    state->intent =
        intent; /* what may have arrived is told, or in doubt, when the mute has ended */
    due_settled(state, &plan->facts, now.wall_ms);
    return group_store(deliverer, group, state, now, err);
}

int group_told(struct deliverer *deliverer, struct group_head *group, struct group_state *state,
               struct moment now, struct error *err)
{
    struct plan plan;

    state->told_ms = now.wall_ms;
    if (state->first_told_ms == 0)
        state->first_told_ms = now.wall_ms;
    state->intent = NULL;
    group->in_doubt = false;
    if (plan_make(deliverer, group, state, now.wall_ms, &deliverer->scratch, &plan, err) != 0)
        return -1;
    return group_settle(deliverer, group, state, &plan, now, err);
}

static int apply_told(struct deliverer *deliverer, const struct flight *flight,
                      struct group_head *group, struct group_state *state, struct moment now,
                      struct error *err)
{
    for (size_t i = 0; i < flight->members_count; i++) {
        struct member_head *head =
            member_find(group, flight->members[i].fingerprint, &deliverer->one);
        if (head != NULL &&
            member_settle(deliverer, head, state, &flight->members[i], now, err) != 0)
            return -1;
    }
    if (state->summary != NULL && flight->summary_version > state->summary->told)
        state->summary->told = flight->summary_version;
    if (flight->stores) {
        state->stored.items = (void *)flight->stored.values;
        state->stored.count = flight->stored.count;
    }
    return group_told(deliverer, group, state, now, err);
}

static int apply_retry(struct deliverer *deliverer, struct flight *flight, struct group_head *group,
                       struct group_state *state, struct moment now, struct error *err)
{
    struct intent over = flight->intent;

    over.attempt = flight->message.attempt - (flight->end == END_LATER ? 1 : 0);
    over.until_ms = now.wall_ms;
    state->attempt = over.attempt;
    state->first_try_ms = flight->first_try_ms;
    state->not_before_ms = flight->retry_at_ms;
    state->last_error = flight->why;
    state->intent = NULL;
    if (flight->stores) {
        state->stored.items = (void *)flight->stored.values;
        state->stored.count = flight->stored.count;
    }
    if (!flight->integration->ops->has_identity && (flight->in_doubt || flight->message.in_doubt))
        state->intent = &over; /* it is over, but may have arrived */
    if (wakeup_write(deliverer, group, state, now.wall_ms, err) != 0)
        return -1;
    return group_store(deliverer, group, state, now, err);
}

int outcome_apply(struct deliverer *deliverer, struct flight *flight, struct moment now,
                  struct error *err)
{
    struct group_head *group = flight->group;
    struct group_state state;
    int rc = -1;

    flight->group = NULL;
    flight->epoch = EPOCH_NONE;
    if (group == NULL)
        return 0; /* until its partition comes back */
    if (group->flight == flight)
        group->flight = NULL;
    flight->epoch = EPOCH_OPEN;
    arena_reset(&deliverer->scratch);
    if (group_load(group, &deliverer->scratch, &state, err) != 0)
        return -1;
    if (flight->end == END_TOLD)
        rc = apply_told(deliverer, flight, group, &state, now, err);
    else if (flight->end == END_RETRY || flight->end == END_LATER)
        rc = apply_retry(deliverer, flight, group, &state, now, err);
    else
        rc = delivery_give_up(deliverer, group, &state, flight->reason, flight->why, now, err);
    return rc;
}

/* What the end means for the receiver: the guard may keep a dead letter back. */
static enum flight_end guarded(struct deliverer *deliverer, struct flight *flight,
                               enum flight_end end, struct moment now)
{
    struct outlet *outlet = flight->outlet;
    struct limiter *limiter = &outlet->limiter;
    bool was = limiter->guarded_ms != 0;

    if (end == END_TOLD)
        limiter_delivered(limiter, flight->integration, now.wall_ms);
    if (end == END_DEAD && limiter_withholds(limiter, flight->integration, now.wall_ms,
                                             deliverer->ops->random(deliverer->self))) {
        flight->retry_at_ms = limiter->not_before_ms;
        end = END_RETRY;
    }
    bool is = limiter->guarded_ms != 0;
    if (is)
        snprintf(outlet->why, sizeof(outlet->why), "%s", flight->why);
    outlet->changed = outlet->changed || is || was;
    if (is && !was)
        deliverer_say(deliverer, SAY_WARNING,
                      "%s: stopped, it refuses too much to give it all up (%s), one request at a "
                      "time tries it",
                      outlet->id, flight->why);
    else if (was && !is)
        deliverer_say(deliverer, SAY_INFO, "%s: takes messages again", outlet->id);
    return end;
}

int flight_end(struct deliverer *deliverer, struct flight *flight, enum flight_end end,
               struct moment now, struct error *err)
{
    end = guarded(deliverer, flight, end, now);
    limiter_give(&flight->outlet->limiter);
    if (flight->state == FLIGHT_IN_AIR)
        deliverer->in_air--;
    flight->state = FLIGHT_ENDED;
    flight->end = end;
    flight->ended_mono_ms = now.mono_ms;
    if (end == END_TOLD)
        deliverer->counters.told++;
    else if (end == END_RETRY)
        deliverer->counters.retries++;
    return outcome_apply(deliverer, flight, now, err);
}

/* Pictures of the changed members, as many as fit. */
static int pictures_of(const struct plan *plan, struct arena *arena, struct list *ret_pictures,
                       struct error *err)
{
    struct picture *pictures = arena_array(arena, plan->changed_count + 1, sizeof(*pictures));
    size_t bytes = 0, count = 0;

    if (pictures == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for a dead letter");
    while (count < plan->changed_count) {
        struct member member;
        bytes += plan->changed[count]->entry->value.bytes;
        if (count > 0 && bytes > DEAD_DELIVERY_BYTES_MAX)
            break;
        if (member_load(plan->changed[count], arena, &member, err) != 0)
            return -1;
        pictures[count++] = member.picture;
    }
    *ret_pictures = (struct list){.items = pictures, .count = count};
    return 0;
}

int delivery_give_up(struct deliverer *deliverer, struct group_head *group,
                     struct group_state *state, int reason, const char *detail, struct moment now,
                     struct error *err)
{
    struct arena *arena = &deliverer->scratch;
    struct dead_delivery dead = {
        .integration = state->integration,
        .group = state->group,
        .group_key = state->group_key,
        .group_labels = state->group_labels,
        .timing = state->timing,
        .reason = reason,
        .detail = detail,
        .time_ms = now.wall_ms,
        .first_try_ms = state->first_try_ms,
        .tries = state->attempt,
    };
    struct plan plan;

    if (plan_make(deliverer, group, state, now.wall_ms, arena, &plan, err) != 0 ||
        pictures_of(&plan, arena, &dead.pictures, err) != 0)
        return -1;
    /* A reminder that failed is no loss: what it says was told. */
    if (plan.summary)
        dead.summary = &state->summary->summary;
    if ((dead.pictures.count > 0 || plan.summary) &&
        dead_delivery_write(&group->partition->output, DELIVER_DEAD_LETTER,
                            group->partition->number, &dead, arena, err) != 0)
        return -1;
    deliverer->counters.dead++;
    deliverer_say(deliverer, SAY_WARNING,
                  "%s: a delivery was given up (%s: %s), %zu of %zu alerts "
                  "are in the dead letters",
                  state->integration, dead_reason_names[reason], detail, dead.pictures.count,
                  plan.changed_count);
    clear_failing(state);
    due_given_up(state, &plan.facts, now.wall_ms);
    return group_store(deliverer, group, state, now, err);
}
