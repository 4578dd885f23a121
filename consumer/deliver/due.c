/*
 * due.c - see due.h.
 */
#include "consumer/deliver/due.h"

#include "consumer/deliver/deliverer.h"

static int64_t next_tick(int64_t base_ms, int64_t interval_ms, int64_t now_ms)
{
    if (interval_ms <= 0 || now_ms < base_ms)
        return now_ms;
    return base_ms + ((now_ms - base_ms) / interval_ms + 1) * interval_ms;
}

static void sooner(struct group_state *state, int64_t at_ms)
{
    if (state->due_ms == 0 || at_ms < state->due_ms)
        state->due_ms = at_ms;
}

void due_news(struct group_state *state, const char *run, bool ended, bool idle, int64_t written_ms,
              int64_t now_ms)
{
    int64_t begun_ms = written_ms > 0 && written_ms < now_ms ? written_ms : now_ms;

    if (run != NULL && ended) {
        sooner(state, now_ms);
    } else if (run != NULL) {
        if (state->waits_until_ms == 0)
            state->waits_until_ms = begun_ms + state->timing.max_wait_ms;
        state->waits_for = run;
        sooner(state, state->waits_until_ms);
    } else if (idle) {
        sooner(state, begun_ms + state->timing.group_wait_ms);
    } else {
        sooner(state, next_tick(state->told_ms, state->timing.group_interval_ms, now_ms));
    }
}

void due_muted(struct group_state *state, const struct due_facts *facts)
{
    state->muted = facts->muted;
    if (facts->muted)
        sooner(state, facts->muted_until_ms);
}

void due_run_ended(struct group_state *state, int64_t now_ms)
{
    sooner(state, now_ms);
}

void due_settled(struct group_state *state, const struct due_facts *facts, int64_t now_ms)
{
    state->due_ms = 0;
    if (!facts->held) {
        state->waits_for = NULL;
        state->waits_until_ms = 0;
    } else {
        sooner(state, state->waits_until_ms);
    }
    if (facts->changed)
        sooner(state,
               state->flush == FLUSH_RUN_END ? now_ms : now_ms + state->timing.group_interval_ms);
    else if (facts->open && state->told_ms > 0 && state->timing.repeat_interval_ms > 0 &&
             !(facts->muted && due_repeat(state, now_ms)))
        sooner(state, state->told_ms + state->timing.repeat_interval_ms);
    else if (!facts->open && !facts->held)
        sooner(state, now_ms + FINISHED_KEEP_MS);
    due_muted(state, facts);
}

void due_given_up(struct group_state *state, const struct due_facts *facts, int64_t now_ms)
{
    state->waits_until_ms = 0;
    state->waits_for = NULL;
    state->given_up_ms = facts->changed ? now_ms : 0;
    state->due_ms = now_ms + FINISHED_KEEP_MS;
    if (!facts->changed && state->timing.repeat_interval_ms > 0)
        sooner(state, now_ms + state->timing.repeat_interval_ms);
    due_muted(state, facts);
}

bool due_forgotten(const struct group_state *state, int64_t now_ms)
{
    return state->given_up_ms > 0 && now_ms >= state->given_up_ms + FINISHED_KEEP_MS;
}

bool due_repeat(const struct group_state *state, int64_t now_ms)
{
    return state->told_ms > 0 && state->timing.repeat_interval_ms > 0 &&
           now_ms >= state->told_ms + state->timing.repeat_interval_ms;
}
