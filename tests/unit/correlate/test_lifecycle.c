/* The table of a problem's life, and its sightings. */
#include "world.h"

#include "consumer/correlate/evidence.h"

static struct world world;

static void setup(void)
{
    world_init(&world, 1);
}

static void teardown(void)
{
    world_fini(&world);
}

TestSuite(lifecycle, .init = setup, .fini = teardown);

static const struct lifecycle_rules rules = {.clean_runs = 1, .stale_after_ms = 30 * DAY};

/* From (status, severity) by a finding of a severity to: news, status, severity. */
static const struct {
    int status, severity, by;
    int news, to_severity;
    int64_t episode;
} steps[] = {
    {ALERT_OPEN, SEVERITY_HIGH, SEVERITY_LOW, NEWS_NONE, SEVERITY_HIGH, 1},
    {ALERT_OPEN, SEVERITY_HIGH, SEVERITY_HIGH, NEWS_NONE, SEVERITY_HIGH, 1},
    {ALERT_OPEN, SEVERITY_HIGH, SEVERITY_CRITICAL, NEWS_ESCALATED, SEVERITY_CRITICAL, 1},
    {ALERT_OPEN, SEVERITY_INFO, SEVERITY_LOW, NEWS_ESCALATED, SEVERITY_LOW, 1},
    {ALERT_RESOLVED, SEVERITY_HIGH, SEVERITY_LOW, NEWS_REOPENED, SEVERITY_LOW, 2},
    {ALERT_RESOLVED, SEVERITY_HIGH, SEVERITY_HIGH, NEWS_REOPENED, SEVERITY_HIGH, 2},
    {ALERT_RESOLVED, SEVERITY_LOW, SEVERITY_CRITICAL, NEWS_REOPENED, SEVERITY_CRITICAL, 2},
};

static struct alert after(const struct alert *alert, struct say say, int64_t time_ms,
                          int64_t now_ms, struct change *ret_change)
{
    struct finding finding = world_finding(&say);
    struct alert draft;
    struct error err = {0};

    world_complete(&world, &finding);
    finding.rule.title = arena_strdup(&world.arena, finding.rule.title);
    cr_assert_eq(lifecycle_finding(alert, &finding, time_ms, now_ms, &rules, &world.arena, &draft,
                                   ret_change, &err),
                 0);
    return draft;
}

Test(lifecycle, steps)
{
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        struct change change;
        struct alert alert = after(
            NULL, (struct say){.severity = severity_names[steps[i].severity]}, NOW, NOW, &change);
        struct alert resolved;

        cr_assert_eq(change.news, NEWS_OPENED);
        if (steps[i].status == ALERT_RESOLVED) {
            lifecycle_resolve(&alert, RESOLVED_CLEAN, "r", NOW + 1, &resolved);
            alert = resolved;
        }
        int64_t version = alert.version;
        struct alert next = after(&alert, (struct say){.severity = severity_names[steps[i].by]},
                                  NOW + 2, NOW + 2, &change);
        cr_assert_eq(change.news, steps[i].news, "step %zu", i);
        cr_assert_eq(next.severity, steps[i].to_severity, "step %zu", i);
        cr_assert_eq(next.episode, steps[i].episode, "step %zu", i);
        cr_assert_eq(next.status, ALERT_OPEN);
        cr_assert_eq(next.version > version, steps[i].news != NEWS_NONE, "step %zu", i);
        cr_assert_eq(next.count, 2);
    }
}

Test(lifecycle, version_only_grows)
{
    struct change change;
    struct alert alert = after(NULL, (struct say){.severity = "low"}, NOW, NOW, &change);

    alert = after(&alert, (struct say){.severity = "medium"}, NOW, NOW, &change);
    cr_assert_eq(alert.version, NOW + 1, "two in one millisecond");
    alert = after(&alert, (struct say){.severity = "high"}, NOW, NOW - HOUR, &change);
    cr_assert_eq(alert.version, NOW + 2, "a clock that was set back");
    alert = after(&alert, (struct say){.severity = "critical"}, NOW, NOW + HOUR, &change);
    cr_assert_eq(alert.version, NOW + HOUR);
}

Test(lifecycle, higher_confidence_alone_is_no_news)
{
    struct change change;
    struct alert alert = after(NULL, (struct say){.confidence = 0.5}, NOW, NOW, &change);

    alert = after(&alert, (struct say){.confidence = 0.9}, NOW, NOW, &change);
    cr_assert_eq(change.news, NEWS_NONE);
    cr_assert_float_eq(alert.confidence, 0.9, 1e-9);
    alert = after(&alert, (struct say){.confidence = 0.1}, NOW, NOW, &change);
    cr_assert_float_eq(alert.confidence, 0.9, 1e-9);
}

Test(lifecycle, place_is_all_five)
{
    const struct say places[] = {
        {0},
        {.pipeline = "nightly"},
        {.branch = "next"},
        {.version = "v2"},
        {.team = "red"},
        {.run = "another run of the same place"},
    };
    struct change change;
    struct alert alert = after(NULL, places[0], NOW, NOW, &change);

    for (size_t i = 1; i < 6; i++) {
        alert = after(&alert, places[i], NOW, NOW, &change);
        cr_assert_eq(change.new_sighting, i < 5, "place %zu", i);
        cr_assert_eq(change.news, NEWS_NONE);
    }
    cr_assert_eq(alert.sightings.count, 5);
}

Test(lifecycle, model_version_is_news_where_configured)
{
    struct correlator_rules *configured = &world.rules;

    correlator_free(world.correlator);
    configured->lifecycle.notify_model_version = true;
    world_start(&world);
    world_say(&world, (struct say){.version = "v1"});
    world_commit(&world);
    cr_assert_eq(world_say(&world, (struct say){.version = "v1", .branch = "next", .run = "n1"}),
                 RECEIVED_DECODED);
    cr_assert_eq(world_say(&world, (struct say){.version = "v2"}), RECEIVED_NEWS);
    world_commit(&world);
    cr_assert_eq(world_news(&world, NEWS_VERSION), 1);
}

Test(lifecycle, older_run_is_counted_and_does_not_become_the_last)
{
    struct change change;
    struct alert alert =
        after(NULL, (struct say){.run = "new", .started_ms = RUN_START}, NOW, NOW, &change);
    const struct sighting *sighting;

    alert =
        after(&alert, (struct say){.run = "old", .started_ms = RUN_START - 1}, NOW, NOW, &change);
    sighting = alert.sightings.items;
    cr_assert_str_eq(sighting->run, "new");
    cr_assert_eq(sighting->count, 2);
    cr_assert_eq(sighting->run_count, 1);
    alert = after(&alert, (struct say){.run = "newer", .started_ms = RUN_START}, NOW, NOW, &change);
    sighting = alert.sightings.items;
    cr_assert_str_eq(sighting->run, "newer");
    cr_assert_eq(sighting->run_count, 1);
}

Test(lifecycle, place_not_seen_for_longest_gives_way)
{
    struct change change;
    struct alert alert = after(NULL, (struct say){.branch = "b0"}, NOW + 1000, NOW, &change);

    for (int i = 1; i < SIGHTINGS_MAX; i++)
        alert = after(&alert, (struct say){.branch = arena_printf(&world.arena, "b%d", i)}, NOW + i,
                      NOW, &change);
    cr_assert_eq(alert.sightings.count, SIGHTINGS_MAX);
    alert = after(&alert, (struct say){.branch = "one more"}, NOW + 2000, NOW, &change);
    cr_assert_eq(alert.sightings.count, SIGHTINGS_MAX);
    for (size_t i = 0; i < SIGHTINGS_MAX; i++)
        cr_assert_str_neq(((struct sighting *)alert.sightings.items)[i].branch, "b1");
    sightings_sort(&alert.sightings);
    cr_assert_str_eq(((struct sighting *)alert.sightings.items)[SIGHTINGS_MAX - 1].branch,
                     "one more");
    cr_assert_str_eq(((struct sighting *)alert.sightings.items)[SIGHTINGS_MAX - 2].branch, "b0");
}

static struct evidence with(const struct evidence *evidence, struct say say)
{
    struct finding finding = world_finding(&say);
    struct evidence next;
    struct error err = {0};

    world_complete(&world, &finding);
    finding.prompt = arena_strdup(&world.arena, finding.prompt);
    cr_assert_eq(evidence_add(evidence, &finding, 1, &world.arena, &next, &err), 0);
    return next;
}

Test(lifecycle, best_samples_are_kept_in_order)
{
    const struct say says[] = {
        {.prompt = "1", .severity = "low"},
        {.prompt = "2", .severity = "high", .confidence = 0.5},
        {.prompt = "3", .severity = "high", .confidence = 0.9},
        {.prompt = "4", .severity = "high", .confidence = 0.5},
        {.prompt = "5", .severity = "medium"},
        {.prompt = "6", .severity = "critical", .confidence = 0.1},
        {.prompt = "7", .severity = "low", .confidence = 0.9},
    };
    const char *const expected[] = {"6", "3", "2", "4", "5"};
    struct evidence evidence = {0};

    for (size_t i = 0; i < 7; i++) {
        struct finding finding = world_finding(&says[i]);
        bool wanted = evidence_wants(i ? &evidence : NULL, finding.severity, finding.confidence);

        cr_assert_eq(wanted, i != 6, "%s", says[i].prompt);
        if (wanted)
            evidence = with(i ? &evidence : NULL, says[i]);
    }
    cr_assert_eq(evidence.samples.count, SAMPLES_MAX);
    for (size_t i = 0; i < SAMPLES_MAX; i++)
        cr_assert_str_eq(((struct sample *)evidence.samples.items)[i].prompt, expected[i]);
}

Test(lifecycle, long_texts_are_cut_on_a_character)
{
    static char text[EVIDENCE_TEXT_BYTES_MAX + 8];
    struct evidence evidence;
    const struct sample *sample;

    memset(text, 'x', EVIDENCE_TEXT_BYTES_MAX);
    evidence = with(NULL, (struct say){.prompt = text});
    sample = evidence.samples.items;
    cr_assert_eq(strlen(sample->prompt), EVIDENCE_TEXT_BYTES_MAX);
    cr_assert_eq(sample->prompt_cut_bytes, 0);
    cr_assert_not(sample->prompt_sha256);
    strcpy(text + EVIDENCE_TEXT_BYTES_MAX - 1, "é");
    evidence = with(NULL, (struct say){.prompt = text});
    sample = evidence.samples.items;
    cr_assert_eq(strlen(sample->prompt), EVIDENCE_TEXT_BYTES_MAX - 1);
    cr_assert_eq(sample->prompt_cut_bytes, 2);
    cr_assert_eq(strlen(sample->prompt_sha256), 64);
}

/* Control characters take six bytes each in JSON: the record must still fit. */
Test(lifecycle, evidence_fits_its_record_whatever_the_texts)
{
    static char text[EVIDENCE_TEXT_BYTES_MAX + 1];

    memset(text, 1, EVIDENCE_TEXT_BYTES_MAX);
    for (int i = 0; i < SAMPLES_MAX; i++) {
        struct finding finding = world_finding(
            &(struct say){.prompt = text, .run = arena_printf(&world.arena, "r%d", i)});

        finding.output = text;
        finding.occurrence = i;
        world_send(&world, finding);
    }
    world_commit(&world);
    for (size_t i = 0; i < world.batch_count; i++) {
        if (world.batch[i].topic == OUTPUT_ALERTS)
            cr_assert_leq(world.batch[i].value_bytes, EVIDENCE_RECORD_BYTES_MAX);
        if (world.batch[i].topic == OUTPUT_NOTIFICATIONS)
            cr_assert_leq(world.batch[i].value_bytes, PICTURE_RECORD_BYTES_MAX);
    }
}
