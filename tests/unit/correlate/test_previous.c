/* What the run before this one was built from: the start of a comparison. */
#include "world.h"

static struct world world;

static void setup(void)
{
    world_init(&world, 1);
}

static void teardown(void)
{
    world_fini(&world);
}

TestSuite(previous, .init = setup, .fini = teardown);

static void found(const char *rule, const char *run, int64_t after_ms, const char *branch,
                  const char *commit)
{
    struct finding finding = world_finding(&(struct say){
        .rule = rule, .run = run, .started_ms = RUN_START + after_ms, .branch = branch});

    finding.run.commit = commit;
    world_send(&world, finding);
    world_commit(&world);
}

static const char *previous(const char *rule)
{
    struct alert alert = world_alert(&world, (struct say){.rule = rule});
    const struct sighting *sightings = alert.sightings.items;
    const char *commit = sightings[alert.sightings.count - 1].previous_commit;

    return commit ? commit : "";
}

Test(previous, is_of_the_run_before_in_the_same_place)
{
    found("a", "1", 0, "main", "aaaaaaa");
    cr_assert_str_eq(previous("a"), "", "nothing is known of before");
    found("a", "2", HOUR, "main", "bbbbbbb");
    found("a", "other", 2 * HOUR, "topic", "ccccccc");
    found("a", "late", HOUR / 2, "main", "ddddddd");
    world_restart(&world);
    found("b", "3", 3 * HOUR, "main", "eeeeeee");
    cr_assert_str_eq(previous("b"), "bbbbbbb", "the last, not the last that came");
    found("b", "3", 3 * HOUR, "main", "eeeeeee");
    cr_assert_str_eq(previous("b"), "bbbbbbb");
    found("b", "4", 4 * HOUR, "main", NULL);
    cr_assert_str_eq(previous("b"), "eeeeeee");
    found("b", "5", 5 * HOUR, "main", "fffffff");
    cr_assert_str_eq(previous("b"), "eeeeeee", "one that says no commit is passed over");
}
