/*
 * time_text.c - RFC 3339 to milliseconds since the epoch and back.
 *
 * Accepts exactly what RECORD_TIME_PATTERN accepts: years 1970 to 9999, days that exist, no leap
 * second, upper-case T and Z, up to nine decimals (cut to three), an offset that is always there.
 * Done by arithmetic: no time zone of the process takes part. A time that its offset moves out of
 * those years is read as the nearest edge, so that whatever was read can be written.
 */
#include <string.h>

#include "producer/record.h"
#include "producer/record_check.h"

#define MS_PER_DAY INT64_C(86400000)

static const int days_before_month[2][13] = {
    {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365},
    {0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366},
};

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days from 1970-01-01 to the first day of a year from 1970 on. */
static int64_t days_before_year(int64_t year)
{
    int64_t last = year - 1;

    return 365 * (year - 1970) + (last / 4 - last / 100 + last / 400) -
           (1969 / 4 - 1969 / 100 + 1969 / 400);
}

/* Reads `digits` digits within min..max and moves on. */
static bool read_number(const char **at, int digits, int min, int max, int *ret_number)
{
    int number = 0;

    for (int i = 0; i < digits; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        number = number * 10 + (**at - '0');
    }
    *ret_number = number;
    return number >= min && number <= max;
}

static bool read_byte(const char **at, char byte)
{
    return **at == byte && *(*at)++;
}

static bool read_date(const char **at, int64_t *ret_days)
{
    int year, month, day;
    const int *before;

    if (!read_number(at, 4, 1970, 9999, &year) || !read_byte(at, '-') ||
        !read_number(at, 2, 1, 12, &month) || !read_byte(at, '-'))
        return false;
    before = days_before_month[is_leap(year)];
    if (!read_number(at, 2, 1, before[month] - before[month - 1], &day))
        return false;
    *ret_days = days_before_year(year) + before[month - 1] + day - 1;
    return true;
}

static bool read_fraction(const char **at, int *ret_ms)
{
    static const int weight[] = {100, 10, 1};
    int digits = 0;

    *ret_ms = 0;
    if (!read_byte(at, '.'))
        return true;
    for (; **at >= '0' && **at <= '9'; (*at)++, digits++) {
        if (digits < 3)
            *ret_ms += weight[digits] * (**at - '0');
    }
    return digits >= 1 && digits <= TIME_FRACTION_DIGITS_MAX;
}

static bool read_clock(const char **at, int64_t *ret_ms)
{
    int hour, minute, second, ms;

    if (!read_number(at, 2, 0, 23, &hour) || !read_byte(at, ':') ||
        !read_number(at, 2, 0, 59, &minute) || !read_byte(at, ':') ||
        !read_number(at, 2, 0, 59, &second) || !read_fraction(at, &ms))
        return false;
    *ret_ms = INT64_C(1000) * ((hour * 60 + minute) * 60 + second) + ms;
    return true;
}

static bool read_offset(const char **at, int64_t *ret_ms)
{
    int sign = **at == '-' ? -1 : 1, hour, minute;

    *ret_ms = 0;
    if (read_byte(at, 'Z'))
        return true;
    if ((!read_byte(at, '+') && !read_byte(at, '-')) || !read_number(at, 2, 0, 23, &hour) ||
        !read_byte(at, ':') || !read_number(at, 2, 0, 59, &minute))
        return false;
    *ret_ms = INT64_C(60000) * sign * (hour * 60 + minute);
    return true;
}

int time_parse(const char *text, int64_t *ret_ms)
{
    int64_t days, clock_ms, offset_ms, time_ms;

    if (!read_date(&text, &days) || !read_byte(&text, 'T') || !read_clock(&text, &clock_ms) ||
        !read_offset(&text, &offset_ms) || *text != '\0')
        return -1;
    time_ms = days * MS_PER_DAY + clock_ms - offset_ms;
    if (time_ms < 0)
        time_ms = 0;
    if (time_ms > TIME_MS_MAX)
        time_ms = TIME_MS_MAX;
    *ret_ms = time_ms;
    return 0;
}

static void write_number(char *at, int digits, int number)
{
    for (; digits > 0; digits--, number /= 10)
        at[digits - 1] = (char)('0' + number % 10);
}

void time_format(int64_t time_ms, char text[TIME_TEXT_BYTES])
{
    int64_t within = time_ms < 0 ? 0 : time_ms > TIME_MS_MAX ? TIME_MS_MAX : time_ms;
    int64_t days = within / MS_PER_DAY, year = 1970 + days / 366;
    int clock_ms = (int)(within % MS_PER_DAY), month = 1, day;
    const int *before;

    while (days_before_year(year + 1) <= days)
        year++;
    before = days_before_month[is_leap(year)];
    day = (int)(days - days_before_year(year));
    while (before[month] <= day)
        month++;
    memcpy(text, "0000-00-00T00:00:00.000Z", sizeof("0000-00-00T00:00:00.000Z"));
    write_number(text, 4, (int)year);
    write_number(text + 5, 2, month);
    write_number(text + 8, 2, day - before[month - 1] + 1);
    write_number(text + 11, 2, clock_ms / 3600000);
    write_number(text + 14, 2, clock_ms / 60000 % 60);
    write_number(text + 17, 2, clock_ms / 1000 % 60);
    write_number(text + 20, 3, clock_ms % 1000);
}
