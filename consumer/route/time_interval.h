/*
 * time_interval.h - Alertmanager's time intervals: when a route is muted or active.
 *
 * An interval has up to five fields; a time is in it when each field that is given has a range that
 * holds the time's local value. Ranges include both ends, but a time of day not its end. Days of
 * the month may count from the end (-1 is the last day). Without a location times are UTC. What
 * Alertmanager accepts or refuses is accepted or refused here.
 */
#ifndef TOCSIN_CONSUMER_ROUTE_TIME_INTERVAL_H
#define TOCSIN_CONSUMER_ROUTE_TIME_INTERVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producer/error.h"

#define TIME_RANGES_MAX 64 /* of one field */

enum time_field {
    TIME_OF_DAY,       /* "09:00:17:30" in minutes: two words joined with ":", end up to 24:00 */
    TIME_WEEKDAY,      /* "monday:friday", "sunday"; the week begins on Sunday */
    TIME_DAY_OF_MONTH, /* "1:5", "-3:-1", "15" */
    TIME_MONTH,        /* "january:march", "5:8", "december" */
    TIME_YEAR,         /* "2026", "2026:2028" */
    TIME_FIELDS,
};

struct time_range {
    int begin, end;
};

struct zone;

struct time_interval {
    struct time_range ranges[TIME_FIELDS][TIME_RANGES_MAX];
    size_t counts[TIME_FIELDS]; /* 0: any */
    struct zone *zone;          /* NULL: UTC; owned */
};

/* Adds a range as Alertmanager writes it. What cannot be is ERROR_INPUT and says what was expected.
 */
int time_interval_add(struct time_interval *interval, enum time_field field, const char *text,
                      struct error *err);

/* A list without any range: no time is in it, as in Alertmanager. */
int time_interval_add_none(struct time_interval *interval, enum time_field field,
                           struct error *err);

/* A name of the tz database, "UTC", "Local" for the machine's own zone, "" for UTC. */
int time_interval_set_location(struct time_interval *interval, const char *zone_name,
                               struct error *err);
void time_interval_fini(struct time_interval *interval);

bool time_interval_contains(const struct time_interval *interval, int64_t time_ms);

/* What a route calls by one name: a time is in it when any of its intervals holds the time. */
struct named_interval {
    const char *name;
    const struct time_interval *const *intervals;
    size_t count;
    size_t line; /* in the configuration */
};

/* Whether any of the intervals holds the time, and when that may be different: a full minute after
 * time_ms, at most TIME_CHANGE_MS_MAX later, to be asked again then. */
#define TIME_CHANGE_MS_MAX (INT64_C(24) * 3600 * 1000)
bool time_intervals_contain(const struct time_interval *const *intervals, size_t count,
                            int64_t time_ms, int64_t *ret_change_ms);

#endif
