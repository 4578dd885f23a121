/*
 * tocsind - takes findings from Kafka, keeps one alert a problem, and tells the people who have to
 * know.
 *
 * This file is the table of commands. Without a command it runs (run.c).
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "consumer/commands.h"

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *arguments;
    const char *help;
};

static int help_command(int argc, char **argv);
static int version_command(int argc, char **argv);

static const struct command commands[] = {
    {"run", run_command, "--config FILE [--role ROLE,...]",
     "run the roles (all of them, or those named)"},
    {"check", check_command, "FILE",
     "check a configuration and say what is wrong, with line and column"},
    {"topics", topics_command, "plan|apply|strimzi --config FILE",
     "show, or create and check, the topics; as resources of Strimzi"},
    {"silence", silence_command, "add|accept|list|expire|import --config FILE",
     "mute alerts for a while, accept a known risk until a date"},
    {"baseline", baseline_command, "[take|list|undo] --config FILE --pipeline NAME",
     "take what is open in a pipeline now for known, until it changes"},
    {"routes", routes_command, "show|test --config FILE [LABEL=VALUE ...]",
     "print the routing tree, or who is told of an alert with these labels, as amtool does"},
    {"explain", explain_command, "FINDING|- --config FILE",
     "say what would happen to a finding, and why: known or new, routes, receivers, mutes"},
    {"alerts", alerts_command, "list|show --config FILE [MATCHER ...]",
     "list the alerts that the brokers know, or all that is known of one"},
    {"render", render_command, "--receiver NAME FINDING...|- --config FILE",
     "print what would be sent to a receiver, with secrets hidden"},
    {"send-test", send_test_command, "--receiver NAME --config FILE",
     "send a test alert, and say what the service answered and what to do about it"},
    {"dead", dead_command, "list|show|replay|drop --config FILE",
     "what could not be used or delivered: look at it, say it again, or put it away"},
    {"backtest", backtest_command, "RULE FILE|- [--config FILE]",
     "replay measurements and show where a measurement rule would have fired"},
    {"demo", demo_command, "[REPORT]",
     "publish a report and show its alerts, with nothing installed"},
    {"version", version_command, "", "print the version"},
    {"help", help_command, "", "print this text"},
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void usage(FILE *out)
{
    int width = 0;

    for (size_t i = 0; i < COMMANDS; i++) {
        int bytes = (int)strlen(commands[i].arguments);

        width = bytes > width ? bytes : width;
    }
    fprintf(out, "usage: tocsind COMMAND [ARGUMENTS]\n\n");
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-9s %-*s  %s\n", commands[i].name, width, commands[i].arguments,
                commands[i].help);
    fprintf(out, "\n`tocsind --config FILE` is short for `tocsind run --config FILE`.\n");
}

static int help_command(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    usage(stdout);
    return EX_OK;
}

static int version_command(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    printf("tocsind %s\n", TOCSIN_VERSION);
    return EX_OK;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        usage(stderr);
        return EX_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return help_command(argc, argv);
    if (strcmp(argv[1], "--version") == 0)
        return version_command(argc, argv);
    if (argv[1][0] == '-')
        return run_command(argc - 1, argv + 1);
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i].name, argv[1]) == 0)
            return commands[i].run(argc - 2, argv + 2);
    }
    fprintf(stderr, "tocsind: unknown command \"%s\"\n\n", argv[1]);
    usage(stderr);
    return EX_USAGE;
}
