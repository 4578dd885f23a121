/*
 * alert_slot.h - what a partition holds of one fingerprint: the alert, its evidence, and a way
 * back.
 *
 * The first touch in a batch keeps what the last commit wrote and goes on with a copy; a commit
 * forgets the old, a rollback brings it back. Slots that were touched are chained, so that a batch
 * writes an alert once however often it was counted.
 */
#ifndef TOCSIN_CONSUMER_CORRELATE_ALERT_SLOT_H
#define TOCSIN_CONSUMER_CORRELATE_ALERT_SLOT_H

#include "consumer/correlate/key.h"
#include "consumer/records/notification.h"

#define NEWS_NONE (-1)

struct alert_slot {
    struct key key;
    struct alert *alert, *before; /* packed; `before` only while touched */
    struct evidence *evidence, *evidence_before;
    size_t bytes; /* of the alert in memory */
    bool touched, evidence_changed;
    int news;          /* enum news of this batch, or NEWS_NONE */
    bool new_sighting; /* others may have to hear of it */
    bool final;        /* the run that brought its news has ended: the counts are final */
    bool leaving;      /* this batch holds its tombstones */
    bool restored; /* whether others know that it inhibits them is not known since the restore */
    struct alert_slot *next_touched;
};

struct alert_slot *alert_slot_new(const struct key *key, struct error *err);
void alert_slot_free(struct alert_slot *slot);

/* Makes slot->alert a copy that may be changed in place, and chains the slot. */
int alert_slot_touch(struct alert_slot *slot, struct alert_slot **touched, struct error *err);

/* Packs a draft, which may point into slot->alert, as the new alert of a slot that is touched. */
int alert_slot_replace(struct alert_slot *slot, const struct alert *draft, struct error *err);
int alert_slot_replace_evidence(struct alert_slot *slot, const struct evidence *draft,
                                struct error *err);

/* News of a batch that had news already: the one that says more. */
void alert_slot_news(struct alert_slot *slot, int news);

/* False: nothing is left, its tombstones were written. */
bool alert_slot_commit(struct alert_slot *slot);
/* False: nothing is left, the slot was new. */
bool alert_slot_rollback(struct alert_slot *slot);

#endif
