/*
 * forge.h - where a repository is seen by people: its commits, and what changed between two.
 *
 * Known from a rule of the configuration, else from the shape of the CI run's address, else from
 * the repository's name where that is an address: a row a service in forge.c. Nothing is guessed
 * beyond that: no link rather than one that leads nowhere.
 */
#ifndef TOCSIN_CONSUMER_ENRICH_FORGE_H
#define TOCSIN_CONSUMER_ENRICH_FORGE_H

#include "consumer/enrich/enriched.h"

struct repository {
    const struct forge *forge; /* NULL: nobody knows */
    const char *base;          /* https://host/owner/repository */
};

/* `sighting` may be NULL. */
struct repository repository_of(const struct enrichment *rules, const struct sighting *sighting,
                                const struct list *labels, struct arena *arena);

/* NULL where the repository or the commit is not known, or the commit is no hash. */
const char *repository_commit_url(const struct repository *repository, const char *commit,
                                  struct arena *arena);
const char *repository_compare_url(const struct repository *repository, const char *from,
                                   const char *to, struct arena *arena);

/* The tracker that comes with the repository, an enum tracker_kind, and its base; -1 for none. */
int repository_tracker(const struct repository *repository, struct arena *arena,
                       const char **ret_base);

#endif
