/*
 * deliverer.h - what deliver knows and decides, without a broker, a socket or a clock of its own.
 *
 * Notifications are merged into the state of their groups; timers say when a group must be looked
 * at; a group that has something to say becomes a flight: one message to one receiver, at most one
 * a group. Everything that changes lies in a batch, and only its commit makes it true: no request
 * starts before what it says, and its intent, are committed. What a request led to is remembered
 * until the batch that says so is committed, and said again after one that was aborted.
 *
 * The caller's loop: input -> deliverer_tick() -> deliverer_stage() to the committer -> committed
 * or aborted -> deliverer_start() to HTTP -> deliverer_response(). All calls from one thread. A
 * call that returns -1 (out of memory, or a record of ours that cannot be encoded) leaves the
 * caller only one way: to end the process, which is restored from the topics.
 */
#ifndef TOCSIN_CONSUMER_DELIVER_DELIVERER_H
#define TOCSIN_CONSUMER_DELIVER_DELIVERER_H

#include "consumer/config/config.h"
#include "consumer/deliver/moment.h"
#include "consumer/kafka/batch.h"

#define RETRY_TIERS_MAX          16
#define INTENT_MARGIN_MS         2000 /* an intent outlives its request's time limit by this */
#define UNKNOWN_RECEIVER_PARK_MS ((int64_t)15 * 60 * 1000)
#define FINISHED_KEEP_MS         ((int64_t)30 * 24 * 3600 * 1000) /* a group with nothing open */
#define RUN_PARTS_KEEP_MS        FINISHED_KEEP_MS
#define MUTE_LOOK_MS_MAX         3600000 /* a muted group is looked at again, come what may */
#define TICK_GROUPS_MAX          256     /* looked at in one tick, so that sockets get their turn */
#define STAGED_BYTES_MAX         ((size_t)8 << 20) /* read no more input before this is committed */
#define WAKEUPS_WAITING_MAX      4096 /* of one tier and partition in memory; more are dropped */

/* Indices of the role's topics. */
enum deliver_topic {
    DELIVER_NOTIFICATIONS, /* the input */
    DELIVER_DELIVERIES,    /* the changelog */
    DELIVER_DEAD_LETTER,
    DELIVER_RETRY, /* the first tier; the others follow */
};

/* A record as it was read. */
struct delivered_record {
    const char *topic; /* its name, for a dead letter */
    int32_t partition;
    int64_t offset, time_ms;
    const void *key;
    size_t key_bytes;
    const void *value; /* NULL: a tombstone */
    size_t value_bytes;
    const struct header *headers;
    size_t headers_count;
};

enum say_level { SAY_INFO, SAY_WARNING };

struct deliverer_ops {
    uint64_t (*random)(void *self);
    /* One line for the log, without secrets. */
    void (*say)(void *self, enum say_level level, const char *text);
    /* Whether this alert is told nobody now, and when that may change by time
     * alone. NULL: nothing is ever muted. */
    bool (*muted)(void *self, const struct picture *picture, int64_t now_ms,
                  int64_t *ret_change_ms);
};

/* What is known of silences and their like. UNKNOWN (the state at first, with `muted`): nothing is
 * sent. NONE: nothing can be muted, nobody need ask. */
enum mutes { MUTES_UNKNOWN, MUTES_NONE, MUTES_SOME };

struct deliverer_counters {
    uint64_t merged, stale, told, silent, retries, dead, dead_records, in_doubt, wakeups;
    uint64_t notices, fallbacks; /* written for the operator, alerts given to a fallback */
};

struct deliverer;
struct flight;

int deliverer_new(const struct config *config, const struct deliverer_ops *ops, void *self,
                  struct deliverer **ret, struct error *err);
void deliverer_free(struct deliverer *deliverer);

/* Life of a partition. restored(): where to read on, -1 for unknown. */
int deliverer_restore(struct deliverer *deliverer, int32_t partition, const char *key,
                      size_t key_bytes, const void *value, size_t value_bytes, struct error *err);
int deliverer_restored(struct deliverer *deliverer, int32_t number, struct moment now,
                       int64_t *ret_next, int64_t ret_tier_next[RETRY_TIERS_MAX],
                       struct error *err);
void deliverer_drop(struct deliverer *deliverer, int32_t number);

/* Input. A record that cannot be used becomes a dead letter and is no failure. */
int deliverer_notification(struct deliverer *deliverer, const struct delivered_record *record,
                           struct moment now, struct error *err);
int deliverer_wakeup(struct deliverer *deliverer, size_t tier,
                     const struct delivered_record *record, struct moment now, struct error *err);
bool deliverer_full(const struct deliverer *deliverer); /* commit before more is read */

/* Time. tick(): looks at the groups that are due. rearm(): the wall clock was set. */
int deliverer_tick(struct deliverer *deliverer, struct moment now, struct error *err);
int64_t deliverer_wait_ms(const struct deliverer *deliverer, struct moment now);
int deliverer_rearm(struct deliverer *deliverer, struct moment now, struct error *err);
/* What is muted has changed: the groups that this may concern are looked at again. */
int deliverer_mutes(struct deliverer *deliverer, enum mutes mutes, struct moment now,
                    struct error *err);
/* From now on with another configuration, whose kafka and topics are the same. Flights that have
 * begun end with the one they began with: it is needed until deliverer_uses() says no more. */
int deliverer_reload(struct deliverer *deliverer, const struct config *config, struct moment now,
                     struct error *err);
bool deliverer_uses(const struct deliverer *deliverer, const struct config *config);
/* On: no new flight begins. Used before a revoke and at the end. */
void deliverer_hold(struct deliverer *deliverer, bool hold);
/* Gives up flights whose request has not started, with their intents. */
int deliverer_recall(struct deliverer *deliverer, struct moment now, struct error *err);

/* Commits. stage(): the batch to commit, NULL when there is nothing worth it; `lazily` counts
 * positions alone as nothing. No second stage before committed() or aborted(). */
int deliverer_stage(struct deliverer *deliverer, bool lazily, const struct batch **ret_batch,
                    struct error *err);
void deliverer_committed(struct deliverer *deliverer);
int deliverer_aborted(struct deliverer *deliverer, struct moment now, struct error *err);

/* Requests. start(): the next flight whose request may start now, NULL for none. */
int deliverer_start(struct deliverer *deliverer, struct moment now, struct flight **ret_flight,
                    struct error *err);
enum step_kind flight_kind(const struct flight *flight); /* STEP_REQUEST or STEP_PRINT */
const struct request *flight_request(const struct flight *flight);
int64_t flight_timeout_ms(const struct flight *flight);
int deliverer_response(struct deliverer *deliverer, struct flight *flight,
                       const struct response *response, struct moment now, struct error *err);

size_t deliverer_in_flight(const struct deliverer *deliverer); /* requests under way */
size_t deliverer_pending(const struct deliverer *deliverer);   /* groups not told yet */
struct deliverer_counters deliverer_counters(const struct deliverer *deliverer);

#endif
