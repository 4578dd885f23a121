/*
 * answer.h - reads the JSON of a service's answer, for the verdict on it.
 *
 * A page with status 200 that is no JSON comes from a proxy or a sign-in page, not from the
 * service. What a service says is quoted in printable ASCII, and not at all where it repeats the
 * credential.
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_ANSWER_H
#define TOCSIN_CONSUMER_CHANNELS_ANSWER_H

#include <jansson.h>

#include "consumer/channels/channel.h"

/* The answer's object: a new reference, NULL when the body is no JSON object. */
json_t *answer_parse(const struct response *response);

/* A member's string, "" where there is none. */
const char *answer_text(const json_t *object, const char *name);

/* "PagerDuty answered 400: <words>" as the verdict's detail. */
void answer_quote(struct verdict *verdict, const char *service, int status, const char *words,
                  const char *secret);

/* A 2xx that the service did not write: tried again, since nothing says that it arrived. */
void answer_unexpected(struct verdict *verdict, const char *service, int status);

#endif
