/*
 * opsgenie_judge.c - what Opsgenie's answers mean.
 *
 * 202 says that a request was taken, not that it was done; what became of it is told by the
 * request's own status. That status says 404 while the request still waits, and success false with
 * words when it failed; a close that finds nothing to close has done its work.
 */
#include "consumer/channels/opsgenie.h"

#include <stdlib.h>
#include <string.h>

#include "consumer/channels/answer.h"

#define SERVICE             "Opsgenie"
#define PROCESSING_DELAY_MS 2000
#define RATE_PERIOD_S_MAX   3600

/* Words of a request's status that failed, for one that was not a create. */
static const struct {
    const char *words;
    enum outcome outcome;
} status_words[] = {
    {"does not exist", DELIVERED},
    {"already closed", DELIVERED},
};

static void judge_status(const json_t *data, const struct response *response, const char *api_key,
                         struct verdict *verdict)
{
    const json_t *success = json_object_get(data, "isSuccess");
    const char *words = answer_text(data, "status");

    if (!success)
        success = json_object_get(data, "success");
    if (!json_is_false(success))
        return;
    for (size_t i = 0; i < sizeof status_words / sizeof *status_words; i++) {
        if (strcasecmp(answer_text(data, "action"), "create") != 0 &&
            strcasestr(words, status_words[i].words)) {
            verdict->outcome = status_words[i].outcome;
            return;
        }
    }
    verdict->outcome = DEAD;
    verdict->why = "refused";
    answer_quote(verdict, SERVICE, response->status, words, api_key);
}

static void judge_rate(const struct response *response, struct verdict *verdict)
{
    if (response->retry_after_ms >= 0)
        return;
    for (size_t i = 0; i < response->headers_count; i++) {
        if (strcmp(response->headers[i].name, "x-ratelimit-period-in-sec") != 0)
            continue;
        long seconds = strtol(response->headers[i].value, NULL, 10);
        if (seconds > 0 && seconds <= RATE_PERIOD_S_MAX)
            verdict->delay_ms = (int64_t)seconds * 1000;
    }
}

static bool is_request_id(const char *id)
{
    size_t bytes = strlen(id);

    return bytes > 0 && bytes <= OPSGENIE_REQUEST_ID_BYTES_MAX;
}

void opsgenie_judge(const void *ctx, const struct response *response, struct verdict *verdict)
{
    const struct opsgenie *opsgenie = ctx;

    if (response->status == 0)
        return;
    json_t *answer = answer_parse(response);
    const char *words = answer_text(answer, "message");
    if (verdict->outcome != DELIVERED)
        answer_quote(verdict, SERVICE, response->status, words, opsgenie->api_key);
    else if (!is_request_id(answer_text(answer, "requestId")))
        answer_unexpected(verdict, SERVICE, response->status);
    else
        judge_status(json_object_get(answer, "data"), response, opsgenie->api_key, verdict);
    if (response->status == 429)
        judge_rate(response, verdict);
    if (response->status == 404 && strcasestr(words, "request not found")) {
        verdict->outcome = RETRY;
        verdict->delay_ms = PROCESSING_DELAY_MS;
        verdict->why = "not_processed_yet";
    }
    json_decref(answer);
}
