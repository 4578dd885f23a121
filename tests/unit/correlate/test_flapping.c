/* An alert that opens and resolves again and again is held open by asking for more clean runs. */
#include "world.h"

#define A "garak/a.A/d.D"

static struct world world;
static int64_t number; /* of the last run */

static void setup(void)
{
    number = 0;
    world_init_rules(&world, 1);
    world.rules.lifecycle.flap_count = 3;
    world.rules.lifecycle.flap_window_ms = 7 * DAY;
    world.rules.lifecycle.flap_clean_runs = 2;
    world_start(&world);
}

static void teardown(void)
{
    world_fini(&world);
}

TestSuite(flapping, .init = setup, .fini = teardown);

/* A run every hour that finds A, or tries it in vain. */
static struct alert run(bool found)
{
    static const struct row failed[] = {{.rule = A, .attempts = 10, .failures = 1, .published = 1},
                                        {0}};
    static const struct row clean[] = {{.rule = A, .attempts = 10}, {0}};
    struct say say = {.rule = A, .started_ms = RUN_START + ++number * HOUR};
    char id[16];

    snprintf(id, sizeof(id), "r%d", (int)number);
    say.run = id;
    world.now_ms += HOUR;
    if (found)
        world_say(&world, say);
    world_say_end(&world, (struct end){.say = say, .rows = found ? failed : clean});
    world_commit(&world);
    return world_alert(&world, (struct say){.rule = A});
}

static void flap(int times)
{
    for (int i = 0; i < times; i++) {
        cr_assert_eq(run(true).status, ALERT_OPEN);
        cr_assert_eq(run(false).status, ALERT_RESOLVED, "%d", i);
    }
}

Test(flapping, held_open_from_the_third_reopening_on)
{
    flap(3);
    cr_assert_not(world_alert(&world, (struct say){.rule = A}).flapping);
    struct alert alert = run(true);
    cr_assert(alert.flapping);
    cr_assert_eq(alert.reopened.count, 3);
    cr_assert_eq(alert.episode, 4);

    struct notification notifications[64];
    cr_assert_geq(world_notifications(&world, notifications), 1);
    cr_assert(notifications[0].picture->flapping);

    cr_assert_eq(run(false).status, ALERT_OPEN, "one clean run is not enough now");
    cr_assert_eq(world_news(&world, -1), 0, "and nobody is bothered");
    cr_assert_eq(run(true).status, ALERT_OPEN);
    cr_assert_eq(world_news(&world, NEWS_REOPENED), 0);
    run(false);
    world_restart(&world);
    cr_assert_eq(run(false).status, ALERT_RESOLVED, "two in a row are");
}

Test(flapping, ends_when_the_window_has_passed)
{
    flap(3);
    run(true);
    world.now_ms += 7 * DAY;
    cr_assert_eq(run(false).status, ALERT_RESOLVED);
    cr_assert_not(run(true).flapping);
}

Test(flapping, can_be_switched_off)
{
    world.rules.lifecycle.flap_count = 0;
    correlator_free(world.correlator);
    world_start(&world);
    flap(6);
    cr_assert_not(run(true).flapping);
}

Test(flapping, remembers_a_bounded_number_of_times)
{
    world.rules.lifecycle.flap_clean_runs = 1;
    correlator_free(world.correlator);
    world_start(&world);
    flap(FLAPS_MAX + 3);
    struct alert alert = run(true);
    cr_assert_eq(alert.reopened.count, FLAPS_MAX);
    const struct alert_moment *times = alert.reopened.items;
    cr_assert_eq(times[FLAPS_MAX - 1].time_ms, world.now_ms);
}
