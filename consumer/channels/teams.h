/*
 * teams.h - the channel's settings, and what its files share: the operations (teams.c), the card
 * (teams_card.c) and its elements, which never outgrow the card (teams_page.h).
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_TEAMS_H
#define TOCSIN_CONSUMER_CHANNELS_TEAMS_H

#include "consumer/channels/channel.h"

/* Teams takes 28 KB, but counts more than the bytes that it was sent; it says so nowhere, and a
 * card that is too large is accepted and then not shown. */
#define TEAMS_BODY_COST_MAX 20480

struct teams {
    const char *webhook_url;
};

extern const struct channel_ops teams_channel;

/* The body of the request: JSON in the arena, NULL with *err. */
const char *teams_card(const struct message *message, enum render_size size, struct arena *arena,
                       size_t *ret_bytes, struct error *err);

#endif
