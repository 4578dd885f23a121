/*
 * option_table.c - every option of every command.
 */
#include "producer/cli/option_table.h"

#include <ctype.h>
#include <stddef.h>

#define PUBLISH COMMAND_PUBLISH
#define END     COMMAND_RUN_END
#define MEASURE COMMAND_MEASURE
#define TESTED  (PUBLISH | MEASURE)
#define SENDING (TESTED | COMMAND_RUN_BEGIN | END)
#define SEND    COMMAND_SPOOL_SEND
#define LIST    COMMAND_SPOOL_LIST
#define KAFKA   (SENDING | SEND)
#define ALL     (SENDING | COMMAND_RUN_SHOW)

#define ROW(commands_, name_, letter_, kind_, member, value_, help_)                               \
    .commands = (commands_), .name = (name_), .letter = (letter_), .kind = (kind_),                \
    .offset = offsetof(struct options, member), .value = (value_), .help = (help_)

const struct option_row option_rows[] = {
    {.group = "Where to",
     ROW(KAFKA, "brokers", 'b', OPTION_TEXT, brokers, "HOST:PORT,...", "Kafka's brokers")},
    {ROW(KAFKA, "topic", 't', OPTION_TEXT, topic, "NAME",
         "the topic; default: the prefix and \"findings\"")},
    {ROW(SENDING, "prefix", 0, OPTION_TEXT, prefix, "TEXT",
         "before the topic's name; default: tocsin.")},
    {ROW(KAFKA, "property", 'X', OPTION_LIST, properties, "NAME=VALUE",
         "a property of librdkafka, such as security.protocol=SSL")},
    {ROW(KAFKA, "config", 'F', OPTION_TEXT, config, "FILE",
         "NAME=VALUE lines: properties of librdkafka, options as tocsin.NAME=VALUE")},
    {ROW(KAFKA, "timeout", 0, OPTION_SECONDS, timeout_ms, "SECONDS",
         "give up when Kafka acknowledges nothing for so long; default: 30")},
    {ROW(SENDING, "dry-run", 0, OPTION_FLAG, dry_run, NULL,
         "print the records instead of sending them")},

    {.group = "When Kafka is away",
     ROW(KAFKA | LIST, "spool", 0, OPTION_TEXT, spool, "DIR",
         "keep there what Kafka did not acknowledge; tocsin spool send sends it later")},
    {ROW(SENDING, "spool-max", 0, OPTION_COUNT, spool_mib, "MIB",
         "what may be kept there altogether; default: 256")},
    {ROW(KAFKA, "best-effort", 0, OPTION_FLAG, best_effort, NULL,
         "exit with 0 whatever happens, and say what happened")},

    {.group = "Whether the build fails",
     ROW(PUBLISH, "fail-on", 0, OPTION_LIST, fail_on, "RULE",
         "exit with 1 for new problems: critical, or severity>=high,confidence>=0.8,rule=garak/*,"
         "findings>=5")},
    {ROW(PUBLISH, "fail-on-known", 0, OPTION_FLAG, fail_on_known, NULL,
         "for problems that were open before, too; accepted ones never count")},
    {ROW(PUBLISH, "sarif", 0, OPTION_TEXT, sarif, "FILE", "write the problems as SARIF 2.1.0")},
    {ROW(PUBLISH, "junit", 0, OPTION_TEXT, junit, "FILE",
         "write them as JUnit XML, with the rules that held")},

    {.group = "How the run ends",
     ROW(PUBLISH | END, "run-open", 0, OPTION_FLAG, run_open, NULL,
         "the run is published in parts: it stays open until tocsin run end --run-open")},
    {ROW(END, "status", 0, OPTION_STATUS, status, "STATUS",
         "complete, partial or crashed; only a complete run resolves anything; default: complete")},
    {ROW(END, "shards", 0, OPTION_COUNT, shards, "N",
         "also end those of N shards that have not ended, as after a job that was lost")},

    {.group = "Which run; default: what the CI's environment says",
     ROW(ALL, "run-id", 0, OPTION_TEXT, run.run_id, "ID", "names the CI run, without its attempt")},
    {ROW(ALL, "attempt", 0, OPTION_TEXT, run.attempt, "N", "which attempt of the run")},
    {ROW(ALL, "shard", 0, OPTION_TEXT, run.shard, "I/N", "which of the run's shards this is")},
    {ROW(ALL, "pipeline", 0, OPTION_TEXT, run.pipeline, "NAME", "the workflow or job that ran")},
    {ROW(ALL, "repository", 0, OPTION_TEXT, run.repository, "NAME", "the repository")},
    {ROW(ALL, "branch", 0, OPTION_TEXT, run.branch, "NAME", "the branch")},
    {ROW(ALL, "commit", 0, OPTION_TEXT, run.commit, "HASH", "the commit")},
    {ROW(ALL, "job", 0, OPTION_TEXT, run.job, "NAME", "the job within the run")},
    {ROW(ALL, "run-url", 0, OPTION_TEXT, run.run_url, "URL", "where a person sees the run")},
    {ROW(ALL, "team", 0, OPTION_TEXT, run.team, "NAME", "the team that it belongs to")},

    {.group = "What was tested; these win over what a report says",
     ROW(TESTED, "model", 0, OPTION_TEXT, model, "NAME", "the model, without its version")},
    {ROW(TESTED, "model-version", 0, OPTION_TEXT, model_version, "VERSION",
         "the model's version or build")},
    {ROW(TESTED, "target", 0, OPTION_TEXT, target, "NAME", "the system; default: the repository")},
    {ROW(TESTED, "label", 'l', OPTION_LIST, labels, "NAME=VALUE", "a label of every record")},
    {ROW(TESTED, "link-report", 0, OPTION_TEXT, links.report, "URL", "where the full report is")},
    {ROW(TESTED, "link-artifact", 0, OPTION_TEXT, links.artifact, "URL",
         "the report's file in CI")},
    {ROW(TESTED, "link-runbook", 0, OPTION_TEXT, links.runbook, "URL", "what to do about it")},
    {ROW(TESTED, "link-ticket", 0, OPTION_TEXT, links.ticket, "URL", "a ticket")},

    {.group = "Which findings",
     ROW(PUBLISH, "min-severity", 0, OPTION_SEVERITY, min_severity, "SEVERITY",
         "withhold lesser ones: info, low, medium, high, critical")},
    {ROW(PUBLISH, "min-confidence", 0, OPTION_FRACTION, min_confidence, "0..1",
         "withhold less certain ones")},
    {ROW(PUBLISH, "format", 0, OPTION_TEXT, format, "NAME",
         "the reports' format; default: by their content")},

    {.group = "One finding without a report",
     ROW(PUBLISH, "rule", 0, OPTION_TEXT, rule, "ID",
         "the trigger condition: tool/probe/detector")},
    {ROW(PUBLISH, "title", 0, OPTION_TEXT, title, "TEXT", "the same in words")},
    {ROW(PUBLISH, "severity", 0, OPTION_SEVERITY, severity, "SEVERITY", "default: medium")},
    {ROW(PUBLISH, "confidence", 0, OPTION_FRACTION, confidence, "0..1", "default: 1")},
    {ROW(PUBLISH, "category", 0, OPTION_TEXT, category, "TEXT",
         "part of its identity, where needed")},
    {ROW(PUBLISH, "prompt", 0, OPTION_TEXT, prompt, "TEXT",
         "what was sent; @FILE reads it from a file")},
    {ROW(PUBLISH, "output", 0, OPTION_TEXT, output, "TEXT", "what came back; @FILE likewise")},

    {.group = "The measurement",
     ROW(MEASURE, "benchmark", 0, OPTION_TEXT, benchmark, "NAME", "what was run: a suite, a task")},
    {ROW(MEASURE, "metric", 0, OPTION_TEXT, metric, "NAME", "what was measured: accuracy")},
    {ROW(MEASURE, "value", 0, OPTION_NUMBER, value, "NUMBER", "how much it was")},
    {ROW(MEASURE, "n", 'n', OPTION_INTEGER, n, "N",
         "of how many samples; without it no rule can tell chance from change")},
    {ROW(MEASURE, "higher-is-better", 0, OPTION_FLAG, higher_is_better, NULL, "the default")},
    {ROW(MEASURE, "lower-is-better", 0, OPTION_FLAG, lower_is_better, NULL,
         "as with an error rate")},

    {.group = "What must not leave this process",
     ROW(TESTED, "redact", 0, OPTION_FLAG, redact, NULL,
         "mask personal data too: e-mail, telephone, card and account numbers")},
    {ROW(SENDING, "secret-env", 0, OPTION_LIST, secret_env, "NAME",
         "a variable whose value is secret; those called *_TOKEN, *_PASSWORD, *_KEY ... are")},
    {ROW(SENDING, "no-mask", 0, OPTION_FLAG, no_mask, NULL,
         "leave keys, tokens and passwords as they are")},

    {.group = "Other",
     ROW(KAFKA, "quiet", 'q', OPTION_FLAG, quiet, NULL, "say nothing but errors")},
    {ROW(ALL | SEND | LIST, "verbose", 'v', OPTION_FLAG, verbose, NULL,
         "name every bad line, and what librdkafka says")},
    {ROW(ALL | SEND | LIST, "help", 'h', OPTION_FLAG, help, NULL, "this help")},
    {.name = NULL},
};

bool option_variable(const struct option_row *row, char ret_name[OPTION_VARIABLE_BYTES])
{
    char *to = ret_name;

    snprintf(ret_name, OPTION_VARIABLE_BYTES, "TOCSIN_%s", row->name);
    for (; *to; to++)
        *to = (char)(*to == '-' ? '_' : toupper((unsigned char)*to));
    return row->offset != offsetof(struct options, help);
}
