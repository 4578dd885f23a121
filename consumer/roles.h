/*
 * roles.h - the roles of tocsind: each is one event loop, run on a thread of its own until it is told to stop.
 *
 * Roles share nothing but the configuration (immutable), counters and the stop flag.
 */
#ifndef TOCSIN_CONSUMER_ROLES_H
#define TOCSIN_CONSUMER_ROLES_H

#include <stdatomic.h>
#include <stdbool.h>

#include "consumer/config/config.h"
#include "producer/error.h"

struct role_run {
    const struct config *config;
    const atomic_bool *stop;    /* set: finish what is in hand within the grace time, commit, return 0 */
    atomic_bool *ready;         /* set by the role once it has an assignment and its tables are restored */
    bool in_memory_cluster;     /* `tocsind demo` */
    int64_t grace_ms;           /* deliver: how long requests in flight may take after `stop` */
};

/* Each returns 0 after an orderly stop, -1 with *err when the process has to end and be started again. */
int correlate_run(const struct role_run *run, struct error *err);
int deliver_run(const struct role_run *run, struct error *err);

#endif
