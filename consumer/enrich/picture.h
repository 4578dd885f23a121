/*
 * picture.h - an alert as a receiver sees it: labels, texts for people, links, the best sample.
 *
 * Pure. The picture points into the alert and its evidence; texts that had to be made are in the
 * arena. Prompt and output are cut to PICTURE_TEXT_BYTES_MAX; picture_shrink() takes away what is
 * least needed, step by step, until a record fits: identity, state and counts always stay.
 */
#ifndef TOCSIN_CONSUMER_ENRICH_PICTURE_H
#define TOCSIN_CONSUMER_ENRICH_PICTURE_H

#include "consumer/enrich/enriched.h"
#include "consumer/records/notification.h"

#define PICTURE_NAMES_SHOWN_MAX 8 /* model versions, pipelines */

/* `sighting` is the place that brought it to this receiver and `enriched` what routing saw there;
 * `rules`, `evidence` and `sighting` may be NULL. */
int picture_of(const struct enrichment *rules, const struct alert *alert,
               const struct evidence *evidence, const struct sighting *sighting,
               const struct enriched *enriched, int news, struct arena *arena, struct picture *ret,
               struct error *err);

/* False: there is nothing left to take away. `step` counts from 0. */
bool picture_shrink(struct picture *picture, size_t step, struct arena *arena);

#endif
