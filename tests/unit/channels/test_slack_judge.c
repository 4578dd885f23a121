/*
 * test_slack_judge.c - what Slack's answers mean: each row of the vendor's words, and answers that
 * are not Slack's.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "consumer/channels/slack.h"

static const struct slack webhook = {.api_url = "https://hooks.slack.example/services/T/B/x"};
static const struct slack bot = {.app_token = "xoxb-1", .channel = "red-team"};

/* The common table's verdict for a status comes in; Slack's goes out. */
struct row {
    int status;
    const char *body;
    enum outcome common, outcome;
    bool blocks_receiver, too_large;
    const char *why;
};

static const struct row webhook_rows[] = {
    {200, "ok", DELIVERED, DELIVERED, false, false, "common"},
    {200, "OK", DELIVERED, RETRY, false, false, "unexpected_answer"},
    {200, "ok\n", DELIVERED, RETRY, false, false, "unexpected_answer"},
    {200, "", DELIVERED, RETRY, false, false, "unexpected_answer"},
    {200, "<html>sign in</html>", DELIVERED, RETRY, false, false, "unexpected_answer"},
    {202, "ok", DELIVERED, RETRY, false, false, "unexpected_answer"},
    {204, "", DELIVERED, RETRY, false, false, "unexpected_answer"},
    {200, "{\"ok\":false,\"error\":\"invalid_blocks\"}", DELIVERED, DEAD, false, true, "refused"},
    {200, "{\"ok\":false,\"error\":\"ratelimited\"}", DELIVERED, RETRY, false, false,
     "rate_limited"},
    {400, "invalid_payload", DEAD, DEAD, false, false, "refused"},
    {400, "no_text", DEAD, DEAD, false, false, "refused"},
    {400, "user_not_found", DEAD, DEAD, false, false, "no_such_channel"},
    {400, "invalid_blocks", DEAD, DEAD, false, true, "refused"},
    {400, "msg_blocks_too_long", DEAD, DEAD, false, true, "too_large"},
    {400, "msg_too_long", DEAD, DEAD, false, true, "too_large"},
    {400, "something_new", DEAD, DEAD, false, false, "common"},
    {403, "action_prohibited", RETRY, RETRY, true, false, "unauthorized"},
    {403, "invalid_token", RETRY, RETRY, true, false, "unauthorized"},
    {404, "channel_not_found", DEAD, DEAD, false, false, "no_such_channel"},
    {404, "no_service", DEAD, DEAD, false, false, "no_such_webhook"},
    {404, "no_team", DEAD, DEAD, false, false, "no_such_webhook"},
    {410, "channel_is_archived", DEAD, DEAD, false, false, "no_such_channel"},
    {429, "rate_limited", RETRY, RETRY, false, false, "rate_limited"},
    {429, "", RETRY, RETRY, false, false, "common"},
    {500, "rollup_error", RETRY, RETRY, false, false, "server_error"},
    {503, "<html>", RETRY, RETRY, false, false, "common"},
    {0, "", RETRY, RETRY, false, false, "common"},
};

#define DONE     "{\"ok\":true,\"channel\":\"C1\",\"ts\":\"1.2\"}"
#define NO(word) "{\"ok\":false,\"error\":\"" word "\"}"

static const struct row bot_rows[] = {
    {200, DONE, DELIVERED, DELIVERED, false, false, "common"},
    {200, "ok", DELIVERED, RETRY, false, false, "unexpected_answer"},
    {200, "{\"ok\":true}", DELIVERED, RETRY, false, false, "unexpected_answer"},
    {200, "{\"ok\":true,\"channel\":\"C1\",\"ts\":\"\"}", DELIVERED, RETRY, false, false,
     "unexpected_answer"},
    {200, "<html>invalid_auth</html>", DELIVERED, RETRY, false, false, "unexpected_answer"},
    {200, NO("invalid_auth"), DELIVERED, RETRY, true, false, "unauthorized"},
    {200, NO("not_authed"), DELIVERED, RETRY, true, false, "unauthorized"},
    {200, NO("account_inactive"), DELIVERED, RETRY, true, false, "unauthorized"},
    {200, NO("token_revoked"), DELIVERED, RETRY, true, false, "unauthorized"},
    {200, NO("missing_scope"), DELIVERED, RETRY, true, false, "unauthorized"},
    {200, NO("channel_not_found"), DELIVERED, DEAD, false, false, "no_such_channel"},
    {200, NO("is_archived"), DELIVERED, DEAD, false, false, "no_such_channel"},
    {200, NO("not_in_channel"), DELIVERED, DEAD, false, false, "not_in_channel"},
    {200, NO("restricted_action"), DELIVERED, DEAD, false, false, "refused"},
    {200, NO("no_text"), DELIVERED, DEAD, false, false, "refused"},
    {200, NO("msg_too_long"), DELIVERED, DEAD, false, true, "too_large"},
    {200, NO("msg_blocks_too_long"), DELIVERED, DEAD, false, true, "too_large"},
    {200, NO("invalid_blocks"), DELIVERED, DEAD, false, true, "refused"},
    {200, NO("message_not_found"), DELIVERED, DELIVERED, false, false, "message_gone"},
    {200, NO("cant_update_message"), DELIVERED, DELIVERED, false, false, "message_gone"},
    {200, NO("ratelimited"), DELIVERED, RETRY, false, false, "rate_limited"},
    {200, NO("rate_limited"), DELIVERED, RETRY, false, false, "rate_limited"},
    {200, NO("message_limit_exceeded"), DELIVERED, RETRY, false, false, "rate_limited"},
    {200, NO("internal_error"), DELIVERED, RETRY, false, false, "server_error"},
    {200, NO("fatal_error"), DELIVERED, RETRY, false, false, "server_error"},
    {200, NO("service_unavailable"), DELIVERED, RETRY, false, false, "server_error"},
    {200, NO("request_timeout"), DELIVERED, RETRY, false, false, "server_error"},
    {200, NO("something_new"), DELIVERED, DEAD, false, false, "refused"},
    {200, NO("<script>"), DELIVERED, RETRY, false, false, "unexpected_answer"},
    {429, NO("ratelimited"), RETRY, RETRY, false, false, "rate_limited"},
    {429, "", RETRY, RETRY, false, false, "common"},
    {500, DONE, RETRY, RETRY, false, false, "common"},
    {302, "", DEAD, DEAD, false, false, "common"},
};

static void check_rows(const struct slack *slack, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct response response = {.status = rows[i].status,
                                    .body = rows[i].body,
                                    .body_bytes = strlen(rows[i].body),
                                    .retry_after_ms = -1};
        struct verdict verdict = {.outcome = rows[i].common, .delay_ms = -1, .why = "common"};
        slack_channel.judge(slack, &response, &verdict);
        cr_expect_eq(verdict.outcome, rows[i].outcome, "row %zu", i);
        cr_expect_eq(verdict.blocks_receiver, rows[i].blocks_receiver, "row %zu", i);
        cr_expect_eq(verdict.too_large, rows[i].too_large, "row %zu", i);
        cr_expect_str_eq(verdict.why, rows[i].why, "row %zu", i);
    }
}

Test(slack_judge, every_row_of_a_webhook)
{
    check_rows(&webhook, webhook_rows, sizeof webhook_rows / sizeof *webhook_rows);
}

Test(slack_judge, every_row_of_the_web_api)
{
    check_rows(&bot, bot_rows, sizeof bot_rows / sizeof *bot_rows);
}

Test(slack_judge, a_long_answer_is_not_repeated)
{
    char body[2000];
    struct response response = {.status = 400, .body = body};
    struct verdict verdict = {.outcome = DEAD, .why = "common"};

    memset(body, 'a', sizeof body);
    body[sizeof body - 1] = '\0';
    slack_channel.judge(&webhook, &response, &verdict);
    cr_expect_str_eq(verdict.why, "common");
    cr_expect_str_eq(verdict.detail, "");
    response.body = NULL;
    response.status = 200;
    verdict.outcome = DELIVERED;
    slack_channel.judge(&webhook, &response, &verdict);
    cr_expect_eq(verdict.outcome, RETRY);
}
