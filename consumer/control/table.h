/*
 * table.h - what `control` says: silences, accepted fingerprints, inhibiting alerts.
 *
 * Records go in by key, the newest wins, a tombstone takes out. One that can't be used counts as a
 * tombstone and is an error for the log: everybody reads the same topic and has to come to the same
 * answer, also after the older record was compacted away. Keys of other records are passed over.
 * Pure but for memory; not thread-safe (control.h is).
 */
#ifndef TOCSIN_CONSUMER_CONTROL_TABLE_H
#define TOCSIN_CONSUMER_CONTROL_TABLE_H

#include "consumer/control/mute.h"
#include "consumer/route/inhibit.h"
#include "consumer/route/silence.h"

#define CONTROL_KEEP_MS ((int64_t)30 * 24 * 3600 * 1000) /* what has ended is kept so long */

struct control_table;

/* `rules` is kept by reference. */
int control_table_new(const struct inhibit_rule *rules, size_t rules_count,
                      struct control_table **ret, struct error *err);
void control_table_free(struct control_table *table);
void control_table_clear(struct control_table *table);

/* value NULL: a tombstone. ERROR_INPUT: the record can't be used, nothing else is wrong. */
int control_table_apply(struct control_table *table, const char *key, size_t key_bytes,
                        const char *value, size_t value_bytes, struct error *err);

/* Alertmanager's answer for this alert. True when it is muted. */
bool control_table_muted(const struct control_table *table, const struct mute_subject *subject,
                         int64_t now_ms, struct mute *ret_mute);

/* Nothing in it can mute anything, now or later. */
bool control_table_is_empty(const struct control_table *table);

/* All of them, in the arena, those that end first in front: struct silence, struct accepted. */
int control_table_silences(const struct control_table *table, struct arena *arena,
                           struct list *ret_silences, struct error *err);
int control_table_accepted(const struct control_table *table, struct arena *arena,
                           struct list *ret_accepted, struct error *err);

/* The keys (strings) of silences and accepted fingerprints that ended before a time: nobody needs
 * their records any more. */
int control_table_ended(const struct control_table *table, int64_t before_ms, struct arena *arena,
                        struct list *ret_keys, struct error *err);

#endif
