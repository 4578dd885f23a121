/*
 * series_slot.h - what a partition holds of one series of measurements, and a way back.
 *
 * As alert_slot.h: the first change in a batch keeps what the last commit wrote; a commit forgets
 * it, a rollback brings it back. On the topic: `series/<series>`.
 */
#ifndef TOCSIN_CONSUMER_CORRELATE_SERIES_SLOT_H
#define TOCSIN_CONSUMER_CORRELATE_SERIES_SLOT_H

#include "consumer/correlate/key_table.h"
#include "consumer/records/run_state.h"

#define SERIES_KEY_PREFIX "series/"
#define SERIES_RETENTION_MS                                                                        \
    INT64_C(31622400000) /* 366 d without a measurement, then a tombstone                          \
                          */

struct series_slot {
    struct key key;
    struct series_state *state, *before; /* packed; `before` only while touched */
    bool touched, leaving;
    struct series_slot *next_touched;
};

/* The slot of a series by its text ("m1:…"), made where there is none. */
struct series_slot *series_slot_get(struct key_table *table, const char *series, size_t bytes,
                                    struct error *err);
void series_slot_free(struct series_slot *slot);

/* Packs a draft, which may point into slot->state, as what the slot holds from now on. */
int series_slot_replace(struct series_slot *slot, const struct series_state *draft,
                        struct series_slot **touched, struct error *err);
/* Its tombstone goes out with this batch. */
void series_slot_leave(struct series_slot *slot, struct series_slot **touched);

/* False: nothing is left. */
bool series_slot_commit(struct series_slot *slot);
bool series_slot_rollback(struct series_slot *slot);

/* "m1:…" of a state. */
void series_of_state(const struct series_state *state, char ret_series[SERIES_BYTES]);

#endif
