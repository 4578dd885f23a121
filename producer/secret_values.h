/*
 * secret_values.h - texts that are secret wherever they stand, because the CI handed them to this
 * job as secrets: values of environment variables whose names say so, and of named ones.
 *
 * A variable that only looks like a secret is passed over where masking its value would hide what
 * everybody knows: the run's own names (a fingerprint is made of them), and paths of files that
 * exist. One that was named counts whatever it holds. Values are never printed.
 */
#ifndef TOCSIN_PRODUCER_SECRET_VALUES_H
#define TOCSIN_PRODUCER_SECRET_VALUES_H

#include "producer/finding.h"
#include "producer/sink.h"

struct secret_sources {
    char *const *environment; /* as environ; NULL: none */
    const char *const *names; /* variables that are secret whatever they are called */
    size_t names_count;
    const struct property *properties; /* of librdkafka: sasl.password and its like are secrets */
    size_t properties_count;
    const struct run *run;
};

/* A list of const char *, which live as long as their sources. -1 only when memory is out. */
int secret_values(const struct secret_sources *sources, struct arena *arena,
                  struct list *ret_values, struct error *err);

/* Whether a variable's name says that its value is a secret. */
bool secret_name(const char *name, size_t bytes);

#endif
