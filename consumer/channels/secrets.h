/*
 * secrets.h - takes an integration's credentials out of a text that someone will read.
 *
 * What counts is what the configuration says is a secret: the value of each secret setting, and of
 * a URL that is one everything after its host, whole and in its parts (path segments, values of the
 * query), as it is written and percent-decoded. Services like to quote them.
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_SECRETS_H
#define TOCSIN_CONSUMER_CHANNELS_SECRETS_H

#include "consumer/channels/channel.h"

#define SECRET_SHOWN          "***"
#define SECRET_BYTES_MIN      4  /* less is no credential, and would be found everywhere */
#define SECRET_PART_BYTES_MIN 12 /* of a URL: "/workflows/" is no secret by itself */
#define SECRET_BYTES_MAX      4096

/* In place; the text only gets shorter. */
void secrets_cut(char *text, const struct channel_ops *ops, const void *ctx);

#endif
