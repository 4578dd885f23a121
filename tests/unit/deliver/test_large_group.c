/* A group of twenty thousand alerts: one message that counts them, and no record that grows with
 * the group. */
#include "tests/unit/deliver/fake_channel.h"

#define ALERTS 20000
#define BATCH  400 /* what the topic in memory takes */

static struct fake_world *world;
static size_t largest;

static void begin(void)
{
    world = fake_world_new();
    largest = 0;
}
static void end(void)
{
    fake_world_free(world);
}
TestSuite(large_group, .init = begin, .fini = end, .timeout = 300);

static void commit_and_measure(void)
{
    do {
        fake_commit(world);
        for (size_t i = 0; i < world->deliveries_count; i++) {
            if (world->deliveries[i].value_bytes > largest)
                largest = world->deliveries[i].value_bytes;
        }
        fake_records_free(world->deliveries, world->deliveries_count);
        world->deliveries_count = 0;
    } while (deliverer_full(world->deliverer));
}

static void put_all(int64_t version, enum news news)
{
    char fingerprint[FINGERPRINT_BYTES];

    for (int i = 0; i < ALERTS; i++) {
        snprintf(fingerprint, sizeof(fingerprint), "v1:%032x", i);
        fake_run_news(world, fingerprint, version, news, "run-1");
        if (i % BATCH == BATCH - 1) {
            commit_and_measure();
            arena_reset(&world->arena);
        }
    }
}

Test(large_group, one_digest_and_no_record_over_its_limit)
{
    put_all(10, NEWS_OPENED);
    cr_assert_null(fake_run(world), "it waits for the run's end");
    fake_part(world, "run-1", 1, 1);
    commit_and_measure();
    fake_tick(world);
    fake_commit(world);
    struct flight *flight = fake_start(world);
    cr_assert_not_null(flight);
    cr_assert_eq(fake_last()->omitted, ALERTS - GROUP_MEMBERS_SHOWN_MAX);
    fake_respond(world, flight, FAKE_OK);
    commit_and_measure();
    cr_assert_eq(deliverer_pending(world->deliverer), 0);
    fake_pass(world, 3600000);
    cr_assert_null(fake_run(world), "one digest");
    cr_assert_lt(largest, PICTURE_RECORD_BYTES_MAX);
}
