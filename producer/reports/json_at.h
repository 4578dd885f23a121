/*
 * json_at.h - a value in a parsed document by its JSON pointer.
 *
 * Pure. Names with "/" or "~" in them have no escape here: no report's format has one.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_JSON_AT_H
#define TOCSIN_PRODUCER_REPORTS_JSON_AT_H

#include <jansson.h>

/* "/tool/driver/rules/0/id"; "" is the value itself. NULL where there is none. */
json_t *json_at(const json_t *value, const char *pointer);

/* NULL also where it is no string. */
const char *json_text_at(const json_t *value, const char *pointer);

#endif
