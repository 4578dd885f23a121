/*
 * roles.h - the roles of tocsind: each is one event loop, run on a thread of its own until it is
 * told to stop.
 *
 * Roles share nothing but the configuration (immutable; another one is taken between two steps),
 * the stop flag, their status and what `control` says. A status is written by its role alone and
 * may be read by anybody.
 */
#ifndef TOCSIN_CONSUMER_ROLES_H
#define TOCSIN_CONSUMER_ROLES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "consumer/config_share.h"
#include "consumer/control/control.h"
#include "producer/error.h"

/* What a role shows of itself while it runs. */
struct role_status {
    atomic_bool ready;            /* it has an assignment and its tables are restored */
    atomic_uint_fast64_t records; /* input records taken */
    atomic_uint_fast64_t written; /* correlate: notifications committed; deliver: messages told */
    atomic_uint_fast64_t runs;    /* correlate: runs that ended, counted once a partition */
    /* deliver: groups that have something to say and were not told yet */
    atomic_uint_fast64_t pending;
};

struct role_run {
    const struct config *config; /* at the start: what handles are made from */
    struct config_share *share;  /* the newest, for all that may change */
    /* set: finish what is in hand within the grace time, commit, return 0 */
    const atomic_bool *stop;
    struct role_status *status;
    struct control *control; /* shared by all roles of the process */
    bool in_memory_cluster;  /* `tocsind demo` */
};

/* Each returns 0 after an orderly stop, -1 with *err when the process has to end and be started
 * again. */
int correlate_run(const struct role_run *run, struct error *err);
int deliver_run(const struct role_run *run, struct error *err);

#endif
