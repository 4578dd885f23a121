/*
 * teams.c - Microsoft Teams by a workflow's webhook: one POST of an Adaptive Card.
 *
 * The workflow gives no message back, so every change is a card of its own. It takes a request with
 * 202 or 200 and posts later: a card that Teams refuses then is seen only in the workflow's run
 * history, which is why cards stay well below Teams' limit. Connectors of the old kind answer 200
 * with words of failure. The webhook's URL, its query `sig` above all, is the credential and
 * appears in the request alone.
 */
#include "consumer/channels/teams.h"

#include <string.h>

#include "consumer/channels/answer.h"
#include "consumer/channels/post.h"
#include "consumer/channels/url.h"

#define SERVICE "Microsoft Teams"

static const struct setting teams_settings[] = {
    {.name = "webhook_url",
     .kind = SETTING_SECRET_URL,
     .offset = offsetof(struct teams, webhook_url),
     .required = true,
     .help = "the URL of a workflow \"When a Teams webhook request is received\", with its query"},
    {.kind = SETTING_END},
};

static int teams_init(void *ctx, struct error *err)
{
    const struct teams *teams = ctx;

    if (!teams->webhook_url)
        return error_set(err, ERROR_INPUT, "webhook_url is missing: the URL of a workflow");
    if (!url_is_http(teams->webhook_url))
        return error_set(err, ERROR_INPUT, "webhook_url is not an http or https URL");
    return 0;
}

static int teams_next(const void *ctx, const struct message *message, const struct stored *stored,
                      size_t step_number, const struct response *last, enum render_size size,
                      struct arena *arena, struct step *ret_step, struct error *err)
{
    const struct teams *teams = ctx;
    struct step step = {.kind = STEP_DONE};
    size_t body_bytes;

    (void)stored;
    (void)last;
    if (step_number == 0) {
        const char *body = teams_card(message, size, arena, &body_bytes, err);
        if (!body)
            return -1;
        step.kind = STEP_REQUEST;
        step.request = post_json(teams->webhook_url, body, body_bytes);
    }
    *ret_step = step;
    return 0;
}

/* What a connector of the old kind says with status 200, and what it means. */
static const struct {
    const char *words;
    enum outcome outcome;
    bool too_large;
    const char *why;
} failures[] = {
    {"HTTP error 413", DEAD, true, "too_large"},
    {"HTTP error 429", RETRY, false, "rate_limited"},
    {"HTTP error 5", RETRY, false, "server_error"},
    {"Webhook message delivery failed", DEAD, false, "refused"},
};

static void judge_taken(const struct response *response, struct verdict *verdict)
{
    const char *body = response->body ? response->body : "";

    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        if (!strstr(body, "Webhook message delivery failed") || !strstr(body, failures[i].words))
            continue;
        verdict->outcome = failures[i].outcome;
        verdict->too_large = failures[i].too_large;
        verdict->why = failures[i].why;
        answer_quote(verdict, SERVICE, response->status, failures[i].words, NULL);
        return;
    }
    if ((response->status != 200 && response->status != 202) || body[strspn(body, " \r\n")] == '<')
        answer_unexpected(verdict, SERVICE, response->status);
}

static void teams_judge(const void *ctx, const struct response *response, struct verdict *verdict)
{
    const struct teams *teams = ctx;

    if (response->status == 0)
        return;
    if (verdict->outcome == DELIVERED) {
        judge_taken(response, verdict);
        return;
    }
    json_t *answer = answer_parse(response);
    const json_t *error = json_object_get(answer, "error");
    const char *words = answer_text(error, "message");
    answer_quote(verdict, SERVICE, response->status, words[0] ? words : answer_text(error, "code"),
                 teams->webhook_url);
    json_decref(answer);
}

const struct channel_ops teams_channel = {
    .name = "msteamsv2",
    .ctx_size = sizeof(struct teams),
    .settings = teams_settings,
    .has_identity = false,
    .rate = {.requests = 60, .per_ms = 30000, .burst = 4},
    .shows_summary = true,
    .init = teams_init,
    .next = teams_next,
    .judge = teams_judge,
};
