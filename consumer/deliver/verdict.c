/*
 * verdict.c - see verdict.h.
 */
#include "consumer/deliver/verdict.h"

#include <stdio.h>
#include <string.h>

#define STATUS_MAX 999

/* clang-format off */
const struct verdict_row verdict_rows[] = {
    /* from  to  outcome    why                  blocks  too large */
    {  200, 299, DELIVERED, "delivered",         false,  false},
    {  300, 399, DEAD,      "redirected",        false,  false},
    {  401, 401, RETRY,     "unauthorized",      true,   false},
    {  403, 403, RETRY,     "forbidden",         true,   false},
    {  404, 404, DEAD,      "not_found",         false,  false},
    {  408, 408, RETRY,     "request_timeout",   false,  false},
    {  410, 410, DEAD,      "gone",              false,  false},
    {  413, 413, DEAD,      "too_large",         false,  true},
    {  425, 425, RETRY,     "too_early",         false,  false},
    {  429, 429, RETRY,     "rate_limited",      false,  false},
    {  400, 499, DEAD,      "refused",           false,  false},
    {  501, 501, DEAD,      "not_implemented",   false,  false},
    {  505, 505, DEAD,      "not_implemented",   false,  false},
    {  500, 599, RETRY,     "server_error",      false,  false},
    {    1, STATUS_MAX, DEAD, "not_http",        false,  false},
};
/* clang-format on */
const size_t verdict_rows_count = sizeof(verdict_rows) / sizeof(verdict_rows[0]);

static void common(const struct response *response, struct verdict *verdict)
{
    *verdict = (struct verdict){
        .outcome = RETRY, .delay_ms = -1, .why = response->sent ? WHY_NO_ANSWER : WHY_UNREACHABLE};
    if (response->unsendable) {
        verdict->outcome = DEAD;
        verdict->why = WHY_UNSENDABLE;
    }
    if (response->status == 0) {
        verdict->in_doubt = response->sent;
        snprintf(verdict->detail, sizeof(verdict->detail), "%s",
                 response->transport_error ? response->transport_error : "no answer");
        return;
    }
    for (size_t i = 0; i < verdict_rows_count; i++) {
        const struct verdict_row *row = &verdict_rows[i];
        if (response->status < row->from || response->status > row->to)
            continue;
        verdict->outcome = row->outcome;
        verdict->why = row->why;
        verdict->blocks_receiver = row->blocks_receiver;
        verdict->too_large = row->too_large;
        break;
    }
    snprintf(verdict->detail, sizeof(verdict->detail), "HTTP %d", response->status);
}

void verdict_judge(const struct channel_ops *ops, const void *ctx, const struct response *response,
                   struct verdict *ret_verdict)
{
    common(response, ret_verdict);
    if (ops->judge != NULL)
        ops->judge(ctx, response, ret_verdict);
}
