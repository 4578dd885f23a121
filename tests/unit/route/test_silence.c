/* When a silence mutes, what is refused, and Alertmanager's four operators there and back. */
#include "consumer/route/silence.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct label labels[] = {{"alertname", "x"}, {"severity", "high"}, {"tool", "garak"}};
#define LABELS 3

static struct silence silence_of(struct silence_matcher *matchers, size_t count)
{
    return (struct silence){
        .id = "s", .matchers = {matchers, count}, .starts_ms = 1000, .ends_ms = 2000};
}

static bool matches(struct silence_matcher *matchers, size_t count)
{
    struct silence silence = silence_of(matchers, count);
    struct silence_filter filter;
    struct error err = {0};
    bool result;

    cr_assert_eq(silence_filter_init(&filter, &silence, &err), 0, "%s", err.text);
    result = silence_filter_matches(&filter, labels, LABELS);
    silence_filter_fini(&filter);
    return result;
}

static void refused(const struct silence *silence, const char *words)
{
    struct silence_filter filter;
    struct error err = {0};

    cr_assert_eq(silence_filter_init(&filter, silence, &err), -1);
    cr_assert(strstr(err.text, words), "%s", err.text);
    cr_assert_eq(filter.count, 0);
    cr_assert_not(silence_filter_matches(&filter, labels, LABELS));
}

Test(silence, is_active_from_its_start_to_just_before_its_end)
{
    cr_assert_eq(silence_state(1000, 2000, 999), SILENCE_PENDING);
    cr_assert_eq(silence_state(1000, 2000, 1000), SILENCE_ACTIVE);
    cr_assert_eq(silence_state(1000, 2000, 1999), SILENCE_ACTIVE);
    cr_assert_eq(silence_state(1000, 2000, 2000), SILENCE_EXPIRED);
    cr_assert_eq(silence_state(1000, 1000, 1000), SILENCE_EXPIRED);
}

Test(silence, all_matchers_have_to_match)
{
    struct silence_matcher both[] = {{"severity", "high", false, true},
                                     {"tool", "ga.*", true, true}};
    struct silence_matcher one[] = {{"severity", "high", false, true},
                                    {"tool", "promptfoo", false, true}};

    cr_assert(matches(both, 2));
    cr_assert_not(matches(one, 2));
}

Test(silence, negative_matchers_and_missing_labels)
{
    struct silence_matcher not_equal[] = {{"tool", "promptfoo", false, false}};
    struct silence_matcher not_regex[] = {{"tool", "g.*", true, false}};
    struct silence_matcher missing[] = {{"team", "", false, false}};
    struct silence_matcher absent[] = {{"team", "", false, true}, {"tool", "garak", false, true}};

    cr_assert(matches(not_equal, 1));
    cr_assert_not(matches(not_regex, 1));
    cr_assert_not(matches(missing, 1));
    cr_assert(matches(absent, 2));
}

Test(silence, what_alertmanager_refuses_is_refused)
{
    struct silence_matcher empty[] = {{"a", "", false, true}, {"b", ".*", true, true}};
    struct silence_matcher bad_regex[] = {{"a", "x", false, true}, {"b", "(", true, true}};
    struct silence_matcher bad_name[] = {{"a-b", "x", false, true}};
    struct silence_matcher good[] = {{"a", "x", false, true}};
    struct silence silence = silence_of(NULL, 0);

    refused(&silence, "needs a matcher");
    silence = silence_of(empty, 2);
    refused(&silence, "empty string");
    silence = silence_of(bad_regex, 2);
    refused(&silence, "bad regular expression");
    silence = silence_of(bad_name, 1);
    refused(&silence, "invalid label name");
    silence = silence_of(good, 1);
    silence.ends_ms = 999;
    refused(&silence, "before the start");
}

Test(silence, a_negative_matcher_is_enough_as_in_alertmanager)
{
    struct silence_matcher matcher[] = {{"a", "x", false, false}};

    cr_assert(matches(matcher, 1));
}

Test(silence, as_many_matchers_as_a_list_holds)
{
    struct silence_matcher matchers[MATCHER_LIST_MAX + 1];
    struct silence silence;

    for (size_t i = 0; i <= MATCHER_LIST_MAX; i++)
        matchers[i] = (struct silence_matcher){"tool", "garak", false, true};
    cr_assert(matches(matchers, MATCHER_LIST_MAX));
    silence = silence_of(matchers, MATCHER_LIST_MAX + 1);
    refused(&silence, "more than 64");
}

Test(silence, operators_there_and_back)
{
    static const char *const texts[] = {"a=\"x\"", "a!=\"x\"", "a=~\"x\"", "a!~\"x\""};

    for (size_t i = 0; i < 4; i++) {
        struct matcher *parsed, *made;
        struct silence_matcher stored;
        char text[MATCHER_TEXT_BYTES_MAX];

        cr_assert_eq(matcher_parse(texts[i], &parsed, NULL), 0);
        cr_assert_eq(silence_matcher_set(parsed, &stored, NULL), 0);
        cr_assert_eq(
            matcher_new(stored.name, silence_matcher_operator(&stored), stored.value, &made, NULL),
            0);
        matcher_format(made, text, sizeof(text));
        cr_assert_str_eq(text, texts[i]);
        matcher_free(parsed);
        matcher_free(made);
    }
}

Test(silence, an_operator_of_ours_is_refused)
{
    struct matcher *parsed;
    struct silence_matcher stored;
    struct error err = {0};

    cr_assert_eq(matcher_parse("severity>=high", &parsed, NULL), 0);
    cr_assert_eq(silence_matcher_set(parsed, &stored, &err), -1);
    cr_assert(strstr(err.text, "severity: a silence knows"));
    matcher_free(parsed);
}
