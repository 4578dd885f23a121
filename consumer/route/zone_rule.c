/*
 * zone_rule.c - see zone_rule.h. A string that is not of the form is ERROR_INPUT.
 */
#include "consumer/route/zone_rule.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HOUR_S         3600
#define DAY_S          86400
#define DEFAULT_TIME_S (2 * HOUR_S)

/* "CET" or "<+0330>" */
static bool take_name(const char **at)
{
    const char *from = *at;

    if (**at == '<') {
        const char *end = strchr(*at, '>');
        if (end == NULL)
            return false;
        *at = end + 1;
        return true;
    }
    while (isalpha((unsigned char)**at))
        (*at)++;
    return *at - from >= 3;
}

static bool take_number(const char **at, int *ret)
{
    char *end;

    if (!isdigit((unsigned char)**at))
        return false;
    long value = strtol(*at, &end, 10);
    *at = end;
    *ret = (int)value;
    return value <= 1000;
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(const char **at, int32_t *ret_s)
{
    int sign = **at == '-' ? -1 : 1;
    int hours = 0, minutes = 0, seconds = 0;

    if (**at == '-' || **at == '+')
        (*at)++;
    if (!take_number(at, &hours))
        return false;
    if (**at == ':' && (*at)++ && !take_number(at, &minutes))
        return false;
    if (**at == ':' && (*at)++ && !take_number(at, &seconds))
        return false;
    *ret_s = sign * (hours * HOUR_S + minutes * 60 + seconds);
    return true;
}

static bool take_character(const char **at, char character)
{
    if (**at != character)
        return false;
    (*at)++;
    return true;
}

static bool take_date(const char **at, struct zone_date *ret)
{
    bool ok;

    *ret = (struct zone_date){.time_s = DEFAULT_TIME_S};
    if (!take_character(at, ','))
        return false;
    if (take_character(at, 'M')) {
        ret->kind = ZONE_DATE_MONTH;
        ok = take_number(at, &ret->month) && take_character(at, '.') &&
             take_number(at, &ret->week) && take_character(at, '.') && take_number(at, &ret->day) &&
             ret->month >= 1 && ret->month <= 12 && ret->week >= 1 && ret->week <= 5 &&
             ret->day <= 6;
    } else {
        ret->kind = take_character(at, 'J') ? ZONE_DATE_JULIAN : ZONE_DATE_ZERO_DAY;
        ok = take_number(at, &ret->day) && ret->day <= 365;
    }
    if (ok && take_character(at, '/'))
        ok = take_time(at, &ret->time_s);
    return ok;
}

int zone_rule_parse(const char *text, struct zone_rule *ret, struct error *err)
{
    const char *at = text;
    bool ok = take_name(&at);
    int32_t west_s = 0;

    *ret = (struct zone_rule){0};
    ok = ok && take_time(&at, &west_s);
    ret->standard_s = -west_s;
    ret->daylight_s = ret->standard_s + HOUR_S;
    if (ok && *at != '\0') {
        ret->has_daylight = true;
        ok = take_name(&at);
        if (ok && *at != ',' && (ok = take_time(&at, &west_s)))
            ret->daylight_s = -west_s;
        ok = ok && take_date(&at, &ret->begin) && take_date(&at, &ret->end);
    }
    if (ok && *at == '\0')
        return 0;
    return error_set(err, ERROR_INPUT, "the time zone's rule \"%s\" cannot be understood", text);
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Seconds since the epoch of 1 January, in UTC. */
static int64_t year_begin_s(int year)
{
    struct tm date = {.tm_year = year - 1900, .tm_mday = 1};

    return timegm(&date);
}

static int64_t month_date_s(const struct zone_date *date, int year)
{
    struct tm first = {.tm_year = year - 1900, .tm_mon = date->month - 1, .tm_mday = 1};
    struct tm next = {.tm_year = year - 1900, .tm_mon = date->month, .tm_mday = 1};
    int64_t begin_s = timegm(&first);
    int days = (int)((timegm(&next) - begin_s) / DAY_S);
    int day = (date->day - first.tm_wday + 7) % 7 + (date->week - 1) * 7;

    while (day >= days)
        day -= 7;
    return begin_s + (int64_t)day * DAY_S;
}

/* The local time of a date in a year, as though it were UTC. */
static int64_t date_s(const struct zone_date *date, int year)
{
    if (date->kind == ZONE_DATE_MONTH)
        return month_date_s(date, year) + date->time_s;
    int day = date->day;
    if (date->kind == ZONE_DATE_JULIAN)
        day = day - 1 + (is_leap(year) && day >= 60 ? 1 : 0);
    return year_begin_s(year) + (int64_t)day * DAY_S + date->time_s;
}

int32_t zone_rule_offset_s(const struct zone_rule *rule, int64_t time_s)
{
    struct tm local;
    time_t standard = (time_t)(time_s + rule->standard_s);

    if (!rule->has_daylight)
        return rule->standard_s;
    gmtime_r(&standard, &local);
    int64_t begin_s = date_s(&rule->begin, local.tm_year + 1900) - rule->standard_s;
    int64_t end_s = date_s(&rule->end, local.tm_year + 1900) - rule->daylight_s;
    bool summer = begin_s < end_s ? time_s >= begin_s && time_s < end_s
                                  : !(time_s >= end_s && time_s < begin_s);
    return summer ? rule->daylight_s : rule->standard_s;
}
