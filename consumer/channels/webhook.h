/*
 * webhook.h - the channel's settings, and what its files share: the operations (webhook.c) and the
 * body that they send (webhook_body.c).
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_WEBHOOK_H
#define TOCSIN_CONSUMER_CHANNELS_WEBHOOK_H

#include "consumer/channels/channel.h"
#include "consumer/channels/signature.h"

#define WEBHOOK_BODY_BYTES_MAX ((size_t)4 << 20)
#define WEBHOOK_HEADERS_MAX    6 /* of the configuration, beside those that we set */

struct webhook {
    const char *url, *secret, *authorization;
    int64_t max_alerts;  /* 0: all that the message carries */
    struct list headers; /* struct label */
    struct signature_key key;
};

extern const struct channel_ops webhook_channel;

/* Alertmanager's webhook JSON, version 4, in the arena; NULL with *err. */
const char *webhook_body(const struct webhook *webhook, const struct message *message,
                         enum render_size size, struct arena *arena, size_t *ret_bytes,
                         struct error *err);

#endif
