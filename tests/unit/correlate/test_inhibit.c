/* Alerts that inhibit others: what is written to `control`, when, and when it is taken out. */
#include "world.h"

#include "consumer/records/control.h"

static struct world world;
static struct matcher *source, *target;
static struct inhibit_rule rule;
static const char *equal[] = {"branch"};

static void setup(void)
{
    struct error err = {0};

    cr_assert_eq(matcher_parse("severity=critical", &source, &err), 0);
    cr_assert_eq(matcher_parse("severity=high", &target, &err), 0);
    rule = (struct inhibit_rule){&source, &target, 1, 1, equal, 1};
    world_init_rules(&world, 1);
    world.rules.inhibit_rules = &rule;
    world.rules.inhibit_rules_count = 1;
    world_start(&world);
}

static void teardown(void)
{
    world_fini(&world);
    matcher_free(source);
    matcher_free(target);
}

TestSuite(inhibit_alert, .init = setup, .fini = teardown);

/* What the last flush wrote: "-": nothing, "tombstone", or the branches of the sources. */
static const char *written(void)
{
    static char text[256];
    struct inhibitor inhibitor;
    struct error err = {0};

    strcpy(text, "-");
    for (size_t i = 0; i < world.batch_count; i++) {
        const struct kept *kept = &world.batch[i];

        if (kept->topic != OUTPUT_CONTROL)
            continue;
        cr_assert_str_eq(text, "-", "one record a batch");
        cr_assert_eq(kept->partition, CONTROL_PARTITION_CORRELATE);
        cr_assert_eq(strncmp(kept->key, "inhibit/v1:", 11), 0);
        strcpy(text, kept->has_value ? "" : "tombstone");
        if (!kept->has_value)
            continue;
        cr_assert_eq(record_decode(&inhibitor_type, kept->value, kept->value_bytes, &world.arena,
                                   &inhibitor, &err),
                     0);
        cr_assert(inhibitor.firing);
        cr_assert_str_eq(inhibitor.fingerprint, kept->key + strlen(INHIBITOR_KEY_PREFIX));
        for (size_t s = 0; s < inhibitor.sources.count; s++) {
            const struct inhibitor_source *from = inhibitor.sources.items;
            const struct list *labels = &from[s].labels;

            cr_assert_eq(labels->count, 3, "alertname, severity, branch");
            strcat(text, s > 0 ? " " : "");
            strcat(text, label_value(labels->items, labels->count, "branch"));
        }
    }
    return text;
}

static const char *after(struct say say)
{
    world_say(&world, say);
    world_commit(&world);
    return written();
}

Test(inhibit_alert, one_that_matches_no_source_side_is_not_written)
{
    cr_assert_str_eq(after((struct say){0}), "-");
}

Test(inhibit_alert, an_opening_is_written_and_a_count_is_not)
{
    cr_assert_str_eq(after((struct say){.severity = "critical"}), "main");
    cr_assert_str_eq(after((struct say){.severity = "critical"}), "-");
}

Test(inhibit_alert, an_escalation_makes_a_source)
{
    cr_assert_str_eq(after((struct say){0}), "-");
    cr_assert_str_eq(after((struct say){.severity = "critical"}), "main");
}

Test(inhibit_alert, each_place_is_a_source_unless_a_rule_sees_no_difference)
{
    cr_assert_str_eq(after((struct say){.severity = "critical"}), "main");
    cr_assert_str_eq(after((struct say){.severity = "critical", .pipeline = "other", .run = "o"}),
                     "-");
    cr_assert_str_eq(after((struct say){.severity = "critical", .branch = "next", .run = "n"}),
                     "next main");
}

static void end_run(const char *run, int64_t started_ms)
{
    const struct row rows[] = {{.rule = "garak/probe.P/detector.D", .attempts = 10}, {0}};

    world_say_end(&world,
                  (struct end){.say = {.run = run, .started_ms = started_ms}, .rows = rows});
}

Test(inhibit_alert, one_that_is_resolved_is_taken_out)
{
    cr_assert_str_eq(after((struct say){.severity = "critical"}), "main");
    end_run("github:2", RUN_START + HOUR);
    world_commit(&world);
    cr_assert_str_eq(written(), "tombstone");
    cr_assert_str_eq(after((struct say){.severity = "critical",
                                        .run = "github:3",
                                        .started_ms = RUN_START + 2 * HOUR}),
                     "main");
}

Test(inhibit_alert, a_place_that_is_clean_is_no_source)
{
    after((struct say){.severity = "critical"});
    cr_assert_str_eq(after((struct say){.severity = "critical", .branch = "next", .run = "n"}),
                     "next main");
    end_run("github:2", RUN_START + HOUR);
    world_commit(&world);
    cr_assert_str_eq(written(), "next");
}

Test(inhibit_alert, all_are_written_again_after_a_restore)
{
    after((struct say){.severity = "critical"});
    after((struct say){.rule = "garak/other.P/detector.D"});
    world_restart(&world);
    cr_assert(correlator_pending(world.correlator));
    world_commit(&world);
    cr_assert_str_eq(written(), "main");
    cr_assert_not(correlator_pending(world.correlator));
}

Test(inhibit_alert, a_rollback_writes_it_with_the_next_batch)
{
    world_say(&world, (struct say){.severity = "critical"});
    world_flush(&world);
    correlator_rollback(world.correlator);
    world.offsets[0] = 0;
    cr_assert_str_eq(after((struct say){.severity = "critical"}), "main");
}

Test(inhibit_alert, nothing_is_written_without_rules)
{
    world_fini(&world);
    world_init_rules(&world, 1);
    world_start(&world);
    cr_assert_str_eq(after((struct say){.severity = "critical"}), "-");
}
