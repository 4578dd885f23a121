/* Routes that are muted by time, and the groups that came through them, found again by their key.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "consumer/route/quote.h"
#include "consumer/route/route.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)

static struct time_interval nights, mornings;
static const struct time_interval *const of_nights[] = {&nights}, *const of_mornings[] = {
                                                                      &mornings};
static const struct named_interval night = {.name = "night", .intervals = of_nights, .count = 1},
                                   morning = {
                                       .name = "morning", .intervals = of_mornings, .count = 1};
static const struct named_interval *at_night[] = {&night}, *in_the_morning[] = {&morning};

static void setup(void)
{
    struct error err = {0};

    cr_assert_eq(time_interval_add(&nights, TIME_OF_DAY, "00:00:06:00", &err), 0);
    cr_assert_eq(time_interval_add(&mornings, TIME_OF_DAY, "05:00:10:00", &err), 0);
}

TestSuite(route_mute, .init = setup);

Test(route_mute, mute_and_active_are_both_asked)
{
    const struct route both = {
        .mute = at_night, .mute_count = 1, .active = in_the_morning, .active_count = 1};
    const struct route neither = {.receiver = "a"};
    static const struct {
        int64_t hour;
        bool muted;
        const char *name;
        int64_t change_hour;
    } rows[] = {
        {4, true, "night", 5}, {5, true, "night", 6}, {6, false, NULL, 10}, {11, true, NULL, 24}};
    const char *name;
    int64_t change_ms;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_expect_eq(route_muted(&both, rows[i].hour * HOUR_MS, &name, &change_ms), rows[i].muted);
        cr_expect(rows[i].name ? name && strcmp(name, rows[i].name) == 0 : !name, "%zu", i);
        cr_expect_eq(change_ms, rows[i].change_hour * HOUR_MS, "%zu: %lld", i,
                     (long long)(change_ms / MINUTE_MS));
    }
    cr_expect_not(route_muted(&neither, 0, &name, &change_ms));
    cr_expect_eq(change_ms, TIME_CHANGE_MS_MAX);
}

Test(route_mute, a_group_is_found_by_its_key)
{
    struct matcher *high = NULL, *low = NULL;
    struct error err = {0};
    cr_assert_eq(matcher_new("severity", MATCH_EQ, "high", &high, &err), 0);
    cr_assert_eq(matcher_new("severity", MATCH_EQ, "low", &low, &err), 0);
    struct matcher *is_high[] = {high}, *is_low[] = {low};
    struct route root = {.receiver = "a"};
    struct route children[] = {
        {.receiver = "a",
         .matchers = is_high,
         .matchers_count = 1,
         .parent = &root,
         .mute = at_night,
         .mute_count = 1},
        {.receiver = "b",
         .matchers = is_low,
         .matchers_count = 1,
         .parent = &root,
         .mute = at_night,
         .mute_count = 1},
        {.receiver = "b", .matchers = is_low, .matchers_count = 1, .parent = &root},
    };
    struct route below = {
        .receiver = "a", .parent = &children[0], .mute = in_the_morning, .mute_count = 1};
    root.children = children;
    root.children_count = 3;
    children[0].children = &below;
    children[0].children_count = 1;
    static const struct {
        const char *receiver, *key, *name;
        int64_t hour;
        bool muted;
    } rows[] = {
        {"a", "{}/{severity=\"high\"}:{alertname=\"x\"}", "night", 1, true},
        {"a", "{}/{severity=\"high\"}:{alertname=\"x\"}", NULL, 7, false},
        {"a", "{}/{severity=\"high\"}/{}:{}", "morning", 7, true},
        {"a", "{}/{severity=\"high\"}/{}:{}", NULL, 1, false},
        {"b", "{}/{severity=\"high\"}:{}", NULL, 1, false},
        {"b", "{}/{severity=\"low\"}:{}", "night", 1, false},
        {"a", "{}:{severity=\"high\"}", NULL, 1, false},
        {"a", "{}/{severity=\"hi", NULL, 1, false},
        {"a", "{}/{severity=\"gone\"}:{}", NULL, 1, false},
        {"a", "", NULL, 1, false},
    };
    const char *name;
    int64_t change_ms;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_expect_eq(route_group_muted(&root, rows[i].receiver, rows[i].key, rows[i].hour * HOUR_MS,
                                       &name, &change_ms),
                     rows[i].muted, "%zu", i);
        cr_expect(rows[i].name ? name && strcmp(name, rows[i].name) == 0 : !name, "%zu", i);
        cr_expect(change_ms > rows[i].hour * HOUR_MS);
    }
    matcher_free(high);
    matcher_free(low);
}
