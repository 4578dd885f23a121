/*
 * channel.h - what a kind of channel (Slack, webhook, console …) has to be: one ops table.
 *
 * A channel is pure. It has no socket, no clock and no log: `next` gets the message, what was
 * stored for the group, and the last response, and gives the next request or says that the delivery
 * is done and what to store. Transport, retry, rate limits, intents, metrics and redaction exist
 * once, in deliver. Same input, same answer: after a crash a delivery starts again at its first
 * step with what was stored.
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_CHANNEL_H
#define TOCSIN_CONSUMER_CHANNELS_CHANNEL_H

#include "consumer/config/setting.h"
#include "consumer/records/delivery.h"
#include "consumer/records/run_summary.h"
#include "producer/arena.h"
#include "producer/error.h"

#define REQUEST_HEADERS_MAX     12
#define RESPONSE_BODY_BYTES_MAX 65536 /* more is read and dropped */

/* One alert of the message: its picture, and whether this message is the first to say so. */
struct message_alert {
    const struct picture *picture;
    bool changed; /* wanted != told: the reason for this message, not only context */
};

/* Texts by configuration; each is NULL where tocsin's own words do. See texts.h. */
struct mustache;
struct texts {
    const struct mustache *title, *text, *summary_title, *summary_text;
};

/* What one integration is told now: the current picture of one group, or (`summary`) what a run
 * that ended has changed; then there are no alerts. */
struct message {
    const char *integration, *receiver;
    const char *group, *group_key;
    const struct label *group_labels;
    size_t group_labels_count;
    const struct label *common_labels; /* the same in all alerts */
    size_t common_labels_count;
    /* changed first, then worst first; at most GROUP_MEMBERS_SHOWN_MAX */
    const struct message_alert *alerts;
    size_t alerts_count;
    size_t omitted;                    /* members that are not in `alerts` */
    const struct run_summary *summary; /* NULL: this is about alerts; see summary.h for its words */
    bool resolved;                     /* no open alert is left in the group */
    bool repeat;                       /* nothing changed: a reminder after repeat_interval */
    bool in_doubt; /* an earlier try may have arrived: say so where the service has no identity */
    const char *storm; /* alerts of many groups in one message: a sentence that says so, or NULL */
    int64_t version;   /* of the group */
    int64_t now_ms;    /* wall clock, the only one a channel sees */
    int64_t attempt;   /* from 1 */
    const char *external_url; /* of this tocsind, may be NULL */
    struct texts texts;
};

struct request_header {
    const char *name, *value;
};

/* Built in the arena of the delivery. */
struct request {
    const char *method; /* "POST" */
    const char *url;
    struct request_header headers[REQUEST_HEADERS_MAX];
    size_t headers_count;
    const char *body;
    size_t body_bytes;
    int verb; /* the channel's own: which of its requests this is, for its `judge` */
};

struct response {
    int status;                  /* HTTP; 0: no answer (transport failure, see `transport_error`) */
    const char *transport_error; /* NULL or words without a secret */
    bool sent;                   /* the whole request may have reached the service */
    bool unsendable;             /* it could not even be begun, nor ever will */
    const char *body;            /* NUL-terminated, at most RESPONSE_BODY_BYTES_MAX */
    size_t body_bytes;
    const char *content_type;             /* "" where missing */
    int64_t retry_after_ms;               /* from Retry-After in seconds or as a date, -1: none */
    const struct request_header *headers; /* names in lower case */
    size_t headers_count;
    const struct request *request; /* that it answers; for `judge` alone, may be NULL */
};

enum outcome { DELIVERED, RETRY, DEAD };

/* One way for a request to end. `why` is a constant word for metrics and a sentence for people. */
struct verdict {
    enum outcome outcome;
    int64_t delay_ms;     /* for RETRY: at least this long; -1: the common backoff */
    bool blocks_receiver; /* 401, 403: stop sending to this receiver, do not age the message */
    bool spares_receiver; /* RETRY is about this message alone, as is its Retry-After */
    bool too_large;       /* render again smaller once */
    bool in_doubt;        /* for RETRY: the service may have acted on the request all the same */
    const char *why;      /* "rate_limited", "unauthorized", … */
    char detail[160];     /* what the service said, without secrets */
};

enum step_kind {
    STEP_REQUEST, /* send `request`, call next again with its response if judged DELIVERED */
    STEP_PRINT,   /* write `body` to standard output (console) */
    STEP_DONE,    /* told: store `stored` */
    STEP_SKIP,    /* nothing to say for this message (send_resolved: false); counts as told */
    STEP_LATER,   /* what an earlier try did can't be known yet: store `stored`, begin again at the
                     first step after `delay_ms`; counts as no try, the doubt stays */
};

struct step {
    enum step_kind kind;
    struct request request;
    /* replaces what was stored for the group; kept with the first request's intent */
    const struct label *stored;
    size_t stored_count;
    bool settles_doubt; /* what earlier tries did is known now: only this flight's own can be in
                           doubt */
    int64_t delay_ms;   /* STEP_LATER */
    const char *why;    /* STEP_LATER: in words */
};

/* What a channel remembers between steps and messages of one group. */
struct stored {
    const struct label *values;
    size_t count;
};

/* "" where nothing is stored under this name. */
const char *stored_value(const struct stored *stored, const char *name);

/* How small to render: 0 full, then without transcript, evidence, links. Identity is never left
 * out. */
enum render_size { RENDER_FULL, RENDER_SHORT_EVIDENCE, RENDER_NO_EVIDENCE, RENDER_IDENTITY };

/* At most `requests` within `per_ms` on average, `burst` at once. All 0: no limit of its own. */
struct rate {
    int64_t requests, per_ms, burst;
};

struct channel_ops {
    const char *name; /* "slack": `slack_configs` in the configuration, metric label */
    size_t ctx_size;  /* the core allocates it, zeroed, one per integration */
    const struct setting *settings; /* members of ctx that the configuration fills */
    bool has_identity;              /* the service folds repeats by key: no intent is needed */
    bool looks_up;  /* it asks the service what an earlier try did: `on_doubt` decides nothing */
    bool one_alert; /* tickets and incidents: group_by is [fingerprint] where no route says it */
    bool shows_summary; /* next() takes messages with a summary; others never get one */
    struct rate rate;   /* what the vendor takes, where the configuration says nothing */

    /* Checks and completes a filled ctx. NULL: nothing to do. */
    int (*init)(void *ctx, struct error *err);

    /* `last` is NULL at the first step; else the response that was judged DELIVERED. All memory in
     * the arena. */
    int (*next)(const void *ctx, const struct message *message, const struct stored *stored,
                size_t step_number, const struct response *last, enum render_size size,
                struct arena *arena, struct step *ret_step, struct error *err);

    /* NULL: the common table (deliver/verdict.h) alone. Else called after it with its verdict to
     * refine. */
    void (*judge)(const void *ctx, const struct response *response, struct verdict *verdict);

    void (*fini)(void *ctx); /* accepts a ctx that init() failed on; may be NULL */
};

/* All kinds, NULL-terminated. Channel eleven is a file and a row. */
extern const struct channel_ops *const channels[];
const struct channel_ops *channel_find(const char *name, size_t name_bytes);

#endif
