/* What a run's end may say about alerts, and what it may not. */
#include "world.h"

#define A     "garak/a.A/d.D"
#define B     "garak/b.B/d.D"
#define LATER (RUN_START + HOUR)

static struct world world;

static void setup(void)
{
    world_init(&world, 1);
}

static void teardown(void)
{
    world_fini(&world);
}

TestSuite(runs, .init = setup, .fini = teardown);

static const struct row found_a[] = {
    {.rule = A, .attempts = 10, .failures = 2, .published = 2}, {.rule = B, .attempts = 10}, {0}};
static const struct row clean_a[] = {{.rule = A, .attempts = 10}, {.rule = B, .attempts = 10}, {0}};

static void find(const char *rule, const char *run, int times)
{
    for (int i = 0; i < times; i++)
        world_say(&world, (struct say){.rule = rule, .run = run});
}

/* A run that found A twice, and ended. */
static void first_run(void)
{
    find(A, "r1", 2);
    world_commit(&world);
    world_say_end(&world, (struct end){.say = {.run = "r1"}, .rows = found_a});
    world_commit(&world);
}

static int status_of(const char *rule)
{
    return world_alert(&world, (struct say){.rule = rule}).status;
}

static void end_and_commit(struct end end)
{
    world_say_end(&world, end);
    world_commit(&world);
}

static struct run_state run_of(const char *key)
{
    const struct kept *kept = world_kept(&world, OUTPUT_STATE, key);
    struct run_state state;
    struct error err = {0};

    cr_assert(kept, "%s", key);
    cr_assert_eq(
        record_decode(&run_state_type, kept->value, kept->value_bytes, &world.arena, &state, &err),
        0, "%s %s", err.pointer, err.text);
    return state;
}

Test(runs, clean_run_resolves)
{
    struct alert alert;

    first_run();
    cr_assert_eq(status_of(A), ALERT_OPEN);
    cr_assert_eq(((struct sighting *)world_alert(&world, (struct say){.rule = A}).sightings.items)
                     ->run_attempts,
                 10);
    world.now_ms += 5;
    end_and_commit((struct end){.say = {.run = "r2", .started_ms = LATER}, .rows = clean_a});
    alert = world_alert(&world, (struct say){.rule = A});
    cr_assert_eq(alert.status, ALERT_RESOLVED);
    cr_assert_eq(alert.resolved_reason, RESOLVED_CLEAN);
    cr_assert_eq(alert.resolved_ms, world.now_ms);
    cr_assert_eq(alert.version, world.now_ms);
    cr_assert_str_eq(alert.news_run, "r2");
    cr_assert_eq(world_news(&world, NEWS_RESOLVED), 1);
    cr_assert_eq(world_news(&world, -1), 1);
    cr_assert_eq(run_of("run/r2").phase, RUN_ENDED);
}

/* Everything that looks like a clean run and is none. */
static const struct row withheld[] = {{.rule = A, .attempts = 10, .failures = 1, .withheld = 1},
                                      {0}};
static const struct row nothing_evaluated[] = {{.rule = A, .attempts = 0}, {0}};
static const struct row too_few[] = {{.rule = A, .attempts = 4}, {0}};
static const struct row just_enough[] = {{.rule = A, .attempts = 5}, {0}};
static const struct row other_target[] = {{.rule = A, .attempts = 10, .target = "acme/other"}, {0}};
static const struct row other_rule[] = {{.rule = B, .attempts = 10}, {0}};
static const struct {
    const char *what;
    struct end end;
    int status;
} judgements[] = {
    {"complete and clean",
     {.say = {.run = "r2", .started_ms = LATER}, .rows = clean_a},
     ALERT_RESOLVED},
    {"started at the same time", {.say = {.run = "r2"}, .rows = clean_a}, ALERT_RESOLVED},
    {"another model version",
     {.say = {.run = "r2", .started_ms = LATER, .version = "v9"}, .rows = clean_a},
     ALERT_RESOLVED},
    {"half the attempts",
     {.say = {.run = "r2", .started_ms = LATER}, .rows = just_enough},
     ALERT_RESOLVED},
    {"less than half", {.say = {.run = "r2", .started_ms = LATER}, .rows = too_few}, ALERT_OPEN},
    {"an older run",
     {.say = {.run = "r0", .started_ms = RUN_START - 1}, .rows = clean_a},
     ALERT_OPEN},
    {"withheld by a threshold",
     {.say = {.run = "r2", .started_ms = LATER}, .rows = withheld},
     ALERT_OPEN},
    {"nothing evaluated",
     {.say = {.run = "r2", .started_ms = LATER}, .rows = nothing_evaluated},
     ALERT_OPEN},
    {"not tried", {.say = {.run = "r2", .started_ms = LATER}, .rows = other_rule}, ALERT_OPEN},
    {"another target",
     {.say = {.run = "r2", .started_ms = LATER}, .rows = other_target},
     ALERT_OPEN},
    {"a partial run",
     {.say = {.run = "r2", .started_ms = LATER}, .rows = clean_a, .status = RUN_PARTIAL},
     ALERT_OPEN},
    {"a crash",
     {.say = {.run = "r2", .started_ms = LATER}, .rows = clean_a, .status = RUN_CRASHED},
     ALERT_OPEN},
    {"no coverage",
     {.say = {.run = "r2", .started_ms = LATER}, .rows = clean_a, .no_coverage = true},
     ALERT_OPEN},
    {"another pipeline",
     {.say = {.run = "r2", .started_ms = LATER, .pipeline = "nightly"}, .rows = clean_a},
     ALERT_OPEN},
    {"another branch",
     {.say = {.run = "r2", .started_ms = LATER, .branch = "next"}, .rows = clean_a},
     ALERT_OPEN},
    {"another model",
     {.say = {.run = "r2", .started_ms = LATER, .model = "otherbot"}, .rows = clean_a},
     ALERT_OPEN},
    {"one shard of two",
     {.say = {.run = "r2", .started_ms = LATER, .shards = 2}, .rows = clean_a},
     ALERT_OPEN},
};

Test(runs, what_a_run_proves)
{
    for (size_t i = 0; i < sizeof(judgements) / sizeof(judgements[0]); i++) {
        first_run();
        end_and_commit(judgements[i].end);
        cr_assert_eq(status_of(A), judgements[i].status, "%s", judgements[i].what);
        world_fini(&world);
        world_init(&world, 1);
    }
}

Test(runs, end_waits_for_its_findings)
{
    first_run();
    world_say_end(&world, (struct end){.say = {.run = "r2", .started_ms = LATER}, .rows = found_a});
    world_commit(&world);
    cr_assert_eq(run_of("run/r2").phase, RUN_OPEN);
    cr_assert_eq(world_parts(&world), 0);
    world_restart(&world);
    world_say(&world, (struct say){.rule = A, .run = "r2", .started_ms = LATER});
    world_commit(&world);
    cr_assert_eq(run_of("run/r2").phase, RUN_OPEN);
    world_say(&world, (struct say){.rule = A, .run = "r2", .started_ms = LATER});
    cr_assert(correlator_urgent(world.correlator));
    world_commit(&world);
    cr_assert_eq(run_of("run/r2").phase, RUN_ENDED);
    cr_assert_eq(world_parts(&world), 1);
    cr_assert_eq(status_of(A), ALERT_OPEN);
}

Test(runs, shards_end_in_any_order)
{
    static const struct row clean[] = {{.rule = A, .attempts = 4}, {0}};
    const int64_t orders[][3] = {{1, 2, 3}, {3, 1, 2}, {2, 3, 1}};

    for (size_t i = 0; i < 3; i++) {
        first_run();
        for (int at = 0; at < 3; at++) {
            cr_assert_eq(status_of(A), ALERT_OPEN);
            end_and_commit((struct end){
                .say = {.run = "r2", .started_ms = LATER, .shard = orders[i][at], .shards = 3},
                .rows = clean});
            world_restart(&world);
        }
        cr_assert_eq(status_of(A), ALERT_RESOLVED, "12 attempts in three shards");
        world_fini(&world);
        world_init(&world, 1);
    }
}

/* One shard's findings come an hour late from a spool: no false resolve before. */
Test(runs, late_shard_keeps_the_run_open)
{
    struct say late = {.rule = A, .run = "r2", .started_ms = LATER, .shard = 2, .shards = 2};

    first_run();
    end_and_commit((struct end){.say = {.run = "r2", .started_ms = LATER, .shard = 1, .shards = 2},
                                .rows = clean_a});
    world_say_end(&world, (struct end){.say = late, .rows = found_a});
    world_commit(&world);
    world_tick(&world, NOW + HOUR);
    cr_assert_eq(status_of(A), ALERT_OPEN);
    cr_assert_eq(run_of("run/r2").phase, RUN_OPEN);
    world_say(&world, late);
    world_say(&world, late);
    world_commit(&world);
    cr_assert_eq(run_of("run/r2").phase, RUN_ENDED);
    cr_assert_eq(status_of(A), ALERT_OPEN);
}

Test(runs, one_shard_without_coverage_resolves_nothing)
{
    first_run();
    world_say_end(&world, (struct end){.say = {.run = "r2", .started_ms = LATER, .shards = 2},
                                       .rows = clean_a});
    world_say_end(&world,
                  (struct end){.say = {.run = "r2", .started_ms = LATER, .shard = 2, .shards = 2},
                               .no_coverage = true});
    world_commit(&world);
    cr_assert_eq(run_of("run/r2").phase, RUN_ENDED);
    cr_assert_eq(status_of(A), ALERT_OPEN);
}

Test(runs, late_finding_of_an_ended_run_reopens)
{
    struct alert alert;

    first_run();
    end_and_commit((struct end){.say = {.run = "r2", .started_ms = LATER}, .rows = clean_a});
    cr_assert_eq(world_say(&world, (struct say){.rule = A, .run = "r2", .started_ms = LATER}),
                 RECEIVED_NEWS);
    world_commit(&world);
    alert = world_alert(&world, (struct say){.rule = A});
    cr_assert_eq(alert.status, ALERT_OPEN);
    cr_assert_eq(alert.episode, 2);
    cr_assert_eq(alert.episode_count, 1);
    cr_assert_eq(alert.count, 3);
    cr_assert_eq(alert.resolved_ms, 0);
    cr_assert_eq(world_news(&world, NEWS_REOPENED), 1);
    world_say_end(&world, (struct end){.say = {.run = "r2", .started_ms = LATER}, .rows = clean_a});
    world_commit(&world);
    cr_assert_eq(status_of(A), ALERT_OPEN, "the same end again proves nothing");
}

Test(runs, second_attempt_of_the_same_is_no_news)
{
    struct finding finding = world_finding(&(struct say){.rule = A, .run = "r1", .prompt = "x"});
    static const struct row rows[] = {{.rule = A, .attempts = 10, .failures = 1, .published = 1},
                                      {0}};

    world_send(&world, finding);
    end_and_commit((struct end){.say = {.run = "r1"}, .rows = rows});
    cr_assert_eq(world_parts(&world), 1);
    finding.run.attempt = 2;
    cr_assert_eq(world_send(&world, finding), RECEIVED_DUPLICATE);
    end_and_commit((struct end){.say = {.run = "r1", .attempt = 2}, .rows = rows});
    cr_assert_eq(world_news(&world, -1), 0);
    cr_assert_eq(world_alert(&world, (struct say){.rule = A}).count, 1);
    cr_assert_eq(run_of("run/r1").phase, RUN_ENDED);
}

/* The first attempt crashed; the second is complete, and counts. */
Test(runs, later_attempt_replaces_the_earlier)
{
    first_run();
    end_and_commit((struct end){
        .say = {.run = "r2", .started_ms = LATER}, .rows = clean_a, .status = RUN_CRASHED});
    cr_assert_eq(status_of(A), ALERT_OPEN);
    world_restart(&world);
    end_and_commit(
        (struct end){.say = {.run = "r2", .started_ms = LATER, .attempt = 2}, .rows = clean_a});
    cr_assert_eq(status_of(A), ALERT_RESOLVED);
    world_say_end(&world, (struct end){.say = {.run = "r2", .started_ms = LATER},
                                       .rows = clean_a,
                                       .status = RUN_CRASHED});
    world_commit(&world);
    cr_assert_eq(run_of("run/r2").status, RUN_COMPLETE, "the earlier again changes nothing");
}

Test(runs, reports_of_one_shard_are_united)
{
    static const struct row only_b[] = {{.rule = B, .attempts = 7}, {0}};
    struct run_state state;

    find(A, "r1", 2);
    find(B, "r1", 1);
    world_say_end(&world, (struct end){.say = {.run = "r1"}, .rows = found_a});
    world_commit(&world);
    world_say_end(&world,
                  (struct end){.say = {.run = "r2", .started_ms = LATER},
                               .rows = (const struct row[]){{.rule = A, .attempts = 10}, {0}}});
    world_commit(&world);
    cr_assert_eq(status_of(A), ALERT_RESOLVED);
    cr_assert_eq(status_of(B), ALERT_OPEN);
    end_and_commit((struct end){.say = {.run = "r2", .started_ms = LATER}, .rows = only_b});
    cr_assert_eq(status_of(B), ALERT_RESOLVED);
    state = run_of("run/r2#1");
    cr_assert_eq(((struct shard_end *)state.ends.items)->coverage.count, 2);
    /* a hitlog beside a report takes nothing away */
    end_and_commit((struct end){.say = {.run = "r2", .started_ms = LATER}, .no_coverage = true});
    state = run_of("run/r2#1");
    cr_assert(((struct shard_end *)state.ends.items)->has_coverage);
    cr_assert_eq(world_news(&world, -1), 0);
}

Test(runs, run_over_its_time_is_lost_and_resolves_nothing)
{
    first_run();
    end_and_commit(
        (struct end){.say = {.run = "r2", .started_ms = LATER, .shards = 2}, .rows = clean_a});
    world_tick(&world, NOW + 6 * HOUR - 1);
    cr_assert_not(correlator_pending(world.correlator));
    world_tick(&world, NOW + 6 * HOUR);
    world_commit(&world);
    cr_assert_eq(run_of("run/r2").phase, RUN_LOST);
    cr_assert_eq(world_parts(&world), 1, "who waits is told");
    cr_assert_eq(status_of(A), ALERT_OPEN);
    world_say_end(&world,
                  (struct end){.say = {.run = "r2", .started_ms = LATER, .shard = 2, .shards = 2},
                               .rows = clean_a});
    world_commit(&world);
    cr_assert_eq(status_of(A), ALERT_OPEN, "too late");
    for (int64_t shard = 1; shard <= 2; shard++)
        end_and_commit((struct end){
            .say = {.run = "r2", .started_ms = LATER, .attempt = 2, .shard = shard, .shards = 2},
            .rows = clean_a});
    cr_assert_eq(status_of(A), ALERT_RESOLVED, "a further attempt is a new chance");
}

Test(runs, resolves_only_when_every_place_is_clean)
{
    find(A, "r1", 1);
    world_say(&world, (struct say){.rule = A, .run = "n1", .pipeline = "nightly"});
    world_commit(&world);
    end_and_commit((struct end){.say = {.run = "r2", .started_ms = LATER}, .rows = clean_a});
    cr_assert_eq(status_of(A), ALERT_OPEN);
    cr_assert_eq(world_news(&world, -1), 0);
    world_restart(&world);
    end_and_commit((struct end){.say = {.run = "n2", .started_ms = LATER, .pipeline = "nightly"},
                                .rows = clean_a});
    cr_assert_eq(status_of(A), ALERT_RESOLVED);
}

/* k runs in a row, each once, whatever attempts and restarts there are. */
Test(runs, several_clean_runs_in_a_row)
{
    correlator_free(world.correlator);
    world.rules.lifecycle.clean_runs = 3;
    world_start(&world);
    find(A, "r1", 1);
    world_commit(&world);
    for (int64_t attempt = 1; attempt <= 3; attempt++) {
        end_and_commit((struct end){.say = {.run = "r2", .started_ms = LATER, .attempt = attempt},
                                    .rows = clean_a});
        world_restart(&world);
    }
    end_and_commit((struct end){.say = {.run = "r3", .started_ms = LATER}, .rows = clean_a});
    cr_assert_eq(status_of(A), ALERT_OPEN);
    world_say(&world, (struct say){.rule = A, .run = "r4", .started_ms = LATER});
    for (int i = 5; i < 8; i++) {
        char run[16];

        world_commit(&world);
        cr_assert_eq(status_of(A), ALERT_OPEN);
        snprintf(run, sizeof(run), "r%d", i);
        world_say_end(&world,
                      (struct end){.say = {.run = run, .started_ms = LATER}, .rows = clean_a});
    }
    world_commit(&world);
    cr_assert_eq(status_of(A), ALERT_RESOLVED);
}

Test(runs, stale_alert_resolves_by_itself)
{
    find(A, "r1", 1);
    world_commit(&world);
    world_tick(&world, NOW + 30 * DAY);
    world_commit(&world);
    cr_assert_eq(status_of(A), ALERT_OPEN);
    world_tick(&world, NOW + 30 * DAY + 120000);
    world_commit(&world);
    cr_assert_eq(world_alert(&world, (struct say){.rule = A}).resolved_reason, RESOLVED_STALE);
    cr_assert_eq(world_news(&world, NEWS_RESOLVED), 1);
}

Test(runs, what_is_kept_no_longer_gets_tombstones)
{
    first_run();
    end_and_commit((struct end){.say = {.run = "r2", .started_ms = LATER}, .rows = clean_a});
    world_tick(&world, NOW + 3 * DAY + HOUR);
    world_commit(&world);
    cr_assert(world_kept(&world, OUTPUT_STATE, "run/r1"));
    cr_assert_not(world_kept(&world, OUTPUT_STATE, "run/r1#1"));
    world_restart(&world);
    world_tick(&world, NOW + 31 * DAY);
    world_commit(&world);
    cr_assert_not(world_kept(&world, OUTPUT_STATE, "run/r1"));
    cr_assert_not(
        world_kept(&world, OUTPUT_ALERTS, world_fingerprint(&world, (struct say){.rule = A})));
    world_restart(&world);
    cr_assert_eq(world_say(&world, (struct say){.rule = A, .run = "r1"}), RECEIVED_NEWS);
}

/* The counts that were told at the opening have grown since: once more, final, then the part. */
Test(runs, final_counts_are_told_at_the_end)
{
    struct notification told[64];
    size_t count;

    find(A, "r1", 1);
    world_commit(&world);
    find(A, "r1", 1);
    world_commit(&world);
    cr_assert_eq(world_news(&world, -1), 0);
    world_say_end(&world, (struct end){.say = {.run = "r1"}, .rows = found_a});
    world_commit(&world);
    count = world_notifications(&world, told);
    cr_assert_eq(count, 2);
    cr_assert_eq(told[0].picture->news, NEWS_FINAL);
    cr_assert_eq(told[0].picture->count, 2);
    cr_assert_str_eq(told[0].run, "r1");
    cr_assert_eq(told[1].part, 1);
    cr_assert_eq(told[1].parts, 1);
    cr_assert_eq(told[1].run_status, RUN_COMPLETE);
    cr_assert_str_eq(told[1].run, "r1");
}

Test(runs, opening_and_end_in_one_batch_need_one_picture)
{
    find(A, "r1", 2);
    world_say_end(&world, (struct end){.say = {.run = "r1"}, .rows = found_a});
    world_commit(&world);
    cr_assert_eq(world_news(&world, NEWS_OPENED), 1);
    cr_assert_eq(world_news(&world, -1), 1);
    cr_assert_eq(world_parts(&world), 1);
}

static size_t finals_written(void)
{
    size_t finals = 0;

    for (size_t i = 0; i < world.batch_count; i++)
        finals += world.batch[i].topic == OUTPUT_NOTIFICATIONS &&
                  strstr(world.batch[i].value, "\"final\"") != NULL;
    return finals;
}

/* More alerts than one transaction may hold are judged in several; the end comes with the last. */
Test(runs, large_run_is_closed_in_steps)
{
    enum { RULES = 900 };
    static char names[RULES][24];
    static struct row rows[RULES + 1];
    size_t finals = 0, steps = 0;

    for (int i = 0; i < RULES; i++) {
        snprintf(names[i], sizeof(names[i]), "rule/%d", i);
        rows[i] = (struct row){.rule = names[i], .attempts = 1, .failures = 1, .published = 1};
        find(names[i], "r1", 1);
    }
    world_commit(&world);
    world_say_end(&world, (struct end){.say = {.run = "r1"}, .rows = rows});
    world_commit(&world);
    cr_assert_gt(finals_written(), 0);
    cr_assert_lt(finals_written(), RULES);
    cr_assert_eq(run_of("run/r1").phase, RUN_OPEN);
    world_restart(&world); /* in the middle of it: judged anew */
    while (run_of("run/r1").phase == RUN_OPEN && steps++ < 10) {
        world_tick(&world, world.now_ms);
        world_commit(&world);
        finals += finals_written();
    }
    cr_assert_eq(finals, RULES);
    cr_assert_gt(steps, 1);
    world_tick(&world, world.now_ms);
    cr_assert_not(correlator_pending(world.correlator));
}

/* Without the copy mark it goes to every partition, and counts only by its copies. */
Test(runs, end_without_mark_is_copied_to_every_partition)
{
    struct run_end end;
    struct end said = {.say = {.run = "r1"}, .rows = clean_a};
    struct error err = {0};
    static const struct envelope none;
    struct arrival arrival = {.partition = 1, .envelope = &none};
    size_t copies = 0;

    world_fini(&world);
    world_init(&world, 4);
    end = world_end(&world, &said);
    arrival.value = record_encode(&run_end_type, &end, &world.arena, &arrival.value_bytes, &err);
    cr_assert_eq(world_arrive(&world, arrival), RECEIVED_SENT_ON);
    world_commit(&world);
    for (size_t i = 0; i < world.batch_count; i++) {
        if (world.batch[i].topic != OUTPUT_FINDINGS)
            continue;
        cr_assert_eq(world.batch[i].partition, (int32_t)copies++);
        cr_assert(envelope_find(&world.batch[i].envelope, HEADER_COPY));
        cr_assert_eq(world.batch[i].value_bytes, arrival.value_bytes);
    }
    cr_assert_eq(copies, 4);
    cr_assert_not(world_kept(&world, OUTPUT_STATE, "run/r1"));
}

/* Each partition keeps its own rows, and ends by itself. */
Test(runs, partitions_keep_their_own_rows)
{
    struct notification told[64];
    static const struct row rows[] = {{.rule = "a", .attempts = 1},
                                      {.rule = "b", .attempts = 1},
                                      {.rule = "c", .attempts = 1},
                                      {.rule = "d", .attempts = 1},
                                      {.rule = "e", .attempts = 1},
                                      {.rule = "f", .attempts = 1},
                                      {0}};
    size_t held = 0, parts = 0;

    world_fini(&world);
    world_init(&world, 3);
    end_and_commit((struct end){.say = {.run = "r1"}, .rows = rows});
    for (size_t i = 0; i < world.batch_count; i++) {
        struct run_state state;
        struct error err = {0};

        if (strcmp(world.batch[i].key, "run/r1#1") != 0)
            continue;
        cr_assert_eq(record_decode(&run_state_type, world.batch[i].value,
                                   world.batch[i].value_bytes, &world.arena, &state, &err),
                     0);
        held += ((struct shard_end *)state.ends.items)->coverage.count;
    }
    cr_assert_eq(held, 6);
    for (size_t i = 0, count = world_notifications(&world, told); i < count; i++) {
        cr_assert_eq(told[i].parts, 3);
        parts |= (size_t)1 << told[i].part;
    }
    cr_assert_eq(parts, 2 | 4 | 8);
}
