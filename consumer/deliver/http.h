/*
 * http.h - many HTTP requests in flight on one thread, over curl_multi.
 *
 * One request is one attempt: nothing is retried, redirected or sent twice in here (libcurl's own
 * repeat on a connection that died is prevented, because it would hide a second POST). TLS is
 * always verified. An answer's body is bounded; more is read and dropped. Each request has a time
 * limit of its own, name resolution included. Errors are words without URL, header or body.
 */
#ifndef TOCSIN_CONSUMER_DELIVER_HTTP_H
#define TOCSIN_CONSUMER_DELIVER_HTTP_H

#include "consumer/channels/channel.h"

#define RESPONSE_HEADERS_MAX      48
#define RESPONSE_HEADER_BYTES_MAX 16384 /* of names and values kept, in all */
#define HTTP_WAIT_FDS_MAX         4
#define HTTP_IDLE_CONNECTIONS_MAX 64

struct http;

int http_new(struct http **ret, struct error *err);
void http_free(struct http *http); /* ends what is in flight; accepts NULL */

/* `request` must live until the request is finished or cancelled; `tag` comes back with the answer.
 * -1 with ERROR_INPUT: not an http(s) URL, or a line break in a header. */
int http_start(struct http *http, const struct request *request, int64_t timeout_ms, void *tag,
               struct error *err);

/* Ends a request without an answer; true when it may have reached the service as a whole. */
bool http_cancel(struct http *http, const void *tag);

/* Serves all transfers and waits until something happens on them or on `fds`, or timeout_ms. */
int http_wait(struct http *http, const int *fds, size_t fds_count, int64_t timeout_ms,
              struct error *err);

/* The next finished request; *ret_response is valid until the next call with this handle. */
bool http_next(struct http *http, int64_t now_ms, void **ret_tag, struct response *ret_response);

size_t http_in_flight(const struct http *http);

#endif
