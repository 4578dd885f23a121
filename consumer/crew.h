/*
 * crew.h - the roles that one process runs: starts a thread for each, watches them, stops them.
 *
 * A role that ends by itself ends the process: what it held is restored by whoever takes over its
 * partitions, and a supervisor starts the process again. The crew never restarts a role in place.
 */
#ifndef TOCSIN_CONSUMER_CREW_H
#define TOCSIN_CONSUMER_CREW_H

#include "consumer/roles.h"

struct crew;

/* `config` has to outlive the crew. Starts the roles named in `names` ("correlate,deliver"; NULL:
 * all). */
int crew_start(const struct config *config, const char *names, bool in_memory_cluster,
               struct crew **ret, struct error *err);

/* Loads `path` and goes on with it whole, or keeps what it has and says why: a mistake in the file
 * with its place, or what can't be changed without a restart. May be called from any thread. */
int crew_reload(struct crew *crew, const char *path, struct error *err);

/* A role has ended although nobody told it to. */
bool crew_broken(const struct crew *crew);

/* NULL where the crew has no such role. */
const struct role_status *crew_status(const struct crew *crew, const char *name);

/* Tells all roles to stop, waits for them, frees the crew. -1 with the first role's error. */
int crew_stop(struct crew *crew, struct error *err);

#endif
