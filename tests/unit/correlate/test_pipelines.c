/* Runs that never end and pipelines that stop: found by tocsin, and over when the next run ends. */
#include "world.h"

#include "consumer/enrich/rules.h"

#define A      "garak/a.A/d.D"
#define LATER  (RUN_START + HOUR)
#define LIMIT  (6 * HOUR)
#define LOST   "tocsin/run/lost"
#define SILENT "tocsin/pipeline/silent"

static struct world world;
static struct enrichment enrichment;
static struct cadence_rule cadence;

static void setup(void)
{
    world_init_rules(&world, 3);
    cadence = (struct cadence_rule){.every_ms = DAY, .severity = SEVERITY_HIGH};
    enrichment = (struct enrichment){.pipelines = {.items = &cadence, .count = 1}};
    world.rules.enrichment = &enrichment;
    world.rules.publish_lost = true;
    world_start(&world);
}

static void teardown(void)
{
    world_fini(&world);
}

TestSuite(pipelines, .init = setup, .fini = teardown);

/* Commits, and brings back what was published to findings; how many that were. */
static size_t circulate(void)
{
    size_t count;

    world_commit(&world);
    count = 0;
    struct kept *published = world.batch;
    size_t published_count = world.batch_count;
    world.batch = NULL;
    world.batch_count = 0;
    for (size_t i = 0; i < published_count; i++) {
        if (published[i].topic == OUTPUT_FINDINGS) {
            world_arrive(&world, (struct arrival){.partition = published[i].partition,
                                                  .key = published[i].key,
                                                  .key_bytes = published[i].key_bytes,
                                                  .value = published[i].value,
                                                  .value_bytes = published[i].value_bytes,
                                                  .envelope = &published[i].envelope});
            count++;
        }
        kept_fini(&published[i]);
    }
    free(published);
    world_commit(&world);
    return count;
}

static struct alert *own_alert(const char *rule)
{
    for (size_t i = world.count; i > 0; i--) {
        const struct kept *kept = &world.kept[i - 1];
        struct alert *alert = arena_alloc(&world.arena, sizeof(*alert));
        struct error err = {0};

        if (kept->topic != OUTPUT_ALERTS || !kept->has_value ||
            record_decode(&alert_type, kept->value, kept->value_bytes, &world.arena, alert, &err))
            continue;
        if (strcmp(alert->rule.id, rule) == 0)
            return alert;
    }
    return NULL;
}

static void end_run(const char *run, int64_t started_ms, int status)
{
    static const struct row clean[] = {{.rule = A, .attempts = 10}, {0}};

    world_say_end(&world, (struct end){.say = {.run = run, .started_ms = started_ms},
                                       .rows = clean,
                                       .status = status});
    circulate();
}

static void pass(int64_t ms)
{
    world_tick(&world, world.now_ms + ms);
}

Test(pipelines, lost_run_is_found_once_and_over_with_the_next)
{
    struct alert *alert;

    world_say(&world, (struct say){.rule = A, .run = "r1"});
    world_say(&world, (struct say){.rule = "garak/b.B/d.D", .run = "r1"});
    world_say(&world, (struct say){.rule = "garak/c.C/d.D", .run = "r1"});
    world_commit(&world);
    pass(LIMIT - 1);
    cr_assert_eq(circulate(), 0);
    pass(1);
    cr_assert_geq(circulate(), 1, "one for each partition that knew the run");
    alert = own_alert(LOST);
    cr_assert_not_null(alert);
    cr_assert_eq(alert->status, ALERT_OPEN);
    cr_assert_eq(alert->count, 1);
    cr_assert_eq(alert->severity, SEVERITY_MEDIUM);
    cr_assert_str_eq(alert->target, "acme/helpbot");
    cr_assert_str_eq(alert->category, "redteam@main");
    cr_assert_str_eq(alert->news_run, "r1");
    cr_assert_eq(alert->told.count, 1, "routed like any other");

    world_restart(&world);
    pass(LIMIT);
    cr_assert_eq(circulate(), 0, "it is no run of its own that could be lost");
    end_run("r2", LATER, RUN_PARTIAL);
    cr_assert_eq(own_alert(LOST)->status, ALERT_RESOLVED, "it ran again, however it went");
    cr_assert_str_eq(own_alert(LOST)->news_run, "r2");
}

Test(pipelines, lost_run_is_not_cleared_by_an_older_one_or_another_branch)
{
    static const struct row clean[] = {{.rule = A, .attempts = 10}, {0}};

    world_say(&world, (struct say){.rule = A, .run = "r1"});
    world_commit(&world);
    pass(LIMIT);
    circulate();
    end_run("r0", RUN_START - 1, RUN_COMPLETE);
    cr_assert_eq(own_alert(LOST)->status, ALERT_OPEN);
    world_say_end(&world, (struct end){.say = {.run = "b1", .started_ms = LATER, .branch = "next"},
                                       .rows = clean});
    circulate();
    cr_assert_eq(own_alert(LOST)->status, ALERT_OPEN);
}

Test(pipelines, lost_runs_are_only_counted_where_that_is_wanted)
{
    world.rules.publish_lost = false;
    correlator_free(world.correlator);
    world_start(&world);
    world_say(&world, (struct say){.rule = A, .run = "r1"});
    world_commit(&world);
    pass(LIMIT);
    cr_assert_eq(circulate(), 0);
}

Test(pipelines, silent_after_its_cadence_and_half)
{
    struct alert *alert;

    end_run("r1", RUN_START, RUN_COMPLETE);
    pass(DAY + DAY / 2 - 1);
    cr_assert_eq(circulate(), 0);
    world_restart(&world);
    pass(1);
    cr_assert_eq(circulate(), 1);
    alert = own_alert(SILENT);
    cr_assert_not_null(alert);
    cr_assert_eq(alert->status, ALERT_OPEN);
    cr_assert_eq(alert->severity, SEVERITY_HIGH);
    cr_assert_str_eq(((struct sighting *)alert->sightings.items)->pipeline, "redteam");
    pass(DAY);
    cr_assert_eq(circulate(), 0, "it is found once");
    world_restart(&world);
    pass(DAY);
    cr_assert_eq(circulate(), 0, "also after a restart");
    end_run("r2", RUN_START + 3 * DAY, RUN_CRASHED);
    cr_assert_eq(own_alert(SILENT)->status, ALERT_RESOLVED);
    pass(2 * DAY);
    cr_assert_eq(circulate(), 1);
    cr_assert_eq(own_alert(SILENT)->status, ALERT_OPEN);
    cr_assert_eq(own_alert(SILENT)->episode, 2);
}

Test(pipelines, tolerance_is_configured)
{
    cadence.tolerance_ms = HOUR;
    end_run("r1", RUN_START, RUN_COMPLETE);
    pass(DAY + HOUR - 1);
    cr_assert_eq(circulate(), 0);
    pass(60000);
    cr_assert_eq(circulate(), 1);
}

/* Nightly but for the weekend: the longest pause among the last is what it may take. */
Test(pipelines, cadence_is_learnt_from_the_longest_pause)
{
    int64_t started_ms = RUN_START;
    char run[16];

    cadence.every_ms = 0;
    for (int i = 0; i < 5; i++) {
        snprintf(run, sizeof(run), "r%d", i);
        end_run(run, started_ms, RUN_COMPLETE);
        end_run(run, started_ms, RUN_PARTIAL); /* the same run says more: no pause */
        int64_t pause = i == 1 ? 3 * DAY : DAY;
        pass(pause);
        cr_assert_eq(circulate(), 0, "%d: too little is known, or it is in time", i);
        started_ms += pause;
    }
    pass(3 * DAY + 3 * DAY / 2 - DAY - 1);
    cr_assert_eq(circulate(), 0);
    pass(60000);
    cr_assert_eq(circulate(), 1);
    cr_assert_not_null(own_alert(SILENT));
}

Test(pipelines, nobody_expects_what_no_rule_names)
{
    cadence.ignore = true;
    end_run("r1", RUN_START, RUN_COMPLETE);
    pass(40 * DAY);
    cr_assert_eq(circulate(), 0);
    for (size_t i = 0; i < world.count; i++)
        cr_assert_neq(strncmp(world.kept[i].key, "pipeline/", 9), 0);
}

Test(pipelines, first_rule_that_matches_counts)
{
    struct matcher *matcher;
    struct error err = {0};

    cr_assert_eq(matcher_new("branch", MATCH_NE, "main", &matcher, &err), 0);
    struct matcher *matchers[] = {matcher};
    struct cadence_rule rules[] = {
        {.when = {.matchers = matchers, .matchers_count = 1}, .ignore = true}, cadence};
    enrichment.pipelines = (struct list){.items = rules, .count = 2};
    static const struct row clean[] = {{.rule = A, .attempts = 10}, {0}};
    world_say_end(&world, (struct end){.say = {.run = "b1", .branch = "next"}, .rows = clean});
    circulate();
    end_run("r1", RUN_START, RUN_COMPLETE);
    pass(2 * DAY);
    cr_assert_eq(circulate(), 1);
    cr_assert_str_eq(own_alert(SILENT)->category, "redteam@main");
    matcher_free(matcher);
}

/* A month after its cadence nobody remembers it; its alert is stale by then. */
Test(pipelines, forgotten_with_a_tombstone)
{
    const char *key = NULL;

    end_run("r1", RUN_START, RUN_COMPLETE);
    for (size_t i = 0; i < world.count; i++) {
        if (strncmp(world.kept[i].key, "pipeline/", 9) == 0)
            key = world.kept[i].key;
    }
    cr_assert_not_null(key);
    cr_assert_not_null(world_kept(&world, OUTPUT_STATE, key));
    pass(2 * DAY);
    circulate();
    pass(28 * DAY - 1);
    circulate();
    cr_assert_not_null(world_kept(&world, OUTPUT_STATE, key));
    pass(60000);
    circulate();
    cr_assert_null(world_kept(&world, OUTPUT_STATE, key));
    world_restart(&world);
}

Test(pipelines, rollback_takes_back_what_was_noticed)
{
    end_run("r1", RUN_START, RUN_COMPLETE);
    pass(2 * DAY);
    world_flush(&world);
    correlator_rollback(world.correlator);
    pass(60000);
    cr_assert_eq(circulate(), 1);
    cr_assert_eq(own_alert(SILENT)->count, 1);
}

/* Began, found nothing, never ended. */
Test(pipelines, run_that_began_is_missed)
{
    cr_assert_eq(world_say_begin(&world, (struct say){.run = "r1"}, false), RECEIVED_SENT_ON);
    cr_assert_eq(world_say_begin(&world, (struct say){.run = "r1"}, true), RECEIVED_RUN_BEGIN);
    world_commit(&world);
    world_restart(&world);
    pass(LIMIT);
    cr_assert_eq(circulate(), 3, "every partition knew of it");
    cr_assert_eq(own_alert(LOST)->status, ALERT_OPEN);
    cr_assert_eq(own_alert(LOST)->count, 1);
}

Test(pipelines, run_that_began_and_ended_is_not)
{
    world_say_begin(&world, (struct say){.run = "r1"}, true);
    circulate();
    end_run("r1", RUN_START, RUN_COMPLETE);
    pass(LIMIT);
    cr_assert_eq(circulate(), 0);
}

Test(pipelines, run_under_way_is_no_silence)
{
    end_run("r1", RUN_START, RUN_COMPLETE);
    pass(DAY + DAY / 2 - 1);
    world_say_begin(&world, (struct say){.run = "r2", .started_ms = RUN_START + DAY}, true);
    circulate();
    pass(DAY);
    circulate();
    cr_assert_null(own_alert(SILENT));
}
