/*
 * test_slack_judge.c - what Slack's answers mean: each row of the vendor's words, and answers that
 * are not Slack's.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "consumer/channels/slack.h"

/* The common table's verdict for a status comes in; Slack's goes out. */
static const struct {
    int status;
    const char *body;
    enum outcome common, outcome;
    bool blocks_receiver, too_large;
    const char *why;
} rows[] = {
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

Test(slack_judge, every_row)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct response response = {.status = rows[i].status,
                                    .body = rows[i].body,
                                    .body_bytes = strlen(rows[i].body),
                                    .retry_after_ms = -1};
        struct verdict verdict = {.outcome = rows[i].common, .delay_ms = -1, .why = "common"};
        slack_channel.judge(NULL, &response, &verdict);
        cr_expect_eq(verdict.outcome, rows[i].outcome, "row %zu", i);
        cr_expect_eq(verdict.blocks_receiver, rows[i].blocks_receiver, "row %zu", i);
        cr_expect_eq(verdict.too_large, rows[i].too_large, "row %zu", i);
        cr_expect_str_eq(verdict.why, rows[i].why, "row %zu", i);
    }
}

Test(slack_judge, a_long_answer_is_not_repeated)
{
    char body[2000];
    struct response response = {.status = 400, .body = body};
    struct verdict verdict = {.outcome = DEAD, .why = "common"};

    memset(body, 'a', sizeof body);
    body[sizeof body - 1] = '\0';
    slack_channel.judge(NULL, &response, &verdict);
    cr_expect_str_eq(verdict.why, "common");
    cr_expect_str_eq(verdict.detail, "");
    response.body = NULL;
    response.status = 200;
    verdict.outcome = DELIVERED;
    slack_channel.judge(NULL, &response, &verdict);
    cr_expect_eq(verdict.outcome, RETRY);
}
