/*
 * config_share.h - the configuration that the roles of a process run with, and the one that comes
 * next.
 *
 * A reload offers a configuration; each role takes it when it is between two steps, and gives back
 * the one it had when nothing of its own points into it any more. One that nobody holds is freed.
 * The first is kept to the end: handles were made from it, and what they were made from can't
 * change. Any thread may call.
 */
#ifndef TOCSIN_CONSUMER_CONFIG_SHARE_H
#define TOCSIN_CONSUMER_CONFIG_SHARE_H

#include "consumer/config/config.h"

struct config_share;

/* `first` stays the caller's, and has to outlive the share. */
int config_share_new(const struct config *first, struct config_share **ret, struct error *err);
void config_share_free(struct config_share *share); /* accepts NULL */

/* Takes `next` over, also on failure. */
int config_share_offer(struct config_share *share, struct config *next, struct error *err);

/* The newest, held from here on; `held` itself where there is no newer one, and nothing else then.
 * NULL for `held`: the newest in any case. */
const struct config *config_share_take(struct config_share *share, const struct config *held);
void config_share_give(struct config_share *share, const struct config *config);

#endif
