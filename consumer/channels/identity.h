/*
 * identity.h - the key under which a service that folds repeats knows a group of alerts.
 *
 * The key stays the same for the group's whole life, so a repeated request is the same incident and
 * a resolve finds it. Of a group that is one alert by definition the key is the alert's
 * fingerprint: the incident outlives a change of the routing tree. Only hex and a prefix, safe in
 * any URL or query.
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_IDENTITY_H
#define TOCSIN_CONSUMER_CHANNELS_IDENTITY_H

#include "consumer/channels/channel.h"

/* "tocsin-" and 32 hex digits, in the arena; NULL with *err when memory is out. */
const char *identity_key(const struct message *message, struct arena *arena, struct error *err);

/* What a person should know of a message to such a service, where nothing can be there twice; NULL:
 * nothing. */
const char *identity_note(const struct message *message);

#endif
