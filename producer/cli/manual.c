/*
 * manual.c - the table of commands, and the help.
 */
#include "producer/cli/manual.h"

#include <stddef.h>
#include <string.h>

#include "producer/cli/exits.h"
#include "producer/cli/option_table.h"
#include "producer/reports/report.h"

const struct manual_command manual_commands[] = {
    {COMMAND_PUBLISH, "publish", "[OPTION]... REPORT...\n[OPTION]... --rule ID --title TEXT",
     "publish the findings of reports",
     "Publishes the findings of a red-team run to Kafka and says how the run ended. A REPORT is a "
     "file, a folder, or - for standard input; its format is recognised by its content."},
    {COMMAND_MEASURE, "measure",
     "[OPTION]... --benchmark NAME --metric NAME --value NUMBER --model NAME",
     "publish one measurement",
     "Publishes one metric of one benchmark, for tocsind's measurement rules. A model, a "
     "benchmark, "
     "a metric and a target are one series, whatever the build; the reports of tools that measure "
     "bring theirs along."},
    {COMMAND_RUN_BEGIN, "run begin", "[OPTION]...", "say that a run has begun, and print its id",
     "Publishes that the run has begun, so that tocsind notices when it never ends, and prints its "
     "id. In CI every command finds the id by itself; elsewhere: "
     "export TOCSIN_RUN_ID=$(tocsin run begin)"},
    {COMMAND_RUN_END, "run end", "[OPTION]...", "end a run that was left open, or whose jobs died",
     "Ends a run whose reports were published with --run-open, or, with --shards, one whose shards "
     "have not all ended: each of these then ends with the status given here."},
    {COMMAND_RUN_SHOW, "run show", "[OPTION]...", "print the run that the environment tells of",
     "Prints the run as the records will have it, as JSON: from the CI's environment, and the "
     "options over it. Sends nothing."},
    {COMMAND_SPOOL_SEND, "spool send", "[OPTION]...", "send what was kept while Kafka was away",
     "Sends what lies in the folder of --spool, the ends of runs last, and removes what Kafka "
     "acknowledged. Sending twice adds nothing."},
    {COMMAND_SPOOL_LIST, "spool list", "[OPTION]...", "list what was kept",
     "Prints a line for each file of the folder of --spool: its name, records, bytes and topic."},
    {0, "completion", "bash|zsh", "print completions for a shell",
     "Prints what makes a shell complete commands and options: source <(tocsin completion bash)"},
    {0, "manual", "", "print the manual page", "Prints this page: tocsin manual | man -l -"},
    {0, "version", "[--json]", "print the version",
     "Prints the versions of tocsin and of librdkafka, and what that was built with."},
    {0, "help", "", "print the commands", "Prints the commands."},
    {.name = NULL},
};

const char *manual_command_name(enum option_command command)
{
    for (const struct manual_command *row = manual_commands; row->name; row++) {
        if (row->command == (unsigned)command)
            return row->name;
    }
    return "";
}

void manual_print_commands(FILE *file)
{
    fprintf(file, "Usage: tocsin COMMAND [OPTION]...\n\n");
    for (const struct manual_command *row = manual_commands; row->name; row++)
        fprintf(file, "  %-12s %s\n", row->name, row->help);
    fprintf(file, "\ntocsin COMMAND --help has its options, tocsin manual everything.\n");
}

static void print_usage(FILE *file, const struct manual_command *command)
{
    const char *line = command->usage, *begin = "Usage:";

    while (line) {
        size_t bytes = strcspn(line, "\n");

        fprintf(file, "%-6s tocsin %s %.*s\n", begin, command->name, (int)bytes, line);
        line = line[bytes] ? line + bytes + 1 : NULL;
        begin = "";
    }
    fprintf(file, "%s\n", command->text);
}

static void print_option(FILE *file, const struct option_row *row)
{
    char letter[8] = "    ", name[64], variable[OPTION_VARIABLE_BYTES];

    if (row->letter)
        snprintf(letter, sizeof(letter), "-%c, ", row->letter);
    snprintf(name, sizeof(name), "--%s%s%s", row->name, row->value ? " " : "",
             row->value ? row->value : "");
    fprintf(file, "  %s%-28s  %s\n", letter, name, row->help);
    if (!option_variable(row, variable))
        return;
    fprintf(file, "%36s[%s]\n", "", variable);
}

void manual_print_help(FILE *file, enum option_command command)
{
    const char *group = NULL, *printed = NULL;

    for (const struct manual_command *row = manual_commands; row->name; row++) {
        if (row->command == (unsigned)command)
            print_usage(file, row);
    }
    for (const struct option_row *row = option_rows; row->name; row++) {
        group = row->group ? row->group : group;
        if (!(row->commands & (unsigned)command))
            continue;
        if (group != printed)
            fprintf(file, "\n%s:\n", group);
        printed = group;
        print_option(file, row);
    }
    fprintf(file, "\nA variable holds one value a line where the option may be given more than "
                  "once.\n");
    if (command == COMMAND_PUBLISH)
        report_help(file);
    fprintf(file, "\nExit codes:\n");
    for (const struct exit_row *row = exit_rows; row->text; row++)
        fprintf(file, "  %2d  %s\n", row->code, row->text);
}
