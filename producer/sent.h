/*
 * sent.h - which findings were sent, and which occurrence of its kind the next one is.
 *
 * A kind is what findings of one run share that differ in their occurrence only; its name is the
 * finding id of occurrence 0. While one report is read whose findings come without ids, the number
 * of each kind so far says both; what was sent is written down by itself only when a second report
 * comes, or a finding with an id of its own. Not thread-safe.
 */
#ifndef TOCSIN_PRODUCER_SENT_H
#define TOCSIN_PRODUCER_SENT_H

#include "producer/tally.h"

struct sent {
    struct tally here; /* of the report being read: kinds */
    struct tally all;  /* kinds with an occurrence each; empty while `here` says the same */
    bool keeps_all;
};

/* All zero is: nothing was sent. */
void sent_fini(struct sent *sent);

/* Occurrences are counted from 0 again. */
int sent_next_report(struct sent *sent, struct error *err);

/* The next of its kind: its occurrence, and whether that one was sent before. */
int sent_next(struct sent *sent, const char *kind, uint32_t *ret_occurrence, bool *ret_before,
              struct error *err);

/* One that says itself which it is. */
int sent_one(struct sent *sent, const char *kind, uint32_t occurrence, bool *ret_before,
             struct error *err);

#endif
