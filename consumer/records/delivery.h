/*
 * delivery.h - the records of the topics `deliveries` and `retry.<tier>`: what each receiver was
 * told.
 *
 *   pos                               struct position     (run_state.h)
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
#define WAKEUP_TYPE      "tocsin.wakeup.v1"

/* "Sending version v, try n, until t": committed before the request of a receiver without an
 * identity. */
struct intent {
    int64_t version; /* the group's */
    int64_t attempt; /* from 1 */
    int64_t started_ms, until_ms;
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
    bool muted;          /* something in it is: looked at again whenever what is muted changes */
    int64_t given_up_ms; /* what is untold went to the dead letters then: it waits for news */
    /* the delivery under way */
    int64_t attempt; /* tries so far, 0 when nothing is failing */
    int64_t not_before_ms;
    int64_t receiver_not_before_ms; /* the whole receiver's, as it stood when this try ended */
    int64_t first_try_ms;           /* age of the delivery counts from here */
    const char *last_error;         /* in words, no secret */
    struct intent *intent;          /* NULL when no request can be in flight */
    struct list stored; /* struct label: what the channel wants back (ticket id, channel, ts) */
};

struct member {
    const char *fingerprint;
    int64_t wanted, told; /* alert versions; told 0: never */
    int wanted_status, told_status;
    int64_t told_episode;
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
};

/* A wake-up and a trace in retry.<tier>. Lost, double or late ones do no harm: the state decides.
 */
struct wakeup {
    const char *integration, *group;
    int64_t not_before_ms, attempt;
    const char *why;
};

extern const struct record_type group_state_type, member_type, run_parts_type, wakeup_type;

#endif
