/*
 * explain_known.h - what the brokers know of a fingerprint: its alert, and whether it is muted.
 *
 * Reads one partition of `alerts` and all of `control`, as everybody may; nothing is written and no
 * group is joined. A broker that is away is no failure: the caller hears why nothing is known.
 */
#ifndef TOCSIN_CONSUMER_EXPLAIN_KNOWN_H
#define TOCSIN_CONSUMER_EXPLAIN_KNOWN_H

#include "consumer/config/config.h"
#include "consumer/control/mute.h"
#include "consumer/records/alert.h"

/* ERROR_RETRIABLE, ERROR_INPUT: it can't be known, and why. *ret_alert: in the arena, NULL when
 * there is none with this fingerprint. */
int known_alert(const struct config *config, const char *fingerprint, struct arena *arena,
                struct alert **ret_alert, struct error *err);

int known_mute(const struct config *config, const struct mute_subject *subject, int64_t now_ms,
               struct mute *ret_mute, struct error *err);

#endif
