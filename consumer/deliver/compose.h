/*
 * compose.h - what there is to say about a group now, and the message that says it.
 *
 * The plan sorts the members: changed (wanted is not told), context (open and told), silent (closed
 * before the receiver ever heard of it, or not to be told), held (waits for its run's end); what is
 * muted is in none of them. A group that holds a run's summary has no members. The message is the
 * current picture: changed first, then worst first, at most GROUP_MEMBERS_SHOWN_MAX; the rest is
 * counted. Pure but for memory.
 */
#ifndef TOCSIN_CONSUMER_DELIVER_COMPOSE_H
#define TOCSIN_CONSUMER_DELIVER_COMPOSE_H

#include "consumer/deliver/due.h"
#include "consumer/deliver/state.h"

struct plan {
    struct member_head **changed, **context, **silent;
    size_t changed_count, context_count, silent_count;
    struct due_facts facts;
    bool open;    /* of those that are not muted, something is */
    bool summary; /* of a run, that is not told */
};

int plan_make(struct deliverer *deliverer, const struct group_head *group,
              const struct group_state *state, int64_t now_ms, struct arena *arena,
              struct plan *ret_plan, struct error *err);

/* Everything in the arena; *ret_members are all changed ones, shown or not. */
int compose(const struct deliverer *deliverer, const struct group_head *group,
            const struct group_state *state, const struct plan *plan, bool repeat, int64_t now_ms,
            struct arena *arena, struct message *ret_message, struct flight_member **ret_members,
            struct error *err);

/* Takes out of the message what the policy (enum evidence_policy) does not let the receiver see;
 * its pictures are changed in place. */
int compose_hide(const struct masking *masks, int policy, struct message *message,
                 struct arena *arena, struct error *err);

/* Fills in the labels that all alerts of the message have, in the arena. */
int compose_common_labels(struct message *message, struct arena *arena, struct error *err);

#endif
