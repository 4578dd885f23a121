/* A severity that a rule sets is what receivers see, and never an escalation by itself. */
#include "world.h"

#include "consumer/enrich/rules.h"

static struct world world;
static struct matcher *on_main;
static struct severity_rule rule;
static struct enrichment enrichment;

/* What is found on main is critical, whatever was reported. */
static void setup(void)
{
    struct error err = {0};

    world_init_rules(&world, 1);
    cr_assert_eq(matcher_parse("branch=main", &on_main, &err), 0);
    rule = (struct severity_rule){.when = {.matchers = &on_main, .matchers_count = 1},
                                  .name = "main is critical",
                                  .severity = SEVERITY_CRITICAL};
    enrichment = (struct enrichment){.severities = {&rule, 1}};
    world.rules.enrichment = world.rules.lifecycle.enrichment = &enrichment;
    world_start(&world);
}

static void teardown(void)
{
    world_fini(&world);
    matcher_free(on_main);
}

TestSuite(overrides, .init = setup, .fini = teardown);

/* The one notification of the last batch; NULL: it told nobody. */
static struct picture *told(void)
{
    struct picture *picture = NULL;

    for (size_t i = 0; i < world.batch_count; i++) {
        const struct kept *kept = &world.batch[i];
        struct notification *notification = arena_alloc(&world.arena, sizeof(*notification));
        struct error err = {0};

        if (kept->topic != OUTPUT_NOTIFICATIONS)
            continue;
        cr_assert_null(picture, "told twice");
        cr_assert_eq(record_decode(&notification_type, kept->value, kept->value_bytes, &world.arena,
                                   notification, &err),
                     0, "%s %s", err.pointer, err.text);
        picture = notification->picture;
    }
    return picture;
}

static struct picture *after(struct say say)
{
    world_say(&world, say);
    world.now_ms += 1000;
    world_commit(&world);
    return told();
}

static struct alert written(void)
{
    struct alert alert = {.fingerprint = NULL};
    struct error err = {0};

    for (size_t i = 0; i < world.count; i++) {
        if (world.kept[i].topic == OUTPUT_ALERTS && !strchr(world.kept[i].key, '#'))
            cr_assert_eq(record_decode(&alert_type, world.kept[i].value, world.kept[i].value_bytes,
                                       &world.arena, &alert, &err),
                         0);
    }
    cr_assert(alert.fingerprint);
    return alert;
}

Test(overrides, receivers_see_it_and_the_alert_keeps_what_was_reported)
{
    const struct picture *picture = after((struct say){.severity = "medium"});
    struct alert alert = written();

    cr_assert(picture);
    cr_assert_eq(picture->severity, SEVERITY_CRITICAL);
    cr_assert_eq(alert.severity, SEVERITY_MEDIUM);
    cr_assert_eq(alert.override->severity, SEVERITY_CRITICAL);
    cr_assert_str_eq(alert.override->rule, "main is critical");
}

Test(overrides, a_known_finding_is_no_escalation_on_headers_or_after_a_restore)
{
    after((struct say){.severity = "medium", .confidence = 0.9});
    for (int i = 0; i < 8; i++)
        cr_assert_null(after((struct say){.severity = "medium"}), "%d", i);
    cr_assert_eq(world_say(&world, (struct say){.severity = "medium"}), RECEIVED_COUNTED);
    world_commit(&world);
    world_restart(&world);
    cr_assert_null(after((struct say){.severity = "medium"}));
    cr_assert_null(after((struct say){.severity = "medium", .run = "github:2"}));
    cr_assert_eq(written().severity, SEVERITY_MEDIUM);
}

Test(overrides, what_was_reported_may_rise_below_the_rule_without_news)
{
    after((struct say){.severity = "medium"});
    cr_assert_null(after((struct say){.severity = "high"}));
    cr_assert_eq(written().severity, SEVERITY_HIGH);
}

Test(overrides, inhibition_sees_it)
{
    struct matcher *critical, *high;
    struct error err = {0};

    cr_assert_eq(matcher_parse("severity=critical", &critical, &err), 0);
    cr_assert_eq(matcher_parse("severity=high", &high, &err), 0);
    struct inhibit_rule inhibit = {
        .source = &critical, .source_count = 1, .target = &high, .target_count = 1};
    bool written_to_control = false;

    world.rules.inhibit_rules = &inhibit;
    world.rules.inhibit_rules_count = 1;
    world_restart(&world);
    after((struct say){.severity = "low"});
    for (size_t i = 0; i < world.batch_count; i++)
        written_to_control = written_to_control || world.batch[i].topic == OUTPUT_CONTROL;
    cr_assert(written_to_control, "low, but critical by the rule");
    world.rules.inhibit_rules_count = 0;
    world_restart(&world);
    matcher_free(critical);
    matcher_free(high);
}

Test(overrides, a_place_where_it_is_worse_is_an_escalation)
{
    const struct picture *picture = after((struct say){.severity = "medium", .branch = "topic"});

    cr_assert_eq(picture->severity, SEVERITY_MEDIUM);
    picture = after((struct say){.severity = "medium", .run = "github:2"});
    cr_assert(picture);
    cr_assert_eq(picture->news, NEWS_ESCALATED);
    cr_assert_eq(picture->severity, SEVERITY_CRITICAL);
    cr_assert_null(after((struct say){.severity = "medium", .branch = "topic"}));
    cr_assert_null(after((struct say){.severity = "medium", .branch = "other", .run = "github:3"}));
}
