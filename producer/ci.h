/*
 * ci.h - which CI run this is, from the environment: one const table of providers.
 *
 * A row says for each fact where it stands, in a small language, so that a new provider is a row
 * and no code:
 *
 *     "${A}/${B}|${C:filter}|text"
 *
 * Alternatives stand between bars; the first whose variables are all set and not empty is taken.
 * Filters, after a colon:
 *     ref        refs/heads/x, refs/tags/x, origin/x -> x
 *     pull       refs/pull/12/merge -> 12; anything else counts as unset
 *     host       of a URL or of user@host:path
 *     path       of the same, without a leading slash and ".git": owner/repository
 *     clean      a URL without user and password
 *     parallel   "garak 2/4" and "garak: [a, b]" -> "garak"
 *     parent     everything before the last slash
 *     number     decimal digits only; anything else counts as unset
 *     enterprise host of a URL, where it is not github.com; else unset
 *     set        nothing, but the alternative applies only where the variable is set
 * Credentials that stand inside a URL never leave this file: every value that holds "://" is
 * cleaned, with a filter or without.
 */
#ifndef TOCSIN_PRODUCER_CI_H
#define TOCSIN_PRODUCER_CI_H

#include "producer/finding.h"

/* How a variable is looked up: NULL where it is not set. getenv() in a program, a table in a test.
 */
typedef const char *ci_lookup(void *ctx, const char *name);

struct ci_provider {
    const char *name;   /* run.provider */
    const char *detect; /* this provider, when it gives anything */
    const char *run_id; /* unique among all runs of all pipelines; the same for each attempt */
    const char *attempt, *shard, *shards;
    const char *pipeline, *repository, *branch;
    const char *commit, *job, *url, *actor, *pull_request;
};

extern const struct ci_provider ci_providers[]; /* ends with a NULL name */

/* The provider of this environment, or NULL outside CI. */
const struct ci_provider *ci_detect(ci_lookup *lookup, void *ctx);

/* The value of one template in the arena; NULL when no alternative applies. */
const char *ci_expand(const char *template, ci_lookup *lookup, void *ctx, struct arena *arena);

/* Fills in what the environment says of the run: strings in the arena, "" or NULL as struct run
 * wants it, attempt, shard and shards 1 where nothing is said; started_ms, team and tool_version
 * stay 0. Outside CI id is NULL and the provider "". -1 only when memory is out. */
int ci_run(ci_lookup *lookup, void *ctx, struct arena *arena, struct run *ret_run,
           struct error *err);

#endif
