/*
 * test_measure.c - measurements to alerts on the one road: what a rule publishes is fed back in, as
 * the topic would.
 */
#include "tests/unit/correlate/world.h"

static struct world world;
static struct measure_rule rules[2];

static void begin(void)
{
    world_init_rules(&world, 3);
    rules[0] = measure_rule_default(MEASURE_DROP);
    rules[1] = measure_rule_default(MEASURE_BOUNDS);
    rules[1].name = "floor";
    rules[1].min = .2;
    world.rules.measure_rules = rules;
    world.rules.measure_rules_count = 2;
    world_start(&world);
}

static void end(void)
{
    world_fini(&world);
}

TestSuite(measure, .init = begin, .fini = end);

static struct measurement measurement_of(int64_t build, double value)
{
    const struct say say = {.run = arena_printf(&world.arena, "nightly-%lld", (long long)build),
                            .version = arena_printf(&world.arena, "1.%lld", (long long)build),
                            .branch = build % 2 ? "main" : "topic"};

    return (struct measurement){
        .id = arena_printf(&world.arena, "00000000-0000-4000-8000-%012lld", (long long)build),
        .time_ms = NOW + build * HOUR,
        .model = {"helpbot", say.version},
        .benchmark = "arc_easy",
        .metric = "acc",
        .target = "acme/helpbot",
        .value = value,
        .n = 2000,
        .higher_is_better = true,
        .run = world_finding(&say).run,
    };
}

static enum reception send(const struct measurement *measurement, int32_t partition_shift)
{
    struct error err = {0};
    struct envelope envelope;
    char series[SERIES_BYTES];
    struct arrival arrival = {.envelope = &envelope};

    measurement_series(measurement, series);
    arrival.value =
        record_encode(&measurement_type, measurement, &world.arena, &arrival.value_bytes, &err);
    cr_assert(arrival.value, "%s %s", err.pointer, err.text);
    cr_assert_eq(envelope_of_measurement(measurement, &world.arena, &envelope, &err), 0);
    arrival.key = series;
    arrival.key_bytes = strlen(series);
    arrival.partition =
        (partition_of_key(series, strlen(series), world.rules.partitions) + partition_shift) %
        world.rules.partitions;
    return world_arrive(&world, arrival);
}

/* Commits, and feeds what was published to `findings` back in, until nothing more is. */
static size_t settle(void)
{
    size_t fed = 0, again = 1;

    while (again) {
        world_commit(&world);
        again = 0;
        for (size_t i = 0; i < world.batch_count; i++) {
            struct kept *kept = &world.batch[i];
            if (kept->topic != OUTPUT_FINDINGS)
                continue;
            world_arrive(&world, (struct arrival){.partition = kept->partition,
                                                  .key = kept->key,
                                                  .key_bytes = kept->key_bytes,
                                                  .value = kept->value,
                                                  .value_bytes = kept->value_bytes,
                                                  .envelope = &kept->envelope});
            again++;
        }
        fed += again;
    }
    return fed;
}

static size_t measured(int64_t build, double value)
{
    const struct measurement measurement = measurement_of(build, value);

    cr_assert_eq(send(&measurement, 0), RECEIVED_MEASURED);
    return settle();
}

static struct alert alert_of(const char *rule)
{
    return world_alert(&world, (struct say){.rule = rule, .category = "arc_easy/acc"});
}

Test(measure, a_fall_opens_one_alert_and_a_rise_resolves_it)
{
    struct alert alert;
    struct evidence evidence;
    struct error err = {0};

    cr_assert_eq(measured(1, .925), 0);
    cr_assert_gt(measured(2, .373), 0);
    alert = alert_of("tocsin/measure/drop");
    cr_assert_eq(alert.status, ALERT_OPEN);
    cr_assert_eq(alert.count, 1);
    cr_assert_eq(alert.severity, SEVERITY_HIGH);
    cr_assert_str_eq(alert.rule.title, "acc of arc_easy got worse");
    const char *key = arena_printf(&world.arena, "%s#evidence", alert.fingerprint);
    const struct kept *kept = world_kept(&world, OUTPUT_ALERTS, key);
    cr_assert(kept);
    cr_assert_eq(record_decode(&evidence_type, kept->value, kept->value_bytes, &world.arena,
                               &evidence, &err),
                 0);
    cr_assert(strstr(((struct sample *)evidence.samples.items)->output,
                     "0.373 (n = 2000) against 0.925 (n = 2000), baseline previous"));
    cr_assert_eq(measured(3, .370), 0, "still down is no news");
    cr_assert_gt(measured(4, .924), 0);
    cr_assert_eq(alert_of("tocsin/measure/drop").status, ALERT_RESOLVED);
    cr_assert_gt(measured(5, .5), 0);
    cr_assert_eq(alert_of("tocsin/measure/drop").status, ALERT_OPEN, "reopened");
    cr_assert_eq(alert_of("tocsin/measure/drop").episode, 2);
}

Test(measure, rules_are_judged_each_by_itself)
{
    measured(1, .9);
    measured(2, .1);
    cr_assert_eq(alert_of("tocsin/measure/drop").status, ALERT_OPEN);
    cr_assert_eq(alert_of("tocsin/measure/floor").status, ALERT_OPEN);
    measured(3, .3);
    cr_assert_eq(alert_of("tocsin/measure/drop").status, ALERT_OPEN);
    cr_assert_eq(alert_of("tocsin/measure/floor").status, ALERT_RESOLVED);
}

Test(measure, as_many_clean_runs_as_resolve)
{
    world.rules.lifecycle.clean_runs = 3;
    world_restart(&world);
    measured(1, .9);
    measured(2, .5);
    measured(3, .9);
    cr_assert_eq(alert_of("tocsin/measure/drop").status, ALERT_RESOLVED);
}

Test(measure, published_again_or_late_is_not_judged)
{
    const struct measurement again = measurement_of(2, .5);
    struct measurement late = measurement_of(3, .1);

    measured(1, .9);
    measured(2, .5);
    cr_assert_eq(send(&again, 0), RECEIVED_DUPLICATE);
    cr_assert_eq(settle(), 0);
    late.time_ms = NOW + HOUR + 1;
    cr_assert_eq(send(&late, 0), RECEIVED_MEASURED);
    cr_assert_eq(settle(), 0);
    cr_assert_eq(alert_of("tocsin/measure/drop").count, 1);
}

Test(measure, survives_a_restart_at_each_step)
{
    measured(1, .925);
    world_restart(&world);
    cr_assert_gt(measured(2, .373), 0);
    world_restart(&world);
    cr_assert_eq(measured(3, .37), 0);
    world_restart(&world);
    cr_assert_gt(measured(4, .92), 0);
    cr_assert_eq(alert_of("tocsin/measure/drop").status, ALERT_RESOLVED);
}

Test(measure, a_rollback_takes_it_back)
{
    const struct measurement fall = measurement_of(2, .373);

    measured(1, .925);
    cr_assert_eq(send(&fall, 0), RECEIVED_MEASURED);
    correlator_rollback(world.correlator);
    cr_assert_eq(measured(3, .925), 0, "against .925, not .373");
    cr_assert_gt(measured(2 + 2, .373), 0);
}

Test(measure, under_a_wrong_key_it_is_sent_on_once)
{
    const struct measurement measurement = measurement_of(1, .9);

    cr_assert_eq(send(&measurement, 1), RECEIVED_SENT_ON);
    cr_assert_eq(settle(), 1);
    cr_assert_eq(send(&measurement, 0), RECEIVED_DUPLICATE);
}

Test(measure, a_series_is_forgotten_after_a_year)
{
    const struct measurement measurement = measurement_of(1, .9);
    char series[SERIES_BYTES];
    const char *key;

    measured(1, .9);
    measurement_series(&measurement, series);
    key = arena_printf(&world.arena, "series/%s", series);
    world_tick(&world, NOW + HOUR + 366 * DAY - 1);
    world_commit(&world);
    cr_assert(world_kept(&world, OUTPUT_STATE, key));
    world_tick(&world, NOW + HOUR + 366 * DAY + 60000);
    world_commit(&world);
    cr_assert_null(world_kept(&world, OUTPUT_STATE, key));
    world_restart(&world);
    cr_assert_eq(measured(2, .5), 0, "nothing to compare with");
}
