/*
 * pagerduty.h - the channel's settings, and what its files share: the operations (pagerduty.c) and
 * the event that they send (pagerduty_event.c).
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_PAGERDUTY_H
#define TOCSIN_CONSUMER_CHANNELS_PAGERDUTY_H

#include "consumer/channels/channel.h"

#define PAGERDUTY_EVENT_BYTES_MAX   512000 /* of the whole request body */
#define PAGERDUTY_SUMMARY_UNITS_MAX 1024

struct pagerduty {
    const char *routing_key, *url;
    const char *client, *client_url;
    bool change_events;
};

extern const struct channel_ops pagerduty_channel;

/* Bodies: JSON in the arena, NULL with *err. An event is about alerts, a change event about a run.
 */
const char *pagerduty_event(const struct pagerduty *pagerduty, const struct message *message,
                            enum render_size size, struct arena *arena, size_t *ret_bytes,
                            struct error *err);

const char *pagerduty_change(const struct pagerduty *pagerduty, const struct message *message,
                             enum render_size size, struct arena *arena, size_t *ret_bytes,
                             struct error *err);

#endif
