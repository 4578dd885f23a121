/*
 * flight.c - one message on its way to one receiver, from its composition to its request.
 *
 * A flight starts its request only after a commit: of the state that it tells, and, where the
 * service cannot fold repeats, of an intent that says until when the request may be under way.
 * Later steps (a tracker's transition after its create) renew the intent first, and with it keep
 * what the steps before have given. A message that cannot be rendered, or is too large, is rendered
 * smaller.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "consumer/deliver/compose.h"
#include "consumer/deliver/state.h"

void flight_free(struct deliverer *deliverer, struct flight *flight)
{
    if (flight->group != NULL && flight->group->flight == flight)
        flight->group->flight = NULL;
    if (flight->state != FLIGHT_ENDED)
        limiter_give(&flight->outlet->limiter);
    if (flight->state == FLIGHT_IN_AIR)
        deliverer->in_air--;
    DL_DELETE(deliverer->flights, flight);
    arena_fini(&flight->arena);
    free(flight);
}

/* The step of the largest size that can be rendered. */
static int render(struct flight *flight, struct error *err)
{
    const struct integration *integration = flight->integration;
    struct error why = {0};

    for (;; flight->size++) {
        flight->step = (struct step){0};
        error_clear(&why);
        if (integration->ops->next(integration->ctx, &flight->message, &flight->given,
                                   flight->step_number, flight->last, flight->size, &flight->arena,
                                   &flight->step, &why) == 0)
            return 0;
        if (why.kind == ERROR_MEMORY)
            return error_set(err, why.kind, "%s", why.text);
        if (flight->size == RENDER_IDENTITY)
            break;
    }
    flight->reason = DEAD_UNRENDERABLE;
    snprintf(flight->why, sizeof(flight->why), "%.*s", (int)sizeof(flight->why) - 1, why.text);
    return 1;
}

static int keep_stored(struct flight *flight, struct error *err)
{
    struct label *kept = arena_array(&flight->arena, flight->step.stored_count + 1, sizeof(*kept));

    if (kept == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory");
    memcpy(kept, flight->step.stored, flight->step.stored_count * sizeof(*kept));
    flight->stored = (struct stored){.values = kept, .count = flight->step.stored_count};
    flight->stores = true;
    return 0;
}

/* Intent and stored values go into the state; the request waits for their commit. */
static int await_commit(struct deliverer *deliverer, struct flight *flight,
                        struct group_state *state, struct moment now, struct error *err)
{
    struct partition *partition = flight->group->partition;
    bool has_identity = flight->integration->ops->has_identity;

    flight->state = FLIGHT_WAITS;
    flight->prepared_mono_ms = now.mono_ms;
    if (has_identity && !flight->stores) {
        flight->epoch = partition->table.open  ? EPOCH_OPEN
                        : partition->in_staged ? EPOCH_STAGED
                                               : EPOCH_NONE;
        if (flight->epoch == EPOCH_NONE)
            flight->state = FLIGHT_READY;
        return 0;
    }
    flight->epoch = EPOCH_OPEN;
    flight->intent.started_ms = now.wall_ms;
    flight->intent.until_ms =
        now.wall_ms + flight->integration->request_timeout_ms + INTENT_MARGIN_MS;
    if (!has_identity)
        state->intent = &flight->intent;
    if (flight->stores) {
        state->stored.items = (void *)flight->stored.values;
        state->stored.count = flight->stored.count;
    }
    state->first_try_ms = flight->first_try_ms;
    return group_store(deliverer, flight->group, state, now, err);
}

static int end_later(struct deliverer *deliverer, struct flight *flight, struct moment now,
                     struct error *err)
{
    flight->in_doubt = true;
    flight->retry_at_ms = now.wall_ms + flight->step.delay_ms;
    snprintf(flight->why, sizeof(flight->why), "%s", flight->step.why);
    return flight_end(deliverer, flight, END_LATER, now, err);
}

int flight_step(struct deliverer *deliverer, struct flight *flight, struct group_state *state,
                struct moment now, struct error *err)
{
    int rc = render(flight, err);

    if (rc < 0)
        return -1;
    if (rc > 0)
        return flight_end(deliverer, flight, END_DEAD, now, err);
    if (flight->step.stored != NULL && keep_stored(flight, err) != 0)
        return -1;
    if (flight->step.kind == STEP_DONE || flight->step.kind == STEP_SKIP)
        return flight_end(deliverer, flight, END_TOLD, now, err);
    if (flight->step.kind == STEP_LATER)
        return end_later(deliverer, flight, now, err);
    if (flight->step.settles_doubt)
        flight->message.in_doubt = false;
    if (state == NULL) { /* its partition is gone half-way: what it did so far is in doubt */
        flight->in_doubt = true;
        flight->retry_at_ms = now.wall_ms;
        return flight_end(deliverer, flight, END_RETRY, now, err);
    }
    return await_commit(deliverer, flight, state, now, err);
}

static int describe(struct flight *flight, const struct group_head *group,
                    const struct group_state *state, struct moment now, struct error *err)
{
    flight->key = arena_strndup(&flight->arena, group->entry->key, group->entry->key_bytes);
    flight->key_bytes = group->entry->key_bytes;
    flight->first_try_ms = state->first_try_ms > 0 ? state->first_try_ms : now.wall_ms;
    flight->intent = (struct intent){.version = state->version, .attempt = flight->message.attempt};
    /* What was stored before is in the message's own copy of the state. */
    struct group_state kept;
    if (flight->key == NULL || group_load(group, &flight->arena, &kept, err) != 0)
        return error_set(err, ERROR_MEMORY, "out of memory for a message");
    flight->stored = (struct stored){.values = kept.stored.items, .count = kept.stored.count};
    flight->given = flight->stored;
    return 0;
}

int flight_prepare(struct deliverer *deliverer, struct group_head *group, struct group_state *state,
                   const struct plan *plan, bool repeat, struct moment now, struct error *err)
{
    struct flight *flight = calloc(1, sizeof(*flight));

    if (flight == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for a message");
    arena_init(&flight->arena);
    flight->partition = group->partition->number;
    flight->outlet = group->outlet;
    flight->config = deliverer->config;
    flight->integration = group->outlet->integration;
    flight->group = group;
    group->flight = flight;
    limiter_take(&group->outlet->limiter, flight->integration, now.wall_ms);
    DL_APPEND(deliverer->flights, flight);
    flight->members_count = plan->changed_count;
    flight->summary_version = plan->summary ? state->summary->wanted : 0;
    if (compose(deliverer, group, state, plan, repeat, now.wall_ms, &flight->arena,
                &flight->message, &flight->members, err) != 0 ||
        describe(flight, group, state, now, err) != 0)
        return -1;
    if (flight->message.in_doubt)
        deliverer->counters.in_doubt++;
    if (rollup_note(deliverer, group, state, plan->changed_count, now, err) != 0 ||
        group_arm(deliverer, group, now, err) != 0)
        return -1;
    return flight_step(deliverer, flight, state, now, err);
}

/* Nothing was sent by this flight, or nothing more will be: its intent says so. */
static int recall(struct deliverer *deliverer, struct flight *flight, struct moment now,
                  struct error *err)
{
    struct group_head *group = flight->group;
    struct group_state state;

    arena_reset(&deliverer->scratch);
    if (group == NULL || group_load(group, &deliverer->scratch, &state, err) != 0) {
        flight_free(deliverer, flight);
        return group == NULL ? 0 : -1;
    }
    if (state.intent != NULL) {
        state.intent->until_ms = now.wall_ms;
        if (!flight->renewed && !flight->message.in_doubt)
            state.intent = NULL;
    }
    flight_free(deliverer, flight);
    return group_store(deliverer, group, &state, now, err);
}

int deliverer_recall(struct deliverer *deliverer, struct moment now, struct error *err)
{
    struct flight *flight, *next;

    DL_FOREACH_SAFE(deliverer->flights, flight, next)
    {
        if (flight->state != FLIGHT_WAITS && flight->state != FLIGHT_READY)
            continue;
        if (recall(deliverer, flight, now, err) != 0)
            return -1;
    }
    return 0;
}

/* The same intent as the flight's: nobody else has sent for this group since. */
static bool is_same(const struct flight *flight, const struct group_state *state)
{
    if (flight->integration->ops->has_identity)
        return true;
    return state->intent != NULL && state->intent->attempt == flight->intent.attempt &&
           state->intent->started_ms == flight->intent.started_ms;
}

int flight_relink(struct deliverer *deliverer, struct flight *flight, struct moment now,
                  struct error *err)
{
    const struct partition *partition = partition_find(deliverer, flight->partition);
    struct group_head *group = group_find(partition, flight->key, flight->key_bytes);
    struct group_state state;

    if (group != NULL && group_load(group, &deliverer->scratch, &state, err) != 0)
        return -1;
    bool same = group != NULL && group->flight == NULL && is_same(flight, &state);
    if (flight->state == FLIGHT_IN_AIR) {
        if (!same)
            return 0; /* its end will find no group */
        flight->group = group;
        group->flight = flight;
        return group_arm(deliverer, group, now, err);
    }
    if (!same) {
        flight_free(deliverer, flight);
        return 0;
    }
    flight->group = group;
    return outcome_apply(deliverer, flight, now, err);
}

int flight_aborted(struct deliverer *deliverer, struct flight *flight, struct moment now,
                   struct error *err)
{
    const struct partition *partition = partition_find(deliverer, flight->partition);
    struct group_head *group = group_find(partition, flight->key, flight->key_bytes);
    struct group_state state;

    flight->epoch = EPOCH_NONE;
    if (flight->state == FLIGHT_ENDED) {
        flight->group = group;
        return outcome_apply(deliverer, flight, now, err);
    }
    if (!flight->renewed || flight->group == NULL) {
        flight_free(deliverer, flight);
        return group != NULL ? group_arm(deliverer, group, now, err) : 0;
    }
    if (group_load(group, &deliverer->scratch, &state, err) != 0)
        return -1;
    return await_commit(deliverer, flight, &state, now, err);
}

enum step_kind flight_kind(const struct flight *flight)
{
    return flight->step.kind;
}

const struct request *flight_request(const struct flight *flight)
{
    return &flight->step.request;
}

int64_t flight_timeout_ms(const struct flight *flight)
{
    return flight->integration->request_timeout_ms;
}

/* An intent that waited too long for its commit would end before its request: it is renewed. */
static bool is_stale(const struct flight *flight, struct moment now)
{
    return !flight->integration->ops->has_identity &&
           now.mono_ms - flight->prepared_mono_ms >= INTENT_MARGIN_MS;
}

int deliverer_start(struct deliverer *deliverer, struct moment now, struct flight **ret_flight,
                    struct error *err)
{
    struct flight *flight;

    *ret_flight = NULL;
    DL_FOREACH (deliverer->flights, flight) {
        struct group_state state;
        if (flight->state != FLIGHT_READY)
            continue;
        if (is_stale(flight, now)) {
            arena_reset(&deliverer->scratch);
            if (group_load(flight->group, &deliverer->scratch, &state, err) != 0 ||
                await_commit(deliverer, flight, &state, now, err) != 0)
                return -1;
            continue;
        }
        flight->state = FLIGHT_IN_AIR;
        deliverer->in_air++;
        *ret_flight = flight;
        return 0;
    }
    return 0;
}
