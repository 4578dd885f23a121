/*
 * secrets.h - what the options and the environment say must not leave this process.
 */
#ifndef TOCSIN_PRODUCER_CLI_SECRETS_H
#define TOCSIN_PRODUCER_CLI_SECRETS_H

#include "producer/cli/options.h"
#include "producer/scrub.h"

/* *ret is NULL with --no-mask. The run's own names are no secrets, whatever variable holds them. */
int secrets_open(const struct options *options, const struct run *run, struct arena *arena,
                 struct scrub **ret, struct error *err);

#endif
