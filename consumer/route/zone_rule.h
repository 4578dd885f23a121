/*
 * zone_rule.h - the POSIX TZ string at the end of a TZif file: what holds after its last
 * transition.
 *
 * "CET-1CEST,M3.5.0,M10.5.0/3": standard offset, and where there is daylight saving, its offset and
 * the two dates.
 */
#ifndef TOCSIN_CONSUMER_ROUTE_ZONE_RULE_H
#define TOCSIN_CONSUMER_ROUTE_ZONE_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "producer/error.h"

#define ZONE_RULE_BYTES_MAX 128

enum zone_date_kind {
    ZONE_DATE_MONTH,    /* Mm.w.d */
    ZONE_DATE_JULIAN,   /* Jn: 1..365, 29 February is never counted */
    ZONE_DATE_ZERO_DAY, /* n: 0..365 */
};

struct zone_date {
    enum zone_date_kind kind;
    int month, week, day;
    int32_t time_s; /* local, may be negative or more than a day */
};

struct zone_rule {
    int32_t standard_s, daylight_s; /* east of UTC */
    bool has_daylight;
    struct zone_date begin, end; /* of daylight saving */
};

int zone_rule_parse(const char *text, struct zone_rule *ret, struct error *err);
int32_t zone_rule_offset_s(const struct zone_rule *rule, int64_t time_s);

#endif
