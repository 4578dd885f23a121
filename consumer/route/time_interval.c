/*
 * time_interval.c - see time_interval.h. One row a field says how its words are read and what they
 * may be.
 */
#include "consumer/route/time_interval.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "consumer/route/zone.h"

#define WORD_BYTES_MAX 32
#define MINUTE_MS      INT64_C(60000)
#define MINUTES_A_DAY  1440

#define SHORTEST_MONTH_DAYS 28

static const char *const weekdays[] = {"sunday",   "monday", "tuesday",  "wednesday",
                                       "thursday", "friday", "saturday", NULL};
static const char *const months[] = {"january",  "february", "march",  "april",     "may",
                                     "june",     "july",     "august", "september", "october",
                                     "november", "december", NULL};

struct field_row {
    const char *expected;
    const char *const *names; /* NULL: none */
    int first_name;           /* value of names[0] */
    bool numbers;
};

/* Alertmanager takes any number as a month or a year, and so do we: no time is in month 13. */
static const struct field_row fields[TIME_FIELDS] = {
    [TIME_OF_DAY] = {"HH:MM:HH:MM, the start before the end, at most 24:00", NULL, 0, false},
    [TIME_WEEKDAY] = {"a day's name or two joined by \":\", the week beginning on sunday", weekdays,
                      0, false},
    [TIME_DAY_OF_MONTH] =
        {"1 to 31, or -31 to -1 from the month's end, or two of them joined by \":\", the second "
         "never before the first",
         NULL, 0, true},
    [TIME_MONTH] = {"a month's name or 1 to 12, or two of them joined by \":\"", months, 1, true},
    [TIME_YEAR] = {"a year or two of them joined by \":\"", NULL, 0, true},
};

/* A sign and digits, nothing else. What no calendar reaches is cut to the nearest that an int
 * holds.
 */
static bool number_parse(const char *word, int *ret)
{
    const char *digits = word + (*word == '-' || *word == '+');
    long long value;

    if (*digits == '\0' || digits[strspn(digits, "0123456789")] != '\0')
        return false;
    errno = 0;
    value = strtoll(word, NULL, 10);
    *ret = value < -INT_MAX ? -INT_MAX : value > INT_MAX ? INT_MAX : (int)value;
    return errno == 0;
}

static bool word_parse(const struct field_row *row, const char *word, int *ret)
{
    for (size_t i = 0; row->names != NULL && row->names[i] != NULL; i++) {
        if (strcasecmp(word, row->names[i]) == 0) {
            *ret = row->first_name + (int)i;
            return true;
        }
    }
    return row->numbers && number_parse(word, ret);
}

static bool minutes_parse(const char *text, int *ret)
{
    if (strspn(text, "0123456789") != 2 || text[2] != ':' || strspn(text + 3, "0123456789") != 2)
        return false;
    int hours = (text[0] - '0') * 10 + text[1] - '0';
    int minutes = (text[3] - '0') * 10 + text[4] - '0';
    *ret = hours * 60 + minutes;
    return minutes < 60 && *ret <= MINUTES_A_DAY;
}

static bool time_of_day_parse(const char *text, struct time_range *ret)
{
    return strlen(text) == 11 && text[5] == ':' && minutes_parse(text, &ret->begin) &&
           minutes_parse(text + 6, &ret->end) && ret->begin < ret->end;
}

static bool words_parse(const struct field_row *row, const char *text, struct time_range *ret)
{
    char word[WORD_BYTES_MAX];
    const char *colon = strchr(text, ':');
    size_t bytes = colon != NULL ? (size_t)(colon - text) : strlen(text);

    if (bytes >= sizeof(word))
        return false;
    memcpy(word, text, bytes);
    word[bytes] = '\0';
    if (!word_parse(row, word, &ret->begin))
        return false;
    if (colon == NULL) {
        ret->end = ret->begin;
        return true;
    }
    return word_parse(row, colon + 1, &ret->end);
}

/* Where a day stands in the shortest month, in which days from the end come first. */
static int day_at_least(int day)
{
    return day < 0 ? SHORTEST_MONTH_DAYS + day : day;
}

/* Alertmanager's rule: a range that is empty in the shortest month is a mistake, and so is one that
 * counts from the end first and from the beginning then. */
static bool days_are_possible(const struct time_range *range)
{
    if (range->begin == 0 || range->begin < -31 || range->begin > 31 || range->end == 0 ||
        range->end < -31 || range->end > 31 || (range->begin < 0 && range->end > 0))
        return false;
    return day_at_least(range->begin) <= day_at_least(range->end);
}

static int range_add(struct time_interval *interval, enum time_field field, struct time_range range,
                     struct error *err)
{
    if (interval->counts[field] == TIME_RANGES_MAX)
        return error_set(err, ERROR_LIMIT, "more than %d ranges", TIME_RANGES_MAX);
    interval->ranges[field][interval->counts[field]++] = range;
    return 0;
}

int time_interval_add_none(struct time_interval *interval, enum time_field field, struct error *err)
{
    return range_add(interval, field, (struct time_range){INT_MAX, -INT_MAX}, err);
}

int time_interval_add(struct time_interval *interval, enum time_field field, const char *text,
                      struct error *err)
{
    const struct field_row *row = &fields[field];
    struct time_range range = {0};
    bool ok =
        field == TIME_OF_DAY ? time_of_day_parse(text, &range) : words_parse(row, text, &range);

    if (ok && field == TIME_DAY_OF_MONTH)
        ok = days_are_possible(&range);
    else if (ok)
        ok = range.begin <= range.end;
    if (!ok)
        return error_set(err, ERROR_INPUT, "\"%.64s\" where %s was expected", text, row->expected);
    return range_add(interval, field, range, err);
}

int time_interval_set_location(struct time_interval *interval, const char *zone_name,
                               struct error *err)
{
    zone_free(interval->zone);
    interval->zone = NULL;
    if (*zone_name == '\0' || strcmp(zone_name, "UTC") == 0)
        return 0;
    return zone_open(zone_name, &interval->zone, err);
}

void time_interval_fini(struct time_interval *interval)
{
    zone_free(interval->zone);
    interval->zone = NULL;
}

static int days_in_month(const struct tm *local)
{
    struct tm last = {.tm_year = local->tm_year, .tm_mon = local->tm_mon + 1, .tm_mday = 0};

    timegm(&last);
    return last.tm_mday;
}

static int clamp(int value, int min, int max)
{
    return value < min ? min : value > max ? max : value;
}

/* Counts from the beginning of the month at hand; a range that begins behind its last day is empty.
 */
static struct time_range days_resolve(struct time_range range, int days)
{
    if (range.begin > days)
        return (struct time_range){1, 0};
    if (range.begin < 0)
        range.begin += days + 1;
    if (range.end < 0)
        range.end += days + 1;
    return (struct time_range){clamp(range.begin, -days, days), clamp(range.end, -days, days)};
}

static bool field_contains(const struct time_interval *interval, enum time_field field, int value,
                           int days)
{
    for (size_t i = 0; i < interval->counts[field]; i++) {
        struct time_range range = interval->ranges[field][i];
        if (field == TIME_DAY_OF_MONTH)
            range = days_resolve(range, days);
        if (value >= range.begin && (field == TIME_OF_DAY ? value < range.end : value <= range.end))
            return true;
    }
    return interval->counts[field] == 0;
}

bool time_interval_contains(const struct time_interval *interval, int64_t time_ms)
{
    struct tm local;

    zone_local(interval->zone, time_ms / 1000, &local);
    const int values[TIME_FIELDS] = {
        [TIME_OF_DAY] = local.tm_hour * 60 + local.tm_min,
        [TIME_WEEKDAY] = local.tm_wday,
        [TIME_DAY_OF_MONTH] = local.tm_mday,
        [TIME_MONTH] = local.tm_mon + 1,
        [TIME_YEAR] = local.tm_year + 1900,
    };
    int days = days_in_month(&local);
    for (int field = 0; field < TIME_FIELDS; field++) {
        if (!field_contains(interval, (enum time_field)field, values[field], days))
            return false;
    }
    return true;
}

static bool any_contains(const struct time_interval *const *intervals, size_t count,
                         int64_t time_ms)
{
    for (size_t i = 0; i < count; i++) {
        if (time_interval_contains(intervals[i], time_ms))
            return true;
    }
    return false;
}

bool time_intervals_contain(const struct time_interval *const *intervals, size_t count,
                            int64_t time_ms, int64_t *ret_change_ms)
{
    bool now = any_contains(intervals, count, time_ms);
    int64_t at_ms = (time_ms / MINUTE_MS + 1) * MINUTE_MS;

    while (at_ms < time_ms + TIME_CHANGE_MS_MAX && any_contains(intervals, count, at_ms) == now)
        at_ms += MINUTE_MS;
    *ret_change_ms = at_ms;
    return now;
}
