/*
 * random.c - see random.h.
 */
#include "consumer/deliver/random.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

int random_seed(struct random *random, struct error *err)
{
    if (getrandom(&random->state, sizeof(random->state), 0) != (ssize_t)sizeof(random->state))
        return error_set(err, ERROR_IO, "getrandom: %s", strerror(errno));
    random->state |= 1;
    return 0;
}

uint64_t random_next(struct random *random)
{
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    return random->state * 0x2545f4914f6cdd1d;
}
