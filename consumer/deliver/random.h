/*
 * random.h - jitter: a small generator (xorshift64*), seeded from the system. No secret depends on
 * it.
 */
#ifndef TOCSIN_CONSUMER_DELIVER_RANDOM_H
#define TOCSIN_CONSUMER_DELIVER_RANDOM_H

#include <stdint.h>

#include "producer/error.h"

struct random {
    uint64_t state; /* never 0 */
};

int random_seed(struct random *random, struct error *err);
uint64_t random_next(struct random *random);

#endif
