/*
 * test_options.c - argv and environment into options, and the help out of the same table.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "producer/cli/config_file.h"
#include "producer/cli/manual.h"
#include "producer/cli/option_table.h"

static struct arena arena;
static struct error err;
static struct options options;

static void set_up(void)
{
    arena_init(&arena);
}

static void tear_down(void)
{
    arena_fini(&arena);
}

TestSuite(options, .init = set_up, .fini = tear_down);

static const char *look_up(void *ctx, const char *name)
{
    const char *const *lines = ctx;
    size_t bytes = strlen(name);

    for (; *lines; lines++) {
        if (strncmp(*lines, name, bytes) == 0 && (*lines)[bytes] == '=')
            return *lines + bytes + 1;
    }
    return NULL;
}

static const char *const nothing[] = {NULL};

static int parse_for(enum option_command command, const char *const *environment,
                     const char *const *arguments)
{
    int count = 0;

    while (arguments[count])
        count++;
    memset(&err, 0, sizeof(err));
    return options_parse(command, count, (char *const *)(uintptr_t)arguments, look_up,
                         (void *)(uintptr_t)environment, &arena, &options, &err);
}

static int parse(const char *const *environment, const char *const *arguments)
{
    return parse_for(COMMAND_PUBLISH, environment, arguments);
}

#define ARGUMENTS(...) ((const char *const[]){__VA_ARGS__, NULL})

Test(options, all_ways_to_give_a_value)
{
    cr_assert_eq(
        parse(nothing, ARGUMENTS("-b", "h:1", "--topic=t", "--model", "m", "-Xa=1", "-X", "b=2",
                                 "r.jsonl", "-v", "--min-severity", "high", "--min-confidence",
                                 "0.5", "--timeout", "2.5", "-", "--", "--odd")),
        0, "%s", err.text);
    cr_assert_str_eq(options.brokers, "h:1");
    cr_assert_str_eq(options.topic, "t");
    cr_assert_str_eq(options.model, "m");
    cr_assert_eq(options.properties.count, 2);
    cr_assert_str_eq(options.properties.items[1], "b=2");
    cr_assert_eq(options.reports.count, 3);
    cr_assert_str_eq(options.reports.items[1], "-");
    cr_assert_str_eq(options.reports.items[2], "--odd");
    cr_assert(options.verbose);
    cr_assert_eq(options.min_severity, SEVERITY_HIGH);
    cr_assert_float_eq(options.min_confidence, 0.5, 1e-9);
    cr_assert_eq(options.timeout_ms, 2500);
}

Test(options, defaults)
{
    cr_assert_eq(parse(nothing, ARGUMENTS("--dry-run", "r")), 0);
    cr_assert_eq(options.timeout_ms, 30000);
    cr_assert_eq(options.severity, SEVERITY_MEDIUM);
    cr_assert_eq(options.min_severity, SEVERITY_INFO);
    cr_assert_float_eq(options.confidence, 1, 1e-9);
}

Test(options, the_environment_is_less_than_the_command_line)
{
    const char *const environment[] = {"TOCSIN_BROKERS=env:1",    "TOCSIN_MODEL_VERSION=7",
                                       "TOCSIN_LABEL=a=1\nb=2\n", "TOCSIN_PROPERTY=x=1",
                                       "TOCSIN_VERBOSE=0",        "TOCSIN_DRY_RUN=1",
                                       "TOCSIN_MODEL=",           NULL};

    cr_assert_eq(parse(environment, ARGUMENTS("r", "--brokers", "cli:1", "-X", "y=2")), 0, "%s",
                 err.text);
    cr_assert_str_eq(options.brokers, "cli:1");
    cr_assert_str_eq(options.model_version, "7");
    cr_assert_null(options.model);
    cr_assert_eq(options.labels.count, 2);
    cr_assert_str_eq(options.labels.items[1], "b=2");
    cr_assert_eq(options.properties.count, 1);
    cr_assert_str_eq(options.properties.items[0], "y=2");
    cr_assert_not(options.verbose);
    cr_assert(options.dry_run);
}

Test(options, what_is_refused)
{
    const char *const *const rows[] = {
        ARGUMENTS("--no-such", "r"),
        ARGUMENTS("-z", "r"),
        ARGUMENTS("--status", "complete", "r"), /* of another command */
        ARGUMENTS("r", "-b"),
        ARGUMENTS("r"),                                 /* no brokers */
        ARGUMENTS("-b", "h:1"),                         /* no report */
        ARGUMENTS("-b", "h:1", "r", "--rule", "t/p/d"), /* both */
        ARGUMENTS("-b", "h:1", "r", "--dry-run=1"),
        ARGUMENTS("-b", "h:1", "r", "--min-severity", "bad"),
        ARGUMENTS("-b", "h:1", "r", "--min-confidence", "1.1"),
        ARGUMENTS("-b", "h:1", "r", "--min-confidence", "nan"),
        ARGUMENTS("-b", "h:1", "r", "--timeout", "0"),
        ARGUMENTS("-b", "h:1", "r", "--timeout", "5s"),
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_expect_eq(parse(nothing, rows[i]), -1, "row %zu", i);
        cr_expect_eq(err.kind, ERROR_INPUT, "row %zu", i);
    }
}

Test(options, an_error_never_says_the_value)
{
    cr_assert_eq(parse(nothing, ARGUMENTS("-b", "h:1", "r", "--timeout", "s3cret")), -1);
    cr_assert_null(strstr(err.text, "s3cret"));
}

Test(options, lists_have_an_end)
{
    const char *arguments[2 * (OPTION_LIST_MAX + 1) + 1];
    size_t at = 0;

    for (size_t i = 0; i < OPTION_LIST_MAX; i++) {
        arguments[at++] = "-X";
        arguments[at++] = "a=b";
    }
    arguments[at] = NULL;
    cr_assert_eq(
        parse((const char *const[]){"TOCSIN_RULE=t", "TOCSIN_BROKERS=h:1", NULL}, arguments), 0,
        "%s", err.text);
    arguments[at++] = "-X";
    arguments[at++] = "a=b";
    arguments[at] = NULL;
    cr_assert_eq(parse(nothing, arguments), -1);
}

Test(options, help_names_every_option_and_its_variable)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *file = open_memstream(&text, &bytes);

    for (const struct manual_command *row = manual_commands; row->name; row++) {
        if (row->command)
            manual_print_help(file, (enum option_command)row->command);
    }
    fclose(file);
    for (const struct option_row *row = option_rows; row->name; row++) {
        char name[64], variable[OPTION_VARIABLE_BYTES];

        snprintf(name, sizeof(name), "--%s ", row->name);
        cr_expect(strstr(text, name), "%s", name);
        cr_expect(!option_variable(row, variable) || strstr(text, variable), "%s", variable);
    }
    cr_assert_eq(parse(nothing, ARGUMENTS("--help")), 0);
    cr_assert(options.help);
    free(text);
}

Test(options, pairs)
{
    const char *name, *value;

    cr_assert_eq(options_pair("a=b=c", &arena, &name, &value, &err), 0);
    cr_assert_str_eq(name, "a");
    cr_assert_str_eq(value, "b=c");
    cr_assert_eq(options_pair("a=", &arena, &name, &value, &err), 0);
    cr_assert_str_eq(value, "");
    cr_assert_eq(options_pair("=b", &arena, &name, &value, &err), -1);
    cr_assert_eq(options_pair("ab", &arena, &name, &value, &err), -1);
}

Test(options, of_run_end)
{
    cr_assert_eq(parse_for(COMMAND_RUN_END, nothing,
                           ARGUMENTS("-b", "h:1", "--status", "partial", "--shards", "4096")),
                 0, "%s", err.text);
    cr_assert_eq(options.status, RUN_PARTIAL);
    cr_assert_eq(options.shards, SHARDS_MAX);
    cr_assert_eq(parse_for(COMMAND_RUN_END, nothing, ARGUMENTS("-b", "h:1", "--shards", "4097")),
                 -1);
    cr_assert_eq(parse_for(COMMAND_RUN_END, nothing, ARGUMENTS("-b", "h:1", "--shards", "0")), -1);
    cr_assert_eq(parse_for(COMMAND_RUN_END, nothing, ARGUMENTS("-b", "h:1", "--status", "ok")), -1);
    cr_assert_eq(parse_for(COMMAND_RUN_END, nothing, ARGUMENTS("-b", "h:1", "report")), -1);
    cr_assert_eq(parse_for(COMMAND_RUN_SHOW, nothing, ARGUMENTS("--branch", "b")), 0);
}

/* The name of a file that holds the text; it is gone with the test's process. */
static const char *file_of(const char *text)
{
    static char path[] = "/proc/self/fd/NNNNNNNN";
    FILE *file = tmpfile();

    fputs(text, file);
    rewind(file);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(file));
    return path;
}

Test(options, the_file_is_less_than_the_environment)
{
    const char *path =
        file_of("# kcat reads this too\n\n bootstrap.servers = file:1 \n"
                "security.protocol=SSL\r\ntocsin.model=m\ntocsin.branch=b\n"
                "tocsin.label=a=1\ntocsin.label=b=2\ntocsin.quiet=0\nssl.ca.location=");

    cr_assert_eq(parse((const char *const[]){"TOCSIN_MODEL=env", NULL},
                       ARGUMENTS("-F", path, "--branch=mine", "r")),
                 0, "%s", err.text);
    cr_assert_str_eq(options.brokers, "file:1");
    cr_assert_str_eq(options.model, "env");
    cr_assert_str_eq(options.run.branch, "mine");
    cr_assert_eq(options.labels.count, 2);
    cr_assert_not(options.quiet);
    cr_assert_eq(options.config_properties.count, 2);
    cr_assert_str_eq(options.config_properties.items[0], "security.protocol=SSL");
    cr_assert_str_eq(options.config_properties.items[1], "ssl.ca.location=");
}

Test(options, a_file_is_named_in_three_ways_and_by_its_variable)
{
    char joined[64], equal[64], variable[64];
    const char *path = file_of("tocsin.brokers=h:1");

    snprintf(joined, sizeof(joined), "-F%s", path);
    snprintf(equal, sizeof(equal), "--config=%s", path);
    snprintf(variable, sizeof(variable), "TOCSIN_CONFIG=%s", path);
    cr_expect_eq(parse(nothing, ARGUMENTS(joined, "r")), 0);
    cr_expect_eq(parse(nothing, ARGUMENTS(equal, "r")), 0);
    cr_expect_eq(parse(nothing, ARGUMENTS("--config", path, "r")), 0);
    cr_expect_eq(parse((const char *const[]){variable, NULL}, ARGUMENTS("r")), 0);
}

Test(options, an_error_in_the_file_has_its_line_and_no_value)
{
    static const struct {
        const char *text, *expected;
    } rows[] = {
        {"a=b\nnonsense", ":2: expected NAME=VALUE"},
        {"=s3cret", ":1: expected NAME=VALUE"},
        {"\n\ntocsin.no-such=s3cret", ":3: there is no option no-such"},
        {"tocsin.config=s3cret", ":1: there is no option config"},
        {"tocsin.timeout=s3cret", ":1: --timeout: expected seconds"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_expect_eq(parse(nothing, ARGUMENTS("-F", file_of(rows[i].text), "-b", "h:1", "r")), -1);
        cr_expect(strstr(err.text, rows[i].expected), "%s", err.text);
        cr_expect_null(strstr(err.text, "s3cret"));
    }
    cr_expect_eq(parse(nothing, ARGUMENTS("-F", "/no/such/file", "-b", "h:1", "r")), -1);
}

Test(options, a_file_has_an_end)
{
    char *text = calloc(1, CONFIG_FILE_BYTES_MAX + 2);

    memset(text, '\n', CONFIG_FILE_BYTES_MAX);
    cr_expect_eq(parse(nothing, ARGUMENTS("-F", file_of(text), "-b", "h:1", "r")), 0, "%s",
                 err.text);
    text[CONFIG_FILE_BYTES_MAX] = '\n';
    cr_expect_eq(parse(nothing, ARGUMENTS("-F", file_of(text), "-b", "h:1", "r")), -1);
    cr_expect_eq(err.kind, ERROR_LIMIT);
    free(text);
}

Test(options, page_and_completions_name_every_option)
{
    char *text[3];
    size_t bytes;
    void (*const print[])(FILE *) = {manual_print_page, manual_print_bash, manual_print_zsh};

    for (size_t i = 0; i < 3; i++) {
        FILE *file = open_memstream(&text[i], &bytes);

        print[i](file);
        fclose(file);
    }
    for (const struct option_row *row = option_rows; row->name; row++) {
        cr_expect(strstr(text[1], row->name), "bash: %s", row->name);
        cr_expect(strstr(text[2], row->name), "zsh: %s", row->name);
        cr_expect(row->commands != 0, "%s", row->name);
    }
    cr_expect(strstr(text[0], "\n.B gitlab\n"));
    cr_expect(strstr(text[0], "TOCSIN_MIN_SEVERITY"));
    for (size_t i = 0; i < 3; i++)
        free(text[i]);
}
