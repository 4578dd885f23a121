/*
 * due.h - when a group must be looked at, as Alertmanager would: pure functions on its state.
 *
 * First after group_wait; then, while something is open, on the ticks of group_interval counted
 * from the last message; once more after repeat_interval when nothing changed. A group with nothing
 * open begins anew. With flush run_end a picture waits for the end of its run, at most max_wait.
 */
#ifndef TOCSIN_CONSUMER_DELIVER_DUE_H
#define TOCSIN_CONSUMER_DELIVER_DUE_H

#include "consumer/records/delivery.h"

/* What a group's members say together. */
struct due_facts {
    bool open;    /* something is open */
    bool changed; /* something was not told and waits for nothing */
    bool held;    /* something waits for its run's end */
    bool muted;   /* something is not told because it is muted, as far as is known until: */
    int64_t muted_until_ms;
};

/* A picture brought news. `run`: whose end it waits for, NULL for the group's timers; `ended`: that
 * end is in already. `idle`: nothing that was told is open. Brings state->due_ms forward, never
 * back. */
void due_news(struct group_state *state, const char *run, bool ended, bool idle, int64_t written_ms,
              int64_t now_ms);

/* The run ended that something in the group waited for. */
void due_run_ended(struct group_state *state, int64_t now_ms);

/* After a message, or after finding that there is nothing to say. */
void due_settled(struct group_state *state, const struct due_facts *facts, int64_t now_ms);

/* After the delivery went to the dead letters: the group waits for news, at most FINISHED_KEEP_MS;
 * one whose reminder alone failed goes on. */
void due_given_up(struct group_state *state, const struct due_facts *facts, int64_t now_ms);

/* It waited for news long enough. */
bool due_forgotten(const struct group_state *state, int64_t now_ms);

/* The part of due_settled() that is about mutes. */
void due_muted(struct group_state *state, const struct due_facts *facts);

bool due_repeat(const struct group_state *state, int64_t now_ms);

#endif
