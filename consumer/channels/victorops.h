/*
 * victorops.h - the channel's settings, and what its files share: the operations (victorops.c) and
 * the body that they send (victorops_alert.c).
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_VICTOROPS_H
#define TOCSIN_CONSUMER_CHANNELS_VICTOROPS_H

#include "consumer/channels/channel.h"

#define VICTOROPS_BODY_BYTES_MAX          262144
#define VICTOROPS_STATE_MESSAGE_UNITS_MAX 20480
#define VICTOROPS_NAME_UNITS_MAX          255

struct victorops {
    const char *api_key, *api_url, *routing_key;
};

extern const struct channel_ops victorops_channel;

/* The body of the request: JSON in the arena, NULL with *err. */
const char *victorops_alert(const struct message *message, enum render_size size,
                            struct arena *arena, size_t *ret_bytes, struct error *err);

#endif
