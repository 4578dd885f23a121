/* What each answer means: one row of the specification, one row here. */
#include <criterion/criterion.h>
#include <string.h>

#include "consumer/deliver/verdict.h"

static void judge(const void *ctx, const struct response *response, struct verdict *verdict)
{
    (void)ctx;
    if (strcmp(response->body, "ratelimited") == 0) {
        verdict->outcome = RETRY;
        verdict->why = "rate_limited";
    }
}

static const struct channel_ops plain = {.name = "plain"};
static const struct channel_ops strict = {.name = "strict", .judge = judge};

static const struct {
    int status;
    enum outcome outcome;
    const char *why;
    bool blocks, too_large;
} rows[] = {
    {200, DELIVERED, "delivered", false, false},
    {201, DELIVERED, "delivered", false, false},
    {202, DELIVERED, "delivered", false, false},
    {204, DELIVERED, "delivered", false, false},
    {299, DELIVERED, "delivered", false, false},
    {300, DEAD, "redirected", false, false},
    {301, DEAD, "redirected", false, false},
    {302, DEAD, "redirected", false, false},
    {307, DEAD, "redirected", false, false},
    {399, DEAD, "redirected", false, false},
    {400, DEAD, "refused", false, false},
    {401, RETRY, "unauthorized", true, false},
    {402, DEAD, "refused", false, false},
    {403, RETRY, "forbidden", true, false},
    {404, DEAD, "not_found", false, false},
    {405, DEAD, "refused", false, false},
    {408, RETRY, "request_timeout", false, false},
    {409, DEAD, "refused", false, false},
    {410, DEAD, "gone", false, false},
    {413, DEAD, "too_large", false, true},
    {422, DEAD, "refused", false, false},
    {425, RETRY, "too_early", false, false},
    {429, RETRY, "rate_limited", false, false},
    {451, DEAD, "refused", false, false},
    {499, DEAD, "refused", false, false},
    {500, RETRY, "server_error", false, false},
    {501, DEAD, "not_implemented", false, false},
    {502, RETRY, "server_error", false, false},
    {503, RETRY, "server_error", false, false},
    {504, RETRY, "server_error", false, false},
    {505, DEAD, "not_implemented", false, false},
    {507, RETRY, "server_error", false, false},
    {509, RETRY, "server_error", false, false},
    {520, RETRY, "server_error", false, false},
    {529, RETRY, "server_error", false, false},
    {599, RETRY, "server_error", false, false},
    {199, DEAD, "not_http", false, false},
    {600, DEAD, "not_http", false, false},
    {999, DEAD, "not_http", false, false},
};

Test(verdict, statuses)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct response response = {.status = rows[i].status, .sent = true, .body = ""};
        struct verdict verdict;
        verdict_judge(&plain, NULL, &response, &verdict);
        cr_expect_eq(verdict.outcome, rows[i].outcome, "%d", rows[i].status);
        cr_expect_str_eq(verdict.why, rows[i].why, "%d: %s", rows[i].status, verdict.why);
        cr_expect_eq(verdict.blocks_receiver, rows[i].blocks, "%d", rows[i].status);
        cr_expect_eq(verdict.too_large, rows[i].too_large, "%d", rows[i].status);
        cr_expect_eq(verdict.delay_ms, -1);
        cr_expect_not(verdict.in_doubt);
    }
}

Test(verdict, every_row_of_the_table_is_caused)
{
    for (size_t row = 0; row < verdict_rows_count; row++) {
        size_t i = 0;
        while (i < sizeof(rows) / sizeof(rows[0]) &&
               strcmp(rows[i].why, verdict_rows[row].why) != 0)
            i++;
        cr_expect_lt(i, sizeof(rows) / sizeof(rows[0]), "%s", verdict_rows[row].why);
    }
}

Test(verdict, no_answer)
{
    struct response response = {.transport_error = "no connection to the host", .body = ""};
    struct verdict verdict;

    verdict_judge(&plain, NULL, &response, &verdict);
    cr_expect_eq(verdict.outcome, RETRY);
    cr_expect_str_eq(verdict.why, WHY_UNREACHABLE);
    cr_expect_str_eq(verdict.detail, "no connection to the host");
    cr_expect_not(verdict.in_doubt);
    response.sent = true;
    verdict_judge(&plain, NULL, &response, &verdict);
    cr_expect_str_eq(verdict.why, WHY_NO_ANSWER);
    cr_expect(verdict.in_doubt);
}

Test(verdict, a_request_that_cannot_be_begun_is_given_up)
{
    struct response response = {.unsendable = true, .transport_error = "a line break"};
    struct verdict verdict;

    verdict_judge(&plain, NULL, &response, &verdict);
    cr_expect_eq(verdict.outcome, DEAD);
    cr_expect_str_eq(verdict.why, WHY_UNSENDABLE);
    cr_expect_str_eq(verdict.detail, "a line break");
}

Test(verdict, a_channel_refines)
{
    struct response response = {.status = 200, .sent = true, .body = "ratelimited"};
    struct verdict verdict;

    verdict_judge(&strict, NULL, &response, &verdict);
    cr_expect_eq(verdict.outcome, RETRY);
    response.body = "ok";
    verdict_judge(&strict, NULL, &response, &verdict);
    cr_expect_eq(verdict.outcome, DELIVERED);
}
