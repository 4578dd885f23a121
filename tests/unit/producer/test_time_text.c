/*
 * test_time_text.c - RFC 3339: each edge of what is read, and that what is written reads back.
 */
#include <criterion/criterion.h>
#include <time.h>

#include "producer/record_check.h"

static const struct {
    const char *text;
    int64_t ms;
} taken[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"1970-01-01T00:00:00.001Z", 1},
    {"2024-02-29T12:34:56.789Z", 1709210096789},
    {"2024-02-29T12:34:56.789999999Z", 1709210096789},
    {"2024-02-29T12:34:56.7Z", 1709210096700},
    {"2024-02-29T14:34:56+02:00", 1709210096000},
    {"2024-02-29T04:04:56-08:30", 1709210096000},
    {"2000-02-29T00:00:00Z", 951782400000},
    {"2400-02-29T00:00:00Z", 13574563200000},
    {"9999-12-31T23:59:59.999Z", TIME_MS_MAX},
    {"9999-12-31T23:59:59.999-23:59", TIME_MS_MAX},
    {"1970-01-01T00:00:00+23:59", 0},
    {"1970-01-01T00:00:00-00:00", 0},
};

static const char *const refused[] = {
    "",
    "2024-02-29",
    "2024-02-29T12:34:56",
    "2024-02-29 12:34:56Z",
    "2024-02-29t12:34:56Z",
    "2024-02-29T12:34:56z",
    "2024-02-29T12:34:56.Z",
    "2024-02-29T12:34:56.1234567890Z",
    "2024-02-29T12:34:56,5Z",
    "2024-02-29T12:34:60Z",
    "2024-02-29T12:60:00Z",
    "2024-02-29T24:00:00Z",
    "2024-02-30T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "2100-02-29T00:00:00Z",
    "2024-04-31T00:00:00Z",
    "2024-13-01T00:00:00Z",
    "2024-00-01T00:00:00Z",
    "2024-01-00T00:00:00Z",
    "1969-12-31T23:59:59Z",
    "10000-01-01T00:00:00Z",
    "2024-02-29T12:34:56+24:00",
    "2024-02-29T12:34:56+02:60",
    "2024-02-29T12:34:56+0200",
    "2024-02-29T12:34:56+02",
    "2024-02-29T12:34:56Z ",
    "2024-02-29T12:34:56Z\n",
    " 2024-02-29T12:34:56Z",
    "2024-2-29T12:34:56Z",
    "+024-02-29T12:34:56Z",
};

Test(time_text, reads)
{
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        int64_t ms = -1;

        cr_assert_eq(time_parse(taken[i].text, &ms), 0, "%s", taken[i].text);
        cr_assert_eq(ms, taken[i].ms, "%s: %ld", taken[i].text, (long)ms);
    }
}

Test(time_text, refuses_and_leaves_the_result_alone)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        int64_t ms = -7;

        cr_assert_eq(time_parse(refused[i], &ms), -1, "%s", refused[i]);
        cr_assert_eq(ms, -7);
    }
}

Test(time_text, agrees_with_the_c_library_on_every_day)
{
    for (int64_t day = 0; day < 800000; day += 1) {
        int64_t ms = day * 86400000 + day % 86400000, back;
        time_t seconds = ms / 1000;
        char text[TIME_TEXT_BYTES], expected[TIME_TEXT_BYTES];
        struct tm tm;

        time_format(ms, text);
        gmtime_r(&seconds, &tm);
        strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%S", &tm);
        cr_assert_eq(strncmp(text, expected, 19), 0, "%s %s", text, expected);
        cr_assert_eq(time_parse(text, &back), 0);
        cr_assert_eq(back, ms);
    }
}

Test(time_text, out_of_range_is_the_nearest_edge)
{
    char text[TIME_TEXT_BYTES];

    time_format(-1, text);
    cr_assert_str_eq(text, "1970-01-01T00:00:00.000Z");
    time_format(INT64_MAX, text);
    cr_assert_str_eq(text, "9999-12-31T23:59:59.999Z");
}
