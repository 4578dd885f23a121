/*
 * ticket.h - a link that opens a pre-filled ticket.
 *
 * For the tracker that a rule of the configuration names, else for the one beside the repository; a
 * row a tracker in ticket.c. It names the alert and says where to look. Prompt and output are in it
 * only where the rule says so: addresses end in logs and histories. GitLab is asked for a
 * confidential issue. Texts are cut to the limits of the tracker.
 */
#ifndef TOCSIN_CONSUMER_ENRICH_TICKET_H
#define TOCSIN_CONSUMER_ENRICH_TICKET_H

#include "consumer/enrich/forge.h"

/* What a ticket can say of an alert. */
struct ticket {
    const struct alert *alert;
    const struct sighting *sighting; /* may be NULL */
    const struct enriched *enriched;
    const struct repository *repository;
    const struct sample *sample;               /* may be NULL */
    const char *owasp, *atlas;                 /* in words; "": nothing */
    const char *report, *runbook, *commit_url; /* may be NULL */
};

/* In the arena, at most URL_MAX_CHARS; NULL where no tracker is known or memory is out. */
const char *ticket_url(const struct enrichment *rules, const struct ticket *ticket,
                       struct arena *arena);

/* Whether a rule has all that its tracker needs: NULL, or the setting that is missing. */
const char *ticket_rule_lacks(const struct ticket_rule *rule);

#endif
