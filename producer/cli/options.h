/*
 * options.h - the options of all commands: one table that parses, reads the environment and the
 * configuration file, and prints help, manual and completions.
 *
 * Each option has an environment variable: TOCSIN_ and its name in capitals, as in
 * TOCSIN_MIN_SEVERITY for --min-severity; one that may be given more than once has one value a line
 * there. What stands on the command line wins over the environment, and that over the file. Strings
 * are not copied: they live as long as argv and the environment.
 */
#ifndef TOCSIN_PRODUCER_CLI_OPTIONS_H
#define TOCSIN_PRODUCER_CLI_OPTIONS_H

#include <stdio.h>

#include "producer/finding.h"
#include "producer/run_context.h"
#include "producer/sink.h"

#define OPTION_LIST_MAX       256
#define OPTION_PROPERTIES_MAX (2 * OPTION_LIST_MAX)

struct option_list {
    const char *items[OPTION_LIST_MAX];
    size_t count;
};

/* As bits, so that a row of the table can belong to several. */
enum option_command {
    COMMAND_PUBLISH = 1,
    COMMAND_RUN_BEGIN = 2,
    COMMAND_RUN_END = 4,
    COMMAND_RUN_SHOW = 8,
    COMMAND_MEASURE = 16,
    COMMAND_SPOOL_SEND = 32,
    COMMAND_SPOOL_LIST = 64,
};

struct options {
    struct option_list reports; /* files; "-" is standard input */
    const char *brokers, *topic, *prefix;
    struct option_list properties; /* name=value */
    int64_t timeout_ms;
    const char *spool;
    int64_t spool_mib;
    bool best_effort;
    struct option_list fail_on; /* rules of the gate */
    bool fail_on_known;
    const char *sarif, *junit; /* files to write */
    struct run_settings run;
    const char *model, *model_version, *target;
    struct option_list labels; /* name=value */
    struct links links;
    int min_severity;
    double min_confidence;
    const char *format;
    bool redact, no_mask;
    struct option_list secret_env; /* names of variables */
    bool dry_run, quiet, verbose, help;
    bool run_open;      /* publish: a later `run end` ends the run */
    int status;         /* run end: enum run_status */
    int64_t shards;     /* run end: 0 for not said */
    const char *config; /* the file; its properties: */
    struct option_list config_properties;
    /* one measurement */
    const char *benchmark, *metric;
    double value; /* NAN: not said */
    int64_t n;
    bool higher_is_better, lower_is_better;
    /* one finding */
    const char *rule, *title, *category, *prompt, *output;
    int severity;
    double confidence;
};

/* Parses what follows the command's name. */
int options_parse(enum option_command command, int count, char *const *arguments, ci_lookup *lookup,
                  void *ctx, struct arena *arena, struct options *ret_options, struct error *err);

/* Takes "tocsin.<option>" and the brokers' own names from the configuration file. 1: it is another
 * property, which is librdkafka's. */
int options_take_line(struct options *options, const char *name, const char *value,
                      struct error *err);

/* The properties of librdkafka, those of the file first: it takes the last of a name. */
int options_properties(const struct options *options, struct arena *arena,
                       struct property ret_properties[OPTION_PROPERTIES_MAX], size_t *ret_count,
                       struct error *err);

/* Splits "name=value" at its first "=". */
int options_pair(const char *text, struct arena *arena, const char **ret_name,
                 const char **ret_value, struct error *err);

#endif
