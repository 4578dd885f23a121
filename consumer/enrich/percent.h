/*
 * percent.h - texts as parts of an address.
 *
 * Everything but RFC 3986's unreserved characters becomes %XX, so a text can't end the part that it
 * stands in. What does not fit is cut off on a character boundary, never inside of a %XX.
 */
#ifndef TOCSIN_CONSUMER_ENRICH_PERCENT_H
#define TOCSIN_CONSUMER_ENRICH_PERCENT_H

#include <stdbool.h>
#include <stddef.h>

#include "producer/arena.h"

/* HTML: the reader of the address takes the text as HTML; what has a meaning there is escaped, and
 * lines become lines. PATH: slashes stay. */
enum percent_style { PERCENT_TEXT, PERCENT_PATH, PERCENT_HTML };

/* In the arena, at most `bytes_max` bytes; NULL when memory is out. */
char *percent_encode(const char *text, enum percent_style style, size_t bytes_max,
                     struct arena *arena);

#endif
