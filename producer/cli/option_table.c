/*
 * option_table.c - every option of `tocsin publish`, and the help that the table gives.
 */
#include "producer/cli/option_table.h"

#include <ctype.h>
#include <stddef.h>

#define ROW(name_, letter_, kind_, member, value_, help_)                                          \
    .name = (name_), .letter = (letter_), .kind = (kind_),                                         \
    .offset = offsetof(struct options, member), .value = (value_), .help = (help_)

const struct option_row option_rows[] = {
    {.group = "Where to",
     ROW("brokers", 'b', OPTION_TEXT, brokers, "HOST:PORT,...", "Kafka's brokers")},
    {ROW("topic", 't', OPTION_TEXT, topic, "NAME",
         "the topic; default: the prefix and \"findings\"")},
    {ROW("prefix", 0, OPTION_TEXT, prefix, "TEXT", "before the topic's name; default: tocsin.")},
    {ROW("property", 'X', OPTION_LIST, properties, "NAME=VALUE",
         "a property of librdkafka, such as security.protocol=SSL")},
    {ROW("timeout", 0, OPTION_SECONDS, timeout_ms, "SECONDS",
         "give up when Kafka acknowledges nothing for so long; default: 30")},
    {ROW("dry-run", 0, OPTION_FLAG, dry_run, NULL, "print the records instead of sending them")},

    {.group = "Which run; default: what the CI's environment says",
     ROW("run-id", 0, OPTION_TEXT, run.run_id, "ID", "names the CI run, without its attempt")},
    {ROW("attempt", 0, OPTION_TEXT, run.attempt, "N", "which attempt of the run")},
    {ROW("shard", 0, OPTION_TEXT, run.shard, "I/N", "which of the run's shards this is")},
    {ROW("pipeline", 0, OPTION_TEXT, run.pipeline, "NAME", "the workflow or job that ran")},
    {ROW("repository", 0, OPTION_TEXT, run.repository, "NAME", "the repository")},
    {ROW("branch", 0, OPTION_TEXT, run.branch, "NAME", "the branch")},
    {ROW("commit", 0, OPTION_TEXT, run.commit, "HASH", "the commit")},
    {ROW("job", 0, OPTION_TEXT, run.job, "NAME", "the job within the run")},
    {ROW("run-url", 0, OPTION_TEXT, run.run_url, "URL", "where a person sees the run")},
    {ROW("team", 0, OPTION_TEXT, run.team, "NAME", "the team that it belongs to")},

    {.group = "What was tested; these win over what a report says",
     ROW("model", 0, OPTION_TEXT, model, "NAME", "the model, without its version")},
    {ROW("model-version", 0, OPTION_TEXT, model_version, "VERSION",
         "the model's version or build")},
    {ROW("target", 0, OPTION_TEXT, target, "NAME", "the system; default: the repository")},
    {ROW("label", 'l', OPTION_LIST, labels, "NAME=VALUE", "a label of every finding")},
    {ROW("link-report", 0, OPTION_TEXT, links.report, "URL", "where the full report is")},
    {ROW("link-artifact", 0, OPTION_TEXT, links.artifact, "URL", "the report's file in CI")},
    {ROW("link-runbook", 0, OPTION_TEXT, links.runbook, "URL", "what to do about it")},
    {ROW("link-ticket", 0, OPTION_TEXT, links.ticket, "URL", "a ticket")},

    {.group = "Which findings",
     ROW("min-severity", 0, OPTION_SEVERITY, min_severity, "SEVERITY",
         "withhold lesser ones: info, low, medium, high, critical")},
    {ROW("min-confidence", 0, OPTION_FRACTION, min_confidence, "0..1",
         "withhold less certain ones")},
    {ROW("format", 0, OPTION_TEXT, format, "NAME",
         "the reports' format; default: by their content")},

    {.group = "One finding without a report",
     ROW("rule", 0, OPTION_TEXT, rule, "ID", "the trigger condition: tool/probe/detector")},
    {ROW("title", 0, OPTION_TEXT, title, "TEXT", "the same in words")},
    {ROW("severity", 0, OPTION_SEVERITY, severity, "SEVERITY", "default: medium")},
    {ROW("confidence", 0, OPTION_FRACTION, confidence, "0..1", "default: 1")},
    {ROW("category", 0, OPTION_TEXT, category, "TEXT", "part of its identity, where needed")},
    {ROW("prompt", 0, OPTION_TEXT, prompt, "TEXT", "what was sent; @FILE reads it from a file")},
    {ROW("output", 0, OPTION_TEXT, output, "TEXT", "what came back; @FILE likewise")},

    {.group = "Other",
     ROW("verbose", 'v', OPTION_FLAG, verbose, NULL,
         "name every bad line, and what librdkafka says")},
    {ROW("help", 'h', OPTION_FLAG, help, NULL, "this help")},
    {.name = NULL},
};

void option_variable(const struct option_row *row, char ret_name[OPTION_VARIABLE_BYTES])
{
    char *to = ret_name;

    snprintf(ret_name, OPTION_VARIABLE_BYTES, "TOCSIN_%s", row->name);
    for (; *to; to++)
        *to = (char)(*to == '-' ? '_' : toupper((unsigned char)*to));
}

void options_help(FILE *file)
{
    fprintf(file, "Usage: tocsin publish [OPTION]... REPORT...\n"
                  "       tocsin publish [OPTION]... --rule ID --title TEXT\n"
                  "Publishes the findings of a red-team run to Kafka and says how the run ended.\n"
                  "A REPORT is a file, a folder of files, or - for standard input.\n");
    for (const struct option_row *row = option_rows; row->name; row++) {
        char letter[8] = "    ", name[64], variable[OPTION_VARIABLE_BYTES];

        if (row->group)
            fprintf(file, "\n%s:\n", row->group);
        if (row->letter)
            snprintf(letter, sizeof(letter), "-%c, ", row->letter);
        snprintf(name, sizeof(name), "--%s%s%s", row->name, row->value ? " " : "",
                 row->value ? row->value : "");
        option_variable(row, variable);
        fprintf(file, "  %s%-28s  %s\n", letter, name, row->help);
        if (row->kind == OPTION_FLAG && row->offset == offsetof(struct options, help))
            continue;
        fprintf(file, "%36s[%s]\n", "", variable);
    }
    fprintf(
        file,
        "\nA variable holds one value a line where the option may be given more than once.\n"
        "\nExit code: 0 when Kafka has every record, 64 wrong usage, 65 nothing readable,\n"
        "66 no such report, 75 Kafka is away: try again, 69 or 77 Kafka refused, 70 no memory,\n"
        "74 reading or writing failed.\n");
}
