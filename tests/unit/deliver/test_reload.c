/* Another configuration while the deliverer runs. */
#include "tests/unit/deliver/fake_channel.h"

static struct fake_world *world;
static struct config next;
static struct integration integrations[2];

static void begin(void)
{
    world = fake_world_new();
    next = world->config;
    integrations[0] = world->integrations[0];
    integrations[1] = world->integrations[2];
    next.integrations = integrations;
    next.integrations_count = 2;
}
static void end(void)
{
    fake_world_free(world);
}
TestSuite(reload, .init = begin, .fini = end);

static void reload(const struct config *config)
{
    struct error err = {0};

    cr_assert_eq(deliverer_reload(world->deliverer, config, world->now, &err), 0, "%s", err.text);
}

Test(reload, a_group_wait_goes_on_under_the_new_one)
{
    fake_news(world, FP_A, 10, NEWS_OPENED);
    fake_commit(world);
    fake_pass(world, 20000);
    reload(&next);
    cr_assert_null(fake_run(world));
    fake_pass(world, 10000);
    fake_respond(world, fake_run(world), FAKE_OK);
    fake_commit(world);
    cr_assert_eq(fake_member(world, FP_A).told, 10);
    cr_assert_not(deliverer_uses(world->deliverer, &world->config));
}

Test(reload, a_request_under_way_ends_with_the_old_one)
{
    fake_news(world, FP_A, 10, NEWS_OPENED);
    fake_pass(world, 30000);
    struct flight *flight = fake_run(world);
    cr_assert_not_null(flight);
    reload(&next);
    cr_assert(deliverer_uses(world->deliverer, &world->config));
    fake_respond(world, flight, FAKE_OK);
    fake_commit(world);
    cr_assert_not(deliverer_uses(world->deliverer, &world->config));
    cr_assert_eq(fake_member(world, FP_A).told, 10);
}

Test(reload, what_was_not_sent_yet_is_decided_anew)
{
    fake_news(world, FP_A, 10, NEWS_OPENED);
    fake_commit(world);
    fake_pass(world, 30000);
    fake_tick(world);
    reload(&next);
    cr_assert_not(deliverer_uses(world->deliverer, &world->config));
    fake_respond(world, fake_run(world), FAKE_OK);
    fake_commit(world);
    cr_assert_eq(fake_member(world, FP_A).told, 10);
    cr_assert_eq(fake_said_count, 2, "rendered twice, sent once");
}

Test(reload, a_receiver_that_is_gone_is_parked_and_one_that_comes_is_told)
{
    integrations[0].id = "other/fake/0";
    fake_news(world, FP_A, 10, NEWS_OPENED);
    fake_commit(world);
    reload(&next);
    fake_pass(world, 30000);
    cr_assert_null(fake_run(world));
    fake_pass(world, UNKNOWN_RECEIVER_PARK_MS - 1);
    cr_assert_null(fake_run(world));
    cr_assert_eq(world->dead_count, 0);
    reload(&world->config);
    fake_respond(world, fake_run(world), FAKE_OK);
    fake_commit(world);
    cr_assert_eq(fake_member(world, FP_A).told, 10);
}

Test(reload, a_queue_of_a_receiver_that_is_gone_is_parked)
{
    integrations[0].id = "other/fake/0";
    world->integrations[0].concurrency = 1;
    fake_news(world, FP_A, 10, NEWS_OPENED);
    struct notification other = fake_notification(world, FP_B, 10, NEWS_OPENED);
    other.group = "fedcba9876543210fedcba9876543210";
    fake_put(world, &other);
    fake_pass(world, 30000);
    struct flight *flight = fake_run(world);
    reload(&next);
    cr_assert_null(fake_run(world));
    fake_respond(world, flight, FAKE_OK);
    fake_pass(world, UNKNOWN_RECEIVER_PARK_MS);
    cr_assert_null(fake_run(world));
    fake_commit(world);
    cr_assert_eq(world->dead_count, 1);
    cr_assert_str_eq(world->dead_reason[0], "unknown_receiver");
}
