/*
 * redact.h - takes a request's secrets out of a text that will be logged, stored or dead-lettered.
 *
 * Removes the URL's credentials, path and query wherever they stand, the values of the request's
 * authorising headers, and control characters. What a service answers may quote any of them.
 */
#ifndef TOCSIN_CONSUMER_DELIVER_REDACT_H
#define TOCSIN_CONSUMER_DELIVER_REDACT_H

#include <stddef.h>

#include "consumer/channels/channel.h"

#define REDACTED                "***"
#define REDACT_SECRET_BYTES_MIN 4 /* a shorter path ("/", "/v2") is no secret */

/* In place; `bytes` is the size of the buffer. The text only gets shorter. */
void redact(char *text, size_t bytes, const struct request *request);

#endif
