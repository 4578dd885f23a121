/*
 * pagerduty.c - PagerDuty's Events API v2: one event, folded into its incident by dedup_key.
 *
 * While an alert of the group is open the event is a trigger, then a resolve. A trigger after a
 * resolve opens a new incident under the same key, so reopening needs nothing of its own. Delivered
 * is 202; any other 2xx is not PagerDuty's. The routing key is a member of the body and appears
 * nowhere else; a routing key that PagerDuty refuses stops the receiver instead of losing its
 * messages. A run's summary is a change event, which nothing folds: a repeat of one is there twice.
 */
#include "consumer/channels/pagerduty.h"

#include <string.h>

#include "consumer/channels/answer.h"
#include "consumer/channels/post.h"
#include "consumer/channels/url.h"

#define STATUS_ACCEPTED 202
#define EVENTS_PATH     "/v2/enqueue"
#define CHANGES_PATH    "/v2/change/enqueue"

#define LAYOUT "tocsin fills in the event itself; leave it out"
#define EVENTS_V1                                                                                  \
    "it belongs to version 1 of the Events API: use routing_key of an integration \"Events API "   \
    "v2\""

static const struct setting pagerduty_settings[] = {
    {.name = "routing_key",
     .kind = SETTING_SECRET,
     .offset = offsetof(struct pagerduty, routing_key),
     .required = true,
     .help = "the integration key of a service or event orchestration (Events API v2)"},
    {.name = "url",
     .kind = SETTING_URL,
     .offset = offsetof(struct pagerduty, url),
     .fallback = "https://events.pagerduty.com/v2/enqueue",
     .help = "where to post; in the EU https://events.eu.pagerduty.com/v2/enqueue"},
    {.name = "client",
     .kind = SETTING_STRING,
     .offset = offsetof(struct pagerduty, client),
     .fallback = "tocsin",
     .help = "the name that PagerDuty shows for the sender"},
    {.name = "client_url",
     .kind = SETTING_URL,
     .offset = offsetof(struct pagerduty, client_url),
     .help = "where that name leads; by default external_url"},
    {.name = "change_events",
     .kind = SETTING_BOOL,
     .offset = offsetof(struct pagerduty, change_events),
     .fallback = "false",
     .help = "a change event for each run that ended, where the receiver gets run summaries"},
    {.name = "service_key", .kind = SETTING_REFUSED, .help = EVENTS_V1},
    {.name = "service_key_file", .kind = SETTING_REFUSED, .help = EVENTS_V1},
    {.name = "description", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "severity",
     .kind = SETTING_REFUSED,
     .help = "it follows the alert's severity; leave it out"},
    {.name = "details", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "images", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "links", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "source", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "class", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "component", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "group", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "timeout",
     .kind = SETTING_REFUSED,
     .help = "set request_timeout of the receiver instead"},
    {.kind = SETTING_END},
};

/* Of `url` up to the path of events; 0: it has another path. */
static size_t base_bytes(const struct pagerduty *pagerduty)
{
    size_t bytes = strlen(pagerduty->url), path = strlen(EVENTS_PATH);

    return bytes > path && strcmp(pagerduty->url + bytes - path, EVENTS_PATH) == 0 ? bytes - path
                                                                                   : 0;
}

static int pagerduty_init(void *ctx, struct error *err)
{
    struct pagerduty *pagerduty = ctx;

    if (!pagerduty->routing_key || pagerduty->routing_key[0] == '\0')
        return error_set(err, ERROR_INPUT, "routing_key is missing: an integration's key");
    if (!url_is_http(pagerduty->url))
        return error_set(err, ERROR_INPUT, "url is not an http or https URL");
    if (pagerduty->change_events && base_bytes(pagerduty) == 0)
        return error_set(err, ERROR_INPUT, "change_events needs a url that ends in " EVENTS_PATH);
    return 0;
}

static int make_request(const struct pagerduty *pagerduty, const struct message *message,
                        enum render_size size, struct arena *arena, struct request *request,
                        struct error *err)
{
    const char *url = message->summary ? arena_printf(arena, "%.*s" CHANGES_PATH,
                                                      (int)base_bytes(pagerduty), pagerduty->url)
                                       : pagerduty->url;
    size_t body_bytes;

    if (!url)
        return error_set(err, ERROR_MEMORY, "no memory for a request");
    const char *body = (message->summary ? pagerduty_change : pagerduty_event)(
        pagerduty, message, size, arena, &body_bytes, err);
    if (!body)
        return -1;
    *request = post_json(url, body, body_bytes);
    return 0;
}

static int pagerduty_next(const void *ctx, const struct message *message,
                          const struct stored *stored, size_t step_number,
                          const struct response *last, enum render_size size, struct arena *arena,
                          struct step *ret_step, struct error *err)
{
    const struct pagerduty *pagerduty = ctx;
    struct step step = {.kind = STEP_DONE};

    (void)stored;
    (void)last;
    if (message->summary && !pagerduty->change_events)
        step.kind = STEP_SKIP;
    else if (step_number == 0)
        step.kind = STEP_REQUEST;
    if (step.kind == STEP_REQUEST &&
        make_request(pagerduty, message, size, arena, &step.request, err) != 0)
        return -1;
    *ret_step = step;
    return 0;
}

static bool is_about_routing_key(const char *words)
{
    return strcasestr(words, "routing key") || strcasestr(words, "routing_key");
}

/* The first of PagerDuty's errors, which says more than its message. */
static const char *first_error(const json_t *answer)
{
    const char *error = json_string_value(json_array_get(json_object_get(answer, "errors"), 0));

    return error ? error : answer_text(answer, "message");
}

static void pagerduty_judge(const void *ctx, const struct response *response,
                            struct verdict *verdict)
{
    const struct pagerduty *pagerduty = ctx;

    if (response->status == 0 || response->status == STATUS_ACCEPTED)
        return;
    if (verdict->outcome == DELIVERED) {
        answer_unexpected(verdict, "PagerDuty", response->status);
        return;
    }
    json_t *answer = answer_parse(response);
    const char *words = first_error(answer);
    answer_quote(verdict, "PagerDuty", response->status, words, pagerduty->routing_key);
    if (response->status == 400 && is_about_routing_key(words)) {
        verdict->outcome = RETRY;
        verdict->blocks_receiver = true;
        verdict->why = "unauthorized";
    }
    json_decref(answer);
}

const struct channel_ops pagerduty_channel = {
    .name = "pagerduty",
    .ctx_size = sizeof(struct pagerduty),
    .settings = pagerduty_settings,
    .has_identity = true,
    .one_alert = true,
    .shows_summary = true,
    .init = pagerduty_init,
    .next = pagerduty_next,
    .judge = pagerduty_judge,
};
