/*
 * azure_devops_judge.c - what Azure DevOps' answers mean.
 *
 * A token that is not valid gets a sign-in page, as a redirect or with a status of success; that
 * page says nothing about the work item. A number of theirs (TF401232) says that a work item is
 * gone; any other "not found" is the project's or someone else's. Retry-After also comes with
 * success: deliver then delays the next request.
 */
#include <stdio.h>
#include <string.h>

#include "consumer/channels/answer.h"
#include "consumer/channels/azure_devops.h"

#define GONE_NUMBER "TF401232"
#define SIGN_IN     "Azure DevOps answered with its sign-in page: the token is not valid or has expired"

static bool is_sign_in(const struct response *response)
{
    const char *location = ticket_header(response, "location");

    if (response->status == 203)
        return true;
    if (response->status >= 300 && response->status < 400)
        return strcasestr(location, "signin") || strcasestr(location, "login");
    return response->status < 300 && strcasestr(response->content_type, "text/html");
}

static bool is_own(const struct response *response)
{
    int verb = response->request ? response->request->verb : TICKET_CREATE;

    if (verb != TICKET_LOOK)
        return azure_devops_id(response) > 0;
    json_t *answer = answer_parse(response);
    bool own = json_is_array(json_object_get(answer, "workItems"));
    json_decref(answer);
    return own;
}

static void judge_refusal(const struct azure_devops *ado, const struct response *response,
                          struct verdict *verdict)
{
    json_t *answer = answer_parse(response);
    const char *words = answer_text(answer, "message");

    ticket_quote(&azure_devops_tracker, response, words,
                 ado->token ? ado->token : ado->bearer_token, verdict);
    if (response->status == 404 && ticket_is_about(response->request) &&
        strstr(words, GONE_NUMBER)) {
        verdict->outcome = DELIVERED;
        verdict->why = "gone";
    }
    if (response->status == 409 || response->status == 412) {
        verdict->outcome = RETRY;
        verdict->why = "conflict";
    }
    if (response->status == 400 && (strcasestr(words, "exceed") || strcasestr(words, "too long")))
        verdict->too_large = true;
    json_decref(answer);
}

void azure_devops_judge(const void *ctx, const struct response *response, struct verdict *verdict)
{
    const struct azure_devops *ado = ctx;

    if (response->status == 0)
        return;
    if (is_sign_in(response)) {
        ticket_block(verdict, SIGN_IN);
        return;
    }
    if (verdict->outcome != DELIVERED)
        judge_refusal(ado, response, verdict);
    else if (!is_own(response))
        answer_unexpected(verdict, azure_devops_tracker.service, response->status);
    ticket_doubt(response, verdict);
}
