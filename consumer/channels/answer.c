/*
 * answer.c - a service's answer, read and quoted. See answer.h.
 */
#include "consumer/channels/answer.h"

#include <stdio.h>
#include <string.h>

json_t *answer_parse(const struct response *response)
{
    json_t *answer = NULL;

    if (response->body)
        answer = json_loadb(response->body, response->body_bytes, 0, NULL);
    if (json_is_object(answer))
        return answer;
    json_decref(answer);
    return NULL;
}

const char *answer_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "";
}

void answer_quote(struct verdict *verdict, const char *service, int status, const char *words,
                  const char *secret)
{
    bool is_told = words[0] != '\0' && !(secret && secret[0] != '\0' && strstr(words, secret));

    snprintf(verdict->detail, sizeof verdict->detail, "%s answered %d%s%s", service, status,
             is_told ? ": " : "", is_told ? words : "");
    for (char *at = verdict->detail; *at; at++) {
        if (*at < 0x20 || *at > 0x7E)
            *at = '?';
    }
}

void answer_unexpected(struct verdict *verdict, const char *service, int status)
{
    verdict->outcome = RETRY;
    verdict->delay_ms = -1;
    verdict->why = "unexpected_answer";
    snprintf(verdict->detail, sizeof verdict->detail, "status %d: not %s's own answer", status,
             service);
}
