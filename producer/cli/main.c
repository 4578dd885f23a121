/*
 * main.c - the program tocsin: a table of commands.
 */
#include <librdkafka/rdkafka.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "producer/cli/best_effort.h"
#include "producer/cli/manual.h"
#include "producer/cli/measure_command.h"
#include "producer/cli/publish.h"
#include "producer/cli/run_command.h"
#include "producer/cli/spool_command.h"

/* What this librdkafka was built with: "gzip,snappy,ssl,..." */
static void print_features(FILE *file, const char *before, const char *between)
{
    char features[512] = "";
    size_t bytes = sizeof(features);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    rd_kafka_conf_get(conf, "builtin.features", features, &bytes);
    rd_kafka_conf_destroy(conf);
    fputs(before, file);
    for (const char *at = features; *at; at++) {
        if (*at == ',')
            fputs(between, file);
        else
            putc(*at, file);
    }
}

static int version(int count, char *const *arguments)
{
    if (count > 0 && strcmp(arguments[0], "--json") == 0) {
        printf("{\"tocsin\":\"" TOCSIN_VERSION "\",\"librdkafka\":\"%s\",\"features\":",
               rd_kafka_version_str());
        print_features(stdout, "[\"", "\",\"");
        printf("\"]}\n");
        return EX_OK;
    }
    if (count > 0) {
        fprintf(stderr, "tocsin: version: expected --json or nothing\n");
        return EX_USAGE;
    }
    printf("tocsin " TOCSIN_VERSION "\nlibrdkafka %s", rd_kafka_version_str());
    print_features(stdout, " (", ", ");
    printf(")\n");
    return EX_OK;
}

static int help(int count, char *const *arguments)
{
    (void)count;
    (void)arguments;
    manual_print_commands(stdout);
    return EX_OK;
}

static int manual(int count, char *const *arguments)
{
    (void)count;
    (void)arguments;
    manual_print_page(stdout);
    return EX_OK;
}

static int completion(int count, char *const *arguments)
{
    if (count == 1 && strcmp(arguments[0], "bash") == 0)
        manual_print_bash(stdout);
    else if (count == 1 && strcmp(arguments[0], "zsh") == 0)
        manual_print_zsh(stdout);
    else {
        fprintf(stderr, "tocsin: completion: expected bash or zsh\n");
        return EX_USAGE;
    }
    return EX_OK;
}

static const struct command {
    const char *name;
    int (*run)(int count, char *const *arguments);
} commands[] = {
    {"publish", publish_command},
    {"measure", measure_command},
    {"run", run_command},
    {"spool", spool_command},
    {"completion", completion},
    {"manual", manual},
    {"help", help},
    {"version", version},
    {"--help", help},
    {"-h", help},
    {"--version", version},
    {"-V", version},
};

int main(int count, char **arguments)
{
    /* two busy threads are no reason for two heaps */
    mallopt(M_ARENA_MAX, 1);
    for (size_t i = 0; count > 1 && i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(arguments[1], commands[i].name) == 0)
            return best_effort(commands[i].run(count - 2, arguments + 2), count - 2, arguments + 2);
    }
    manual_print_commands(stderr);
    return EX_USAGE;
}
