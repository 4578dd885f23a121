/*
 * state.h - the insides of the deliverer, shared by the files of its steps.
 *
 * The truth about a group, a member or a run is its record in the table; what is kept beside it (a
 * "head") is derived from the record and only there to find, order and wake. A step loads a record,
 * changes it and stores it, which refreshes the head.
 */
#ifndef TOCSIN_CONSUMER_DELIVER_STATE_H
#define TOCSIN_CONSUMER_DELIVER_STATE_H

#include "consumer/deliver/deliverer.h"
#include "consumer/deliver/limiter.h"
#include "consumer/deliver/table.h"
#include "consumer/deliver/timers.h"
#include "consumer/records/dead_letter.h"
#include "consumer/records/delivery.h"

struct group_head;
struct plan;

struct member_head {
    struct entry *entry;
    struct group_head *group; /* NULL until its group's record is known */
    int64_t wanted, told, episode, told_episode, fallback;
    int wanted_status, told_status;
    int severity, news;
    char *run;            /* that brought the news; NULL: none */
    uint64_t mutes_epoch; /* of the answer below; 0: it was never asked for */
    int64_t mute_change_ms;
    bool muted;
    struct member_head *prev, *next;
};

/* An integration of this process, also one that the configuration does not know. */
struct outlet {
    char *id;
    const struct integration *integration; /* NULL: unknown */
    struct limiter limiter;
    char why[200];            /* the last failure in words */
    bool changed;             /* its records, or what the operator knows, are behind */
    int64_t updated_ms;       /* of the newest record that was read or written */
    int64_t fallback_mono_ms; /* when its queue is searched for the fallback again */
    struct group_head *ready; /* due, but held up by the limiter; first come first */
    struct group_head *groups;
    struct receiver_head *receivers; /* one for each partition that it has a record in */
    UT_hash_handle hh;
};

/* What one partition remembers of an outlet. */
struct receiver_head {
    struct entry *entry;
    struct partition *partition;
    struct outlet *outlet;
    struct storm storm;
    int64_t soon, soon_mono_ms;        /* alerts that are due within the window, as counted then */
    struct receiver_head *prev, *next; /* of the outlet */
};

struct group_head {
    struct entry *entry;
    struct partition *partition;
    struct outlet *outlet;
    struct member_head *members;
    size_t members_count, unsettled; /* members whose wanted is not told */
    struct flight *flight;
    int64_t due_ms, look_ms; /* wall clock; 0: nothing planned */
    int64_t earliest_ms;     /* it can't be looked at before this, whatever happens */
    bool in_doubt;           /* it has an intent: a request may have arrived */
    bool muted;              /* something in it is */
    bool given_up;           /* what is untold in it waits for news */
    bool has_summary;        /* of a run, that is not told */
    bool is_rollup;          /* it is what a storm was put into */
    struct timer timer;
    bool is_ready;
    struct group_head *ready_prev, *ready_next;
    struct group_head *outlet_prev, *outlet_next;
};

struct run_head {
    struct entry *entry;
    bool complete;
    int64_t first_ms;
};

/* A wake-up that waits for its tier's delay. */
struct waiting {
    int64_t offset, at_ms;
    char *key;
    size_t key_bytes;
    struct waiting *prev, *next;
};

struct positions {
    int64_t input, tiers[RETRY_TIERS_MAX]; /* -1: unknown */
};

struct partition {
    int32_t number;
    bool live;
    struct table table;
    struct positions now, staged, committed;
    struct waiting *waiting[RETRY_TIERS_MAX];
    size_t waiting_count[RETRY_TIERS_MAX];
    int64_t read_next[RETRY_TIERS_MAX]; /* wake-ups before this are in memory already */
    struct batch output;                /* dead letters and wake-ups for the next batch */
    bool in_staged;                     /* the batch under way holds something of it */
    struct partition *next;
};

enum epoch { EPOCH_NONE, EPOCH_OPEN, EPOCH_STAGED };
enum flight_state {
    FLIGHT_WAITS, /* for a commit: of what it says, of its intent */
    FLIGHT_READY,
    FLIGHT_IN_AIR,
    FLIGHT_ENDED, /* its end waits for a commit, or for its partition to come back */
};
enum flight_end { END_TOLD, END_RETRY, END_LATER, END_DEAD };

/* What a member's record said when the message was composed. */
struct flight_member {
    const char *fingerprint;
    int64_t version, episode;
    int status, news;
};

struct flight {
    enum flight_state state;
    enum epoch epoch; /* the batch that it waits for, or that holds its end */
    int32_t partition;
    const char *key; /* of the group */
    size_t key_bytes;
    struct group_head *group; /* NULL while the partition is dropped */
    struct outlet *outlet;
    const struct config *config;           /* that it began with */
    const struct integration *integration; /* of that one */
    struct arena arena;                    /* everything below */
    struct message message;
    struct flight_member *members; /* the changed ones */
    size_t members_count;
    int64_t summary_version; /* of the summary that it tells; 0: none */
    int64_t first_try_ms, prepared_mono_ms, ended_mono_ms;
    struct intent intent;
    bool renewed; /* a request of it was made already: it is not taken back by an abort */
    size_t step_number;
    struct step step;
    struct stored stored;
    struct stored given; /* to the step: what was stored before it */
    bool stores;
    enum render_size size;
    struct response *last;
    /* the end */
    enum flight_end end;
    int64_t retry_at_ms;
    bool in_doubt;
    int reason; /* enum dead_reason */
    char why[200];
    struct flight *prev, *next;
};

struct deliverer {
    const struct config *config;
    const struct deliverer_ops *ops;
    void *self;
    struct partition *partitions;
    struct outlet *outlets;
    struct timers timers;
    struct flight *flights;
    struct batch batch; /* with the committer while is_staged */
    bool is_staged;
    struct arena scratch; /* for one step */
    struct arena one;     /* for one member within a step */
    struct arena encoded; /* for one store */
    struct arena notes;   /* for one receiver's record, or one notification of ours */
    size_t open_bytes;    /* of records changed since the last stage */
    int64_t sweep_mono_ms;
    bool hold;
    enum mutes mutes;
    uint64_t mutes_epoch; /* grows with every change of what is muted */
    size_t in_air, pending;
    const char *tiers[RETRY_TIERS_MAX];
    int64_t tier_ms[RETRY_TIERS_MAX];
    size_t tiers_count;
    struct deliverer_counters counters;
};

/* state.c: partitions, heads, loading and storing */
struct partition *partition_find(const struct deliverer *deliverer, int32_t number);
struct partition *partition_get(struct deliverer *deliverer, int32_t number, struct error *err);
struct outlet *outlet_get(struct deliverer *deliverer, const char *id, struct error *err);
/* Nothing of it is here any more: what is known of its state may be outdated when it comes back. */
void outlet_forget(struct outlet *outlet);
void partition_clear(struct deliverer *deliverer, struct partition *partition);

int entry_store(struct deliverer *deliverer, struct partition *partition, struct entry *entry,
                const struct record_type *type, const void *record, struct error *err);

struct group_head *group_find(const struct partition *partition, const char *key, size_t key_bytes);
struct group_head *group_make(struct deliverer *deliverer, struct partition *partition,
                              const char *key, size_t key_bytes, const char *integration,
                              struct error *err);
int group_load(const struct group_head *group, struct arena *arena, struct group_state *ret_state,
               struct error *err);
/* Also arms the timer. */
int group_store(struct deliverer *deliverer, struct group_head *group,
                const struct group_state *state, struct moment now, struct error *err);
int group_arm(struct deliverer *deliverer, struct group_head *group, struct moment now,
              struct error *err);
int group_forget(struct deliverer *deliverer, struct group_head *group, struct error *err);
void group_unready(struct group_head *group);

struct member_head *member_find(const struct group_head *group, const char *fingerprint,
                                struct arena *arena);
int member_load(const struct member_head *head, struct arena *arena, struct member *ret_member,
                struct error *err);
/* `head` NULL: a new member of the group. */
int member_store(struct deliverer *deliverer, struct group_head *group, struct member_head *head,
                 const struct member *member, struct error *err);
int member_forget(struct deliverer *deliverer, struct member_head *head, struct error *err);

int run_store(struct deliverer *deliverer, struct partition *partition, const char *key,
              size_t key_bytes, const struct run_parts *parts, struct error *err);
int run_forget(struct deliverer *deliverer, struct partition *partition, struct entry *entry,
               struct error *err);
bool run_complete(const struct partition *partition, const char *integration, const char *run,
                  struct arena *arena);

/* heads.c: from records to heads, after a restore or an abort */
int heads_build(struct deliverer *deliverer, struct partition *partition, struct entry *entry,
                struct error *err);
int heads_link(struct deliverer *deliverer, struct partition *partition, struct entry *entry,
               struct moment now, struct error *err);
void heads_drop(struct deliverer *deliverer, struct entry *entry);
void group_head_set(struct deliverer *deliverer, struct group_head *group,
                    const struct group_state *state);
int member_head_set(struct deliverer *deliverer, struct member_head *head,
                    const struct member *member, struct error *err);
void member_head_join(struct deliverer *deliverer, struct member_head *head,
                      struct group_head *group);

/* mute.c: are all routes that the group comes by muted at this time, and until when? */
bool group_mute(const struct deliverer *deliverer, const struct group_head *group,
                const struct group_state *state, int64_t now_ms, int64_t *ret_until_ms);

/* mute.c: is it muted, and until when at most? Held up: nobody knows yet what is muted. */
int member_mute(struct deliverer *deliverer, struct member_head *head, int64_t now_ms,
                bool *ret_muted, int64_t *ret_until_ms, struct error *err);
bool is_held_up(const struct deliverer *deliverer);
/* Something muted is looked at as soon as the group may be. */
void group_wake(struct group_head *group);

/* summary.c: all parts of a run's end are in, and what they count is wanted. */
int summary_merge(struct deliverer *deliverer, struct partition *partition,
                  const struct notification *notification, const struct run_parts *parts,
                  struct moment now, struct error *err);
/* The state holds a summary that is not told. */
bool summary_waits(const struct group_state *state);

/* decide.c */
int group_look(struct deliverer *deliverer, struct group_head *group, struct moment now,
               struct error *err);

/* flight.c */
int flight_prepare(struct deliverer *deliverer, struct group_head *group, struct group_state *state,
                   const struct plan *plan, bool repeat, struct moment now, struct error *err);
int flight_step(struct deliverer *deliverer, struct flight *flight, struct group_state *state,
                struct moment now, struct error *err);
void flight_free(struct deliverer *deliverer, struct flight *flight);
/* After its group's table was restored: takes up its group again, or ends for good. */
int flight_relink(struct deliverer *deliverer, struct flight *flight, struct moment now,
                  struct error *err);
/* After an abort took back what it waited for. */
int flight_aborted(struct deliverer *deliverer, struct flight *flight, struct moment now,
                   struct error *err);

/* outcome.c */
int flight_end(struct deliverer *deliverer, struct flight *flight, enum flight_end end,
               struct moment now, struct error *err);
int outcome_apply(struct deliverer *deliverer, struct flight *flight, struct moment now,
                  struct error *err);
/* The receiver knows this version, or (`told` NULL) need not. LEFT ends the membership. */
int member_settle(struct deliverer *deliverer, struct member_head *head,
                  const struct group_state *state, const struct flight_member *told,
                  struct moment now, struct error *err);
/* What had to be said is said: plans what comes next; stores the state. */
int group_told(struct deliverer *deliverer, struct group_head *group, struct group_state *state,
               struct moment now, struct error *err);
/* Settles what needs no message, then plans the next look; stores the state. */
int group_settle(struct deliverer *deliverer, struct group_head *group, struct group_state *state,
                 const struct plan *plan, struct moment now, struct error *err);
int delivery_give_up(struct deliverer *deliverer, struct group_head *group,
                     struct group_state *state, int reason, const char *detail, struct moment now,
                     struct error *err);

/* receiver.c: what is remembered of an outlet as a whole */
struct receiver_head *receiver_get(struct deliverer *deliverer, struct partition *partition,
                                   struct outlet *outlet, struct error *err);
/* In the arena `notes`, which it resets. */
int receiver_load(struct deliverer *deliverer, const struct receiver_head *head,
                  struct receiver_state *ret_state, struct error *err);
int receiver_store(struct deliverer *deliverer, struct receiver_head *head,
                   struct receiver_state *state, struct moment now, struct error *err);
int receiver_build(struct deliverer *deliverer, struct partition *partition, const json_t *value,
                   struct error *err);
void receiver_drop(struct receiver_head *head);
/* Writes the records of outlets that changed, and what the operator has to hear of them. */
int receivers_sync(struct deliverer *deliverer, struct moment now, struct error *err);

/* notices.c: opens and resolves, in the state, what the operator is told of the outlet. */
int notices_update(struct deliverer *deliverer, const struct receiver_head *head,
                   struct receiver_state *state, struct moment now, struct error *err);

/* rollup.c: storms. Is this the group that a storm is put into? */
bool rollup_is(const struct group_state *state);
/* Shall what changed in the group go into the storm's message? */
int rollup_wants(struct deliverer *deliverer, const struct group_head *group,
                 const struct group_state *state, const struct plan *plan, struct moment now,
                 bool *ret_wants, struct error *err);
int rollup_take(struct deliverer *deliverer, struct group_head *group, struct group_state *state,
                const struct plan *plan, struct moment now, struct error *err);
/* Alerts of an ordinary group are told for the first time. */
int rollup_note(struct deliverer *deliverer, const struct group_head *group,
                const struct group_state *state, size_t alerts, struct moment now,
                struct error *err);
/* For people; NULL: out of memory. */
const char *rollup_words(const struct deliverer *deliverer, const struct plan *plan,
                         struct arena *arena);

/* relay.c: a notification of ours goes into the partition's next batch; integration, time and
 * group are filled in. */
int relay_write(struct deliverer *deliverer, struct partition *from, const struct integration *to,
                struct notification *notification, struct moment now, struct error *err);

/* fallback.c */
bool fallback_is_due(const struct group_head *group, const struct group_state *state,
                     int64_t now_ms);
int fallback_give(struct deliverer *deliverer, const struct group_head *group,
                  const struct group_state *state, const struct plan *plan, struct moment now,
                  struct error *err);
/* The receiver itself knows the member, or need not any more. */
int fallback_return(struct deliverer *deliverer, const struct group_head *group,
                    const struct group_state *state, struct member *member, struct moment now,
                    struct error *err);
int fallback_tick(struct deliverer *deliverer, struct outlet *outlet, struct moment now,
                  struct error *err);

/* wakeup.c */
int wakeup_write(struct deliverer *deliverer, const struct group_head *group,
                 const struct group_state *state, int64_t now_ms, struct error *err);
int wakeups_tick(struct deliverer *deliverer, struct moment now, struct error *err);
int64_t wakeups_next_ms(const struct deliverer *deliverer);
void wakeups_drop(struct partition *partition);

__attribute__((format(printf, 3, 4))) void
deliverer_say(const struct deliverer *deliverer, enum say_level level, const char *format, ...);

#endif
