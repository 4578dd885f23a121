/* The parts of a run's end: what they count, and who gets one. */
#include "world.h"

#define A     "garak/a.A/d.D"
#define B     "garak/b.B/d.D"
#define C     "garak/c.C/d.D"
#define LATER (RUN_START + HOUR)

static struct world world;

static void setup(void)
{
    world_init_rules(&world, 2);
    world.addressees[0].run_summary = SUMMARY_NEWS;
    world.addressees[0].flush = FLUSH_TIMERS;
    world_start(&world);
}

static void teardown(void)
{
    world_fini(&world);
}

TestSuite(run_report, .init = setup, .fini = teardown);

/* What the parts of the last flush count together; *ret_parts: how many there are. */
static struct run_summary sum_up(size_t *ret_parts)
{
    struct notification notifications[64];
    size_t count = world_notifications(&world, notifications);
    struct run_summary sum = {0};

    *ret_parts = 0;
    for (size_t i = 0; i < count; i++) {
        struct run_counts counts = sum.counts;

        if (!notifications[i].summary)
            continue;
        (*ret_parts)++;
        sum = *notifications[i].summary;
        run_counts_add(&sum.counts, &counts);
    }
    return sum;
}

static void find(const char *rule, const char *run, int64_t started_ms, const char *severity)
{
    world_say(
        &world,
        (struct say){.rule = rule, .run = run, .started_ms = started_ms, .severity = severity});
}

static struct run_counts end_run(struct end end)
{
    size_t parts;

    world_commit(&world);
    world_say_end(&world, end);
    world_commit(&world);
    struct run_summary sum = sum_up(&parts);
    cr_assert_eq(parts, (size_t)world.rules.partitions);
    cr_assert_str_eq(sum.run.id, end.say.run);
    return sum.counts;
}

static void expect(struct run_counts counts, int64_t opened, int64_t still_open, int64_t resolved)
{
    cr_expect_eq(severity_counts_sum(&counts.opened), opened);
    cr_expect_eq(severity_counts_sum(&counts.still_open), still_open);
    cr_expect_eq(severity_counts_sum(&counts.resolved), resolved);
}

static const struct row tries[] = {
    {.rule = A, .attempts = 10}, {.rule = B, .attempts = 10}, {.rule = C, .attempts = 10}, {0}};

Test(run_report, new_still_open_resolved)
{
    find(A, "r1", RUN_START, "critical");
    find(B, "r1", RUN_START, "high");
    struct run_counts counts = end_run((struct end){.say = {.run = "r1"}, .rows = tries});
    expect(counts, 2, 0, 0);
    cr_expect_eq(counts.opened.of[SEVERITY_CRITICAL], 1);
    cr_expect_eq(counts.opened.of[SEVERITY_HIGH], 1);

    world_restart(&world);
    find(B, "r2", LATER, "high");
    find(C, "r2", LATER, "low");
    counts = end_run((struct end){.say = {.run = "r2", .started_ms = LATER}, .rows = tries});
    expect(counts, 1, 1, 1);
    cr_expect_eq(counts.opened.of[SEVERITY_LOW], 1);
    cr_expect_eq(counts.still_open.of[SEVERITY_HIGH], 1);
    cr_expect_eq(counts.resolved.of[SEVERITY_CRITICAL], 1);

    find(A, "r3", LATER + HOUR, "critical");
    counts = end_run((struct end){
        .say = {.run = "r3", .started_ms = LATER + HOUR}, .rows = tries, .status = RUN_PARTIAL});
    expect(counts, 1, 2, 0); /* A reopened; B and C were not shown clean */
}

Test(run_report, another_pipeline_counts_for_itself)
{
    find(A, "r1", RUN_START, "high");
    end_run((struct end){.say = {.run = "r1"}, .rows = tries});
    expect(end_run((struct end){.say = {.run = "n1", .pipeline = "nightly"}, .rows = tries}), 0, 0,
           0);
    expect(end_run((struct end){.say = {.run = "b1", .branch = "next"}, .rows = tries}), 0, 0, 0);
}

Test(run_report, only_what_the_receiver_is_told_of)
{
    struct matcher *matcher;
    struct error err = {0};

    cr_assert_eq(matcher_new("severity", MATCH_EQ, "critical", &matcher, &err), 0);
    struct matcher *matchers[] = {matcher};
    world.child = (struct route){.receiver = "oncall",
                                 .matchers = matchers,
                                 .matchers_count = 1,
                                 .group_by = world.group_by,
                                 .group_by_count = 1,
                                 .timing = world.route.timing,
                                 .parent = &world.route};
    world.route.children = &world.child;
    world.route.children_count = 1;
    world.addressees[1] = world.addressees[0];
    world.addressees[1].integration = "oncall/slack/0";
    world.addressees[1].receiver = "oncall";
    world.rules.addressees_count = 2;
    correlator_free(world.correlator);
    world_start(&world);
    find(A, "r1", RUN_START, "critical");
    find(B, "r1", RUN_START, "high");
    find(C, "r1", RUN_START, "high");
    world_commit(&world);
    world_say_end(&world, (struct end){.say = {.run = "r1"}, .rows = tries});
    world_commit(&world);

    struct notification notifications[64];
    size_t count = world_notifications(&world, notifications);
    int64_t opened[2] = {0};
    for (size_t i = 0; i < count; i++) {
        if (notifications[i].summary)
            opened[strcmp(notifications[i].integration, "oncall/slack/0") == 0] +=
                severity_counts_sum(&notifications[i].summary->counts.opened);
    }
    cr_expect_eq(opened[0], 2);
    cr_expect_eq(opened[1], 1);
    matcher_free(matcher);
}

Test(run_report, summary_goes_to_one_shard_of_its_receiver)
{
    size_t parts;

    world.addressees[0].shards = 3;
    world.addressees[0].flush = FLUSH_RUN_END;
    correlator_free(world.correlator);
    world_start(&world);
    find(A, "r1", RUN_START, "high");
    world_commit(&world);
    world_say_end(&world, (struct end){.say = {.run = "r1"}, .rows = tries});
    world_commit(&world);
    cr_expect_eq(world_parts(&world), 6);
    sum_up(&parts);
    cr_expect_eq(parts, 2);
}

Test(run_report, lost_run_says_so)
{
    size_t parts;

    find(A, "r1", RUN_START, "high");
    world_commit(&world);
    world_tick(&world, NOW + 6 * HOUR);
    world_commit(&world);
    struct run_summary sum = sum_up(&parts);
    cr_expect_eq(parts, 1, "the partition of A alone knows the run");
    cr_expect(sum.lost);
    cr_expect_eq(severity_counts_sum(&sum.counts.opened), 1);
}

Test(run_report, always_is_for_those_that_the_run_is_routed_to)
{
    struct notification notifications[64];

    for (int routed = 0; routed < 2; routed++) {
        world.addressees[0].run_summary = SUMMARY_ALWAYS;
        world.route.receiver = routed ? "team" : "other";
        correlator_free(world.correlator);
        world_start(&world);
        world_say_end(&world, (struct end){.say = {.run = routed ? "r1" : "r0"}, .rows = tries});
        world_commit(&world);
        size_t count = world_notifications(&world, notifications);
        cr_assert_eq(count, 2);
        cr_expect_eq(notifications[0].always, routed == 1);
    }
}
