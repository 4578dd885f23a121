/* Coverage of any category: which alerts it clears, and which it does not. */
#include "world.h"

#define RULE  "bandit/B101"
#define OTHER "bandit/B105"
#define LATER (RUN_START + HOUR)

static struct world world;

static void setup(void)
{
    world_init(&world, 2);
}

static void teardown(void)
{
    world_fini(&world);
}

TestSuite(any, .init = setup, .fini = teardown);

static const struct row any_rule[] = {{.rule = RULE, .category = COVERAGE_ANY, .attempts = 1}, {0}};
static const struct row any_tool[] = {
    {.rule = "bandit/" COVERAGE_ANY, .category = COVERAGE_ANY, .attempts = 1}, {0}};

static const struct say files[] = {
    {.rule = RULE, .run = "r1", .category = "a.py"},
    {.rule = RULE, .run = "r1", .category = "b.py"},
    {.rule = OTHER, .run = "r1", .category = "a.py"},
    {.rule = "semgrep/S1", .run = "r1", .category = "a.py"},
    {.rule = "banditry/S1", .run = "r1"},
};
enum { FILES = sizeof(files) / sizeof(files[0]) };

static void find_all(void)
{
    for (size_t i = 0; i < FILES; i++)
        world_say(&world, files[i]);
    world_commit(&world);
}

static void end(struct end end)
{
    if (!end.say.run)
        end.say.run = "r2";
    end.say.started_ms = LATER;
    world_say_end(&world, end);
    world_commit(&world);
}

static void expect_open(const bool open[FILES])
{
    for (size_t i = 0; i < FILES; i++)
        cr_expect_eq(world_alert(&world, files[i]).status, open[i] ? ALERT_OPEN : ALERT_RESOLVED,
                     "%s %s", files[i].rule, files[i].category);
}

Test(any, a_rule_is_clean_in_each_category)
{
    find_all();
    end((struct end){.rows = any_rule});
    expect_open((const bool[FILES]){false, false, true, true, true});
}

Test(any, a_tool_is_clean_in_each_rule)
{
    find_all();
    end((struct end){.rows = any_tool});
    expect_open((const bool[FILES]){false, false, false, true, true});
}

Test(any, what_the_run_found_again_stays_open)
{
    struct say again = files[1];
    static const struct row rows[] = {
        {.rule = RULE, .category = COVERAGE_ANY, .attempts = 1},
        {.rule = RULE, .category = "b.py", .published = 1},
        {0},
    };

    find_all();
    again.run = "r2";
    again.started_ms = LATER;
    world_say(&world, again);
    end((struct end){.rows = rows});
    expect_open((const bool[FILES]){false, true, true, true, true});
}

Test(any, a_row_of_its_own_wins)
{
    static const struct row rows[] = {
        {.rule = RULE, .category = COVERAGE_ANY, .attempts = 1},
        {.rule = RULE, .category = "a.py", .failures = 1, .withheld = 1},
        {0},
    };

    find_all();
    end((struct end){.rows = rows});
    expect_open((const bool[FILES]){true, false, true, true, true});
}

Test(any, only_of_the_same_model_place_and_target)
{
    find_all();
    end((struct end){.say = {.branch = "other"}, .rows = any_tool});
    end((struct end){.say = {.run = "r3", .model = "other"}, .rows = any_tool});
    end((struct end){.say = {.run = "r4"},
                     .rows = (const struct row[]){{.rule = "bandit/" COVERAGE_ANY,
                                                   .category = COVERAGE_ANY,
                                                   .target = "other",
                                                   .attempts = 1},
                                                  {0}}});
    expect_open((const bool[FILES]){true, true, true, true, true});
}

Test(any, nothing_evaluated_or_withheld_or_crashed_clears_nothing)
{
    static const struct row none[] = {{.rule = RULE, .category = COVERAGE_ANY}, {0}};
    static const struct row withheld[] = {
        {.rule = RULE, .category = COVERAGE_ANY, .attempts = 1, .withheld = 1}, {0}};

    find_all();
    end((struct end){.rows = none});
    end((struct end){.say = {.run = "r3"}, .rows = withheld});
    end((struct end){.say = {.run = "r4"}, .rows = any_tool, .status = RUN_CRASHED});
    expect_open((const bool[FILES]){true, true, true, true, true});
}

Test(any, a_run_of_two_shards_and_a_restart_between_them)
{
    find_all();
    end((struct end){.say = {.shards = 2}, .rows = any_rule});
    expect_open((const bool[FILES]){true, true, true, true, true});
    world_restart(&world);
    end((struct end){.say = {.shard = 2, .shards = 2}, .rows = any_tool});
    expect_open((const bool[FILES]){false, false, false, true, true});
}
