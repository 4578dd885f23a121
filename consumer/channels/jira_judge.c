/*
 * jira_judge.c - what Jira's answers mean.
 *
 * "Not found" of a ticket that was there says that it is gone, but only in Jira's own words: a
 * page of someone in between does not, nor an answer to someone who could not sign in, to whom Jira
 * shows nothing. A refusal names the fields in it. A limit on writes to one ticket holds up that
 * ticket alone.
 */
#include <stdio.h>
#include <string.h>

#include "consumer/channels/answer.h"
#include "consumer/channels/jira.h"

#define SIGN_IN_HEADER    "x-seraph-loginreason"
#define RATE_HEADER       "ratelimit-reason"
#define RATE_OF_ONE_ISSUE "jira-per-issue-on-write"

/* Jira's words: those for the whole, then "field: words" for each field. */
static void words_of(const json_t *answer, char ret_words[TICKET_WORDS_BYTES_MAX])
{
    const json_t *messages = json_object_get(answer, "errorMessages"), *message, *words;
    const char *field;
    size_t used = 0, i;

    ret_words[0] = '\0';
    json_array_foreach (messages, i, message) {
        if (used < TICKET_WORDS_BYTES_MAX && json_is_string(message))
            used += (size_t)snprintf(ret_words + used, TICKET_WORDS_BYTES_MAX - used, "%s%s",
                                     used > 0 ? "; " : "", json_string_value(message));
    }
    json_object_foreach ((json_t *)json_object_get(answer, "errors"), field, words) {
        if (used < TICKET_WORDS_BYTES_MAX && json_is_string(words))
            used += (size_t)snprintf(ret_words + used, TICKET_WORDS_BYTES_MAX - used, "%s%s: %s",
                                     used > 0 ? "; " : "", field, json_string_value(words));
    }
}

/* What the service must have written for a 2xx to be its own, by verb; NULL: nothing. */
static const char *const own_member[TICKET_VERBS] = {
    [TICKET_LOOK] = "issues",
    [TICKET_CREATE] = "id",
    [TICKET_READ] = "fields",
    [TICKET_WAYS] = "transitions",
};

static bool is_own(const struct response *response, const json_t *answer)
{
    int verb = response->request ? response->request->verb : TICKET_CREATE;
    const char *member = own_member[verb];

    return !member || json_object_get(answer, member);
}

static bool is_too_long(const char *words)
{
    return strcasestr(words, "limit of") || strcasestr(words, "too long") ||
           strcasestr(words, "CONTENT_LIMIT_EXCEEDED");
}

static void judge_sign_in(const struct response *response, struct verdict *verdict)
{
    const char *reason = ticket_header(response, SIGN_IN_HEADER);

    if (strcasestr(reason, "AUTHENTICATION_DENIED"))
        ticket_block(verdict, "Jira asks this account for a CAPTCHA: sign in with a browser once");
    else if (strcasestr(reason, "AUTHENTICATED_FAILED"))
        ticket_block(verdict, "Jira does not know this user and password or token");
}

static void judge_refusal(const struct jira *jira, const struct response *response,
                          const json_t *answer, struct verdict *verdict)
{
    char words[TICKET_WORDS_BYTES_MAX];
    const char *secret = jira->password ? jira->password : jira->bearer_token;

    words_of(answer, words);
    ticket_quote(&jira_tracker, response, words, secret, verdict);
    if (response->status == 400 && is_too_long(words))
        verdict->too_large = true;
    if (response->status == 409) {
        verdict->outcome = RETRY;
        verdict->why = "conflict";
    }
    if (response->status == 429 &&
        strstr(ticket_header(response, RATE_HEADER), RATE_OF_ONE_ISSUE)) {
        verdict->delay_ms = response->retry_after_ms;
        verdict->spares_receiver = true;
    }
    if (response->status == 404 && ticket_is_about(response->request) &&
        json_object_get(answer, "errorMessages")) {
        verdict->outcome = DELIVERED;
        verdict->why = "gone";
    }
}

void jira_judge(const void *ctx, const struct response *response, struct verdict *verdict)
{
    const struct jira *jira = ctx;

    if (response->status == 0)
        return;
    json_t *answer = answer_parse(response);
    if (verdict->outcome != DELIVERED) {
        judge_refusal(jira, response, answer, verdict);
        judge_sign_in(response, verdict);
    } else if (!is_own(response, answer)) {
        answer_unexpected(verdict, jira_tracker.service, response->status);
    }
    ticket_doubt(response, verdict);
    json_decref(answer);
}
