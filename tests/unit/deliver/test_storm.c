/* A storm: more alerts with news than anybody reads are one message, and afterwards it goes on as
 * normal. */
#include "tests/unit/deliver/fake_channel.h"

#include "consumer/deliver/storm.h"

#define ALERTS    5
#define WINDOW_MS 600000

static const struct integration integration = {.storm_alerts = ALERTS,
                                               .storm_window_ms = WINDOW_MS};

/* The counting alone. */

Test(storm, begins_above_its_number)
{
    struct storm storm = {0};

    cr_expect_not(storm_is_on(&storm, &integration, ALERTS, START_MS));
    cr_expect(storm_is_on(&storm, &integration, ALERTS + 1, START_MS));
    storm = (struct storm){0};
    storm_count(&storm, &integration, ALERTS - 1, START_MS);
    cr_expect_not(storm_is_on(&storm, &integration, 1, START_MS));
    cr_expect(storm_is_on(&storm, &integration, 2, START_MS));
}

Test(storm, lasts_until_its_window_is_over)
{
    struct storm storm = {0};

    storm_count(&storm, &integration, ALERTS + 1, START_MS);
    cr_expect(storm_is_on(&storm, &integration, 0, START_MS + WINDOW_MS - 1));
    cr_expect_not(storm_is_on(&storm, &integration, 1, START_MS + WINDOW_MS));
}

Test(storm, a_clock_that_is_set_back_begins_a_window)
{
    struct storm storm = {0};

    storm_count(&storm, &integration, ALERTS + 1, START_MS);
    cr_expect_not(storm_is_on(&storm, &integration, 1, START_MS - 1));
}

Test(storm, never_where_no_number_is_set)
{
    const struct integration calm = {.storm_window_ms = WINDOW_MS};
    struct storm storm = {0};

    cr_expect_not(storm_is_on(&storm, &calm, INT32_MAX, START_MS));
}

Test(storm, its_message_waits_for_quiet_but_not_beyond_the_window)
{
    struct storm storm = {.window_ms = START_MS, .on = true};

    cr_expect_eq(storm_due_ms(&storm, &integration, START_MS + 7), START_MS + 7 + STORM_QUIET_MS);
    cr_expect_eq(storm_due_ms(&storm, &integration, START_MS + WINDOW_MS - 1),
                 START_MS + WINDOW_MS);
}

/* In the deliverer. */

static struct fake_world *world;

static void begin(void)
{
    world = fake_world_new();
    world->integrations[0].storm_alerts = ALERTS;
    world->integrations[0].storm_window_ms = WINDOW_MS;
    world->config.external_url = "https://tocsin.example.com";
}
static void end(void)
{
    fake_world_free(world);
}
TestSuite(rollup, .init = begin, .fini = end);

static const char *fingerprint_of(int number)
{
    return arena_printf(&world->arena, "v1:%x%031x", number % 16, number);
}

/* A group of its own for each alert. */
static void news(int number, int64_t version, enum news kind)
{
    struct notification notification =
        fake_notification(world, fingerprint_of(number), version, kind);

    notification.group = arena_printf(&world->arena, "%032x", number);
    notification.group_key = arena_printf(&world->arena, "{}:{n=\"%d\"}", number);
    fake_put(world, &notification);
}

/* Delivers whatever can be said now; how many messages that were. */
static size_t tell(void)
{
    size_t count = 0;

    for (struct flight *flight = fake_run(world); flight != NULL; flight = fake_run(world)) {
        fake_respond(world, flight, FAKE_OK);
        count++;
    }
    return count;
}

static size_t words_in(const char *text)
{
    size_t count = *text != '\0';

    for (; *text; text++)
        count += *text == ' ';
    return count;
}

Test(rollup, as_many_as_allowed_are_told_one_by_one)
{
    for (int i = 1; i <= ALERTS; i++)
        news(i, 10, NEWS_OPENED);
    fake_pass(world, 30000);
    cr_assert_eq(tell(), ALERTS);
}

Test(rollup, one_more_is_one_message_with_all_of_them)
{
    for (int i = 1; i <= ALERTS + 1; i++)
        news(i, 10, NEWS_OPENED);
    fake_pass(world, 30000);
    cr_assert_eq(tell(), 0);
    fake_pass(world, STORM_QUIET_MS);
    cr_assert_eq(tell(), 1);
    cr_assert_eq(words_in(fake_last()->text), ALERTS + 1, "%s", fake_last()->text);
    cr_assert_not_null(strstr(fake_last()->storm, "one message for 6 alerts"));
    cr_assert_not_null(strstr(fake_last()->storm, "https://tocsin.example.com"));
    fake_pass(world, 86400000);
    cr_assert_eq(tell(), ALERTS + 1, "repeats go their ordinary way: each group has its own");
}

Test(rollup, afterwards_it_goes_on_as_normal)
{
    for (int i = 1; i <= ALERTS + 1; i++)
        news(i, 10, NEWS_OPENED);
    fake_pass(world, 30000);
    tell();
    fake_pass(world, STORM_QUIET_MS);
    cr_assert_eq(tell(), 1);
    news(7, 10, NEWS_OPENED);
    fake_pass(world, 30000);
    cr_assert_eq(tell(), 0, "still in its window");
    fake_pass(world, WINDOW_MS);
    cr_assert_eq(tell(), 1);
    cr_assert_not_null(fake_last()->storm, "the second message of the storm");
    news(8, 10, NEWS_OPENED);
    news(1, 20, NEWS_RESOLVED);
    fake_pass(world, 300000);
    cr_assert_eq(tell(), 2);
    cr_assert_str_eq(fake_last()->storm, "");
}

Test(rollup, a_restart_forgets_nothing)
{
    for (int i = 1; i <= ALERTS + 1; i++)
        news(i, 10, NEWS_OPENED);
    fake_pass(world, 30000);
    tell();
    fake_commit(world);
    fake_crash(world);
    news(7, 10, NEWS_OPENED);
    fake_pass(world, 30000);
    cr_assert_eq(tell(), 1, "what was taken, by the next process");
    cr_assert_eq(words_in(fake_last()->text), ALERTS + 1);
    fake_pass(world, STORM_QUIET_MS);
    cr_assert_eq(tell(), 1, "and the storm is still on");
    cr_assert_str_neq(fake_last()->storm, "");
}

Test(rollup, an_aborted_batch_takes_them_back)
{
    fake_commit(world);
    for (int i = 1; i <= ALERTS + 1; i++)
        news(i, 10, NEWS_OPENED);
    fake_commit(world);
    fake_pass(world, 30000);
    fake_tick(world);
    cr_assert(fake_stage(world));
    fake_abort(world);
    fake_tick(world);
    fake_commit(world);
    fake_pass(world, STORM_QUIET_MS);
    cr_assert_eq(tell(), 1);
    cr_assert_eq(words_in(fake_last()->text), ALERTS + 1);
}

Test(rollup, resolved_before_the_message_is_not_in_it)
{
    for (int i = 1; i <= ALERTS + 1; i++)
        news(i, 10, NEWS_OPENED);
    fake_pass(world, 30000);
    tell();
    world->integrations[0].backoff_min_ms = 400000;
    fake_pass(world, STORM_QUIET_MS);
    fake_respond(world, fake_run(world), FAKE_NO_CONNECTION);
    news(1, 20, NEWS_RESOLVED);
    fake_pass(world, 400000);
    cr_assert_eq(tell(), 1);
    cr_assert_eq(words_in(fake_last()->text), ALERTS, "%s", fake_last()->text);
    cr_assert_null(strstr(fake_last()->text, "resolved"), "%s", fake_last()->text);
}

Test(rollup, who_heard_of_the_opening_hears_of_the_end)
{
    news(1, 10, NEWS_OPENED);
    fake_pass(world, 30000);
    cr_assert_eq(tell(), 1);
    fake_pass(world, WINDOW_MS);
    for (int i = 2; i <= ALERTS + 2; i++)
        news(i, 10, NEWS_OPENED);
    news(1, 20, NEWS_RESOLVED);
    fake_pass(world, 300000);
    tell();
    fake_pass(world, STORM_QUIET_MS);
    tell();
    cr_assert_not_null(strstr(fake_last()->text, "1:resolved"), "%s", fake_last()->text);
}

Test(rollup, a_digest_is_one_message_already)
{
    for (int i = 1; i <= GROUP_MEMBERS_SHOWN_MAX + 1; i++)
        fake_news(world, fingerprint_of(i), 10, NEWS_OPENED);
    fake_pass(world, 30000);
    cr_assert_eq(tell(), 1);
    cr_assert_str_eq(fake_last()->storm, "");
    cr_assert_eq(fake_last()->omitted, 1);
}

Test(rollup, a_storm_that_is_given_up_can_be_replayed)
{
    for (int i = 1; i <= ALERTS + 1; i++)
        news(i, 10, NEWS_OPENED);
    fake_pass(world, 30000);
    tell();
    fake_pass(world, STORM_QUIET_MS);
    fake_respond(world, fake_run(world), FAKE_STATUS(400));
    fake_commit(world);
    cr_assert_eq(world->dead_count, 1);
    struct dead_delivery dead;
    struct error err = {0};
    cr_assert_eq(record_decode(&dead_delivery_type, world->dead[0].value,
                               world->dead[0].value_bytes, &world->arena, &dead, &err),
                 0);
    cr_assert_eq(dead.pictures.count, ALERTS + 1);
}
