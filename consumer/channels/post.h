/*
 * post.h - the request that most steps are: JSON to a URL.
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_POST_H
#define TOCSIN_CONSUMER_CHANNELS_POST_H

#include "consumer/channels/channel.h"

/* A POST of JSON; `body` may be NULL, for a caller that has an error to report. */
struct request post_json(const char *url, const char *body, size_t body_bytes);

/* A header more; the request has room for REQUEST_HEADERS_MAX, and each channel sets a fixed few.
 */
void post_header(struct request *request, const char *name, const char *value);

/* Whether a configured credential is printable ASCII without a space, as it has to be in a header.
 */
bool post_is_token(const char *token);

/* The base of an API, with or without slashes at its end, and a path that begins with one; NULL
 * when memory is out. */
const char *post_url(const char *base, const char *path, struct arena *arena);

#endif
