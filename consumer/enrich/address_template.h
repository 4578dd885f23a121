/*
 * address_template.h - addresses from the configuration with {name} in them.
 *
 * {name} is a label's value, percent-encoded whole; {+name} keeps its slashes, for paths such as a
 * repository's (RFC 6570, as far as that goes). The scheme is http or https and the host stands in
 * the template: no label can choose where a link leads.
 */
#ifndef TOCSIN_CONSUMER_ENRICH_ADDRESS_TEMPLATE_H
#define TOCSIN_CONSUMER_ENRICH_ADDRESS_TEMPLATE_H

#include "producer/error.h"
#include "producer/record.h"

/* ERROR_INPUT says what is wrong with it. */
int address_template_check(const char *text, struct error *err);

/* The address for these labels, in the arena. NULL: one of the names has no value, or a value that
 * would climb out of the path (`..`), or the address gets longer than URL_MAX_CHARS, or memory is
 * out. */
const char *address_template_fill(const char *text, const struct list *labels, struct arena *arena);

#endif
