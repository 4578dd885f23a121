/*
 * test_round_trip.c - what correlate and deliver store comes back as it was.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "consumer/records/delivery.h"
#include "consumer/records/run_state.h"

#define PRINT "v1:0123456789abcdef0123456789abcdef"

static struct arena arena;

static void start(void)
{
    arena_init(&arena);
}

static void stop(void)
{
    arena_fini(&arena);
}

TestSuite(round_trip, .init = start, .fini = stop);

static const char *encode(const struct record_type *type, const void *record)
{
    struct error err = {.kind = ERROR_NONE};
    size_t bytes;
    const char *json = record_encode(type, record, &arena, &bytes, &err);

    cr_assert_not_null(json, "%s: %s", err.pointer, err.text);
    return json;
}

/* Into ret, and back to the same text. */
static void again(const struct record_type *type, const void *record, void *ret)
{
    struct error err = {.kind = ERROR_NONE};
    const char *json = encode(type, record);

    cr_assert_eq(record_decode(type, json, strlen(json), &arena, ret, &err), 0, "%s: %s: %s", json,
                 err.pointer, err.text);
    cr_assert_str_eq(encode(type, ret), json);
}

Test(round_trip, an_alert_that_was_never_told)
{
    struct sighting sighting = {
        .pipeline = "nightly", .run = "r", .run_started_ms = 5, .count = 3, .clean = true};
    struct alert alert = {.fingerprint = PRINT,
                          .episode = 1,
                          .rule = {.id = "a/b/c"},
                          .model = "m",
                          .opened_ms = 7,
                          .sightings = {&sighting, 1}},
                 read;
    const struct sighting *first;

    again(&alert_type, &alert, &read);
    cr_assert_eq(read.status, ALERT_OPEN);
    cr_assert_str_eq(read.news_run, "");
    cr_assert_null(read.owner);
    cr_assert_eq(read.sightings.count, 1);
    first = read.sightings.items;
    cr_assert_str_eq(first->pipeline, "nightly");
    cr_assert_str_eq(first->team, "");
    cr_assert(first->clean);
    cr_assert_eq(read.told.count, 0);
}

Test(round_trip, a_full_alert_at_its_limits)
{
    struct sighting sightings[SIGHTINGS_MAX + 1];
    struct alert alert = {.fingerprint = PRINT,
                          .version = INT64_C(1700000000000),
                          .status = ALERT_RESOLVED,
                          .resolved_reason = RESOLVED_STALE,
                          .episode = 2,
                          .rule = {.id = "a/b/c"},
                          .model = "m",
                          .severity = SEVERITY_CRITICAL,
                          .confidence = 1,
                          .sightings = {sightings, SIGHTINGS_MAX}},
                 read;
    struct error err = {.kind = ERROR_NONE};
    size_t bytes;

    for (size_t i = 0; i <= SIGHTINGS_MAX; i++)
        sightings[i] = (struct sighting){.run = "r", .count = (int64_t)i};
    again(&alert_type, &alert, &read);
    cr_assert_eq(read.resolved_reason, RESOLVED_STALE);
    cr_assert_eq(((struct sighting *)read.sightings.items)[SIGHTINGS_MAX - 1].count,
                 SIGHTINGS_MAX - 1);
    alert.sightings.count++;
    cr_assert_null(record_encode(&alert_type, &alert, &arena, &bytes, &err));
    cr_assert_str_eq(err.pointer, "/sightings");
}

Test(round_trip, a_group_with_an_intent)
{
    struct intent intent = {.version = 4, .attempt = 1, .started_ms = 10, .until_ms = 20};
    struct label stored[] = {{"ticket", "T-1"}, {"channel", ""}};
    struct group_state state = {.integration = "team/slack/0",
                                .group = "g",
                                .timing = {.group_wait_ms = 30000},
                                .intent = &intent,
                                .stored = {stored, 2}},
                       read;

    again(&group_state_type, &state, &read);
    cr_assert_eq(read.intent->until_ms, 20);
    cr_assert_null(read.waits_for);
    cr_assert_eq(read.timing.group_wait_ms, 30000);
    cr_assert_str_eq(((struct label *)read.stored.items)[0].value, "T-1");
    state.intent = NULL;
    again(&group_state_type, &state, &read);
    cr_assert_null(read.intent);
}

Test(round_trip, a_part_of_a_runs_end)
{
    struct notification part = {.integration = "team/slack/0",
                                .time_ms = 1,
                                .run = "r",
                                .part = 1,
                                .parts = 6,
                                .run_status = RUN_PARTIAL,
                                .flush = FLUSH_RUN_END},
                        read;

    again(&notification_type, &part, &read);
    cr_assert_null(read.picture);
    cr_assert_str_eq(read.group, "");
    cr_assert_eq(read.run_status, RUN_PARTIAL);
    cr_assert_eq(read.flush, FLUSH_RUN_END);
}

Test(round_trip, a_runs_state)
{
    struct coverage row = {.rule = "a/b/c", .model = "m", .attempts = 254, .withheld = 2};
    struct count published = {.fingerprint = PRINT, .n = 13};
    struct shard_end end = {.end = "2d7b974b-7ed3-56eb-ad7a-77b6007932ec",
                            .shard = 1,
                            .attempt = 1,
                            .has_coverage = true,
                            .coverage = {&row, 1},
                            .published = {&published, 1}};
    struct run_state state = {.run = {.id = "r", .attempt = 1, .shard = 1, .shards = 1},
                              .phase = RUN_ENDED,
                              .ends = {&end, 1}},
                     read;
    const struct shard_end *first;

    again(&run_state_type, &state, &read);
    first = read.ends.items;
    cr_assert_eq(first->status, RUN_COMPLETE);
    cr_assert(first->has_coverage);
    cr_assert_eq(((struct coverage *)first->coverage.items)->withheld, 2);
    cr_assert_null(((struct coverage *)first->coverage.items)->target);
    cr_assert_eq(((struct count *)first->published.items)->n, 13);
}
