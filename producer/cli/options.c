/*
 * options.c - argv, the environment and the configuration file into struct options.
 *
 * The file is read first (its name is looked for beforehand), the environment over it, the command
 * line over both; a list on the command line replaces the variable's. Errors name the option, never
 * its value.
 */
#include "producer/cli/options.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "producer/cli/config_file.h"
#include "producer/cli/option_table.h"
#include "producer/cli/spool_file.h"
#include "producer/sink.h"

static int read_lines(struct options *options, const struct option_row *row, const char *value,
                      struct arena *arena, struct error *err)
{
    while (*value) {
        size_t bytes = strcspn(value, "\n");
        const char *line = arena_strndup(arena, value, bytes);

        if (!line)
            return error_set(err, ERROR_MEMORY, "no memory for options");
        if (bytes && option_set(options, row, line, err))
            return -1;
        value += bytes + (value[bytes] == '\n');
    }
    return 0;
}

static bool is_off(const char *value)
{
    return !*value || strcmp(value, "0") == 0 || strcmp(value, "false") == 0;
}

static int read_environment(enum option_command command, struct options *options, ci_lookup *lookup,
                            void *ctx, struct arena *arena, struct error *err)
{
    for (const struct option_row *row = option_rows; row->name; row++) {
        char variable[OPTION_VARIABLE_BYTES];
        const char *value;
        int rc = 0;

        value = option_variable(row, variable) ? lookup(ctx, variable) : NULL;
        if (!value || !*value || !(row->commands & (unsigned)command))
            continue;
        if (row->kind == OPTION_LIST)
            rc = read_lines(options, row, value, arena, err);
        else if (row->kind != OPTION_FLAG || !is_off(value))
            rc = option_set(options, row, value, err);
        if (rc)
            return -1;
    }
    return 0;
}

static const struct option_row *row_of_name(const char *name, size_t bytes)
{
    for (const struct option_row *row = option_rows; row->name; row++) {
        if (strlen(row->name) == bytes && memcmp(row->name, name, bytes) == 0)
            return row;
    }
    return NULL;
}

static const struct option_row *row_of_letter(char letter)
{
    for (const struct option_row *row = option_rows; row->name; row++) {
        if (row->letter && row->letter == letter)
            return row;
    }
    return NULL;
}

#define OPTION_ROWS_MAX 96

/* Where the command line is being read. */
struct reader {
    enum option_command command;
    struct options *options;
    int count, at;
    char *const *arguments;
    bool replaced[OPTION_ROWS_MAX]; /* lists of the environment that the command line replaced */
};

static int take(struct reader *reader, const struct option_row *row, const char *value,
                struct error *err)
{
    size_t index = (size_t)(row - option_rows);

    if (row->kind == OPTION_FLAG && value)
        return error_set(err, ERROR_INPUT, "--%s: expected no value", row->name);
    if (row->kind != OPTION_FLAG && !value) {
        if (reader->at == reader->count)
            return error_set(err, ERROR_INPUT, "--%s: expected a value", row->name);
        value = reader->arguments[reader->at++];
    }
    if (row->kind == OPTION_LIST && !reader->replaced[index]) {
        ((struct option_list *)(void *)((char *)reader->options + row->offset))->count = 0;
        reader->replaced[index] = true;
    }
    return option_set(reader->options, row, value, err);
}

static int take_long(struct reader *reader, const char *text, struct error *err)
{
    size_t bytes = strcspn(text, "=");
    const struct option_row *row = row_of_name(text, bytes);

    if (!row || !(row->commands & (unsigned)reader->command))
        return error_set(err, ERROR_INPUT, "there is no option --%.*s", (int)bytes, text);
    return take(reader, row, text[bytes] == '=' ? text + bytes + 1 : NULL, err);
}

/* One letter; what follows it is its value, or for a flag more letters. */
static int take_short(struct reader *reader, const char *text, struct error *err)
{
    for (; *text; text++) {
        const struct option_row *row = row_of_letter(*text);

        if (!row || !(row->commands & (unsigned)reader->command))
            return error_set(err, ERROR_INPUT, "there is no option -%c", *text);
        if (row->kind != OPTION_FLAG)
            return take(reader, row, text[1] ? text + 1 : NULL, err);
        if (take(reader, row, NULL, err))
            return -1;
    }
    return 0;
}

static int read_arguments(struct reader *reader, struct error *err)
{
    bool only_reports = false;

    while (reader->at < reader->count) {
        const char *text = reader->arguments[reader->at++];
        int rc;

        if (!only_reports && strcmp(text, "--") == 0) {
            only_reports = true;
            continue;
        }
        if (only_reports || text[0] != '-' || text[1] == '\0')
            rc = option_list_add(&reader->options->reports, text)
                     ? error_set(err, ERROR_INPUT, "at most %d reports can be given",
                                 OPTION_LIST_MAX)
                     : 0;
        else
            rc = text[1] == '-' ? take_long(reader, text + 2, err)
                                : take_short(reader, text + 1, err);
        if (rc)
            return -1;
    }
    return 0;
}

static int check_measure(const struct options *options, struct error *err)
{
    if (!options->benchmark || !options->metric || !options->model || isnan(options->value))
        return error_set(err, ERROR_INPUT, "expected --benchmark, --metric, --value and --model");
    if (options->higher_is_better && options->lower_is_better)
        return error_set(err, ERROR_INPUT,
                         "expected --higher-is-better or --lower-is-better, not both");
    return 0;
}

static bool is_of_spool(enum option_command command)
{
    return command == COMMAND_SPOOL_SEND || command == COMMAND_SPOOL_LIST;
}

static int check(enum option_command command, const struct options *options, struct error *err)
{
    if (options->help)
        return 0;
    if (command != COMMAND_PUBLISH && options->reports.count > 0)
        return error_set(err, ERROR_INPUT, "expected options only");
    if (command == COMMAND_PUBLISH && options->reports.count == 0 && !options->rule)
        return error_set(err, ERROR_INPUT, "expected a report, or --rule for one finding");
    if (options->reports.count > 0 && options->rule)
        return error_set(err, ERROR_INPUT, "expected a report or --rule, not both");
    if (command == COMMAND_MEASURE && check_measure(options, err))
        return -1;
    if (is_of_spool(command) && !options->spool)
        return error_set(err, ERROR_INPUT, "expected --spool or TOCSIN_SPOOL");
    if (options->spool && options->dry_run)
        return error_set(err, ERROR_INPUT, "expected --spool or --dry-run, not both");
    if (command != COMMAND_RUN_SHOW && command != COMMAND_SPOOL_LIST && !options->brokers &&
        !options->dry_run)
        return error_set(err, ERROR_INPUT,
                         "expected --brokers or TOCSIN_BROKERS (or --dry-run, which needs none)");
    return 0;
}

/* Which file, before anything else is read: the last on the command line, else the variable's. */
static const char *config_name(int count, char *const *arguments, ci_lookup *lookup, void *ctx)
{
    static const char option[] = "--config";
    const char *name = lookup(ctx, "TOCSIN_CONFIG");

    for (int i = 0; i < count && strcmp(arguments[i], "--") != 0; i++) {
        const char *text = arguments[i];

        if ((strcmp(text, "-F") == 0 || strcmp(text, option) == 0) && i + 1 < count)
            name = arguments[++i];
        else if (strncmp(text, "-F", 2) == 0 && text[2])
            name = text + 2;
        else if (strncmp(text, option, strlen(option)) == 0 && text[strlen(option)] == '=')
            name = text + sizeof(option);
    }
    return name && *name ? name : NULL;
}

int options_take_line(struct options *options, const char *name, const char *value,
                      struct error *err)
{
    static const char prefix[] = "tocsin.";
    char variable[OPTION_VARIABLE_BYTES];
    const struct option_row *row;

    if (strcmp(name, "bootstrap.servers") == 0 || strcmp(name, "metadata.broker.list") == 0)
        name = "tocsin.brokers";
    if (strncmp(name, prefix, strlen(prefix)) != 0)
        return 1;
    name += strlen(prefix);
    row = row_of_name(name, strlen(name));
    if (!row || row->offset == offsetof(struct options, config) || !option_variable(row, variable))
        return error_set(err, ERROR_INPUT, "there is no option %s", name);
    return row->kind == OPTION_FLAG && is_off(value) ? 0 : option_set(options, row, value, err);
}

int options_parse(enum option_command command, int count, char *const *arguments, ci_lookup *lookup,
                  void *ctx, struct arena *arena, struct options *ret_options, struct error *err)
{
    struct options options = {
        .timeout_ms = SINK_TIMEOUT_MS_DEFAULT,
        .severity = SEVERITY_MEDIUM,
        .confidence = 1.0,
        .value = NAN,
        .spool_mib = SPOOL_MIB_DEFAULT,
    };
    struct reader reader = {
        .command = command, .options = &options, .count = count, .arguments = arguments};
    const char *config = config_name(count, arguments, lookup, ctx);

    if ((config && config_file_read(config, arena, &options, err)) ||
        read_environment(command, &options, lookup, ctx, arena, err) ||
        read_arguments(&reader, err) || check(command, &options, err))
        return -1;
    *ret_options = options;
    return 0;
}

int options_pair(const char *text, struct arena *arena, const char **ret_name,
                 const char **ret_value, struct error *err)
{
    const char *equals = strchr(text, '=');
    const char *name = equals ? arena_strndup(arena, text, (size_t)(equals - text)) : NULL;

    if (!equals || equals == text)
        return error_set(err, ERROR_INPUT, "expected name=value");
    if (!name)
        return error_set(err, ERROR_MEMORY, "no memory for options");
    *ret_name = name;
    *ret_value = equals + 1;
    return 0;
}

int options_properties(const struct options *options, struct arena *arena,
                       struct property ret_properties[OPTION_PROPERTIES_MAX], size_t *ret_count,
                       struct error *err)
{
    const struct source {
        const struct option_list *list;
        const char *name;
    } sources[] = {{&options->config_properties, "--config"}, {&options->properties, "-X"}};
    size_t count = 0;

    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        for (size_t j = 0; j < sources[i].list->count; j++) {
            struct property *property = &ret_properties[count++];

            if (options_pair(sources[i].list->items[j], arena, &property->name, &property->value,
                             err))
                return error_set(err, ERROR_INPUT, "%s: expected name=value", sources[i].name);
        }
    }
    *ret_count = count;
    return 0;
}
