/*
 * url.h - links that someone else wrote: taken only where they can do nothing but be opened.
 *
 * A link is http or https, has a plain host and no user part (which would let
 * https://bank.example@evil.example look like a bank). Whatever could end or alter a link in a
 * channel's markup is percent-encoded. A link that fails or gets too long is left out whole: half a
 * link leads somewhere else.
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_URL_H
#define TOCSIN_CONSUMER_CHANNELS_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "producer/arena.h"

/* A safe copy in the arena of at most `bytes_max` bytes; NULL when `url` is NULL or no such link.
 * When memory is out it is NULL as well: a missing link is not worth a failed delivery. */
const char *url_link(const char *url, size_t bytes_max, struct arena *arena);

/* Everything but RFC 3986's unreserved characters as %XX: a value inside a path segment or a query.
 */
char *url_encode(const char *text, struct arena *arena);

/* Whether a configured URL is http(s) with a host. */
bool url_is_http(const char *url);

#endif
