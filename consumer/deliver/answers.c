/*
 * answers.c - what an answer means: for the receiver first, then for the flight.
 *
 * Retry-After, failures and refused credentials are the receiver's and are noted for all that it is
 * to be told; what they come to is remembered in the same batch as the flight's end. Delivered: the
 * next step. Too large: the same step, smaller. All else is an end.
 */
#include <stdio.h>
#include <string.h>

#include "consumer/channels/secrets.h"
#include "consumer/deliver/backoff.h"
#include "consumer/deliver/redact.h"
#include "consumer/deliver/state.h"
#include "consumer/deliver/verdict.h"

/* The last answer is needed by the next step; it lives in the flight from here. */
static struct response *keep(const struct response *response, struct arena *arena)
{
    struct response *kept = arena_alloc(arena, sizeof(*kept));
    struct request_header *headers =
        arena_array(arena, response->headers_count + 1, sizeof(*headers));
    char *body = arena_alloc(arena, response->body_bytes + 1);

    if (kept == NULL || headers == NULL || body == NULL)
        return NULL;
    for (size_t i = 0; i < response->headers_count; i++) {
        headers[i].name = arena_strdup(arena, response->headers[i].name);
        headers[i].value = arena_strdup(arena, response->headers[i].value);
    }
    memcpy(body, response->body ? response->body : "", response->body_bytes);
    *kept = *response;
    kept->body = body;
    kept->headers = headers;
    kept->content_type = arena_strdup(arena, response->content_type ? response->content_type : "");
    return kept;
}

static int next_step(struct deliverer *deliverer, struct flight *flight, struct moment now,
                     struct error *err)
{
    struct group_state state;

    flight->renewed = true;
    flight->state = FLIGHT_WAITS;
    deliverer->in_air--;
    if (flight->step_number > 0)
        limiter_borrow(&flight->outlet->limiter, flight->integration, now.wall_ms);
    arena_reset(&deliverer->scratch);
    if (flight->group != NULL && group_load(flight->group, &deliverer->scratch, &state, err) != 0)
        return -1;
    return flight_step(deliverer, flight, flight->group ? &state : NULL, now, err);
}

static void note_receiver(struct deliverer *deliverer, struct flight *flight,
                          const struct verdict *verdict, const struct response *response,
                          struct moment now)
{
    const struct integration *integration = flight->integration;
    struct outlet *outlet = flight->outlet;
    struct limiter *limiter = &outlet->limiter;
    bool was_well = limiter_is_well(limiter, now.wall_ms);
    uint64_t random = deliverer->ops->random(deliverer->self);
    bool was = limiter->broken_ms != 0, clamped;
    int64_t at_ms = now.wall_ms + backoff_ms(flight->message.attempt, integration->backoff_min_ms,
                                             integration->backoff_max_ms, random);
    int64_t receiver_ms = limiter_note(limiter, integration, verdict, response, now.wall_ms,
                                       deliverer->ops->random(deliverer->self), &clamped);

    if (verdict->delay_ms >= 0 && now.wall_ms + verdict->delay_ms > at_ms)
        at_ms = now.wall_ms + verdict->delay_ms;
    flight->retry_at_ms = at_ms > receiver_ms ? at_ms : receiver_ms;
    if (clamped)
        deliverer_say(deliverer, SAY_WARNING,
                      "%s: Retry-After of %lld s is cut to %lld s (retry_after_max)",
                      integration->id, (long long)(response->retry_after_ms / 1000),
                      (long long)(integration->retry_after_max_ms / 1000));
    if (verdict->outcome == RETRY)
        snprintf(outlet->why, sizeof(outlet->why), "%s", flight->why);
    outlet->changed = outlet->changed || !was_well || !limiter_is_well(limiter, now.wall_ms);
    if (!was && limiter->broken_ms != 0)
        deliverer_say(deliverer, SAY_WARNING, "%s: stopped (%s), one request at a time tries it",
                      integration->id, flight->why);
    else if (was && limiter->broken_ms == 0)
        deliverer_say(deliverer, SAY_INFO, "%s: goes on", integration->id);
}

/* From the answer to the next step, or to the end. */
static int go_on(struct deliverer *deliverer, struct flight *flight,
                 const struct response *response, struct moment now, struct error *err)
{
    const struct integration *integration = flight->integration;
    struct response answer = *response;
    struct verdict verdict;

    answer.request = &flight->step.request;
    verdict_judge(integration->ops, integration->ctx, &answer, &verdict);
    redact(verdict.detail, sizeof(verdict.detail), &flight->step.request);
    secrets_cut(verdict.detail, integration->ops, integration->ctx);
    snprintf(flight->why, sizeof(flight->why), "%s: %s", verdict.why, verdict.detail);
    note_receiver(deliverer, flight, &verdict, response, now);
    if (verdict.outcome == DELIVERED) {
        flight->last = keep(response, &flight->arena);
        if (flight->last == NULL)
            return error_set(err, ERROR_MEMORY, "out of memory for an answer");
        flight->step_number++;
        flight->given = flight->stored;
        return next_step(deliverer, flight, now, err);
    }
    if (verdict.outcome == RETRY) {
        flight->in_doubt = verdict.in_doubt;
        return flight_end(deliverer, flight, END_RETRY, now, err);
    }
    if (verdict.too_large && flight->size < RENDER_IDENTITY) {
        flight->size++;
        return next_step(deliverer, flight, now, err);
    }
    flight->reason = verdict.too_large ? DEAD_TOO_LARGE : DEAD_REFUSED;
    return flight_end(deliverer, flight, END_DEAD, now, err);
}

int deliverer_response(struct deliverer *deliverer, struct flight *flight,
                       const struct response *response, struct moment now, struct error *err)
{
    if (go_on(deliverer, flight, response, now, err) != 0)
        return -1;
    return receivers_sync(deliverer, now, err);
}
