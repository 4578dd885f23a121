/* Prometheus' durations, there and back. */
#include <criterion/criterion.h>

#include "consumer/config/reader.h"

Test(duration, parses_what_prometheus_parses)
{
    static const struct {
        const char *text;
        int64_t ms;
    } rows[] = {
        {"0", 0},
        {"0s", 0},
        {"250ms", 250},
        {"30s", 30000},
        {"5m", 300000},
        {"1h30m", 5400000},
        {"1d", 86400000},
        {"1w", 604800000},
        {"1y", INT64_C(31536000000)},
        {"1y2w3d4h5m6s7ms",
         INT64_C(31536000000) + 2 * 604800000 + 3 * 86400000 + 4 * 3600000 + 5 * 60000 + 6007},
        {"292277024y", INT64_C(292277024) * INT64_C(31536000000)},
    };
    char text[DURATION_TEXT_BYTES];
    int64_t ms;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_assert_eq(duration_parse(rows[i].text, &ms), 0, "%s", rows[i].text);
        cr_assert_eq(ms, rows[i].ms, "%s", rows[i].text);
        duration_format(ms, text);
        cr_assert_eq(duration_parse(text, &ms), 0, "%s", text);
        cr_assert_eq(ms, rows[i].ms, "%s", text);
    }
}

Test(duration, refuses)
{
    static const char *const texts[] = {"",          "5",  "-5s",  "5 s",  "1.5h",
                                        "s",         "5x", "1s1m", "1s1s", "5S",
                                        "1ms1s",     "00", " 5s",  "5s ",  "9223372036854775808ms",
                                        "300000000y"};
    int64_t ms = 42;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cr_assert_eq(duration_parse(texts[i], &ms), -1, "%s", texts[i]);
        cr_assert_eq(ms, 42);
    }
}

Test(nearest, suggests_only_what_is_near)
{
    static const char *const known[] = {"receiver", "group_by", "group_wait", "routes"};

    cr_assert_str_eq(nearest_name("reciever", known, 4), "receiver");
    cr_assert_str_eq(nearest_name("route", known, 4), "routes");
    cr_assert_str_eq(nearest_name("groupwait", known, 4), "group_wait");
    cr_assert_null(nearest_name("password", known, 4));
    cr_assert_null(nearest_name("a name so long that nobody would ever think of comparing it with "
                                "anything",
                                known, 4));
}
