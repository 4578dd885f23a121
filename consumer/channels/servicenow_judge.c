/*
 * servicenow_judge.c - what ServiceNow's answers mean.
 *
 * An instance that sleeps answers 200 with a page, so success is JSON with a result. A field that
 * was not taken is dropped without a word: what must have been written is compared with what came
 * back. 403 is most often a data policy's no to one record, which time does not heal.
 */
#include <stdio.h>
#include <string.h>

#include "consumer/channels/answer.h"
#include "consumer/channels/servicenow.h"

#define SLEEPS "ServiceNow answered with a page: the instance hibernates or is being upgraded"

static int verb_of(const struct response *response)
{
    return response->request ? response->request->verb : TICKET_CREATE;
}

static void refuse(struct verdict *verdict, const char *words)
{
    verdict->outcome = DEAD;
    verdict->why = "refused";
    snprintf(verdict->detail, sizeof verdict->detail, "%s", words);
}

/* The state that an update asked for is the state that the incident has now. */
static bool moved(const struct response *response, const json_t *row)
{
    json_t *sent = NULL;

    if (verb_of(response) == TICKET_UPDATE && response->request && response->request->body)
        sent = json_loadb(response->request->body, response->request->body_bytes, 0, NULL);
    const char *wanted = answer_text(sent, "state");
    bool is = wanted[0] == '\0' || strcmp(wanted, answer_text(row, "state")) == 0;
    json_decref(sent);
    return is;
}

static void judge_row(const struct response *response, const json_t *result,
                      struct verdict *verdict)
{
    int verb = verb_of(response);

    if (verb == TICKET_LOOK ? !json_is_array(result) : answer_text(result, "sys_id")[0] == '\0')
        answer_unexpected(verdict, servicenow_tracker.service, response->status);
    else if (verb == TICKET_VERIFY &&
             strncmp(answer_text(result, "correlation_id"), "tocsin-", strlen("tocsin-")) != 0)
        refuse(verdict, "ServiceNow did not keep correlation_id: the table has no such field or "
                        "the account may not write it");
    else if (!moved(response, result))
        refuse(verdict, "ServiceNow did not keep the state that was set: a business rule or an ACL "
                        "is in the way");
}

static void judge_refusal(const struct servicenow *servicenow, const struct response *response,
                          const json_t *error, struct verdict *verdict)
{
    const char *secret = servicenow->password       ? servicenow->password
                         : servicenow->bearer_token ? servicenow->bearer_token
                                                    : servicenow->api_key;
    char words[TICKET_WORDS_BYTES_MAX];

    snprintf(words, sizeof words, "%s%s%s", answer_text(error, "message"),
             answer_text(error, "detail")[0] ? ": " : "", answer_text(error, "detail"));
    ticket_quote(&servicenow_tracker, response, words, secret, verdict);
    if (response->status == 403 && error) {
        verdict->outcome = DEAD;
        verdict->why = "refused";
        verdict->blocks_receiver = false;
    }
    if (response->status == 404 && ticket_is_about(response->request) && error) {
        verdict->outcome = DELIVERED;
        verdict->why = "gone";
    }
}

void servicenow_judge(const void *ctx, const struct response *response, struct verdict *verdict)
{
    const struct servicenow *servicenow = ctx;

    if (response->status == 0)
        return;
    json_t *answer = answer_parse(response);
    if (verdict->outcome != DELIVERED) {
        judge_refusal(servicenow, response, json_object_get(answer, "error"), verdict);
    } else if (!answer && strcasestr(response->content_type, "text/html")) {
        answer_unexpected(verdict, servicenow_tracker.service, response->status);
        snprintf(verdict->detail, sizeof verdict->detail, SLEEPS);
        json_decref(answer);
        return;
    } else {
        judge_row(response, json_object_get(answer, "result"), verdict);
    }
    ticket_doubt(response, verdict);
    json_decref(answer);
}
