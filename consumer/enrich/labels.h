/*
 * labels.h - the labels that routing sees for one alert in one place.
 *
 * alertname (the rule's id), fingerprint, severity, confidence, model, model_version, target,
 * category, tool, pipeline, repository, branch, team, run, then the finding's own, none of which
 * can stand in for one of ours. A label without a value is left out, as in Alertmanager.
 */
#ifndef TOCSIN_CONSUMER_ENRICH_LABELS_H
#define TOCSIN_CONSUMER_ENRICH_LABELS_H

#include "consumer/records/alert.h"

/* In the arena; `sighting` may be NULL. Strings are the alert's. */
int labels_of(const struct alert *alert, const struct sighting *sighting, struct arena *arena,
              struct list *ret_labels, struct error *err);

#endif
