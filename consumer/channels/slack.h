/*
 * slack.h - the channel's settings, and what its files share: the operations (slack.c) and the page
 * that they send (slack_message.c).
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_SLACK_H
#define TOCSIN_CONSUMER_CHANNELS_SLACK_H

#include "consumer/channels/channel.h"

#define SLACK_BODY_BYTES_MAX 262144

struct slack {
    const char *api_url,
        *webhook_url; /* the same thing under two names; init() leaves it in api_url */
    const char *channel, *username, *icon_emoji, *icon_url;
};

extern const struct channel_ops slack_channel;

/* The body of the request: JSON in the arena, NULL with *err. */
const char *slack_message(const struct slack *slack, const struct message *message,
                          enum render_size size, struct arena *arena, size_t *ret_bytes,
                          struct error *err);

#endif
