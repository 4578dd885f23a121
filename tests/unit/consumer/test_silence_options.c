/* Options of `tocsind silence`, and the spans that they give. */
#include "consumer/silence_options.h"

#include <criterion/criterion.h>
#include <string.h>

#include "producer/record.h"

#define ARGUMENTS(...) ((char *[]){__VA_ARGS__}), sizeof((char *[]){__VA_ARGS__}) / sizeof(char *)

static int parse(char **argv, size_t argc, struct silence_options *ret, struct error *err)
{
    return silence_options_parse((int)argc, argv, FOR_SILENCE, ret, err);
}

static void refused(char **argv, size_t argc, const char *words)
{
    struct silence_options options;
    struct error err = {0};

    cr_assert_eq(parse(argv, argc, &options, &err), -1);
    cr_assert(strstr(err.text, words), "%s", err.text);
}

Test(silence_options, words_and_options_in_any_order)
{
    char *argv[] = {"a=b", "--config", "f", "-j", "c=d", "--author", "ada", "--", "--config"};
    struct silence_options options;

    cr_assert_eq(parse(argv, 9, &options, NULL), 0);
    cr_assert_str_eq(options.config, "f");
    cr_assert_str_eq(options.author, "ada");
    cr_assert(options.json);
    cr_assert_not(options.expired);
    cr_assert_eq(options.words_count, 3);
    cr_assert_str_eq(options.words[0], "a=b");
    cr_assert_str_eq(options.words[1], "c=d");
    cr_assert_str_eq(options.words[2], "--config");
}

Test(silence_options, what_is_wrong_is_named)
{
    refused(ARGUMENTS("--config", "f", "--what"), "--what");
    refused(ARGUMENTS("--config"), "no value after --config");
    refused(ARGUMENTS("a=b"), "--config FILE is missing");
}

Test(silence_options, author_and_comment_are_needed)
{
    struct silence_options options = {.author = "ada"};
    struct error err = {0};

    cr_assert_eq(silence_signed(&options, &err), -1);
    cr_assert(strstr(err.text, "--comment"));
    options.comment = "why";
    cr_assert_eq(silence_signed(&options, NULL), 0);
    options.author = "";
    error_clear(&err);
    cr_assert_eq(silence_signed(&options, &err), -1);
    cr_assert(strstr(err.text, "--author"));
}

static int64_t at(const char *text)
{
    int64_t ms;

    cr_assert_eq(time_parse(text, &ms), 0);
    return ms;
}

Test(silence_options, spans)
{
    int64_t now_ms = at("2026-06-01T10:00:00Z"), starts_ms, ends_ms;
    struct silence_options options = {.author = NULL};

    cr_assert_eq(silence_span(&options, now_ms, &starts_ms, &ends_ms, NULL), 0);
    cr_assert_eq(starts_ms, now_ms);
    cr_assert_eq(ends_ms, now_ms + 3600000);
    options.start = "2026-07-01";
    options.duration = "2d";
    cr_assert_eq(silence_span(&options, now_ms, &starts_ms, &ends_ms, NULL), 0);
    cr_assert_eq(starts_ms, at("2026-07-01T00:00:00Z"));
    cr_assert_eq(ends_ms, at("2026-07-03T00:00:00Z"));
    options.duration = NULL;
    options.until = "2026-07-01T02:00:00+01:00";
    cr_assert_eq(silence_span(&options, now_ms, &starts_ms, &ends_ms, NULL), 0);
    cr_assert_eq(ends_ms, at("2026-07-01T01:00:00Z"));
}

static void span_refused(struct silence_options options, const char *words)
{
    int64_t now_ms = at("2026-06-01T10:00:00Z"), starts_ms, ends_ms;
    struct error err = {0};

    cr_assert_eq(silence_span(&options, now_ms, &starts_ms, &ends_ms, &err), -1);
    cr_assert(strstr(err.text, words), "%s", err.text);
}

Test(silence_options, spans_that_are_none)
{
    span_refused((struct silence_options){.until = "2026-06-01T10:00:00Z"}, "in the past");
    span_refused((struct silence_options){.start = "2026-08-01", .until = "2026-08-01"},
                 "behind the start");
    span_refused((struct silence_options){.until = "2026-08-01", .duration = "1h"}, "together");
    span_refused((struct silence_options){.until = "tomorrow"}, "--until: expected a time");
    span_refused((struct silence_options){.until = "2026-13-01"}, "--until: expected a time");
    span_refused((struct silence_options){.start = "soon"}, "--start: expected a time");
    span_refused((struct silence_options){.duration = "0"}, "--duration");
    span_refused((struct silence_options){.duration = "5"}, "--duration");
}

Test(silence_options, each_command_has_its_own)
{
    char *baseline[] = {"--config", "f", "--pipeline", "nightly", "-b", "main", "--dry-run"};
    char *silence[] = {"--config", "f", "--expired"};
    struct silence_options options;
    struct error err = {0};

    cr_assert_eq(silence_options_parse(7, baseline, FOR_BASELINE, &options, &err), 0);
    cr_assert_str_eq(options.pipeline, "nightly");
    cr_assert_str_eq(options.branch, "main");
    cr_assert(options.dry_run);
    refused(baseline, 7, "--pipeline");
    cr_assert_eq(silence_options_parse(3, silence, FOR_BASELINE, &options, &err), -1);
    cr_assert(strstr(err.text, "--expired"));
}
