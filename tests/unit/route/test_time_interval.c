/*
 * Time intervals: each field's words and edges, days that count from the month's end, and local
 * time.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "consumer/route/time_interval.h"
#include "producer/record.h"

struct contains_row {
    enum time_field field;
    const char *range, *time;
    bool contained;
};

static int64_t at(const char *text)
{
    int64_t time_ms = 0;

    cr_assert_eq(time_parse(text, &time_ms), 0, "%s", text);
    return time_ms;
}

Test(time_interval, ranges_hold_their_edges)
{
    static const struct contains_row rows[] = {
        {TIME_OF_DAY, "09:00:17:00", "2026-11-23T08:59:59Z", false},
        {TIME_OF_DAY, "09:00:17:00", "2026-11-23T09:00:00Z", true},
        {TIME_OF_DAY, "09:00:17:00", "2026-11-23T16:59:59Z", true},
        {TIME_OF_DAY, "09:00:17:00", "2026-11-23T17:00:00Z", false},
        {TIME_OF_DAY, "00:00:24:00", "2026-11-23T23:59:59Z", true},
        {TIME_WEEKDAY, "monday:friday", "2026-11-22T12:00:00Z", false},
        {TIME_WEEKDAY, "monday:friday", "2026-11-23T00:00:00Z", true},
        {TIME_WEEKDAY, "Saturday", "2026-11-28T12:00:00Z", true},
        {TIME_DAY_OF_MONTH, "1:5", "2026-11-05T12:00:00Z", true},
        {TIME_DAY_OF_MONTH, "1:5", "2026-11-06T12:00:00Z", false},
        {TIME_DAY_OF_MONTH, "-1", "2026-11-30T12:00:00Z", true},
        {TIME_DAY_OF_MONTH, "-1", "2026-11-29T12:00:00Z", false},
        {TIME_DAY_OF_MONTH, "-3:-1", "2028-02-27T12:00:00Z", true},
        {TIME_DAY_OF_MONTH, "-3:-1", "2028-02-26T12:00:00Z", false},
        {TIME_DAY_OF_MONTH, "25:-1", "2027-02-28T12:00:00Z", true},
        {TIME_DAY_OF_MONTH, "30:31", "2027-02-28T12:00:00Z", false},
        {TIME_DAY_OF_MONTH, "28:31", "2027-02-28T12:00:00Z", true},
        {TIME_DAY_OF_MONTH, "-31:-30", "2027-02-01T12:00:00Z", false},
        {TIME_DAY_OF_MONTH, "24:-4", "2026-11-27T12:00:00Z", true},
        {TIME_DAY_OF_MONTH, "24:-4", "2026-11-28T12:00:00Z", false},
        {TIME_DAY_OF_MONTH, "+5", "2026-11-05T12:00:00Z", true},
        {TIME_MONTH, "13", "2026-12-05T12:00:00Z", false},
        {TIME_MONTH, "-1:5", "2026-05-05T12:00:00Z", true},
        {TIME_MONTH, "05:MAY", "2026-05-05T12:00:00Z", true},
        {TIME_YEAR, "-5:99999999999", "2026-05-05T12:00:00Z", true},
        {TIME_MONTH, "january:march", "2026-03-31T23:59:59Z", true},
        {TIME_MONTH, "5:8", "2026-09-01T00:00:00Z", false},
        {TIME_YEAR, "2026", "2026-12-31T23:59:59Z", true},
        {TIME_YEAR, "2026:2027", "2028-01-01T00:00:00Z", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct time_interval interval = {0};
        struct error err = {0};
        cr_assert_eq(time_interval_add(&interval, rows[i].field, rows[i].range, &err), 0, "%s",
                     err.text);
        cr_expect_eq(time_interval_contains(&interval, at(rows[i].time)), rows[i].contained,
                     "%s in %s", rows[i].time, rows[i].range);
        time_interval_fini(&interval);
    }
}

Test(time_interval, refuses_what_cannot_be)
{
    static const struct {
        enum time_field field;
        const char *range;
    } rows[] = {
        {TIME_OF_DAY, "9:00:17:00"},
        {TIME_OF_DAY, "17:00:09:00"},
        {TIME_OF_DAY, "09:00:09:00"},
        {TIME_OF_DAY, "09:60:10:00"},
        {TIME_OF_DAY, "00:00:24:01"},
        {TIME_OF_DAY, "09:00"},
        {TIME_OF_DAY, "+9:00:10:00"},
        {TIME_OF_DAY, "09:00:1 :00"},
        {TIME_WEEKDAY, "friday:monday"},
        {TIME_WEEKDAY, "1"},
        {TIME_WEEKDAY, "frid"},
        {TIME_DAY_OF_MONTH, "0"},
        {TIME_DAY_OF_MONTH, "32"},
        {TIME_DAY_OF_MONTH, "5:1"},
        {TIME_DAY_OF_MONTH, "-1:-3"},
        {TIME_DAY_OF_MONTH, "-1:5"},
        {TIME_DAY_OF_MONTH, "1:2:3"},
        {TIME_DAY_OF_MONTH, "25:-4"},
        {TIME_DAY_OF_MONTH, "-32"},
        {TIME_DAY_OF_MONTH, " 5"},
        {TIME_DAY_OF_MONTH, "-"},
        {TIME_MONTH, "0x5"},
        {TIME_MONTH, "99999999999999999999"},
        {TIME_MONTH, "march:january"},
        {TIME_MONTH, ""},
        {TIME_YEAR, "2027:2026"},
        {TIME_YEAR, "this"},
        {TIME_YEAR, "22222222222222222222222222222222222222222222222222"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct time_interval interval = {0};
        struct error err = {0};
        cr_expect_eq(time_interval_add(&interval, rows[i].field, rows[i].range, &err), -1, "%s",
                     rows[i].range);
        cr_expect_eq(err.kind, ERROR_INPUT);
    }
}

Test(time_interval, takes_so_many_ranges_and_no_more)
{
    struct time_interval interval = {0};
    struct error err = {0};

    for (int i = 0; i < TIME_RANGES_MAX; i++)
        cr_assert_eq(time_interval_add(&interval, TIME_YEAR, "2026", &err), 0);
    cr_assert_eq(time_interval_add(&interval, TIME_YEAR, "2026", &err), -1);
    cr_assert_eq(err.kind, ERROR_LIMIT);
}

Test(time_interval, all_fields_must_hold_in_local_time)
{
    struct time_interval interval = {0};
    struct error err = {0};

    cr_assert_eq(time_interval_set_location(&interval, "Europe/Berlin", &err), 0, "%s", err.text);
    cr_assert_eq(time_interval_add(&interval, TIME_OF_DAY, "09:00:17:00", &err), 0);
    cr_assert_eq(time_interval_add(&interval, TIME_WEEKDAY, "monday:friday", &err), 0);
    cr_expect(time_interval_contains(&interval, at("2026-11-23T08:00:00Z")));
    cr_expect_not(time_interval_contains(&interval, at("2026-11-23T07:59:59Z")));
    cr_expect(time_interval_contains(&interval, at("2026-07-01T07:00:00Z")), "summer time");
    cr_expect_not(time_interval_contains(&interval, at("2026-11-22T10:00:00Z")), "Sunday");
    time_interval_fini(&interval);
}

Test(time_interval, zones_that_are_not_in_the_database)
{
    static const char *const names[] = {"Europe/Berlins", "../etc/passwd", "/etc/passwd",
                                        "europe/berlin", "Europe"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct time_interval interval = {0};
        struct error err = {0};
        cr_expect_eq(time_interval_set_location(&interval, names[i], &err), -1, "%s", names[i]);
        cr_expect_eq(err.kind, ERROR_INPUT);
        time_interval_fini(&interval);
    }
}

Test(time_interval, says_when_to_ask_again)
{
    struct time_interval interval = {0};
    const struct time_interval *intervals[] = {&interval};
    struct error err = {0};
    int64_t change_ms;

    cr_assert_eq(time_interval_add(&interval, TIME_OF_DAY, "22:00:24:00", &err), 0);
    cr_expect(time_intervals_contain(intervals, 1, at("2026-11-23T23:00:30Z"), &change_ms));
    cr_expect_eq(change_ms, at("2026-11-24T00:00:00Z"));
    cr_expect_not(time_intervals_contain(intervals, 1, at("2026-11-23T21:59:30Z"), &change_ms));
    cr_expect_eq(change_ms, at("2026-11-23T22:00:00Z"));
    cr_expect_not(time_intervals_contain(intervals, 0, at("2026-11-23T21:59:30Z"), &change_ms));
    cr_expect_eq(change_ms, at("2026-11-24T22:00:00Z"), "at most a day later");
}

Test(time_interval, utc_and_the_machines_own_zone_have_names)
{
    static const struct {
        const char *location, *tz, *time;
    } rows[] = {
        {"", "Europe/Berlin", "2026-11-23T09:00:00Z"},
        {"UTC", "Europe/Berlin", "2026-11-23T09:00:00Z"},
        {"Local", "Europe/Berlin", "2026-11-23T08:00:00Z"},
        {"Local", ":Asia/Kolkata", "2026-11-23T03:30:00Z"},
        {"Local", "/usr/share/zoneinfo/Asia/Kolkata", "2026-11-23T03:30:00Z"},
        {"Local", "", "2026-11-23T09:00:00Z"},
        {"Local", "Local", "2026-11-23T09:00:00Z"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct time_interval interval = {0};
        struct error err = {0};
        setenv("TZ", rows[i].tz, 1);
        cr_assert_eq(time_interval_set_location(&interval, rows[i].location, &err), 0, "%s",
                     err.text);
        cr_assert_eq(time_interval_add(&interval, TIME_OF_DAY, "09:00:09:01", &err), 0);
        cr_expect(time_interval_contains(&interval, at(rows[i].time)), "row %zu", i);
        time_interval_fini(&interval);
    }
}

Test(time_interval, a_list_of_nothing_holds_no_time)
{
    for (int field = 0; field < TIME_FIELDS; field++) {
        struct time_interval interval = {0};
        struct error err = {0};
        cr_assert_eq(time_interval_add_none(&interval, (enum time_field)field, &err), 0);
        cr_expect_not(time_interval_contains(&interval, at("2026-11-23T09:00:00Z")), "%d", field);
    }
}
