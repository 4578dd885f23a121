/*
 * options.h - the options of `tocsin publish`: one table that parses, reads the environment and
 * prints the help.
 *
 * Each option has an environment variable: TOCSIN_ and its name in capitals, as in
 * TOCSIN_MIN_SEVERITY for --min-severity; one that may be given more than once has one value a line
 * there. What stands on the command line wins. Strings are not copied: they live as long as argv
 * and the environment.
 */
#ifndef TOCSIN_PRODUCER_CLI_OPTIONS_H
#define TOCSIN_PRODUCER_CLI_OPTIONS_H

#include <stdio.h>

#include "producer/finding.h"
#include "producer/run_context.h"

#define OPTION_LIST_MAX 256

struct option_list {
    const char *items[OPTION_LIST_MAX];
    size_t count;
};

struct options {
    struct option_list reports; /* files; "-" is standard input */
    const char *brokers, *topic, *prefix;
    struct option_list properties; /* name=value */
    int64_t timeout_ms;
    struct run_settings run;
    const char *model, *model_version, *target;
    struct option_list labels; /* name=value */
    struct links links;
    int min_severity;
    double min_confidence;
    const char *format;
    bool dry_run, verbose, help;
    /* one finding */
    const char *rule, *title, *category, *prompt, *output;
    int severity;
    double confidence;
};

/* Parses what follows the command's name. */
int options_parse(int count, char *const *arguments, ci_lookup *lookup, void *ctx,
                  struct arena *arena, struct options *ret_options, struct error *err);

void options_help(FILE *file);

/* Splits "name=value" at its first "=". */
int options_pair(const char *text, struct arena *arena, const char **ret_name,
                 const char **ret_value, struct error *err);

#endif
