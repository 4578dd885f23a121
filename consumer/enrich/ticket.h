/*
 * ticket.h - a link that opens a pre-filled ticket.
 *
 * Made for the tracker beside the repository, found by the shape of the CI run's address (a row a
 * service). It names the alert and says where to look; prompt and output are never in a URL, and
 * GitLab is asked for a confidential issue.
 */
#ifndef TOCSIN_CONSUMER_ENRICH_TICKET_H
#define TOCSIN_CONSUMER_ENRICH_TICKET_H

#include "consumer/records/alert.h"

/* In the arena, at most URL_MAX_CHARS; NULL where no tracker is known, the link would be too long,
 * or memory is out. `sighting` may be NULL. */
const char *ticket_url(const struct alert *alert, const struct sighting *sighting,
                       struct arena *arena);

#endif
