/*
 * backoff.h - how long to wait before the next try: a pure function.
 *
 * Full jitter between the minimum and a ceiling that doubles with each attempt up to the maximum,
 * so that a service that comes back is not met by everybody at once.
 */
#ifndef TOCSIN_CONSUMER_DELIVER_BACKOFF_H
#define TOCSIN_CONSUMER_DELIVER_BACKOFF_H

#include <stdint.h>

/* attempt from 1: tries that failed so far. */
int64_t backoff_ms(int64_t attempt, int64_t min_ms, int64_t max_ms, uint64_t random);

#endif
