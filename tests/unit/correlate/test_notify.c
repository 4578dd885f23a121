/* Who is told what, once, and who hears the end of it. */
#include "world.h"

#include "consumer/correlate/audience.h"

static struct world world;
static struct matcher *matchers[4];

/* The root takes all; critical ones go to "oncall", by severity; team red has its own, and goes on.
 */
static void setup(void)
{
    static const char *by_severity[] = {"severity"};
    static struct route children[2];
    struct error err = {0};

    world_init_rules(&world, 1);
    cr_assert_eq(matcher_parse("severity=critical", &matchers[0], &err), 0);
    cr_assert_eq(matcher_parse("team=red", &matchers[1], &err), 0);
    children[0] = (struct route){.receiver = "red",
                                 .matchers = &matchers[1],
                                 .matchers_count = 1,
                                 .group_by = world.group_by,
                                 .group_by_count = 1,
                                 .continues = true,
                                 .parent = &world.route};
    children[1] = (struct route){.receiver = "oncall",
                                 .matchers = &matchers[0],
                                 .matchers_count = 1,
                                 .group_by = by_severity,
                                 .group_by_count = 1,
                                 .parent = &world.route};
    world.route.children = children;
    world.route.children_count = 2;
    world.addressees[1] =
        (struct addressee){.integration = "oncall/webhook/0", .receiver = "oncall", .shards = 1};
    world.addressees[2] =
        (struct addressee){.integration = "oncall/webhook/1", .receiver = "oncall", .shards = 1};
    world.addressees[3] =
        (struct addressee){.integration = "red/slack/0", .receiver = "red", .shards = 4};
    world.rules.addressees_count = 4;
    world_start(&world);
}

static void teardown(void)
{
    world_fini(&world);
    matcher_free(matchers[0]);
    matcher_free(matchers[1]);
}

TestSuite(notify, .init = setup, .fini = teardown);

/* What the last flush told, as "integration news" in order of the alphabet. */
static const char *told(void)
{
    static const char *const order[] = {"oncall/webhook/0", "oncall/webhook/1", "red/slack/0",
                                        "team/slack/0"};
    static char text[512];
    struct notification notifications[64];
    size_t count = world_notifications(&world, notifications), bytes = 0;

    text[0] = '\0';
    for (size_t o = 0; o < 4; o++) {
        for (size_t i = 0; i < count; i++) {
            if (notifications[i].picture && strcmp(notifications[i].integration, order[o]) == 0)
                bytes += (size_t)snprintf(text + bytes, sizeof(text) - bytes, "%s%s %s",
                                          bytes ? ", " : "", order[o],
                                          news_names[notifications[i].picture->news]);
        }
    }
    return text;
}

static const char *after(struct say say)
{
    world_say(&world, say);
    world_commit(&world);
    return told();
}

Test(notify, each_is_told_once)
{
    cr_assert_str_eq(after((struct say){0}), "team/slack/0 opened");
    cr_assert_str_eq(after((struct say){0}), "");
    cr_assert_str_eq(after((struct say){.branch = "next", .run = "n"}), "",
                     "a new place, the same people");
    cr_assert_str_eq(after((struct say){.team = "red", .run = "r"}), "red/slack/0 opened");
    cr_assert_str_eq(after((struct say){.team = "red", .run = "r", .branch = "b"}), "");
    world_restart(&world);
    cr_assert_str_eq(after((struct say){.team = "red", .run = "r2"}), "");
}

Test(notify, escalation_reaches_those_it_newly_concerns_and_those_it_did)
{
    after((struct say){.team = "red"});
    cr_assert_str_eq(
        after((struct say){.team = "red", .severity = "critical"}),
        "oncall/webhook/0 escalated, oncall/webhook/1 escalated, red/slack/0 escalated");
}

/* Grouped by severity: the old group is left, once. */
Test(notify, pair_that_is_not_given_any_more_gets_one_left)
{
    static const char *by_severity[] = {"severity"};

    world.route.group_by = by_severity;
    after((struct say){0});
    world.route.children_count = 0;
    cr_assert_str_eq(after((struct say){.severity = "critical"}),
                     "team/slack/0 escalated, team/slack/0 left");
    cr_assert_eq(world_alert(&world, (struct say){0}).told.count, 1);
}

static const struct row clean[] = {{.rule = "garak/probe.P/detector.D", .attempts = 9}, {0}};

Test(notify, resolve_reaches_all_that_were_told_and_reopening_those_it_concerns)
{
    struct alert alert;

    after((struct say){.team = "red", .severity = "critical", .run = "r1"});
    world_say_end(&world,
                  (struct end){.say = {.run = "r2", .started_ms = RUN_START + 1}, .rows = clean});
    world_commit(&world);
    cr_assert_str_eq(told(),
                     "oncall/webhook/0 resolved, oncall/webhook/1 resolved, red/slack/0 resolved");
    alert = world_alert(&world, (struct say){0});
    cr_assert_eq(((struct told *)alert.told.items)->status, ALERT_RESOLVED);
    cr_assert_str_eq(after((struct say){.team = "red", .severity = "low", .run = "r3"}),
                     "red/slack/0 reopened");
    cr_assert_eq(world_alert(&world, (struct say){0}).told.count, 1,
                 "who heard the end needs no more");
}

Test(notify, resolve_reaches_a_receiver_after_the_routes_have_changed)
{
    after((struct say){.severity = "critical"});
    world.route.children_count = 0;
    world_restart(&world);
    world_say_end(&world,
                  (struct end){.say = {.run = "r2", .started_ms = RUN_START + 1}, .rows = clean});
    world_commit(&world);
    cr_assert_str_eq(told(), "oncall/webhook/0 resolved, oncall/webhook/1 resolved");
}

Test(notify, receiver_that_is_gone_is_told_nothing)
{
    after((struct say){.severity = "critical"});
    world.route.children_count = 0;
    world.rules.addressees_count = 1;
    world_restart(&world);
    cr_assert_str_eq(after((struct say){.severity = "critical", .run = "r2", .branch = "b"}),
                     "team/slack/0 opened");
    cr_assert_eq(world_alert(&world, (struct say){0}).told.count, 1);
}

Test(notify, opened_and_resolved_in_one_batch_is_nobodys_business)
{
    world_say(&world, (struct say){.run = "r1"});
    world_say_end(&world,
                  (struct end){.say = {.run = "r2", .started_ms = RUN_START + 1}, .rows = clean});
    world_commit(&world);
    cr_assert_str_eq(told(), "");
}

Test(notify, notification_says_all_that_a_receiver_needs)
{
    struct notification notifications[64];
    const struct notification *notification = notifications;
    const struct picture *picture;

    world_say(&world, (struct say){.version = "v1",
                                   .run = "r1",
                                   .prompt = "say it",
                                   .url = "https://github.com/acme/helpbot/actions/runs/1"});
    world_commit(&world);
    cr_assert_eq(world_notifications(&world, notifications), 1);
    picture = notification->picture;
    cr_assert_str_eq(notification->integration, "team/slack/0");
    cr_assert_eq(notification->flush, FLUSH_RUN_END);
    cr_assert_eq(notification->timing.group_wait_ms, 30000);
    cr_assert_eq(notification->timing.max_wait_ms, HOUR);
    cr_assert_str_eq(notification->run, "r1");
    cr_assert_eq(notification->group_labels.count, 1);
    cr_assert_str_eq(((struct label *)notification->group_labels.items)->name, "fingerprint");
    cr_assert_str_eq(label_value(picture->labels.items, picture->labels.count, "alertname"),
                     picture->rule.id);
    cr_assert_str_eq(label_value(picture->labels.items, picture->labels.count, "run"), "r1");
    cr_assert_str_eq(picture->sample->prompt, "say it");
    cr_assert_str_eq(picture->run_url, "https://github.com/acme/helpbot/actions/runs/1");
    cr_assert(strstr(picture->ticket_url,
                     "https://github.com/acme/helpbot/issues/new?labels=security&title="));
    cr_assert_eq(picture->count, 1);
}

/* A late finding of a run that has ended: nobody waits for an end that was told. */
Test(notify, run_that_has_ended_is_not_waited_for)
{
    struct notification notifications[64];

    world_say_end(&world, (struct end){.say = {.run = "r1"}, .rows = clean});
    world_commit(&world);
    world_say(&world, (struct say){.run = "r1"});
    world_commit(&world);
    cr_assert_eq(world_notifications(&world, notifications), 1);
    cr_assert_not(notifications[0].run);
}

Test(notify, groups_of_a_busy_receiver_are_spread_and_stay)
{
    const struct addressee busy = {.integration = "red/slack/0", .shards = 4};
    const struct addressee calm = {.integration = "team/slack/0", .shards = 1};
    bool used[4] = {false};
    char group[GROUP_HASH_BYTES];

    for (int i = 0; i < 64; i++) {
        char key[16];
        int64_t shard;

        snprintf(key, sizeof(key), "%d", i);
        group_hash(key, group);
        shard = audience_shard(&busy, group);
        cr_assert(shard >= 0 && shard < 4);
        used[shard] = true;
        cr_assert_eq(audience_shard(&calm, group), 0);
    }
    cr_assert(used[0] && used[1] && used[2] && used[3]);
    cr_assert_eq(audience_partition(&calm, 0, 3), partition_of_key("team/slack/0", 12, 3));
    cr_assert_eq(audience_partition(&busy, 2, 3), partition_of_key("red/slack/0#2", 13, 3));
}

/* 64 places with the longest names there are: the record keeps its limit, and the table with it. */
Test(notify, alert_keeps_its_limit_whatever_the_names)
{
    static char name[NAME_MAX_CHARS + 1];
    struct correlator_counters counters;
    struct alert alert;

    memset(name, 'n', NAME_MAX_CHARS);
    for (int i = 0; i < SIGHTINGS_MAX; i++) {
        char run[NAME_MAX_CHARS + 1];

        name[0] = (char)('A' + i % 26);
        name[1] = (char)('A' + i / 26);
        memcpy(run, name, sizeof(run));
        world_say(&world, (struct say){.branch = arena_strdup(&world.arena, name),
                                       .pipeline = arena_strdup(&world.arena, name),
                                       .team = arena_strdup(&world.arena, name),
                                       .version = arena_strdup(&world.arena, name),
                                       .run = arena_strdup(&world.arena, run)});
    }
    world_commit(&world);
    for (size_t i = 0; i < world.batch_count; i++) {
        if (world.batch[i].topic == OUTPUT_ALERTS)
            cr_assert_leq(world.batch[i].value_bytes, ALERT_RECORD_BYTES_MAX);
    }
    alert = world_alert(&world, (struct say){0});
    cr_assert_lt(alert.sightings.count, SIGHTINGS_MAX);
    cr_assert_eq(alert.count, SIGHTINGS_MAX);
    correlator_counters(world.correlator, &counters);
    cr_assert_gt(counters.cut, 0);
}
