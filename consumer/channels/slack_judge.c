/*
 * slack_judge.c - what Slack's answers mean.
 *
 * A webhook delivered when it says `ok` with 200 and nothing else, the Web API when it says
 * {"ok":true} and names the message: a proxy's page with 200 is neither. Slack's error words are
 * one table, the same for both; a word of the Web API that is not in it is a refusal. An update
 * whose message is gone is no failure: the next step posts it anew.
 */
#include "consumer/channels/slack.h"

#include <stdio.h>
#include <string.h>

#include "consumer/channels/answer.h"

#define ERROR_WORD_BYTES_MAX 64
#define MESSAGE_GONE         "message_gone"

/* `too_large` asks for a smaller rendering first. */
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
    {"is_archived", DEAD, false, false, "no_such_channel"},
    {"not_in_channel", DEAD, false, false, "not_in_channel"},
    {"restricted_action", DEAD, false, false, "refused"},
    {"restricted_action_thread_locked", DEAD, false, false, "refused"},
    {"invalid_arguments", DEAD, false, false, "refused"},
    {"invalid_json", DEAD, false, false, "refused"},
    {"posting_to_general_channel_denied", DEAD, false, false, "refused"},
    {"too_many_attachments", DEAD, false, true, "too_large"},
    {"msg_too_long", DEAD, false, true, "too_large"},
    {"msg_blocks_too_long", DEAD, false, true, "too_large"},
    {"invalid_blocks", DEAD, false, true, "refused"},
    {"invalid_blocks_format", DEAD, false, true, "refused"},
    {"action_prohibited", RETRY, true, false, "unauthorized"},
    {"invalid_token", RETRY, true, false, "unauthorized"},
    {"token_revoked", RETRY, true, false, "unauthorized"},
    {"invalid_auth", RETRY, true, false, "unauthorized"},
    {"not_authed", RETRY, true, false, "unauthorized"},
    {"account_inactive", RETRY, true, false, "unauthorized"},
    {"token_expired", RETRY, true, false, "unauthorized"},
    {"missing_scope", RETRY, true, false, "unauthorized"},
    {"no_permission", RETRY, true, false, "unauthorized"},
    {"not_allowed_token_type", RETRY, true, false, "unauthorized"},
    {"org_login_required", RETRY, true, false, "unauthorized"},
    {"ekm_access_denied", RETRY, true, false, "unauthorized"},
    {"rate_limited", RETRY, false, false, "rate_limited"},
    {"ratelimited", RETRY, false, false, "rate_limited"},
    {"message_limit_exceeded", RETRY, false, false, "rate_limited"},
    {"rollup_error", RETRY, false, false, "server_error"},
    {"internal_error", RETRY, false, false, "server_error"},
    {"fatal_error", RETRY, false, false, "server_error"},
    {"service_unavailable", RETRY, false, false, "server_error"},
    {"request_timeout", RETRY, false, false, "server_error"},
    {"team_added_to_org", RETRY, false, false, "server_error"},
    {"message_not_found", DELIVERED, false, false, MESSAGE_GONE},
    {"cant_update_message", DELIVERED, false, false, MESSAGE_GONE},
    {"edit_window_closed", DELIVERED, false, false, MESSAGE_GONE},
};

static bool is_id(const char *text)
{
    size_t bytes = strlen(text);

    return bytes > 0 && bytes <= SLACK_ID_BYTES_MAX;
}

bool slack_place_of(const json_t *answer, struct slack_place *ret_place)
{
    *ret_place = (struct slack_place){answer_text(answer, "channel"), answer_text(answer, "ts")};
    return json_is_true(json_object_get(answer, "ok")) && is_id(ret_place->channel) &&
           is_id(ret_place->ts);
}

/* One of Slack's words ([a-z_]): the member "error" of a JSON answer, else the body's first. */
static void error_word(const struct response *response, const json_t *answer,
                       char ret_word[ERROR_WORD_BYTES_MAX])
{
    const char *text = answer ? answer_text(answer, "error") : response->body ? response->body : "";
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz_");

    ret_word[0] = '\0';
    if (length > 0 && length < ERROR_WORD_BYTES_MAX)
        snprintf(ret_word, ERROR_WORD_BYTES_MAX, "%.*s", (int)length, text);
}

static void judge_word(const struct response *response, const char *word, bool is_refusal,
                       struct verdict *verdict)
{
    size_t i = 0, count = sizeof slack_errors / sizeof *slack_errors;

    while (i < count && strcmp(word, slack_errors[i].word) != 0)
        i++;
    if (i < count) {
        verdict->outcome = slack_errors[i].outcome;
        verdict->blocks_receiver = slack_errors[i].blocks_receiver;
        verdict->too_large = slack_errors[i].too_large;
        verdict->why = slack_errors[i].why;
    } else if (is_refusal) {
        verdict->outcome = DEAD;
        verdict->why = "refused";
    } else {
        if (verdict->outcome == DELIVERED)
            answer_unexpected(verdict, "Slack", response->status);
        return;
    }
    snprintf(verdict->detail, sizeof verdict->detail, "Slack answered %d %s", response->status,
             word);
}

void slack_judge(const void *ctx, const struct response *response, struct verdict *verdict)
{
    const struct slack *slack = ctx;
    char word[ERROR_WORD_BYTES_MAX];
    struct slack_place place;

    if (response->status == 0)
        return;
    json_t *answer = answer_parse(response);
    bool is_done = slack->app_token ? slack_place_of(answer, &place)
                                    : response->body && strcmp(response->body, "ok") == 0;
    error_word(response, answer, word);
    bool is_refusal = slack->app_token && response->status == 200 && word[0] != '\0' &&
                      json_is_false(json_object_get(answer, "ok"));
    if (response->status != 200 || !is_done)
        judge_word(response, word, is_refusal, verdict);
    json_decref(answer);
}
