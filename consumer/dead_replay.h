/*
 * dead_replay.h - says again what lies in the dead letters, the ordinary way; and marks them.
 *
 * A record is produced again to the topic and partition that it came from, with its own key, value
 * and headers. A delivery becomes a notification for each of its pictures: the group is wanted
 * again, and deliver tells only what the receiver does not know yet. So a replay that is repeated
 * adds nothing. A letter is marked after the brokers have acknowledged what was said again.
 */
#ifndef TOCSIN_CONSUMER_DEAD_REPLAY_H
#define TOCSIN_CONSUMER_DEAD_REPLAY_H

#include "consumer/dead_letters.h"

#define REPLAY_CHUNK 500 /* letters between two acknowledgements */

struct dead_replay;

int dead_replay_new(const struct config *config, struct dead_replay **ret, struct error *err);
void dead_replay_free(struct dead_replay *replay);

/* The letter's message, as it was read. ERROR_INPUT: this one can't be replayed, in words. */
int dead_replay_say(struct dead_replay *replay, const struct dead_letter *letter,
                    const rd_kafka_message_t *message, struct error *err);

/* Marks a letter as done with. */
int dead_replay_mark(struct dead_replay *replay, const struct dead_letter *letter,
                     enum dead_done_how how, int64_t now_ms, struct error *err);

/* Until the brokers have acknowledged everything. */
int dead_replay_flush(struct dead_replay *replay, struct error *err);

#endif
