/*
 * quote.h - text that grows, with strings quoted as Go's %q quotes them.
 *
 * Alertmanager prints group keys that way, and a group key is an identity: control characters and
 * what is not printable are escaped, so no label can forge the key of another group or start a line
 * of its own.
 */
#ifndef TOCSIN_CONSUMER_ROUTE_QUOTE_H
#define TOCSIN_CONSUMER_ROUTE_QUOTE_H

#include <stddef.h>
#include <stdio.h>

struct quoted {
    FILE *stream; /* NULL when memory is out */
    char *text;
    size_t bytes;
};

void quoted_init(struct quoted *quoted);
void quoted_fini(struct quoted *quoted);

void quoted_put(struct quoted *quoted, const char *plain);
void quoted_put_string(struct quoted *quoted, const char *value);

/* All that was put; NULL when memory was out at any time. Valid until the next put. */
const char *quoted_text(struct quoted *quoted);

#endif
