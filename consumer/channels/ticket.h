/*
 * ticket.h - one group of alerts, one ticket, for its whole life: the steps that all trackers
 * share.
 *
 * A ticket that is known is read first: what people did to it decides. It is brought up to date,
 * commented where there is news, and moved where it is not in the state that the alert is in. One
 * that is gone is made anew; one that people closed for good stays closed, where the configuration
 * says so. A ticket is made only when none can be there: when an earlier create had no answer, it
 * is looked for under the group's key, again and again until the service's index must show it.
 *
 * The flow is a table of verbs whose place is kept in what is stored, so that a crash repeats the
 * verb under way and no other. A tracker writes requests and reads answers.
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_TICKET_H
#define TOCSIN_CONSUMER_CHANNELS_TICKET_H

#include "consumer/channels/channel.h"

#define TICKET_LOOK_MS 15000 /* between two looks for a ticket that the index does not show yet */

enum ticket_verb {
    TICKET_LOOK, /* search by the group's key */
    TICKET_CREATE,
    TICKET_VERIFY, /* read what was created, where the service drops fields in silence */
    TICKET_READ,   /* its state */
    TICKET_UPDATE, /* description and severity; of a tracker with one_patch everything */
    TICKET_COMMENT,
    TICKET_WAYS, /* the transitions that it has now */
    TICKET_MOVE,
    TICKET_VERBS,
};

enum ticket_state {
    TICKET_OPEN,
    TICKET_CLOSED,
    TICKET_REFUSED, /* closed by people who will not fix it */
    TICKET_GONE,
};

/* What is known of the ticket; texts are "" where they are not. */
struct ticket {
    const char *id, *name; /* of the service: number and word for people */
    const char *gone_id;   /* of the one before, that is gone */
    const char *commented; /* version of the message that was commented last */
    int64_t creating_ms;   /* when the last create was sent; 0: never */
    enum ticket_state state;
};

/* Where an answer is read and a request made. */
struct ticket_work {
    const struct message *message;
    const struct ticket *ticket;
    const char *key; /* the group's, under which the ticket is found */
    enum render_size size;
    const struct response *last; /* to the verb before; NULL at the first */
    bool describes;              /* the description is written: never without the evidence it had */
    bool comments;               /* there is news to comment */
    bool moves; /* the ticket has to be opened or closed: as message->resolved says */
};

/* How one service does it. */
struct tracker {
    const char *service;
    bool one_patch; /* TICKET_UPDATE comments and moves as well */
    bool verifies;  /* TICKET_VERIFY comes after TICKET_CREATE */
    /* The request of a verb; request->verb is set by the caller. */
    int (*write)(const void *ctx, enum ticket_verb verb, const struct ticket_work *work,
                 struct arena *arena, struct request *ret_request, struct error *err);
    /* What the answer to a verb says of the ticket: id and name after LOOK (left as they are where
     * it found nothing) and CREATE, the state after a verb about a ticket. */
    int (*read)(const void *ctx, enum ticket_verb verb, const struct response *last,
                struct arena *arena, struct ticket *ticket, struct error *err);
};

/* What all trackers are told by the configuration; a context has it as `policy`. */
struct ticket_policy {
    int64_t index_lag_ms; /* how long a search may not show a ticket that was created */
    bool updates;         /* the description is kept up to date */
    bool sets_severity;   /* the ticket has a field for it: set by init */
};

/* clang-format off */
#define TICKET_POLICY_SETTINGS(context, lag)                                                       \
    {.name = "update_description",                                                                 \
     .kind = SETTING_BOOL,                                                                         \
     .offset = offsetof(struct context, policy.updates),                                           \
     .fallback = "true",                                                                           \
     .help = "replace the description when there is new evidence; false where people edit it"},    \
    {.name = "index_lag",                                                                          \
     .kind = SETTING_DURATION,                                                                     \
     .offset = offsetof(struct context, policy.index_lag_ms),                                      \
     .min = 0,                                                                                     \
     .max = 3600000,                                                                               \
     .fallback = lag,                                                                              \
     .help = "how long a search may miss a ticket that was just created; a create without an "     \
             "answer is looked for that long before another"}
/* clang-format on */

int ticket_next(const struct tracker *tracker, const void *ctx, const struct ticket_policy *policy,
                const struct message *message, const struct stored *stored,
                const struct response *last, enum render_size size, struct arena *arena,
                struct step *ret_step, struct error *err);

/* Is the request about a ticket whose id is known, so that "not found" says that it is gone? */
bool ticket_is_about(const struct request *request);

/* An answer that leaves open whether a ticket was created: 5xx but 503, and a 2xx of nobody. */
void ticket_doubt(const struct response *response, struct verdict *verdict);

/* Long enough that a credential within what is shown of a service's words is in them whole. */
#define TICKET_WORDS_BYTES_MAX 8192

/* The service's words as the verdict's detail; none where they repeat a credential of the request,
 * or `secret` as it was configured. */
void ticket_quote(const struct tracker *tracker, const struct response *response, const char *words,
                  const char *secret, struct verdict *verdict);

/* An answer that a person has to deal with at the service: the receiver waits. */
void ticket_block(struct verdict *verdict, const char *detail);

/* The value for the alert's owner, else for its label `team`, in a map from team to the service's
 * id; `fallback` where it has none. May be NULL. */
const char *ticket_of_team(const struct message *message, const struct list *by_team,
                           const char *fallback);

/* A map's value, NULL where it has no such name. */
const char *ticket_mapped(const struct list *map, const char *name);

/* A header of the answer by its name in lower case, "" where it has none. */
const char *ticket_header(const struct response *response, const char *name);

/* Is the text one of the list's? Letters are compared without case. */
bool ticket_listed(const char *text, const char *list_with_commas);

#endif
