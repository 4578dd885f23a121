/* Options of `tocsind dead`, and which dead letters they mean. */
#include "consumer/dead_options.h"

#include <criterion/criterion.h>
#include <string.h>

#define NOW_MS 1732068878000 /* 2024-11-20T02:14:38Z */
#define FP_A   "v1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define FP_B   "v1:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static int parse(char **argv, struct dead_options *ret, struct error *err)
{
    int argc = 0;

    while (argv[argc] != NULL)
        argc++;
    return dead_options_parse(argc, argv, NOW_MS, ret, err);
}

static void refused(char **argv, const char *words)
{
    struct dead_options options;
    struct error err = {0};

    cr_assert_eq(parse(argv, &options, &err), -1);
    cr_assert(strstr(err.text, words), "%s", err.text);
}

Test(dead_options, are_refused_in_words)
{
    refused((char *[]){"1:2", NULL}, "--config FILE is missing");
    refused((char *[]){"-c", "f", "--nonsense", NULL}, "unknown option \"--nonsense\"");
    refused((char *[]){"-c", NULL}, "no value after -c");
    refused((char *[]){"-c", "f", "--reason", "bored", NULL}, "there is no \"bored\"");
    refused((char *[]){"-c", "f", "--since", "soon", NULL}, "--since: expected a time");
    refused((char *[]){"-c", "f", "--until", "13:00", NULL}, "--until: expected a time");
    for (size_t i = 0; i < 6; i++) {
        char *words[] = {"12", ":1", "1:", "a:1", "1:2:3", "1:-2"};
        refused((char *[]){"-c", "f", words[i], NULL}, "is no id");
    }
}

static const char *const fingerprints[] = {FP_A};
static const struct dead_letter letter = {
    .partition = 3,
    .offset = 17,
    .time_ms = NOW_MS - 3600000,
    .kind = DEAD_DELIVERY,
    .reason = "refused",
    .integration = "team-x/slack/0",
    .fingerprints = {(void *)fingerprints, 1},
};

static bool means(char *first, char *second, const struct dead_letter *which)
{
    char *argv[] = {"-c", "f", first, second, NULL};
    struct dead_options options;
    struct error err = {0};

    cr_assert_eq(parse(argv, &options, &err), 0, "%s", err.text);
    return dead_options_match(&options, which);
}

Test(dead_options, each_filter_means_what_it_says)
{
    static const struct {
        char *option, *value;
        bool means;
    } rows[] = {
        {"3:17", NULL, true},
        {"3:18", NULL, false},
        {"3:18", "3:17", true},
        {"--receiver", "team-x", true},
        {"--receiver", "team-x/slack/0", true},
        {"--receiver", "team", false},
        {"--reason", "refused", true},
        {"--reason", "expired", false},
        {"--fingerprint", FP_A, true},
        {"--fingerprint", FP_B, false},
        {"--since", "1h", true},
        {"--since", "59m", false},
        {"--until", "1h", false},
        {"--until", "59m", true},
        {"--since", "2024-11-20", true},
        {"--since", "2024-11-21", false},
        {"--until", "2024-11-20T01:14:38Z", false},
        {"--until", "2024-11-20T01:14:39Z", true},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_expect_eq(means(rows[i].option, rows[i].value, &letter), rows[i].means, "%s %s",
                     rows[i].option, rows[i].value ? rows[i].value : "");
}

Test(dead_options, what_is_done_with_is_shown_only_where_that_is_said)
{
    struct dead_letter done = letter;

    done.done = DEAD_DROPPED;
    cr_expect_not(means("3:17", NULL, &done));
    cr_expect(means("3:17", "--done", &done));
}

Test(dead_options, nothing_is_replayed_or_dropped_by_accident)
{
    struct dead_options options;

    cr_assert_eq(parse((char *[]){"-c", "f", "--json", NULL}, &options, NULL), 0);
    cr_expect_not(dead_options_select(&options));
    cr_assert_eq(parse((char *[]){"-c", "f", "--all", NULL}, &options, NULL), 0);
    cr_expect(dead_options_select(&options));
    cr_assert_eq(parse((char *[]){"-c", "f", "--since", "1d", NULL}, &options, NULL), 0);
    cr_expect(dead_options_select(&options));
}
