/*
 * ticket_text.h - title and text of a pre-filled ticket, plain, before they become part of an
 * address.
 */
#ifndef TOCSIN_CONSUMER_ENRICH_TICKET_TEXT_H
#define TOCSIN_CONSUMER_ENRICH_TICKET_TEXT_H

#include "consumer/enrich/ticket.h"

/* One line of at most `chars_max` code points; NULL when memory is out. */
const char *ticket_title(const struct ticket *ticket, size_t chars_max, struct arena *arena);

/* A line for each thing that is known, what matters most first, since the end may be cut off;
 * prompt and output last, and only with `evidence`. */
const char *ticket_body(const struct ticket *ticket, bool evidence, struct arena *arena);

#endif
