/*
 * delivery.h - the records of the topics `deliveries` and `retry.<tier>`: what each receiver was
 * told.
 *
 *   pos                               struct position     (run_state.h)
 *   <integration>|receiver            struct receiver_state   whether it can be told anything
 *   <integration>|<group>             struct group_state  timers, attempt, intent, what the service
 * gave us <integration>|<group>|<fp>        struct member       one alert in the group: version
 * told and wanted <integration>|run|<run id>        struct run_parts    which parts of a run's end
 * have come
 *
 * Written by deliver alone, in the transaction that commits the notifications they came from.
 */
#ifndef TOCSIN_CONSUMER_RECORDS_DELIVERY_H
#define TOCSIN_CONSUMER_RECORDS_DELIVERY_H

#include "consumer/records/notification.h"

#define GROUP_STATE_TYPE "tocsin.group.v1"
#define MEMBER_TYPE      "tocsin.member.v1"
#define RUN_PARTS_TYPE   "tocsin.run-parts.v1"
#define RECEIVER_TYPE    "tocsin.receiver.v1"
#define RECEIVER_KEY     "receiver" /* behind the integration and a bar; no group hash is this */
#define WAKEUP_TYPE      "tocsin.wakeup.v1"

/* "Sending version v, try n, until t": committed before the request of a receiver without an
 * identity. */
struct intent {
    int64_t version; /* the group's */
    int64_t attempt; /* from 1 */
    int64_t started_ms, until_ms;
};

/* What a run changed, as told and as it should be: of the group of its repository, pipeline and
 * branch, which has no members. */
struct summary_state {
    int64_t wanted, told; /* versions; told 0: never */
    struct run_summary summary;
};

struct group_state {
    const char *integration, *group, *group_key;
    struct list group_labels;
    struct timing timing;
    int flush;
    int64_t version; /* highest member version */
    int64_t due_ms;  /* next time to look, wall clock; 0: nothing planned */
    int64_t told_ms; /* last success; 0: never */
    int64_t first_told_ms;
    const char *waits_for; /* run whose end it waits for (flush run_end); NULL otherwise */
    int64_t waits_until_ms;
    bool muted; /* something in it is: looked at again whenever what is muted changes */
    struct summary_state *summary; /* NULL: this is a group of alerts */
    int64_t given_up_ms; /* what is untold went to the dead letters then: it waits for news */
    /* the delivery under way */
    int64_t attempt; /* tries so far, 0 when nothing is failing */
    int64_t not_before_ms;
    int64_t first_try_ms;   /* age of the delivery counts from here */
    const char *last_error; /* in words, no secret */
    struct intent *intent;  /* NULL when no request can be in flight */
    struct list stored;     /* struct label: what the channel wants back (ticket id, channel, ts) */
};

struct member {
    const char *fingerprint;
    int64_t wanted, told; /* alert versions; told 0: never */
    int wanted_status, told_status;
    int64_t told_episode;
    int64_t fallback;       /* the version that the fallback was given instead; 0: none */
    struct picture picture; /* without its sample once told */
};

struct run_parts {
    const char *run;
    int64_t parts;
    struct list got; /* struct part_number */
    int status;
    int64_t first_ms;
};
struct part_number {
    int64_t part;
    struct run_counts counts; /* for the run's summary */
};

/* What the operator was told of a receiver and is still so. */
enum notice_kind { NOTICE_BLOCKED, NOTICE_GUARDED, NOTICE_UNKNOWN, NOTICE_CLAMPED, NOTICES };
extern const char *const notice_names[];

struct notice {
    int kind; /* enum notice_kind */
    int64_t version, since_ms;
};

/* Alerts with news within a window; too many are said in one message. */
struct storm {
    int64_t window_ms; /* when it began; 0: none */
    int64_t alerts;    /* that were told, or are to be told in that message */
    bool on;
};

/* What is left out is well. */
struct receiver_state {
    const char *integration;
    int64_t updated_ms;
    int64_t not_before_ms; /* nothing is sent before */
    int64_t failures;      /* in a row */
    bool blocked;          /* by 401 or 403 */
    int64_t broken_ms;     /* since when one request at a time tries it */
    int64_t guarded_ms;    /* since when nothing is given up */
    const char *why;       /* in words, no secret */
    struct list notices;   /* struct notice */
    struct storm storm;
};

/* A wake-up and a trace in retry.<tier>. Lost, double or late ones do no harm: the state decides.
 */
struct wakeup {
    const char *integration, *group;
    int64_t not_before_ms, attempt;
    const char *why;
};

extern const struct record_type group_state_type, member_type, run_parts_type, wakeup_type;
extern const struct record_type receiver_state_type;

#endif
