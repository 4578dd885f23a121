/*
 * test_options.c - argv and environment into options, and the help out of the same table.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

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

static int parse(const char *const *environment, const char *const *arguments)
{
    int count = 0;

    while (arguments[count])
        count++;
    memset(&err, 0, sizeof(err));
    return options_parse(count, (char *const *)(uintptr_t)arguments, look_up,
                         (void *)(uintptr_t)environment, &arena, &options, &err);
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
        ARGUMENTS("-q", "r"),
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

    options_help(file);
    fclose(file);
    for (const struct option_row *row = option_rows; row->name; row++) {
        char name[64], variable[OPTION_VARIABLE_BYTES];

        snprintf(name, sizeof(name), "--%s ", row->name);
        cr_expect(strstr(text, name), "%s", name);
        option_variable(row, variable);
        cr_expect(strcmp(row->name, "help") == 0 || strstr(text, variable), "%s", variable);
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
