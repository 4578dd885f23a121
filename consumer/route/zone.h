/*
 * zone.h - time zones by name, from the system's tz database, without touching the process's own
 * zone.
 *
 * The C library knows one zone a process (TZ), which threads cannot share; so the compiled file
 * (RFC 8536, TZif) is read here: its transitions, and for times behind the last one the rule in its
 * footer. A zone is immutable.
 */
#ifndef TOCSIN_CONSUMER_ROUTE_ZONE_H
#define TOCSIN_CONSUMER_ROUTE_ZONE_H

#include <stdint.h>
#include <time.h>

#include "producer/error.h"

#define ZONE_NAME_BYTES_MAX 128
#define ZONE_FILE_BYTES_MAX 65536
#define ZONE_LOCAL          "Local" /* the zone of the machine, or of $TZ */

struct zone;

/* "Europe/Berlin", "UTC", or ZONE_LOCAL. Looked for below $TZDIR, else /usr/share/zoneinfo. A name
 * that is not in the database, or leaves it ("../x"), is ERROR_INPUT. */
int zone_open(const char *name, struct zone **ret, struct error *err);
void zone_free(struct zone *zone);

/* The file's bytes, for tests and fuzzing. */
int zone_parse(const unsigned char *bytes, size_t size, struct zone **ret, struct error *err);

/* Seconds east of UTC at a time (seconds since the epoch). */
int32_t zone_offset_s(const struct zone *zone, int64_t time_s);

/* Broken-down local time; zone NULL: UTC. */
void zone_local(const struct zone *zone, int64_t time_s, struct tm *ret);

#endif
