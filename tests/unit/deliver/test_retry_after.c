/* Retry-After: seconds, dates, and what is neither. */
#include <criterion/criterion.h>

#include "consumer/deliver/retry_after.h"

#define NOW_MS 1700000000000 /* Tue, 14 Nov 2023 22:13:20 GMT */

static const struct {
    const char *text;
    int64_t now_ms, ms;
} rows[] = {
    {"0", NOW_MS, 0},
    {"1", NOW_MS, 1000},
    {"120", NOW_MS, 120000},
    {" 30 ", NOW_MS, 30000},
    {"30\r\n", NOW_MS, 30000},
    {"007", NOW_MS, 7000},
    {"1.5", NOW_MS, 2000}, /* rounded up: never early */
    {"1.000", NOW_MS, 1000},
    {"2.", NOW_MS, 2000},
    {"31622400", NOW_MS, RETRY_AFTER_PARSE_MAX_MS},
    {"31622401", NOW_MS, RETRY_AFTER_PARSE_MAX_MS},
    {"99999999999999999999999999", NOW_MS, RETRY_AFTER_PARSE_MAX_MS},
    {"Tue, 14 Nov 2023 22:13:20 GMT", NOW_MS, 0},
    {"Tue, 14 Nov 2023 22:13:21 GMT", NOW_MS, 1000},
    {"Tue, 14 Nov 2023 22:13:21 GMT", NOW_MS + 400, 600},
    {"Tuesday, 14-Nov-23 22:15:20 GMT", NOW_MS, 120000}, /* RFC 850 */
    {"Tue, 14 Nov 1999 22:13:20 GMT", NOW_MS, 0},
    {"Fri, 31 Dec 9999 23:59:59 GMT", NOW_MS, RETRY_AFTER_PARSE_MAX_MS},
    {"", NOW_MS, RETRY_AFTER_NONE},
    {"   ", NOW_MS, RETRY_AFTER_NONE},
    {"-1", NOW_MS, RETRY_AFTER_NONE},
    {"+5", NOW_MS, RETRY_AFTER_NONE},
    {"soon", NOW_MS, RETRY_AFTER_NONE},
    {"5 seconds", NOW_MS, RETRY_AFTER_NONE},
    {"1e3", NOW_MS, RETRY_AFTER_NONE},
    {"0x10", NOW_MS, RETRY_AFTER_NONE},
    {"1.2.3", NOW_MS, RETRY_AFTER_NONE},
    {".5", NOW_MS, RETRY_AFTER_NONE},
    {"Tue, 99 Foo 2023", NOW_MS, RETRY_AFTER_NONE},
    {"Tue, 14 Nov 2023 22:13:20 GMT and a text that is longer than any date", NOW_MS,
     RETRY_AFTER_NONE},
    {NULL, NOW_MS, RETRY_AFTER_NONE},
};

Test(retry_after, rows)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t ms = retry_after_parse(rows[i].text, rows[i].now_ms);
        cr_expect_eq(ms, rows[i].ms, "\"%s\": %lld", rows[i].text ? rows[i].text : "(null)",
                     (long long)ms);
    }
}
