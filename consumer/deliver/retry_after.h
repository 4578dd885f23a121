/*
 * retry_after.h - the header Retry-After: seconds or an HTTP date.
 *
 * Also takes seconds with a fraction, which some services send, and rounds them up: never early. A
 * date in the past is 0. Anything else is as if the header were not there.
 */
#ifndef TOCSIN_CONSUMER_DELIVER_RETRY_AFTER_H
#define TOCSIN_CONSUMER_DELIVER_RETRY_AFTER_H

#include <stdint.h>

#define RETRY_AFTER_NONE         (-1)
#define RETRY_AFTER_PARSE_MAX_MS ((int64_t)366 * 24 * 3600 * 1000) /* more is this much */

int64_t retry_after_parse(const char *text, int64_t now_ms);

#endif
