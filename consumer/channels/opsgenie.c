/*
 * opsgenie.c - Opsgenie, and Jira Service Management Operations, which took over its API.
 *
 * Open: create under an alias, which counts up an alert that is open already and opens a new one
 * where it was closed; if the alert was there before, a note says what is new, and its priority
 * follows. Resolved: close. Create and close are followed up, since 202 only says that they were
 * taken; the request's id is stored, so that a later try asks again instead of creating again. A
 * request that stays unknown for CONFIRM_TRIES_MAX tries is taken for lost and sent once more,
 * which the alias makes harmless.
 */
#include "consumer/channels/opsgenie.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/channels/answer.h"
#include "consumer/channels/identity.h"
#include "consumer/channels/post.h"
#include "consumer/channels/url.h"

#define CONFIRM_TRIES_MAX 5
#define VERBS_MAX         5
#define STORED_MAX        4

#define STORED_OPEN    "opsgenie_open"    /* the priority of the alert that we left open */
#define STORED_REQUEST "opsgenie_request" /* the id of the request that is not confirmed yet */
#define STORED_VERSION "opsgenie_version" /* of the message that it belongs to */
#define STORED_TRIES   "opsgenie_tries"   /* how often it was asked for */

#define LAYOUT "tocsin fills in the alert itself; leave it out"

static const struct setting opsgenie_settings[] = {
    {.name = "api_key",
     .kind = SETTING_SECRET,
     .offset = offsetof(struct opsgenie, api_key),
     .required = true,
     .help = "the key of an API integration"},
    {.name = "api_url",
     .kind = SETTING_URL,
     .offset = offsetof(struct opsgenie, api_url),
     .fallback = "https://api.opsgenie.com/",
     .help = "in the EU https://api.eu.opsgenie.com/, for Jira Service Management "
             "https://api.atlassian.com/jsm/ops/integration/"},
    {.name = "tags",
     .kind = SETTING_STRING,
     .offset = offsetof(struct opsgenie, tags),
     .help = "further tags of the alert, with commas between them"},
    {.name = "follow_up",
     .kind = SETTING_BOOL,
     .offset = offsetof(struct opsgenie, follow_up),
     .fallback = "true",
     .help = "ask what became of each request; false where the key may not read"},
    {.name = "message", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "description", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "source", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "details", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "entity", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "actions", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "note", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "responders",
     .kind = SETTING_REFUSED,
     .help = "the team that owns the integration is responder: give each team its own receiver"},
    {.name = "priority",
     .kind = SETTING_REFUSED,
     .help = "it follows the alert's severity; leave it out"},
    {.name = "update_alerts",
     .kind = SETTING_REFUSED,
     .help = "an open alert always gets notes and its priority; leave it out"},
    {.kind = SETTING_END},
};

enum verb { VERB_CREATE, VERB_CLOSE, VERB_CONFIRM, VERB_NOTE, VERB_PRIORITY, VERB_NONE };

static int opsgenie_init(void *ctx, struct error *err)
{
    struct opsgenie *opsgenie = ctx;
    const char *key = opsgenie->api_key;

    if (!key || key[0] == '\0')
        return error_set(err, ERROR_INPUT, "api_key is missing: the key of an API integration");
    if (!post_is_token(key))
        return error_set(err, ERROR_INPUT, "api_key has characters that no key has");
    if (!url_is_http(opsgenie->api_url))
        return error_set(err, ERROR_INPUT, "api_url is not an http or https URL");
    return 0;
}

/* What this message takes, in its order. */
static void plan(const struct opsgenie *opsgenie, const struct message *message,
                 const struct stored *stored, enum verb ret_verbs[VERBS_MAX])
{
    const char *open = stored_value(stored, STORED_OPEN);
    size_t count = 0;

    ret_verbs[count++] = message->resolved ? VERB_CLOSE : VERB_CREATE;
    if (opsgenie->follow_up)
        ret_verbs[count++] = VERB_CONFIRM;
    if (!message->resolved && !message->repeat && open[0] != '\0') {
        ret_verbs[count++] = VERB_NOTE;
        if (strcmp(open, opsgenie_priority(message)) != 0)
            ret_verbs[count++] = VERB_PRIORITY;
    }
    ret_verbs[count] = VERB_NONE;
}

static const char *version_of(const struct message *message, struct arena *arena)
{
    return arena_printf(arena, "%lld%s", (long long)message->version, message->repeat ? "r" : "");
}

/* How often the stored request of this very message was asked for; 0: it has none. */
static long tries_of(const struct message *message, const struct stored *stored,
                     struct arena *arena)
{
    const char *version = version_of(message, arena);

    if (!version || strcmp(stored_value(stored, STORED_VERSION), version) != 0)
        return 0;
    return strtol(stored_value(stored, STORED_TRIES), NULL, 10);
}

static int keep(const char *open, const char *request, const struct message *message, long tries,
                struct arena *arena, struct step *step, struct error *err)
{
    struct label *kept = arena_array(arena, STORED_MAX, sizeof *kept);
    const char *id = arena_strdup(arena, request), *version = version_of(message, arena);
    const char *was_open = arena_strdup(arena, open);
    const char *count = arena_printf(arena, "%ld", tries);

    if (!kept || !id || !version || !was_open || !count)
        return error_set(err, ERROR_MEMORY, "no memory for what to store");
    step->stored = kept;
    if (open[0] != '\0')
        kept[step->stored_count++] = (struct label){STORED_OPEN, was_open};
    if (request[0] != '\0') {
        kept[step->stored_count++] = (struct label){STORED_REQUEST, id};
        kept[step->stored_count++] = (struct label){STORED_VERSION, version};
        kept[step->stored_count++] = (struct label){STORED_TRIES, count};
    }
    return 0;
}

/* The id in the answer to the create or close before; when that was an earlier try's, the stored
 * one. */
static const char *request_id(const struct stored *stored, const struct response *last,
                              struct arena *arena)
{
    if (!last)
        return stored_value(stored, STORED_REQUEST);
    json_t *answer = answer_parse(last);
    const char *id = arena_strdup(arena, answer_text(answer, "requestId"));
    json_decref(answer);
    return id;
}

static const struct {
    const char *method, *path; /* after /v2/alerts/ and the alias */
} verb_requests[] = {
    [VERB_CREATE] = {"POST", ""},
    [VERB_CLOSE] = {"POST", "/close?identifierType=alias"},
    [VERB_CONFIRM] = {"GET", ""},
    [VERB_NOTE] = {"POST", "/notes?identifierType=alias"},
    [VERB_PRIORITY] = {"PUT", "/priority?identifierType=alias"},
};

static const char *url_of(const struct opsgenie *opsgenie, const struct message *message,
                          enum verb verb, const char *id, struct arena *arena, struct error *err)
{
    const char *key = identity_key(message, arena, err);
    const char *alias = key ? url_encode(key, arena) : NULL, *encoded = url_encode(id, arena);
    const char *path = "/v2/alerts";

    if (!alias || !encoded)
        return NULL;
    if (verb == VERB_CONFIRM)
        path = arena_printf(arena, "/v2/alerts/requests/%s", encoded);
    else if (verb != VERB_CREATE)
        path = arena_printf(arena, "/v2/alerts/%s%s", alias, verb_requests[verb].path);
    return path ? post_url(opsgenie->api_url, path, arena) : NULL;
}

static int make_request(const struct opsgenie *opsgenie, const struct message *message,
                        enum verb verb, const char *id, enum render_size size, struct arena *arena,
                        struct request *request, struct error *err)
{
    const char *authorization = arena_printf(arena, "GenieKey %s", opsgenie->api_key);

    *request = (struct request){
        .method = verb_requests[verb].method,
        .url = url_of(opsgenie, message, verb, id, arena, err),
        .headers = {{"Accept", "application/json"},
                    {"User-Agent", "tocsin/" TOCSIN_VERSION},
                    {"Authorization", authorization},
                    {"Content-Type", "application/json"}},
        .headers_count = verb == VERB_CONFIRM ? 3 : 4,
    };
    if (!authorization || !request->url)
        return error_set(err, ERROR_MEMORY, "no memory for a request");
    if (verb == VERB_CONFIRM)
        return 0;
    if (verb == VERB_CREATE)
        request->body = opsgenie_alert(opsgenie, message, size, arena, &request->body_bytes, err);
    else if (verb == VERB_PRIORITY)
        request->body = arena_printf(arena, "{\"priority\":\"%s\"}", opsgenie_priority(message));
    else
        request->body = opsgenie_note(message, size, arena, &request->body_bytes, err);
    if (!request->body)
        return error_set(err, ERROR_MEMORY, "no memory for a request");
    request->body_bytes = strlen(request->body);
    return 0;
}

static int opsgenie_next(const void *ctx, const struct message *message,
                         const struct stored *stored, size_t step_number,
                         const struct response *last, enum render_size size, struct arena *arena,
                         struct step *ret_step, struct error *err)
{
    const struct opsgenie *opsgenie = ctx;
    enum verb verbs[VERBS_MAX] = {VERB_NONE};
    struct step step = {.kind = STEP_REQUEST};
    const char *open = stored_value(stored, STORED_OPEN), *id = "";
    long tries = opsgenie->follow_up ? tries_of(message, stored, arena) : 0;
    bool resumes = step_number == 0 ? tries > 0 && tries < CONFIRM_TRIES_MAX : tries > 1;

    plan(opsgenie, message, stored, verbs);
    enum verb verb = verbs[step_number + (resumes ? 1 : 0)];
    if (verb == VERB_NONE) {
        step.kind = STEP_DONE;
        open = message->resolved ? "" : opsgenie_priority(message);
    }
    if (verb == VERB_CONFIRM) {
        id = request_id(stored, last, arena);
        if (!id)
            return error_set(err, ERROR_MEMORY, "no memory for a request's id");
    }
    bool forgets =
        verb == VERB_NONE || (step_number == 0 && stored_value(stored, STORED_REQUEST)[0]);
    if ((verb == VERB_CONFIRM || forgets) &&
        keep(open, id, message, resumes ? tries + 1 : 1, arena, &step, err) != 0)
        return -1;
    if (verb != VERB_NONE &&
        make_request(opsgenie, message, verb, id, size, arena, &step.request, err) != 0)
        return -1;
    *ret_step = step;
    return 0;
}

const struct channel_ops opsgenie_channel = {
    .name = "opsgenie",
    .ctx_size = sizeof(struct opsgenie),
    .settings = opsgenie_settings,
    .has_identity = true,
    .one_alert = true,
    .init = opsgenie_init,
    .next = opsgenie_next,
    .judge = opsgenie_judge,
};
