/* Which rule counts, and what it sees. */
#include <criterion/criterion.h>
#include <string.h>

#include "consumer/enrich/enriched.h"

#define RULES_MAX 4

static struct arena arena;
static struct matcher *matchers[RULES_MAX];
static size_t matchers_count;
static struct sighting sighting;
static struct alert alert;

static void setup(void)
{
    arena_init(&arena);
    sighting = (struct sighting){.pipeline = "redteam",
                                 .repository = "acme/pay",
                                 .branch = "main",
                                 .model_version = "",
                                 .team = "",
                                 .run = "1"};
    alert = (struct alert){.fingerprint = "v1:00000000000000000000000000000000",
                           .rule = {.id = "r", .tool = "garak"},
                           .model = "helpbot",
                           .target = "prod",
                           .category = "",
                           .severity = SEVERITY_MEDIUM,
                           .sightings = {&sighting, 1}};
}

static void teardown(void)
{
    for (size_t i = 0; i < matchers_count; i++)
        matcher_free(matchers[i]);
    matchers_count = 0;
    arena_fini(&arena);
}

TestSuite(rules, .init = setup, .fini = teardown);

static struct condition when(const char *text)
{
    struct error err = {0};

    cr_assert_eq(matcher_parse(text, &matchers[matchers_count], &err), 0, "%s", err.text);
    return (struct condition){.matchers = &matchers[matchers_count++], .matchers_count = 1};
}

static struct enriched enrich(const struct enrichment *rules)
{
    struct enriched ret;
    struct error err = {0};

    cr_assert_eq(enriched_of(rules, &alert, &sighting, &arena, &ret, &err), 0);
    return ret;
}

Test(rules, the_first_owner_that_holds_counts_and_alone)
{
    struct owner_rule owners[] = {
        {.when = when("repository=acme/search"), .team = "search", .owner = "bob"},
        {.when = when("repository=~acme/.*"), .team = "platform", .owner = ""},
        {.when = {.matchers_count = 0}, .team = "rest", .owner = "eve"},
    };
    struct enrichment rules = {.owners = {owners, 3}};
    struct enriched seen = enrich(&rules);

    cr_assert_str_eq(seen.team, "platform");
    cr_assert_str_eq(seen.owner, "", "a later rule adds nothing");
    cr_assert_eq(seen.owned, &owners[1]);
    sighting.repository = "other/repo";
    cr_assert_str_eq(enrich(&rules).owner, "eve");
    rules.owners.count = 2;
    cr_assert_null(enrich(&rules).owned);
}

Test(rules, the_team_of_the_run_wins_unless_the_rule_says_otherwise)
{
    struct owner_rule owner = {.team = "platform", .owner = "ada"};
    const struct enrichment rules = {.owners = {&owner, 1}};

    sighting.team = "red";
    cr_assert_str_eq(enrich(&rules).team, "red");
    cr_assert_str_eq(enrich(&rules).owner, "ada");
    owner.over_run = true;
    cr_assert_str_eq(enrich(&rules).team, "platform");
    owner.team = "";
    cr_assert_str_eq(enrich(&rules).team, "red", "no team to win with");
}

Test(rules, a_severity_rule_sees_the_owner_and_what_was_reported)
{
    struct owner_rule owner = {.team = "pay", .owner = ""};
    struct severity_rule severities[] = {
        {.when = when("severity=high"), .name = "lower", .severity = SEVERITY_LOW},
        {.when = when("team=pay"), .name = "pay is worse", .severity = SEVERITY_HIGH},
    };
    const struct enrichment rules = {.owners = {&owner, 1}, .severities = {severities, 2}};
    struct enriched seen = enrich(&rules);

    cr_assert_eq(seen.severity, SEVERITY_HIGH, "one rule, not one after the other");
    cr_assert_str_eq(seen.overridden->name, "pay is worse");
    cr_assert_str_eq(label_value(seen.labels.items, seen.labels.count, "severity"), "high");
    cr_assert_eq(alert.severity, SEVERITY_MEDIUM);
    alert.severity = SEVERITY_HIGH;
    cr_assert_eq(enrich(&rules).severity, SEVERITY_LOW);
}

Test(rules, a_rule_that_sets_what_was_reported_overrides_nothing)
{
    struct severity_rule same = {.name = "same", .severity = SEVERITY_MEDIUM};
    const struct enrichment rules = {.severities = {&same, 1}};

    cr_assert_null(enrich(&rules).overridden);
}

Test(rules, the_worst_place_is_the_most_recent_of_the_worst)
{
    struct sighting places[3] = {sighting, sighting, sighting};
    struct severity_rule main_is_worse = {
        .when = when("branch=main"), .name = "main", .severity = SEVERITY_CRITICAL};
    const struct enrichment rules = {.severities = {&main_is_worse, 1}};
    struct enriched worst;
    struct error err = {0};

    places[0].run = "oldest";
    places[1].run = "newer";
    places[2].branch = "topic";
    alert.sightings = (struct list){places, 3};
    cr_assert_eq(enriched_worst(&rules, &alert, &arena, &worst, &err), 0);
    cr_assert_eq(worst.severity, SEVERITY_CRITICAL);
    cr_assert_str_eq(label_value(worst.labels.items, worst.labels.count, "run"), "newer");
    cr_assert_eq(enriched_worst(NULL, &alert, &arena, &worst, &err), 0);
    cr_assert_eq(worst.severity, SEVERITY_MEDIUM);
}
