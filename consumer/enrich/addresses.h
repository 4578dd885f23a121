/*
 * addresses.h - every link of an alert in one place.
 *
 * A rule of the configuration (the first that holds, for each kind of link) takes the place of what
 * the finding brought; commits are linked where the repository is known.
 */
#ifndef TOCSIN_CONSUMER_ENRICH_ADDRESSES_H
#define TOCSIN_CONSUMER_ENRICH_ADDRESSES_H

#include "consumer/enrich/enriched.h"

struct addresses {
    struct links links;
    const char *commit, *compare, *ticket; /* NULL: not known */
};

/* In the arena; `rules`, `sighting` and `sample` may be NULL. */
int addresses_of(const struct enrichment *rules, const struct alert *alert,
                 const struct sighting *sighting, const struct enriched *enriched,
                 const struct sample *sample, struct arena *arena, struct addresses *ret,
                 struct error *err);

#endif
