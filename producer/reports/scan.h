/*
 * scan.h - where the values of a JSON text begin and end, without reading them.
 *
 * Fast and forgiving: it knows strings and brackets and nothing else, so that one broken value does
 * not hide those behind it. What lies between its ends is the parser's to judge. Pure.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_SCAN_H
#define TOCSIN_PRODUCER_REPORTS_SCAN_H

#include <stdbool.h>
#include <stddef.h>

struct scan {
    const char *at, *end;
};

/* Moves behind white space; whether anything is left. */
bool scan_space(struct scan *scan);

/* Moves behind white space and this byte; stays before anything else. */
bool scan_byte(struct scan *scan, char byte);

/* Moves behind the value that begins here; false where none begins or the text ends within it. */
bool scan_value(struct scan *scan);

/* Moves behind a member's name and its colon. The name is without its quotes, escapes as written.
 */
bool scan_name(struct scan *scan, const char **ret_name, size_t *ret_bytes);

#endif
