/*
 * test_summary.c - a run's summary in words: what happened, how many, and whether it gets better.
 */
#include "tests/unit/channels/sample.h"

#include "consumer/channels/summary.h"

static struct arena arena;
static struct run_before before;

static struct run_summary usual(void)
{
    return (struct run_summary){
        .run = {.id = "github:42",
                .pipeline = "redteam",
                .branch = "main",
                .repository = "acme/bot"},
        .ended_ms = SAMPLE_OPENED_MS,
        .counts = {.opened.of = {[SEVERITY_CRITICAL] = 1, [SEVERITY_HIGH] = 2},
                   .still_open.of = {[SEVERITY_HIGH] = 4, [SEVERITY_INFO] = 8},
                   .resolved.of = {[SEVERITY_LOW] = 2}},
    };
}

static void setup(void)
{
    arena_init(&arena);
    before = (struct run_before){.run = "github:41", .started_ms = 1};
}

static void teardown(void)
{
    arena_fini(&arena);
}

TestSuite(summary, .init = setup, .fini = teardown);

static const char *row(const struct run_summary *summary, const char *name)
{
    const struct message message = {.summary = summary, .now_ms = SAMPLE_NOW_MS};
    struct facts facts;
    struct error err = {0};

    cr_assert_eq(summary_facts(&message, 500, &arena, &facts, &err), 0);
    for (size_t i = 0; i < facts.count; i++) {
        if (strcmp(facts.rows[i].name, name) == 0)
            return facts.rows[i].value;
    }
    return NULL;
}

Test(summary, headline_says_how_it_ended)
{
    const struct {
        int status;
        bool lost;
        const char *words;
    } cases[] = {
        {RUN_COMPLETE, false,
         "RUN ENDED \u00B7 3 new, 12 still open, 2 resolved \u00B7 redteam on main"},
        {RUN_PARTIAL, false,
         "RUN ENDED IN PART \u00B7 3 new, 12 still open, 2 resolved \u00B7 redteam on main"},
        {RUN_CRASHED, false,
         "RUN CRASHED \u00B7 3 new, 12 still open, 2 resolved \u00B7 redteam on main"},
        {RUN_CRASHED, true,
         "RUN LOST \u00B7 3 new, 12 still open, 2 resolved \u00B7 redteam on main"},
    };
    struct run_summary summary = usual();

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        summary.status = cases[i].status;
        summary.lost = cases[i].lost;
        cr_expect_str_eq(summary_headline(&summary, 200, &arena), cases[i].words);
    }
    summary.run.pipeline = summary.run.branch = "";
    cr_expect_not_null(strstr(summary_headline(&summary, 200, &arena), "\u00B7 acme/bot"));
    summary.run.repository = "";
    cr_expect_not_null(strstr(summary_headline(&summary, 200, &arena), "\u00B7 github:42"));
}

Test(summary, rows_count_by_severity)
{
    struct run_summary summary = usual();

    cr_expect_str_eq(row(&summary, "New"), "3: 1 critical, 2 high");
    cr_expect_str_eq(row(&summary, "Still open"), "12: 4 high, 8 info");
    cr_expect_str_eq(row(&summary, "Resolved"), "2: 2 low");
    cr_expect_str_eq(row(&summary, "Pipeline"), "acme/bot redteam on main");
    cr_expect_str_eq(row(&summary, "Ended"), "2026-11-23 08:04 UTC, 2 h ago");
    cr_expect_null(row(&summary, "Team"));
    summary.counts = (struct run_counts){0};
    cr_expect_null(row(&summary, "New"));
    cr_expect_str_eq(row(&summary, "Trend"), "0 open");
}

Test(summary, trend_is_against_the_run_before)
{
    const struct {
        int64_t open;
        const char *words;
    } cases[] = {
        {14, "15 open, 1 more than after the run before"},
        {15, "15 open, as many as after the run before"},
        {25, "15 open, 10 fewer than after the run before"},
    };
    struct run_summary summary = usual();

    cr_expect_str_eq(row(&summary, "Trend"), "15 open");
    summary.before = &before;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        before.counts.still_open.of[SEVERITY_LOW] = cases[i].open;
        cr_expect_str_eq(row(&summary, "Trend"), cases[i].words);
    }
}

Test(summary, severity_is_of_what_is_new_first)
{
    struct run_summary summary = usual();

    cr_expect_eq(summary_severity(&summary), SEVERITY_CRITICAL);
    cr_expect_not(summary_is_clear(&summary));
    summary.counts.opened = (struct severity_counts){0};
    cr_expect_eq(summary_severity(&summary), SEVERITY_HIGH);
    summary.counts.still_open = (struct severity_counts){0};
    cr_expect_eq(summary_severity(&summary), SEVERITY_INFO);
    cr_expect(summary_is_clear(&summary));
    cr_expect_str_eq(row(&summary, "Resolved"), "2: 2 low");
}

Test(summary, link_is_safe_or_none)
{
    struct run_summary summary = usual();
    struct link_list links;

    summary.run.url = "https://ci.example/runs/42";
    summary_links(&summary, 100, &arena, &links);
    cr_assert_eq(links.count, 1);
    summary.run.url = "javascript:alert(1)";
    summary_links(&summary, 100, &arena, &links);
    cr_expect_eq(links.count, 0);
}
