/*
 * enriched.h - an alert in one place as everybody behind the counting sees it: its labels, who owns
 * it, how bad it is.
 *
 * Labels: alertname (the rule's id), fingerprint, severity, confidence, model, model_version,
 * target, category, tool, pipeline, repository, branch, team, run, owner, then the finding's own,
 * none of which can stand in for one of ours, then what taxonomy.h adds. A label without a value is
 * left out, as in Alertmanager.
 *
 * The alert itself keeps what was reported. Rules are applied here, each time anew: so a severity
 * that a rule sets can't be taken for an escalation, not by the header path, not after a restore,
 * and a changed rule holds from an alert's next news on.
 */
#ifndef TOCSIN_CONSUMER_ENRICH_ENRICHED_H
#define TOCSIN_CONSUMER_ENRICH_ENRICHED_H

#include "consumer/enrich/rules.h"
#include "consumer/enrich/taxonomy.h"
#include "consumer/records/alert.h"

#define LABELS_OURS 15

struct enriched {
    const struct sighting *sighting;        /* the place; may be NULL */
    struct list labels;                     /* struct label */
    int severity;                           /* enum severity */
    const struct severity_rule *overridden; /* the rule that set it; NULL: as reported */
    const char *team, *owner;               /* "": nobody knows */
    struct taxonomy taxonomy;
    const struct owner_rule *owned; /* the rule that holds; NULL: none */
};

/* In the arena; strings are the alert's and the rules'. `rules` and `sighting` may be NULL. */
int enriched_of(const struct enrichment *rules, const struct alert *alert,
                const struct sighting *sighting, struct arena *arena, struct enriched *ret,
                struct error *err);

/* The alert in the place where it is worst, of these the most recent. */
int enriched_worst(const struct enrichment *rules, const struct alert *alert, struct arena *arena,
                   struct enriched *ret, struct error *err);

#endif
