/*
 * main.c - the program tocsin: a table of commands.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "producer/cli/publish.h"

static int version(int count, char *const *arguments)
{
    (void)count;
    (void)arguments;
    printf("tocsin " TOCSIN_VERSION "\n");
    return EX_OK;
}

static int help(int count, char *const *arguments);

static const struct command {
    const char *name;
    int (*run)(int count, char *const *arguments);
    const char *help;
} commands[] = {
    {"publish", publish_command, "publish the findings of a report"},
    {"help", help, "this help"},
    {"version", version, "the version"},
    {"--help", help, NULL},
    {"-h", help, NULL},
    {"--version", version, NULL},
};

static void print_commands(FILE *file)
{
    fprintf(file, "Usage: tocsin COMMAND [OPTION]...\n\n");
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (commands[i].help)
            fprintf(file, "  %-10s %s\n", commands[i].name, commands[i].help);
    }
    fprintf(file, "\ntocsin publish --help has the options.\n");
}

static int help(int count, char *const *arguments)
{
    (void)count;
    (void)arguments;
    print_commands(stdout);
    return EX_OK;
}

int main(int count, char **arguments)
{
    for (size_t i = 0; count > 1 && i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(arguments[1], commands[i].name) == 0)
            return commands[i].run(count - 2, arguments + 2);
    }
    print_commands(stderr);
    return EX_USAGE;
}
