/*
 * silence.c - see silence.h.
 */
#include "consumer/route/silence.h"

const char *const silence_state_names[] = {"pending", "active", "expired", NULL};

/* Alertmanager's four operators, by isRegex and isEqual. */
static const enum matcher_op operators[2][2] = {
    {MATCH_NE, MATCH_EQ},
    {MATCH_NOT_RE, MATCH_RE},
};

enum silence_state silence_state(int64_t starts_ms, int64_t ends_ms, int64_t now_ms)
{
    if (now_ms >= ends_ms)
        return SILENCE_EXPIRED;
    return now_ms < starts_ms ? SILENCE_PENDING : SILENCE_ACTIVE;
}

enum matcher_op silence_matcher_operator(const struct silence_matcher *matcher)
{
    return operators[matcher->is_regex][matcher->is_equal];
}

int silence_matcher_set(const struct matcher *from, struct silence_matcher *ret, struct error *err)
{
    for (int is_regex = 0; is_regex < 2; is_regex++) {
        for (int is_equal = 0; is_equal < 2; is_equal++) {
            if (operators[is_regex][is_equal] != matcher_operator(from))
                continue;
            *ret = (struct silence_matcher){
                .name = matcher_name(from),
                .value = matcher_value(from),
                .is_regex = is_regex,
                .is_equal = is_equal,
            };
            return 0;
        }
    }
    return error_set(err, ERROR_INPUT,
                     "%s: a silence knows = != =~ and !~, as in severity=~\"high|critical\"",
                     matcher_name(from));
}

/* As Alertmanager has it: a negative matcher says something, whatever it says. */
static bool says_nothing(const struct matcher *matcher)
{
    enum matcher_op op = matcher_operator(matcher);

    return (op == MATCH_EQ || op == MATCH_RE) && matcher_matches(matcher, NULL, 0);
}

static int compile(struct silence_filter *filter, const struct silence *silence, struct error *err)
{
    const struct silence_matcher *matchers = silence->matchers.items;
    bool says_something = false;

    if (silence->matchers.count > MATCHER_LIST_MAX)
        return error_set(err, ERROR_LIMIT, "more than %d matchers", MATCHER_LIST_MAX);
    for (size_t i = 0; i < silence->matchers.count; i++) {
        if (!label_name_valid(matchers[i].name))
            return error_set(err, ERROR_INPUT, "invalid label name \"%.60s\"", matchers[i].name);
        if (matcher_new(matchers[i].name, silence_matcher_operator(&matchers[i]), matchers[i].value,
                        &filter->matchers[i], err))
            return -1;
        filter->count++;
        says_something = says_something || !says_nothing(filter->matchers[i]);
    }
    if (filter->count == 0)
        return error_set(err, ERROR_INPUT, "a silence needs a matcher");
    if (!says_something)
        return error_set(err, ERROR_INPUT, "at least one matcher must not match the empty string");
    if (silence->ends_ms < silence->starts_ms)
        return error_set(err, ERROR_INPUT, "the end lies before the start");
    return 0;
}

int silence_filter_init(struct silence_filter *filter, const struct silence *silence,
                        struct error *err)
{
    *filter = (struct silence_filter){.starts_ms = silence->starts_ms, .ends_ms = silence->ends_ms};
    if (compile(filter, silence, err) == 0)
        return 0;
    silence_filter_fini(filter);
    return -1;
}

void silence_filter_fini(struct silence_filter *filter)
{
    for (size_t i = 0; i < filter->count; i++)
        matcher_free(filter->matchers[i]);
    *filter = (struct silence_filter){0};
}

bool silence_filter_matches(const struct silence_filter *filter, const struct label *labels,
                            size_t count)
{
    for (size_t i = 0; i < filter->count; i++) {
        if (!matcher_matches(filter->matchers[i], labels, count))
            return false;
    }
    return filter->count > 0;
}
