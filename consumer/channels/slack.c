/*
 * slack.c - Slack by incoming webhook: one POST of Block Kit, one answer.
 *
 * The webhook gives no message back to update, so every change is a message of its own. Delivered
 * is 200 with the body `ok` and nothing else: a proxy's page with 200 is not. Slack's error words
 * are one table; what is not in it has the common verdict. The webhook's URL is the credential and
 * appears in the request alone.
 */
#include "consumer/channels/slack.h"

#include <stdio.h>
#include <string.h>

#include "consumer/channels/post.h"
#include "consumer/channels/url.h"

#define ERROR_WORD_BYTES_MAX 64

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
    {.name = "channel",
     .kind = SETTING_STRING,
     .offset = offsetof(struct slack, channel),
     .help = "only webhooks of the old kind follow it"},
    {.name = "username",
     .kind = SETTING_STRING,
     .offset = offsetof(struct slack, username),
     .help = "only webhooks of the old kind follow it"},
    {.name = "icon_emoji",
     .kind = SETTING_STRING,
     .offset = offsetof(struct slack, icon_emoji),
     .help = "only webhooks of the old kind follow it"},
    {.name = "icon_url",
     .kind = SETTING_URL,
     .offset = offsetof(struct slack, icon_url),
     .help = "only webhooks of the old kind follow it"},
    {.name = "link_names",
     .kind = SETTING_REFUSED,
     .help = "it would turn words of a finding into mentions; leave it out"},
    {.name = "title", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "title_link", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "pretext", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "text", .kind = SETTING_REFUSED, .help = LAYOUT},
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
    {.name = "app_token",
     .kind = SETTING_REFUSED,
     .help = "only incoming webhooks are supported: set api_url"},
    {.name = "app_token_file",
     .kind = SETTING_REFUSED,
     .help = "only incoming webhooks are supported: set api_url"},
    {.name = "app_url",
     .kind = SETTING_REFUSED,
     .help = "only incoming webhooks are supported: set api_url"},
    {.name = "update_message",
     .kind = SETTING_REFUSED,
     .help = "a message by incoming webhook cannot be updated; leave it out"},
    {.kind = SETTING_END},
};

static int slack_init(void *ctx, struct error *err)
{
    struct slack *slack = ctx;

    if (slack->api_url && slack->webhook_url && strcmp(slack->api_url, slack->webhook_url) != 0)
        return error_set(err, ERROR_INPUT,
                         "api_url and webhook_url are two names of one setting: give one of them");
    if (!slack->api_url)
        slack->api_url = slack->webhook_url;
    if (!slack->api_url)
        return error_set(err, ERROR_INPUT,
                         "api_url is missing: the URL of a Slack incoming webhook");
    if (!url_is_http(slack->api_url))
        return error_set(err, ERROR_INPUT, "api_url is not an http or https URL");
    return 0;
}

static int slack_next(const void *ctx, const struct message *message, const struct stored *stored,
                      size_t step_number, const struct response *last, enum render_size size,
                      struct arena *arena, struct step *ret_step, struct error *err)
{
    const struct slack *slack = ctx;
    struct step step = {.kind = STEP_DONE};
    size_t body_bytes;

    (void)stored;
    (void)last;
    if (step_number == 0) {
        step.kind = STEP_REQUEST;
        const char *body = slack_message(slack, message, size, arena, &body_bytes, err);
        if (!body)
            return -1;
        step.request = post_json(slack->api_url, body, body_bytes);
    }
    *ret_step = step;
    return 0;
}

/* Slack's words. One without a status counts with any; `too_large` asks for a smaller rendering
 * first. */
static const struct {
    const char *word;
    enum outcome outcome;
    bool blocks_receiver, too_large;
    const char *why;
} slack_errors[] = {
    {"invalid_payload", DEAD, false, false, "refused"},
    {"no_text", DEAD, false, false, "refused"},
    {"user_not_found", DEAD, false, false, "no_such_channel"},
    {"channel_not_found", DEAD, false, false, "no_such_channel"},
    {"channel_is_archived", DEAD, false, false, "no_such_channel"},
    {"no_service", DEAD, false, false, "no_such_webhook"},
    {"no_service_id", DEAD, false, false, "no_such_webhook"},
    {"no_team", DEAD, false, false, "no_such_webhook"},
    {"no_active_hooks", DEAD, false, false, "no_such_webhook"},
    {"team_disabled", DEAD, false, false, "no_such_webhook"},
    {"posting_to_general_channel_denied", DEAD, false, false, "refused"},
    {"too_many_attachments", DEAD, false, true, "too_large"},
    {"msg_too_long", DEAD, false, true, "too_large"},
    {"msg_blocks_too_long", DEAD, false, true, "too_large"},
    {"invalid_blocks", DEAD, false, true, "refused"},
    {"invalid_blocks_format", DEAD, false, true, "refused"},
    {"action_prohibited", RETRY, true, false, "unauthorized"},
    {"invalid_token", RETRY, true, false, "unauthorized"},
    {"token_revoked", RETRY, true, false, "unauthorized"},
    {"rate_limited", RETRY, false, false, "rate_limited"},
    {"ratelimited", RETRY, false, false, "rate_limited"},
    {"rollup_error", RETRY, false, false, "server_error"},
    {"internal_error", RETRY, false, false, "server_error"},
    {"fatal_error", RETRY, false, false, "server_error"},
    {"service_unavailable", RETRY, false, false, "server_error"},
};

/* The body's first word when it is one of Slack's ([a-z_]), alone or as "error" in JSON's first
 * place for it. */
static void error_word(const struct response *response, char ret_word[ERROR_WORD_BYTES_MAX])
{
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz_";
    const char *body = response->body ? response->body : "";
    const char *error = strstr(body, "\"error\"");

    if (error)
        body = error + strlen("\"error\"") + strspn(error + strlen("\"error\""), " \t\r\n:\"");
    size_t length = strspn(body, alphabet);
    ret_word[0] = '\0';
    if (length > 0 && length < ERROR_WORD_BYTES_MAX) {
        memcpy(ret_word, body, length);
        ret_word[length] = '\0';
    }
}

static void slack_judge(const void *ctx, const struct response *response, struct verdict *verdict)
{
    char word[ERROR_WORD_BYTES_MAX];

    (void)ctx;
    if (response->status == 0 ||
        (response->status == 200 && response->body && strcmp(response->body, "ok") == 0))
        return;
    error_word(response, word);
    for (size_t i = 0; i < sizeof slack_errors / sizeof *slack_errors; i++) {
        if (strcmp(word, slack_errors[i].word) != 0)
            continue;
        verdict->outcome = slack_errors[i].outcome;
        verdict->blocks_receiver = slack_errors[i].blocks_receiver;
        verdict->too_large = slack_errors[i].too_large;
        verdict->why = slack_errors[i].why;
        snprintf(verdict->detail, sizeof verdict->detail, "Slack answered %d %s", response->status,
                 word);
        return;
    }
    if (verdict->outcome != DELIVERED)
        return;
    verdict->outcome = RETRY;
    verdict->delay_ms = -1;
    verdict->why = "unexpected_answer";
    snprintf(verdict->detail, sizeof verdict->detail,
             "status %d without Slack's \"ok\": not Slack's own answer", response->status);
}

const struct channel_ops slack_channel = {
    .name = "slack",
    .ctx_size = sizeof(struct slack),
    .settings = slack_settings,
    .has_identity = false,
    .shows_summary = true,
    .init = slack_init,
    .next = slack_next,
    .judge = slack_judge,
};
