/*
 * advice.h - what a person can do about a verdict: one table of sentences.
 */
#ifndef TOCSIN_CONSUMER_ADVICE_H
#define TOCSIN_CONSUMER_ADVICE_H

#include "consumer/channels/channel.h"

/* Never NULL; the first row that fits, of the channel's own before those of all. */
const char *advice_of(const char *channel, const struct verdict *verdict);

#endif
