/*
 * plain.h - a message as a page of plain text, for services whose field for it is one long string.
 *
 * Some of these services read HTML in that field, so no "<" of anyone else's leaves here: it
 * becomes "‹". Identity (headline, facts, links, fingerprint) is placed first; prompt and output
 * share what is left of the service's limit, so that a large output can only shorten itself.
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_PLAIN_H
#define TOCSIN_CONSUMER_CHANNELS_PLAIN_H

#include "consumer/channels/channel.h"

#define PLAIN_PAGE_UNITS_MIN 15000 /* a page's limit is at least this: identity always fits */

/* What the message is about, without its news: the title of an incident that lives as long as the
 * group. */
char *plain_title(const struct message *message, size_t units_max, struct arena *arena);

/* A neutralised line without "<". NULL when memory is out. */
char *plain_line(const char *text, size_t units_max, struct arena *arena);

/* The page, at most units_max long; NULL with *err when memory is out. */
const char *plain_page(const struct message *message, enum render_size size, size_t units_max,
                       struct arena *arena, struct error *err);

#endif
