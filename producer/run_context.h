/*
 * run_context.h - which run, model and target findings belong to: settings first, then the CI's
 * environment, then what a report says of itself.
 *
 * All members are text as people write them; NULL is not said. The settings are checked here, so
 * that a program and the library refuse the same ones with the same words.
 */
#ifndef TOCSIN_PRODUCER_RUN_CONTEXT_H
#define TOCSIN_PRODUCER_RUN_CONTEXT_H

#include "producer/ci.h"

#define PIPELINE_OUTSIDE_CI "local"

struct run_settings {
    const char *run_id, *attempt, *shard; /* shard: "2/4" */
    const char *pipeline, *repository, *branch, *commit, *job, *run_url, *team;
};

/* What settings and environment give. `id` is NULL when neither names the run: then the report's
 * own id is taken, or a random one. */
int run_context(const struct run_settings *settings, ci_lookup *lookup, void *ctx,
                struct arena *arena, struct run *ret_run, struct error *err);

/* A random UUID in the arena; NULL when memory is out. */
const char *run_id_random(struct arena *arena);

/* The environment as a ci_lookup. */
const char *run_environment(void *ctx, const char *name);

#endif
