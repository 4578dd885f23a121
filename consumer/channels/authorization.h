/*
 * authorization.h - the value of an Authorization header.
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_AUTHORIZATION_H
#define TOCSIN_CONSUMER_CHANNELS_AUTHORIZATION_H

#include "producer/arena.h"
#include "producer/error.h"

#define CREDENTIAL_BYTES_MAX 4096

/* "Basic …" of user and password, or "Bearer …" of a token: whichever is given, in the arena.
 * NULL when memory is out. */
const char *authorization(const char *user, const char *password, const char *bearer,
                          struct arena *arena);

/* Refuses what no header can carry, and both or neither of the two ways. `words` says what is
 * expected. */
int authorization_check(const char *user, const char *password, const char *bearer,
                        const char *words, struct error *err);

#endif
