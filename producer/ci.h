/*
 * ci.h - which CI run this is, from the environment: const tables of providers.
 *
 * A row says for each fact where it stands, in a small language, so that a new provider is a row
 * and no code:
 *
 *     "${A}/${B}|${C=value:filter}|${FILE@/json/pointer}|text"
 *
 * Alternatives stand between bars; the first whose variables are all set and not empty is taken.
 * "=" sets a variable only where it has this value, "@" takes a member of the JSON file that the
 * variable names, and a name with one "*" is any variable that fits. Filters, after a colon:
 *     clean      a URL without user and password
 *     enterprise host of a URL, where it is not github.com; else unset
 *     host       of a URL or of user@host:path
 *     last       what follows the last slash
 *     next       a number and one: 0 -> 1
 *     number     decimal digits only; anything else counts as unset
 *     owner      owner:x -> owner
 *     parallel   "garak 2/4" and "garak: [a, b]" -> "garak"
 *     parent     everything before the last slash
 *     path       of a URL or of user@host:path, without a leading slash and ".git"
 *     project    the same of a pull request's or commit's page: owner/repository
 *     pull       refs/pull/12/merge, pr/12 -> 12; anything else counts as unset
 *     ref        refs/heads/x, refs/tags/x, origin/x -> x
 *     set        nothing, but the alternative applies only where the variable is set
 *     tag        refs/tags/x, tag/x -> x; anything else counts as unset
 *     unowned    owner:x -> x
 *     yes        anything but false, no and 0, which count as unset
 * Credentials that stand inside a URL never leave: every value that holds "://" is cleaned, with a
 * filter or without.
 */
#ifndef TOCSIN_PRODUCER_CI_H
#define TOCSIN_PRODUCER_CI_H

#include "producer/finding.h"

/* How a variable is looked up: NULL where it is not set. The environment in a program, a table in a
 * test. A name may hold one "*". */
typedef const char *ci_lookup(void *ctx, const char *name);

struct ci_provider {
    const char *name;   /* run.provider */
    const char *title;  /* for people */
    const char *detect; /* this provider, when it gives anything */
    const char *run_id; /* unique among all runs of all pipelines; the same for each attempt */
    const char *attempt, *shard, *shards;
    const char *pipeline, *repository;
    const char *branch, *tag; /* a branch is that of a pull request's head where there is one */
    const char *commit, *job, *url, *actor, *pull_request;
    const char *head; /* the repository that a pull request comes from; or "true" for another one */
    const char
        *needs; /* what the pipeline has to pass on by itself, for the manual; NULL: nothing */
};

/* In the order of detection; each ends with a NULL name, the list with NULL. */
extern const struct ci_provider ci_services[], ci_builders[], ci_platforms[], ci_servers[];
extern const struct ci_provider *const ci_tables[];

/* The provider of this environment, or NULL outside CI. */
const struct ci_provider *ci_detect(ci_lookup *lookup, void *ctx);

/* The value of one template in the arena; NULL when no alternative applies. */
const char *ci_expand(const char *template, ci_lookup *lookup, void *ctx, struct arena *arena);

/* Fills in what the environment says of the run: strings in the arena, "" or NULL as struct run
 * wants it, attempt, shard and shards 1 where nothing is said; started_ms, team and tool_version
 * stay 0. A tag is the branch where there is none. Outside CI id is NULL and the provider "". -1
 * only when memory is out. */
int ci_run(ci_lookup *lookup, void *ctx, struct arena *arena, struct run *ret_run,
           struct error *err);

#endif
