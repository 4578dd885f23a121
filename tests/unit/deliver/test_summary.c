/* A run's summary: parts added up, told once, held against the run before. */
#include "tests/unit/deliver/fake_channel.h"

#define SUMMARY_GROUP "5555555555555555aaaaaaaaaaaaaaaa"
#define SUMMARY_KEY   "team/fake/0|" SUMMARY_GROUP
#define INTERVAL_MS   300000

static struct fake_world *world;

static void begin(void)
{
    world = fake_world_new();
}
static void end(void)
{
    fake_world_free(world);
}
TestSuite(summary, .init = begin, .fini = end);

/* A part of a run's end, and what it counts. */
struct say_part {
    const char *run;
    int64_t part, parts, started_ms, opened, still_open, resolved;
    bool always, crashed;
};

static void put_part(struct say_part say)
{
    struct run_summary summary = {
        .run = {.id = say.run,
                .attempt = 1,
                .shard = 1,
                .shards = 1,
                .started_ms = say.started_ms ? say.started_ms : START_MS,
                .pipeline = "redteam",
                .repository = "acme/bot",
                .branch = "main"},
        .status = say.crashed ? RUN_CRASHED : RUN_COMPLETE,
        .ended_ms = world->now.wall_ms,
        .counts = {.opened.of[SEVERITY_HIGH] = say.opened,
                   .still_open.of[SEVERITY_LOW] = say.still_open,
                   .resolved.of[SEVERITY_INFO] = say.resolved},
    };
    struct notification notification = fake_notification(world, FP_A, 1, NEWS_OPENED);

    notification.picture = NULL;
    notification.group = SUMMARY_GROUP;
    notification.group_key = "{}/run:{}";
    notification.run = say.run;
    notification.part = say.part ? say.part : 1;
    notification.parts = say.parts ? say.parts : 1;
    notification.summary = &summary;
    notification.always = say.always;
    fake_put(world, &notification);
}

/* Whatever is to be told now is told. */
static const char *tell(void)
{
    size_t before = fake_said_count;
    struct flight *flight = fake_run(world);

    if (!flight)
        return NULL;
    fake_respond(world, flight, FAKE_OK);
    fake_commit(world);
    cr_assert_eq(fake_said_count, before + 1);
    return fake_last()->text;
}

Test(summary, one_message_when_all_parts_are_in)
{
    put_part((struct say_part){.run = "r1", .part = 2, .parts = 3, .opened = 1, .still_open = 2});
    put_part((struct say_part){.run = "r1", .part = 1, .parts = 3, .resolved = 4});
    cr_assert_null(tell());
    cr_assert_eq(deliverer_pending(world->deliverer), 0);
    fake_crash(world);
    put_part((struct say_part){.run = "r1", .part = 3, .parts = 3, .opened = 2});
    cr_assert_eq(deliverer_pending(world->deliverer), 1);
    cr_assert_str_eq(tell(), "r1 3/2/4 of -1");
    cr_assert_not(fake_last()->resolved);
    cr_assert_eq(deliverer_pending(world->deliverer), 0);
    fake_crash(world);
    fake_pass(world, 86400000);
    cr_assert_null(tell());
}

Test(summary, no_news_no_message_but_the_trend_knows)
{
    put_part((struct say_part){.run = "r1", .still_open = 7});
    cr_assert_null(tell());
    cr_assert_not_null(fake_record(world, SUMMARY_KEY));
    put_part(
        (struct say_part){.run = "r2", .started_ms = START_MS + 1, .still_open = 7, .opened = 1});
    cr_assert_str_eq(tell(), "r2 1/7/0 of 7");
    put_part((struct say_part){.run = "r3", .started_ms = START_MS + 2, .resolved = 8});
    cr_assert_str_eq(tell(), "r3 0/0/8 of 8");
    cr_assert(fake_last()->resolved);
}

Test(summary, always_means_without_news)
{
    put_part((struct say_part){.run = "r1", .always = true});
    cr_assert_str_eq(tell(), "r1 0/0/0 of -1");
    put_part((struct say_part){.run = "r2", .started_ms = START_MS + 1, .always = true});
    cr_assert_str_eq(tell(), "r2 0/0/0 of 0");
}

Test(summary, nothing_is_kept_of_a_run_that_is_not_the_receivers)
{
    put_part((struct say_part){.run = "r1"});
    cr_assert_null(tell());
    cr_assert_null(fake_record(world, SUMMARY_KEY));
}

Test(summary, an_older_run_that_ends_later_says_nothing)
{
    put_part((struct say_part){.run = "r2", .started_ms = START_MS + 10, .opened = 1});
    tell();
    put_part((struct say_part){.run = "r1", .started_ms = START_MS, .opened = 5});
    fake_pass(world, INTERVAL_MS);
    cr_assert_null(tell());
    put_part((struct say_part){.run = "r3", .started_ms = START_MS + 20, .opened = 2});
    cr_assert_str_eq(tell(), "r3 2/0/0 of 1");
}

Test(summary, a_run_that_ends_again_is_told_again_only_when_its_counts_changed)
{
    put_part((struct say_part){.run = "r1", .opened = 2});
    tell();
    put_part((struct say_part){.run = "r1", .opened = 2});
    fake_pass(world, INTERVAL_MS);
    cr_assert_null(tell());
    put_part((struct say_part){.run = "r1", .opened = 3});
    cr_assert_null(tell());
    fake_pass(world, INTERVAL_MS);
    cr_assert_str_eq(tell(), "r1 3/0/0 of -1");
}

Test(summary, the_newest_wins_after_an_outage)
{
    put_part((struct say_part){.run = "r1", .opened = 2});
    fake_respond(world, fake_run(world), FAKE_NO_CONNECTION);
    put_part(
        (struct say_part){.run = "r2", .started_ms = START_MS + 1, .opened = 1, .still_open = 2});
    fake_crash(world);
    put_part(
        (struct say_part){.run = "r2", .started_ms = START_MS + 1, .opened = 1, .still_open = 2});
    fake_pass(world, 60000);
    cr_assert_str_eq(tell(), "r2 1/2/0 of 2");
    fake_pass(world, 86400000);
    cr_assert_null(tell());
}

Test(summary, what_is_given_up_is_in_the_dead_letters)
{
    struct dead_delivery dead;
    struct error err = {0};

    put_part((struct say_part){.run = "r1", .opened = 2});
    fake_respond(world, fake_run(world), FAKE_STATUS(400));
    fake_commit(world);
    cr_assert_eq(world->dead_count, 1);
    cr_assert_eq(record_decode(&dead_delivery_type, world->dead[0].value,
                               world->dead[0].value_bytes, &world->arena, &dead, &err),
                 0);
    cr_assert_eq(dead.pictures.count, 0);
    cr_assert_str_eq(dead.summary->run.id, "r1");
    cr_assert_eq(deliverer_pending(world->deliverer), 0);
    put_part((struct say_part){.run = "r2", .started_ms = START_MS + 1, .opened = 1});
    cr_assert_str_eq(tell(), "r2 1/0/0 of 2");
}

Test(summary, an_aborted_batch_takes_it_back)
{
    put_part((struct say_part){.run = "r0", .opened = 1});
    tell();
    put_part((struct say_part){.run = "r1", .started_ms = START_MS + 1, .opened = 2});
    cr_assert(fake_stage(world));
    fake_abort(world);
    cr_assert_null(tell());
    put_part((struct say_part){.run = "r1", .started_ms = START_MS + 1, .opened = 2});
    cr_assert_str_eq(tell(), "r1 2/0/0 of 1");
}

Test(summary, forgotten_a_month_after_the_last_run)
{
    put_part((struct say_part){.run = "r1", .opened = 2});
    tell();
    fake_pass(world, FINISHED_KEEP_MS);
    cr_assert_null(tell());
    fake_commit(world);
    cr_assert_null(fake_record(world, SUMMARY_KEY));
}

Test(summary, one_without_a_group_is_a_dead_letter)
{
    struct notification notification = fake_notification(world, FP_A, 1, NEWS_OPENED);
    struct run_summary summary = {.run = {.id = "r", .started_ms = 1}, .ended_ms = 1};

    notification.picture = NULL;
    notification.group = "";
    notification.run = "r";
    notification.part = notification.parts = 1;
    notification.summary = &summary;
    fake_put(world, &notification);
    fake_commit(world);
    cr_assert_eq(world->dead_count, 1);
    cr_assert_str_eq(world->dead_reason[0], "malformed");
}
