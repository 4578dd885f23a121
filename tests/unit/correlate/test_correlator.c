/* A finding's way into the tables and out again: opened, counted, dropped, restored, rolled back.
 */
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

TestSuite(correlator, .init = setup, .fini = teardown);

Test(correlator, first_finding_opens_an_alert)
{
    struct alert alert;

    cr_assert_eq(world_say(&world, (struct say){.run = "r1", .version = "v1"}), RECEIVED_NEWS);
    cr_assert(correlator_urgent(world.correlator));
    world_commit(&world);
    alert = world_alert(&world, (struct say){0});
    cr_assert_eq(alert.status, ALERT_OPEN);
    cr_assert_eq(alert.count, 1);
    cr_assert_eq(alert.episode, 1);
    cr_assert_eq(alert.version, NOW);
    cr_assert_eq(alert.sightings.count, 1);
    cr_assert_eq(alert.told.count, 1);
    cr_assert_eq(world_news(&world, NEWS_OPENED), 1);
    cr_assert_eq(world.positions[0], 1);
}

Test(correlator, same_id_is_dropped_on_headers_and_without)
{
    struct finding finding = world_finding(&(struct say){.prompt = "same"});
    struct error err = {0};
    struct arrival plain = {.partition = 0};

    cr_assert_eq(world_send(&world, finding), RECEIVED_NEWS);
    cr_assert_eq(world_send(&world, finding), RECEIVED_DUPLICATE);
    world_commit(&world);
    cr_assert_eq(world_send(&world, finding), RECEIVED_DUPLICATE);
    plain.value = record_encode(&finding_type, &finding, &world.arena, &plain.value_bytes, &err);
    cr_assert_eq(world_arrive(&world, plain), RECEIVED_DUPLICATE);
    world_commit(&world);
    cr_assert_eq(world_alert(&world, (struct say){0}).count, 1);
    cr_assert_eq(world_news(&world, -1), 0);
}

/* Without its value nothing but headers can have counted it. */
Test(correlator, known_alert_is_counted_without_a_look_at_the_value)
{
    struct say say = {.version = "v1"};
    struct alert alert;

    for (int i = 0; i < SAMPLES_MAX; i++)
        world_say(&world, say);
    world_commit(&world);
    for (int i = 0; i < 100; i++) {
        struct finding finding = world_finding(&say);
        struct error err = {0};
        struct envelope envelope;
        struct arrival arrival = {.envelope = &envelope, .value = "no JSON", .value_bytes = 7};

        world_complete(&world, &finding);
        cr_assert_eq(envelope_of_finding(&finding, &world.arena, &envelope, &err), 0);
        arrival.key = finding.fingerprint;
        arrival.key_bytes = strlen(finding.fingerprint);
        cr_assert_eq(world_arrive(&world, arrival), RECEIVED_COUNTED);
    }
    cr_assert_not(correlator_urgent(world.correlator));
    world_commit(&world);
    alert = world_alert(&world, say);
    cr_assert_eq(alert.count, 100 + SAMPLES_MAX);
    cr_assert_eq(alert.episode_count, 100 + SAMPLES_MAX);
    cr_assert_eq(((struct sighting *)alert.sightings.items)->run_count, 100 + SAMPLES_MAX);
    cr_assert_eq(world_news(&world, -1), 0);
}

/* One record a batch, however often it was counted. */
Test(correlator, alert_is_written_once_a_batch)
{
    size_t alerts = 0;

    for (int i = 0; i < 50; i++)
        world_say(&world, (struct say){0});
    world_commit(&world);
    for (size_t i = 0; i < world.batch_count; i++)
        alerts += world.batch[i].topic == OUTPUT_ALERTS;
    cr_assert_eq(alerts, 2); /* and its evidence */
    cr_assert_eq(world_news(&world, NEWS_OPENED), 1);
    cr_assert_eq(world_alert(&world, (struct say){0}).count, 50);
}

static void slow(const char *what, struct say say)
{
    cr_assert_eq(world_say(&world, say), RECEIVED_DECODED, "%s", what);
}

Test(correlator, what_needs_the_value_is_decoded)
{
    struct say known = {.version = "v1", .run = "r1"};

    for (int i = 0; i < SAMPLES_MAX; i++)
        world_say(&world, known);
    cr_assert_eq(world_say(&world, known), RECEIVED_COUNTED);
    slow("another run", (struct say){.version = "v1", .run = "r2"});
    slow("another model version", (struct say){.version = "v2", .run = "r2"});
    slow("higher confidence", (struct say){.version = "v2", .run = "r2", .confidence = 0.75});
    cr_assert_eq(world_say(&world, (struct say){.version = "v2", .run = "r2"}), RECEIVED_COUNTED);
    cr_assert_eq(
        world_say(&world, (struct say){.version = "v2", .run = "r2", .severity = "critical"}),
        RECEIVED_NEWS);
}

/* (high, 0.6) is no more than the alert has been, (low, 0.9) and (high, 0.5), but a better sample.
 */
Test(correlator, better_sample_is_read)
{
    world_say(&world, (struct say){.severity = "low", .confidence = 0.9});
    world_say(&world, (struct say){.severity = "high", .confidence = 0.5});
    slow("better", (struct say){.severity = "high", .confidence = 0.6});
    cr_assert_eq(world_say(&world, (struct say){.severity = "high", .confidence = 0.6}),
                 RECEIVED_COUNTED);
}

Test(correlator, rollback_is_as_if_nothing_had_come)
{
    struct finding known = world_finding(&(struct say){.run = "r1"});
    struct finding other = world_finding(&(struct say){.run = "r1", .rule = "other/rule"});
    static const struct row rows[] = {{.rule = "third/rule", .attempts = 3}, {0}};
    struct alert before, after;

    world_send(&world, known);
    world_commit(&world);
    before = world_alert(&world, (struct say){0});
    for (int round = 0; round < 3; round++) {
        cr_assert_eq(world_say(&world, (struct say){.run = "r1", .severity = "critical"}),
                     RECEIVED_NEWS);
        cr_assert_eq(world_send(&world, other), RECEIVED_NEWS);
        world_say_end(&world, (struct end){.say = {.run = "r1"}, .rows = rows});
        world_say_end(&world, (struct end){.say = {.run = "r9"}, .rows = rows});
        if (round == 1)
            world_flush(&world);
        correlator_rollback(world.correlator);
        cr_assert_not(correlator_pending(world.correlator));
    }
    cr_assert_eq(world_send(&world, known), RECEIVED_DUPLICATE);
    cr_assert_eq(world_send(&world, other), RECEIVED_NEWS);
    cr_assert_eq(world_say(&world, (struct say){.run = "r1"}), RECEIVED_COUNTED);
    world_commit(&world);
    after = world_alert(&world, (struct say){0});
    cr_assert_eq(after.count, 2);
    cr_assert_eq(after.severity, before.severity);
    cr_assert_eq(after.version, before.version);
}

static int compare_kept(const void *left, const void *right)
{
    const struct kept *a = left, *b = right;

    if (a->topic != b->topic)
        return a->topic < b->topic ? -1 : 1;
    return strcmp(a->key, b->key);
}

/* What two correlators write for the same record, as one text. */
static char *written_after(struct correlator *correlator, const struct say *says, size_t count)
{
    struct correlator *own = world.correlator;
    char *text;
    size_t bytes;
    FILE *stream = open_memstream(&text, &bytes);
    int64_t offset = world.offsets[0];

    world.correlator = correlator;
    for (size_t i = 0; i < count; i++)
        world_say(&world, says[i]);
    world_flush(&world);
    qsort(world.batch, world.batch_count, sizeof(*world.batch), compare_kept);
    for (size_t i = 0; i < world.batch_count; i++) {
        if (strncmp(world.batch[i].key, "seen/", 5) != 0)
            fprintf(stream, "%d %s %s\n", (int)world.batch[i].topic, world.batch[i].key,
                    world.batch[i].has_value ? world.batch[i].value : "(tombstone)");
    }
    fclose(stream);
    world.correlator = own;
    world.offsets[0] = offset;
    return text;
}

Test(correlator, restored_tables_write_what_the_old_ones_would)
{
    static const struct row rows[] = {
        {.rule = "a/rule", .attempts = 10, .failures = 3, .published = 3},
        {.rule = "b/rule", .attempts = 10},
        {0}};
    const struct say touch_all[] = {
        {.rule = "a/rule", .run = "r3", .prompt = "x", .url = "https://ci/3"},
        {.rule = "b/rule", .run = "r3", .prompt = "x", .version = "v9"},
        {.rule = "c/rule", .run = "r3", .prompt = "x"},
    };
    struct correlator *restored;
    char *ours, *theirs;

    world_say(&world, (struct say){.rule = "a/rule", .run = "r1", .team = "red"});
    world_say(&world, (struct say){.rule = "b/rule", .run = "r1", .severity = "low"});
    world_commit(&world);
    for (int i = 0; i < 3; i++)
        world_say(&world, (struct say){.rule = "a/rule",
                                       .run = "r2",
                                       .version = "v2",
                                       .started_ms = RUN_START + HOUR});
    world_say_end(&world,
                  (struct end){.say = {.run = "r2", .started_ms = RUN_START + HOUR}, .rows = rows});
    world_commit(&world);
    restored = world_restored(&world);
    ours = written_after(world.correlator, touch_all, 3);
    theirs = written_after(restored, touch_all, 3);
    cr_assert_str_eq(ours, theirs);
    cr_assert(strstr(ours, "reopened"), "b/rule was resolved by r2: %s", ours);
    free(ours);
    free(theirs);
    correlator_free(restored);
}

Test(correlator, restored_position_is_the_next_offset)
{
    struct correlator *fresh = world_correlator(&world), *restored;
    struct error err = {0};
    int64_t next;

    cr_assert_eq(correlator_restored(fresh, 0, &next, &err), 0);
    cr_assert_eq(next, -1);
    correlator_free(fresh);
    for (int i = 0; i < 7; i++)
        world_say(&world, (struct say){0});
    world_commit(&world);
    restored = world_restored(&world);
    cr_assert_eq(correlator_restored(restored, 0, &next, &err), 0);
    cr_assert_eq(next, 7);
    correlator_free(restored);
}

Test(correlator, ids_survive_a_restart)
{
    struct finding finding = world_finding(&(struct say){.prompt = "same"});

    world_send(&world, finding);
    world_commit(&world);
    world_restart(&world);
    cr_assert_eq(world_send(&world, finding), RECEIVED_DUPLICATE);
}

Test(correlator, ids_are_forgotten_after_the_window)
{
    struct finding finding = world_finding(&(struct say){.prompt = "same"});
    char key[] = "seen/0";

    world_send(&world, finding);
    world_commit(&world);
    cr_assert(world_kept(&world, OUTPUT_STATE, key));
    world.now_ms = NOW + 3 * DAY;
    world_say(&world, (struct say){0});
    world_commit(&world);
    cr_assert_eq(world_send(&world, finding), RECEIVED_DUPLICATE, "at the edge it is still known");
    world.now_ms = NOW + 3 * DAY + 1;
    world_say(&world, (struct say){0});
    world_commit(&world);
    cr_assert_not(world_kept(&world, OUTPUT_STATE, key), "there is a tombstone");
    cr_assert_neq(world_send(&world, finding), RECEIVED_DUPLICATE);
    correlator_rollback(world.correlator);
    world_restart(&world);
    cr_assert_neq(world_send(&world, finding), RECEIVED_DUPLICATE);
}

Test(correlator, bound_of_ids_holds_and_is_counted)
{
    struct finding first = world_finding(&(struct say){.prompt = "first"});
    struct correlator_counters counters;

    correlator_free(world.correlator);
    world.rules.seen_ids_max = 10;
    world.correlator = world_correlator(&world);
    world_live(&world, world.correlator);
    world_send(&world, first);
    world_commit(&world);
    for (int i = 0; i < 9; i++) {
        world_say(&world, (struct say){0});
        world_commit(&world);
    }
    cr_assert_eq(world_send(&world, first), RECEIVED_DUPLICATE, "ten are held");
    correlator_counters(world.correlator, &counters);
    cr_assert_eq(counters.ids_over_bound, 0);
    world_say(&world, (struct say){0});
    world_commit(&world);
    correlator_counters(world.correlator, &counters);
    cr_assert_eq(counters.ids_over_bound, 1);
    cr_assert_neq(world_send(&world, first), RECEIVED_DUPLICATE);
}

Test(correlator, dropped_partition_forgets_its_part_of_the_batch)
{
    world_say(&world, (struct say){0});
    correlator_drop(world.correlator, 0);
    cr_assert_not(correlator_pending(world.correlator));
    world_live(&world, world.correlator);
    cr_assert_eq(world_say(&world, (struct say){0}), RECEIVED_NEWS);
}

Test(correlator, control_is_swept_by_one_partition)
{
    struct error err = {0};

    cr_assert(correlator_sweeps(world.correlator));
    cr_assert_eq(correlator_bury(world.correlator, "silence/old", &err), 0);
    cr_assert(correlator_pending(world.correlator));
    world_commit(&world);
    cr_assert_eq(world.batch_count, 2, "a tombstone and the position that fences it");
    cr_assert_eq(world.batch[0].topic, OUTPUT_CONTROL);
    cr_assert_eq(world.batch[0].partition, 0);
    cr_assert_str_eq(world.batch[0].key, "silence/old");
    cr_assert_not(world.batch[0].has_value);
    cr_assert_not(correlator_pending(world.correlator));
    correlator_drop(world.correlator, 0);
    cr_assert_not(correlator_sweeps(world.correlator));
}
