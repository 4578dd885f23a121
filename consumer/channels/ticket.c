/*
 * ticket.c - the steps of a ticket's life. See ticket.h.
 */
#include "consumer/channels/ticket.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "consumer/channels/answer.h"
#include "consumer/channels/facts.h"
#include "consumer/channels/identity.h"

#define STORED_ID        "ticket_id"
#define STORED_NAME      "ticket_name"
#define STORED_GONE      "ticket_gone"
#define STORED_COMMENTED "ticket_commented"
#define STORED_CREATING  "ticket_creating"
#define STORED_STATE     "ticket_state"
#define STORED_VERB      "ticket_verb" /* under way */
#define STORED_MAX       8

/* Verbs that are no request: the flow's ends. */
#define VERB_DONE  TICKET_VERBS
#define VERB_LATER (TICKET_VERBS + 1)

static const char *const verb_names[] = {
    [TICKET_LOOK] = "look", [TICKET_CREATE] = "create", [TICKET_VERIFY] = "verify",
    [TICKET_READ] = "read", [TICKET_UPDATE] = "update", [TICKET_COMMENT] = "comment",
    [TICKET_WAYS] = "ways", [TICKET_MOVE] = "move",
};
static const char *const state_names[] = {
    [TICKET_OPEN] = "open",
    [TICKET_CLOSED] = "closed",
    [TICKET_REFUSED] = "refused",
    [TICKET_GONE] = "gone",
};
#define STATES (sizeof state_names / sizeof *state_names)

/* One step on its way. */
struct flow {
    const struct tracker *tracker;
    const void *ctx;
    const struct ticket_policy *policy;
    const struct message *message;
    struct ticket ticket;
    struct ticket_work work;
    const char *version; /* of the message */
    struct arena *arena;
};

static int name_index(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0)
            return (int)i;
    }
    return -1;
}

static void load(const struct stored *stored, struct ticket *ret_ticket)
{
    int state = name_index(state_names, STATES, stored_value(stored, STORED_STATE));

    *ret_ticket = (struct ticket){
        .id = stored_value(stored, STORED_ID),
        .name = stored_value(stored, STORED_NAME),
        .gone_id = stored_value(stored, STORED_GONE),
        .commented = stored_value(stored, STORED_COMMENTED),
        .creating_ms = strtoll(stored_value(stored, STORED_CREATING), NULL, 10),
        .state = state < 0 ? TICKET_OPEN : (enum ticket_state)state,
    };
}

static void keep_text(struct step *step, struct label *kept, const char *name, const char *value)
{
    if (value[0] != '\0')
        kept[step->stored_count++] = (struct label){name, value};
}

/* What a later step, message or process needs; a verb under way keeps its place. */
static int save(const struct flow *flow, int verb, struct step *step, struct error *err)
{
    const struct ticket *ticket = &flow->ticket;
    struct label *kept = arena_array(flow->arena, STORED_MAX, sizeof *kept);
    const char *creating = ticket->id[0] == '\0' && ticket->creating_ms > 0
                               ? arena_printf(flow->arena, "%" PRId64, ticket->creating_ms)
                               : "";

    if (!kept || !creating)
        return error_set(err, ERROR_MEMORY, "no memory for what to store");
    step->stored = kept;
    keep_text(step, kept, STORED_ID, ticket->id);
    keep_text(step, kept, STORED_NAME, ticket->name);
    keep_text(step, kept, STORED_GONE, ticket->gone_id);
    keep_text(step, kept, STORED_CREATING, creating);
    if (verb >= TICKET_VERBS)
        return 0;
    keep_text(step, kept, STORED_COMMENTED, ticket->commented);
    keep_text(step, kept, STORED_STATE, state_names[ticket->state]);
    keep_text(step, kept, STORED_VERB, verb_names[verb]);
    return 0;
}

/* What was told has lost its evidence, so a description is replaced only by one that has some. */
static bool describes(const struct flow *flow)
{
    const struct message *message = flow->message;
    struct evidence_text texts[2];

    return flow->policy->updates && message->alerts_count > 0 &&
           evidence_of(message->alerts[0].picture, texts) > 0;
}

/* News that people who watch the ticket want to read: not a count alone, unless only comments
 * bring it. */
static bool has_news(const struct flow *flow)
{
    const struct message *message = flow->message;

    for (size_t i = 0; i < message->alerts_count && !message->repeat; i++) {
        const struct message_alert *alert = &message->alerts[i];
        bool counts_only = alert->picture->news == NEWS_FINAL &&
                           alert->picture->status == ALERT_OPEN && describes(flow);
        if (alert->changed && !counts_only)
            return strcmp(flow->ticket.commented, flow->version) != 0;
    }
    return false;
}

static bool must_move(const struct flow *flow)
{
    if (flow->message->resolved)
        return flow->ticket.state == TICKET_OPEN;
    return flow->ticket.state == TICKET_CLOSED && !flow->message->repeat;
}

/* A create may have been done of which nobody saw the answer; also one that was given up since. */
static bool in_doubt(const struct flow *flow)
{
    return flow->ticket.creating_ms > 0 && (flow->message->in_doubt || flow->message->attempt <= 1);
}

static int make_or_leave(const struct flow *flow)
{
    return flow->message->resolved ? VERB_DONE : TICKET_CREATE;
}

static int first_verb(const struct flow *flow)
{
    if (flow->ticket.id[0] != '\0')
        return TICKET_READ;
    return in_doubt(flow) ? TICKET_LOOK : make_or_leave(flow);
}

static int64_t index_wait_ms(const struct flow *flow)
{
    return flow->ticket.creating_ms + flow->policy->index_lag_ms - flow->message->now_ms;
}

/* The first verb after `verb` that there is a reason for. */
static int verb_after(const struct flow *flow, int verb)
{
    bool one_patch = flow->tracker->one_patch, moves = must_move(flow), news = has_news(flow);
    bool severity = news && flow->policy->sets_severity && !flow->message->resolved;

    if (verb < TICKET_UPDATE && (describes(flow) || severity || (one_patch && (moves || news))))
        return TICKET_UPDATE;
    if (verb < TICKET_COMMENT && !one_patch && news)
        return TICKET_COMMENT;
    if (verb < TICKET_WAYS && !one_patch && moves)
        return TICKET_WAYS;
    return verb == TICKET_WAYS ? TICKET_MOVE : VERB_DONE;
}

/* What follows the answer to `verb`, by what it said. */
static int next_verb(struct flow *flow, int verb)
{
    struct ticket *ticket = &flow->ticket;

    if (verb == TICKET_LOOK && ticket->id[0] == '\0')
        return index_wait_ms(flow) > 0 ? VERB_LATER : make_or_leave(flow);
    if (verb == TICKET_LOOK)
        return TICKET_READ;
    if (verb == TICKET_CREATE)
        return flow->tracker->verifies ? TICKET_VERIFY : VERB_DONE;
    if (verb == TICKET_VERIFY)
        return VERB_DONE;
    if (ticket->state == TICKET_GONE) {
        *ticket = (struct ticket){.id = "", .name = "", .gone_id = ticket->id, .commented = ""};
        return make_or_leave(flow);
    }
    return verb_after(flow, verb);
}

/* The verb that was answered, and what follows it. */
static int go_on(struct flow *flow, const struct stored *stored, const struct response *last,
                 int *ret_verb, struct error *err)
{
    struct ticket *ticket = &flow->ticket;
    int verb = name_index(verb_names, TICKET_VERBS, stored_value(stored, STORED_VERB));

    if (verb < 0)
        return error_set(err, ERROR_FATAL, "an answer to nothing");
    if (flow->tracker->read(flow->ctx, (enum ticket_verb)verb, last, flow->arena, ticket, err) != 0)
        return -1;
    if (verb == TICKET_LOOK && strcmp(ticket->id, ticket->gone_id) == 0)
        ticket->id = ""; /* the index still shows what is gone */
    if (verb == TICKET_LOOK && ticket->id[0] != '\0' && !flow->message->resolved)
        ticket->commented = flow->version; /* the ticket itself says it */
    if (verb == TICKET_COMMENT || (verb == TICKET_UPDATE && flow->tracker->one_patch))
        ticket->commented = flow->version;
    *ret_verb = next_verb(flow, verb);
    return 0;
}

static int write_request(struct flow *flow, enum ticket_verb verb, struct step *step,
                         struct error *err)
{
    flow->work.describes = verb == TICKET_CREATE || describes(flow);
    flow->work.comments = has_news(flow);
    flow->work.moves = must_move(flow);
    step->kind = STEP_REQUEST;
    step->settles_doubt = verb == TICKET_CREATE;
    if (flow->tracker->write(flow->ctx, verb, &flow->work, flow->arena, &step->request, err) != 0)
        return -1;
    step->request.verb = (int)verb;
    return 0;
}

static void look_later(const struct flow *flow, struct step *step)
{
    int64_t wait_ms = index_wait_ms(flow);

    step->kind = STEP_LATER;
    step->delay_ms = wait_ms < TICKET_LOOK_MS ? wait_ms : TICKET_LOOK_MS;
    step->why = "looking for a ticket that an earlier try may have created";
}

int ticket_next(const struct tracker *tracker, const void *ctx, const struct ticket_policy *policy,
                const struct message *message, const struct stored *stored,
                const struct response *last, enum render_size size, struct arena *arena,
                struct step *ret_step, struct error *err)
{
    struct flow flow = {
        .tracker = tracker, .ctx = ctx, .policy = policy, .message = message, .arena = arena};
    struct step step = {.kind = STEP_DONE};

    load(stored, &flow.ticket);
    flow.version = arena_printf(arena, "%" PRId64, message->version);
    flow.work = (struct ticket_work){.message = message,
                                     .ticket = &flow.ticket,
                                     .key = identity_key(message, arena, err),
                                     .size = size,
                                     .last = last};
    if (!flow.version || !flow.work.key)
        return error_set(err, ERROR_MEMORY, "no memory for a ticket");
    int verb = first_verb(&flow);
    if (last && go_on(&flow, stored, last, &verb, err) != 0)
        return -1;
    if (verb == TICKET_CREATE)
        flow.ticket.creating_ms = message->now_ms;
    if (verb == VERB_LATER)
        look_later(&flow, &step);
    else if (verb != VERB_DONE && write_request(&flow, (enum ticket_verb)verb, &step, err) != 0)
        return -1;
    if (save(&flow, verb, &step, err) != 0)
        return -1;
    *ret_step = step;
    return 0;
}

bool ticket_is_about(const struct request *request)
{
    return request && request->verb >= TICKET_READ;
}

void ticket_doubt(const struct response *response, struct verdict *verdict)
{
    bool creates = !response->request || response->request->verb == TICKET_CREATE;

    if (creates && verdict->outcome == RETRY && response->status != 503 &&
        (response->status >= 500 || (response->status >= 200 && response->status < 300)))
        verdict->in_doubt = true;
}

/* A header's value, and what follows its scheme ("Basic …"). */
static bool is_quoted(const char *words, const struct request_header *header)
{
    const char *credential = strchr(header->value, ' ');
    bool is_secret = strcasecmp(header->name, "Authorization") == 0 ||
                     strcasecmp(header->name, "x-sn-apikey") == 0;

    return is_secret && strstr(words, credential ? credential + 1 : header->value) != NULL;
}

void ticket_quote(const struct tracker *tracker, const struct response *response, const char *words,
                  const char *secret, struct verdict *verdict)
{
    const struct request *request = response->request;

    for (size_t i = 0; request && i < request->headers_count; i++) {
        if (is_quoted(words, &request->headers[i]))
            words = "";
    }
    answer_quote(verdict, tracker->service, response->status, words, secret);
}

void ticket_block(struct verdict *verdict, const char *detail)
{
    verdict->outcome = RETRY;
    verdict->blocks_receiver = true;
    verdict->why = "unauthorized";
    snprintf(verdict->detail, sizeof verdict->detail, "%s", detail);
}

const char *ticket_header(const struct response *response, const char *name)
{
    for (size_t i = 0; i < response->headers_count; i++) {
        if (strcmp(response->headers[i].name, name) == 0)
            return response->headers[i].value;
    }
    return "";
}

const char *ticket_mapped(const struct list *map, const char *name)
{
    const struct label *labels = map->items;

    for (size_t i = 0; name && i < map->count; i++) {
        if (strcmp(labels[i].name, name) == 0)
            return labels[i].value;
    }
    return NULL;
}

const char *ticket_of_team(const struct message *message, const struct list *by_team,
                           const char *fallback)
{
    const struct picture *picture = message->alerts_count > 0 ? message->alerts[0].picture : NULL;
    const char *value = picture ? ticket_mapped(by_team, picture->owner) : NULL;

    if (!value && picture)
        value = ticket_mapped(by_team, ticket_mapped(&picture->labels, "team"));
    return value ? value : fallback;
}

bool ticket_listed(const char *text, const char *list_with_commas)
{
    size_t bytes = text ? strlen(text) : 0;

    for (const char *at = list_with_commas; at && *at && bytes > 0;) {
        at += strspn(at, " ,");
        size_t item = strcspn(at, ",");
        size_t next = item;
        while (item > 0 && at[item - 1] == ' ')
            item--;
        if (item == bytes && strncasecmp(at, text, bytes) == 0)
            return true;
        at += next;
    }
    return false;
}
