/*
 * slack.c - Slack, by incoming webhook or by a bot's token.
 *
 * A webhook gives no message back to update, so every change is a message of its own. With a token
 * a group has one message: posted once, its channel and ts stored, then updated in place, with a
 * reply in its thread that says what changed. Where the message is gone it is posted anew. A repeat
 * of an update changes nothing; a post or reply that may be there twice says so. The webhook's URL
 * and the token are credentials and appear in the request alone.
 */
#include "consumer/channels/slack.h"

#include <string.h>

#include "consumer/channels/answer.h"
#include "consumer/channels/post.h"
#include "consumer/channels/url.h"

#define STORED_TARGET  "slack_target" /* the configured channel that the message was posted to */
#define STORED_CHANNEL "slack_channel"
#define STORED_TS      "slack_ts"
#define STORED_MAX     3

#define LAYOUT "tocsin lays out the message itself; leave it out"

static const struct setting slack_settings[] = {
    {.name = "api_url",
     .kind = SETTING_SECRET_URL,
     .offset = offsetof(struct slack, api_url),
     .help = "the incoming webhook's URL"},
    {.name = "webhook_url",
     .kind = SETTING_SECRET_URL,
     .offset = offsetof(struct slack, webhook_url),
     .help = "another name for api_url"},
    {.name = "app_token",
     .kind = SETTING_SECRET,
     .offset = offsetof(struct slack, app_token),
     .help = "a bot's token (xoxb-…, scope chat:write) instead of a webhook: one message a group, "
             "updated in place, with a reply in its thread for every change"},
    {.name = "app_url",
     .kind = SETTING_URL,
     .offset = offsetof(struct slack, app_url),
     .fallback = "https://slack.com/api/",
     .help = "the base of the Web API; for GovSlack https://slack-gov.com/api/"},
    {.name = "channel",
     .kind = SETTING_STRING,
     .offset = offsetof(struct slack, channel),
     .help = "with app_token the channel's name or id, where the bot is a member; only webhooks of "
             "the old kind follow it"},
    {.name = "update_message",
     .kind = SETTING_BOOL,
     .offset = offsetof(struct slack, update_message),
     .fallback = "true",
     .help = "false: with app_token as well every change is a message of its own"},
    {.name = "reply_broadcast",
     .kind = SETTING_BOOL,
     .offset = offsetof(struct slack, reply_broadcast),
     .fallback = "true",
     .help =
         "replies that a problem is new, worse, back or still open show in the channel as well"},
    {.name = "username",
     .kind = SETTING_STRING,
     .offset = offsetof(struct slack, username),
     .help = "a bot with chat:write.customize follows it, and webhooks of the old kind"},
    {.name = "icon_emoji",
     .kind = SETTING_STRING,
     .offset = offsetof(struct slack, icon_emoji),
     .help = "a bot with chat:write.customize follows it, and webhooks of the old kind"},
    {.name = "icon_url",
     .kind = SETTING_URL,
     .offset = offsetof(struct slack, icon_url),
     .help = "a bot with chat:write.customize follows it, and webhooks of the old kind"},
    {.name = "link_names",
     .kind = SETTING_REFUSED,
     .help = "it would turn words of a finding into mentions; leave it out"},
    {.name = "title_link", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "pretext", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "message_text", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "fallback", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "footer", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "color", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "fields", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "short_fields", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "actions", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "callback_id", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "image_url", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "thumb_url", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "mrkdwn_in", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.kind = SETTING_END},
};

static int check_webhook(struct slack *slack, struct error *err)
{
    if (!slack->api_url)
        slack->api_url = slack->webhook_url;
    if (!slack->api_url)
        return error_set(err, ERROR_INPUT,
                         "api_url is missing: the URL of a Slack incoming webhook (or app_token "
                         "and channel, for a bot)");
    if (!url_is_http(slack->api_url))
        return error_set(err, ERROR_INPUT, "api_url is not an http or https URL");
    return 0;
}

static int check_app(const struct slack *slack, struct error *err)
{
    if (slack->api_url || slack->webhook_url)
        return error_set(err, ERROR_INPUT,
                         "api_url and app_token are two ways to post: give one of them");
    if (!post_is_token(slack->app_token))
        return error_set(err, ERROR_INPUT, "app_token has characters that no token has");
    if (!slack->channel || slack->channel[0] == '\0')
        return error_set(err, ERROR_INPUT, "channel is missing: where the bot posts");
    if (!url_is_http(slack->app_url))
        return error_set(err, ERROR_INPUT, "app_url is not an http or https URL");
    return 0;
}

static int slack_init(void *ctx, struct error *err)
{
    struct slack *slack = ctx;

    if (slack->api_url && slack->webhook_url && strcmp(slack->api_url, slack->webhook_url) != 0)
        return error_set(err, ERROR_INPUT,
                         "api_url and webhook_url are two names of one setting: give one of them");
    return slack->app_token ? check_app(slack, err) : check_webhook(slack, err);
}

enum call { CALL_WEBHOOK, CALL_POST, CALL_UPDATE, CALL_REPLY, CALL_NONE };

static const char *const methods[] = {
    [CALL_POST] = "/chat.postMessage",
    [CALL_UPDATE] = "/chat.update",
    [CALL_REPLY] = "/chat.postMessage",
};

/* A run's summary, or alerts of many groups: always a message of its own, that nothing updates. */
static bool is_alone(const struct message *message)
{
    return message->summary || message->storm;
}

/* The message that this group has in the channel that is configured now. */
static bool is_posted(const struct slack *slack, const struct message *message,
                      const struct stored *stored, struct slack_place *ret_place)
{
    *ret_place =
        (struct slack_place){stored_value(stored, STORED_CHANNEL), stored_value(stored, STORED_TS)};
    return slack->app_token && slack->update_message && !is_alone(message) &&
           ret_place->ts[0] != '\0' &&
           strcmp(stored_value(stored, STORED_TARGET), slack->channel) == 0;
}

static enum call call_of(const struct slack *slack, bool posted, size_t step_number,
                         const json_t *last)
{
    struct slack_place place;

    if (!slack->app_token)
        return step_number == 0 ? CALL_WEBHOOK : CALL_NONE;
    if (step_number == 0)
        return posted ? CALL_UPDATE : CALL_POST;
    if (!slack_place_of(last, &place))
        return CALL_POST; /* what was to be updated is gone */
    return posted && step_number == 1 ? CALL_REPLY : CALL_NONE;
}

/* Stores the place of the group's message; `ts` NULL: it has none any more. */
static int keep(const struct slack *slack, const struct slack_place *place, struct arena *arena,
                struct step *step, struct error *err)
{
    struct label *kept = arena_array(arena, STORED_MAX, sizeof *kept);
    const char *channel = arena_strdup(arena, place->ts ? place->channel : "");
    const char *ts = arena_strdup(arena, place->ts ? place->ts : "");

    if (!kept || !channel || !ts)
        return error_set(err, ERROR_MEMORY, "no memory for what to store");
    kept[0] = (struct label){STORED_TARGET, slack->channel};
    kept[1] = (struct label){STORED_CHANNEL, channel};
    kept[2] = (struct label){STORED_TS, ts};
    step->stored = kept;
    step->stored_count = place->ts ? STORED_MAX : 1;
    return 0;
}

static const char *body_of(const struct slack *slack, enum call call, struct slack_place place,
                           const struct message *message, enum render_size size,
                           struct arena *arena, size_t *ret_bytes, struct error *err)
{
    struct message certain = *message;

    if (call == CALL_REPLY)
        return slack_reply(slack, &place, message, arena, ret_bytes, err);
    if (call == CALL_UPDATE)
        certain.in_doubt = false; /* however often it is sent, it is there once */
    else
        place = (struct slack_place){slack->channel, NULL};
    return slack_message(slack, &place, &certain, size, arena, ret_bytes, err);
}

static int make_request(const struct slack *slack, enum call call, const char *body,
                        size_t body_bytes, struct arena *arena, struct request *request,
                        struct error *err)
{
    if (call == CALL_WEBHOOK) {
        *request = post_json(slack->api_url, body, body_bytes);
        return 0;
    }
    const char *url = post_url(slack->app_url, methods[call], arena);
    const char *authorization = arena_printf(arena, "Bearer %s", slack->app_token);
    if (!url || !authorization)
        return error_set(err, ERROR_MEMORY, "no memory for a request");
    *request = post_json(url, body, body_bytes);
    request->headers[0].value = "application/json; charset=utf-8";
    post_header(request, "Authorization", authorization);
    return 0;
}

static int slack_next(const void *ctx, const struct message *message, const struct stored *stored,
                      size_t step_number, const struct response *last, enum render_size size,
                      struct arena *arena, struct step *ret_step, struct error *err)
{
    const struct slack *slack = ctx;
    struct step step = {.kind = STEP_DONE};
    struct slack_place place, made = {NULL, NULL};
    json_t *answer = last ? answer_parse(last) : NULL;
    bool posted = is_posted(slack, message, stored, &place);
    enum call call = call_of(slack, posted, step_number, answer);
    size_t body_bytes;
    int rc = -1;

    if (call == CALL_NONE) {
        if (slack->app_token && !posted && !is_alone(message) && slack_place_of(answer, &made) &&
            keep(slack, &made, arena, &step, err) != 0)
            goto out;
    } else {
        step.kind = STEP_REQUEST;
        const char *body = body_of(slack, call, place, message, size, arena, &body_bytes, err);
        if (!body || make_request(slack, call, body, body_bytes, arena, &step.request, err) != 0 ||
            (posted && call == CALL_POST && keep(slack, &made, arena, &step, err) != 0))
            goto out;
    }
    *ret_step = step;
    rc = 0;
out:
    json_decref(answer);
    return rc;
}

const struct channel_ops slack_channel = {
    .name = "slack",
    .ctx_size = sizeof(struct slack),
    .settings = slack_settings,
    .has_identity = false,
    .shows_summary = true,
    .rate = {.requests = 1, .per_ms = 1000, .burst = 5},
    .init = slack_init,
    .next = slack_next,
    .judge = slack_judge,
};
