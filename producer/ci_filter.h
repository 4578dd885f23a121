/*
 * ci_filter.h - the filters of the CI table's language (ci.h lists them).
 */
#ifndef TOCSIN_PRODUCER_CI_FILTER_H
#define TOCSIN_PRODUCER_CI_FILTER_H

#include "producer/arena.h"

/* What the filter makes of a value; NULL counts as unset, and so does a filter that there is not.
 */
const char *ci_filter(const char *name, const char *value, struct arena *arena);

/* A URL without user and password; what is no URL stays as it is. */
const char *ci_clean(const char *value, struct arena *arena);

#endif
