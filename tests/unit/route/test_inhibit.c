/* Rules of inhibition: both sides, equal labels, alerts that match both, sources that come and go.
 */
#include "consumer/route/inhibit.h"

#include <criterion/criterion.h>
#include <string.h>

#define PRINT_A "v1:0000000000000000000000000000000a"
#define PRINT_B "v1:0000000000000000000000000000000b"

static struct matcher *matchers[4];
static const char *equal[] = {"model", "target"};
static struct inhibit_rule rules[2];
static struct inhibition *inhibition;

/* critical inhibits what is not low, on the same model and target; role=probe inhibits all else. */
static void start(void)
{
    static const char *const texts[] = {"severity=critical", "severity!=low", "role=probe",
                                        "role!=probe"};

    for (size_t i = 0; i < 4; i++)
        cr_assert_eq(matcher_parse(texts[i], &matchers[i], NULL), 0);
    rules[0] = (struct inhibit_rule){&matchers[0], &matchers[1], 1, 1, equal, 2};
    rules[1] = (struct inhibit_rule){&matchers[2], &matchers[3], 1, 1, NULL, 0};
    cr_assert_eq(inhibition_new(rules, 1, &inhibition, NULL), 0);
}

static void stop(void)
{
    inhibition_free(inhibition);
    for (size_t i = 0; i < 4; i++)
        matcher_free(matchers[i]);
}

TestSuite(inhibit, .init = start, .fini = stop);

/* severity, model, target; "" leaves a label out */
struct set {
    struct label labels[3];
    size_t count;
};

static struct set set_of(const char *severity, const char *model, const char *target)
{
    const struct label all[] = {{"severity", severity}, {"model", model}, {"target", target}};
    struct set set = {.count = 0};

    for (size_t i = 0; i < 3; i++) {
        if (all[i].value[0])
            set.labels[set.count++] = all[i];
    }
    return set;
}

static bool put_sets(const char *fingerprint, bool firing, struct set *sets, size_t count)
{
    struct inhibitor_source sources[4] = {0};
    struct inhibitor inhibitor = {.fingerprint = fingerprint, .firing = firing};
    bool changed = false;

    for (size_t i = 0; i < count; i++)
        sources[i].labels = (struct list){sets[i].labels, sets[i].count};
    inhibitor.sources = (struct list){sources, count};
    cr_assert_eq(inhibition_put(inhibition, &inhibitor, &changed, NULL), 0);
    return changed;
}

static bool put(const char *fingerprint, const char *severity, const char *model,
                const char *target)
{
    struct set set = set_of(severity, model, target);

    return put_sets(fingerprint, true, &set, 1);
}

static const char *find(const char *severity, const char *model, const char *target)
{
    struct set set = set_of(severity, model, target);

    return inhibition_find(inhibition, set.labels, set.count);
}

Test(inhibit, the_target_side_and_equal_labels_decide)
{
    put(PRINT_A, "critical", "m", "t");
    cr_assert_str_eq(find("high", "m", "t"), PRINT_A);
    cr_assert_null(find("low", "m", "t"));
    cr_assert_null(find("high", "n", "t"));
    cr_assert_null(find("high", "m", "u"));
}

Test(inhibit, missing_and_empty_are_equal)
{
    put(PRINT_A, "critical", "m", "");
    cr_assert_str_eq(find("high", "m", ""), PRINT_A);
    cr_assert_null(find("high", "m", "t"));
}

Test(inhibit, values_are_told_apart_whatever_is_in_them)
{
    put(PRINT_A, "critical", "ab", "c");
    cr_assert_null(find("high", "a", "bc"));
    cr_assert_not_null(find("high", "ab", "c"));
}

Test(inhibit, one_that_matches_both_sides_is_not_inhibited_by_its_like)
{
    put(PRINT_A, "critical", "m", "t");
    cr_assert_null(find("critical", "m", "t"));
    put(PRINT_B, "critical", "m", "t");
    cr_assert_null(find("critical", "m", "t"));
}

Test(inhibit, one_that_matches_both_sides_is_inhibited_by_a_mere_source)
{
    struct inhibition *other = inhibition;
    struct label both[] = {{"severity", "critical"}, {"role", "probe"}};
    struct inhibitor_source source = {.labels = {both, 2}};
    struct inhibitor inhibitor = {.fingerprint = PRINT_A, .firing = true, .sources = {&source, 1}};
    bool changed;

    /* source: role=probe, target: severity!=low; the source here has no target side */
    rules[0] = (struct inhibit_rule){&matchers[2], &matchers[1], 1, 1, NULL, 0};
    both[0].value = "low";
    cr_assert_eq(inhibition_put(other, &inhibitor, &changed, NULL), 0);
    both[0].value = "critical";
    cr_assert_str_eq(inhibition_find(other, both, 2), PRINT_A);
    cr_assert_eq(inhibition_put(other, &inhibitor, &changed, NULL), 0);
    cr_assert_null(inhibition_find(other, both, 2));
}

Test(inhibit, resolved_and_removed_sources_inhibit_no_more)
{
    struct set set = set_of("critical", "m", "t");

    cr_assert(put(PRINT_A, "critical", "m", "t"));
    cr_assert(put(PRINT_B, "critical", "m", "t"));
    cr_assert(put_sets(PRINT_A, false, &set, 1));
    cr_assert_str_eq(find("high", "m", "t"), PRINT_B);
    inhibition_remove(inhibition, PRINT_B);
    inhibition_remove(inhibition, PRINT_B);
    cr_assert_null(find("high", "m", "t"));
    cr_assert_not(put_sets(PRINT_A, false, &set, 1));
    cr_assert_eq(inhibition_count(inhibition), 0);
}

Test(inhibit, a_source_that_changes_its_labels_leaves_nothing_behind)
{
    put(PRINT_A, "critical", "m", "t");
    put(PRINT_A, "critical", "n", "t");
    cr_assert_null(find("high", "m", "t"));
    cr_assert_str_eq(find("high", "n", "t"), PRINT_A);
    cr_assert_eq(inhibition_count(inhibition), 1);
}

Test(inhibit, each_sighting_is_a_source)
{
    struct set sets[] = {set_of("critical", "m", "t"), set_of("critical", "n", "u"),
                         set_of("high", "o", "t")};

    put_sets(PRINT_A, true, sets, 3);
    cr_assert_str_eq(find("high", "m", "t"), PRINT_A);
    cr_assert_str_eq(find("high", "n", "u"), PRINT_A);
    cr_assert_null(find("high", "o", "t"));
}

Test(inhibit, any_rule_may_be_the_one)
{
    struct label probe = {"role", "probe"};
    struct inhibitor_source source = {.labels = {&probe, 1}};
    struct inhibitor inhibitor = {.fingerprint = PRINT_B, .firing = true, .sources = {&source, 1}};
    struct inhibition *both;
    struct set low = set_of("low", "m", "t");
    bool changed;

    cr_assert_eq(inhibition_new(rules, 2, &both, NULL), 0);
    cr_assert_eq(inhibition_put(both, &inhibitor, &changed, NULL), 0);
    cr_assert_str_eq(inhibition_find(both, low.labels, low.count), PRINT_B);
    inhibition_free(both);
}

Test(inhibit, labels_that_no_rule_names_are_told_from_others)
{
    cr_assert(inhibit_mentions(rules, 2, "severity"));
    cr_assert(inhibit_mentions(rules, 2, "target"));
    cr_assert(inhibit_mentions(rules, 2, "role"));
    cr_assert_not(inhibit_mentions(rules, 1, "role"));
    cr_assert_not(inhibit_mentions(rules, 2, "run"));
}

Test(inhibit, sources_are_told_from_others)
{
    struct set critical = set_of("critical", "m", "t"), high = set_of("high", "m", "t");

    cr_assert(inhibit_is_source(rules, 2, critical.labels, critical.count));
    cr_assert_not(inhibit_is_source(rules, 2, high.labels, high.count));
    cr_assert_not(inhibit_is_source(rules, 0, critical.labels, critical.count));
}
