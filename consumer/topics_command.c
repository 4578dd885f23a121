/*
 * topics_command.c - `tocsind topics plan|apply|strimzi --config FILE`.
 *
 * `plan` prints what the configuration asks for, without a broker; `strimzi` the same as KafkaTopic
 * resources, of the cluster that $STRIMZI_CLUSTER names ("kafka" without it). `apply` creates what
 * is missing and says of every topic how it differs; what exists is never changed. Exit code 0 when
 * tocsind would start, 78 for a problem, 75 when no broker answers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "consumer/commands.h"
#include "consumer/kafka/topics.h"

static int plan_print(const struct config *config, struct error *err)
{
    struct topics_plan plan;

    if (topics_plan(config, &plan, err))
        return EX_CONFIG;
    topics_plan_print(&plan, stdout);
    return EX_OK;
}

static int strimzi_print(const struct config *config, struct error *err)
{
    const char *cluster = getenv("STRIMZI_CLUSTER");
    struct topics_plan plan;

    if (topics_plan(config, &plan, err))
        return EX_CONFIG;
    topics_plan_print_strimzi(&plan, cluster && *cluster ? cluster : "kafka", stdout);
    return EX_OK;
}

static int apply(const struct config *config, struct error *err)
{
    static const char *const words[] = {[TOPIC_CREATED] = "",
                                        [TOPIC_GOOD] = "",
                                        [TOPIC_WARNING] = "warning: ",
                                        [TOPIC_PROBLEM] = "problem: "};
    struct topics_report report;
    int rc = topics_reconcile(config, true, &report, err);

    for (size_t i = 0; i < report.count; i++)
        printf("%s%s\n", words[report.notes[i].kind], report.notes[i].text);
    if (rc)
        return err->kind == ERROR_RETRIABLE ? EX_TEMPFAIL : EX_CONFIG;
    return report.problems ? EX_CONFIG : EX_OK;
}

static const struct verb {
    const char *name;
    int (*run)(const struct config *config, struct error *err);
} verbs[] = {{"plan", plan_print}, {"apply", apply}, {"strimzi", strimzi_print}};

int topics_command(int argc, char **argv)
{
    struct config *config = NULL;
    struct error err = {0};
    const struct verb *verb = NULL;
    int code = EX_CONFIG;

    for (size_t i = 0; argc == 3 && i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(verbs[i].name, argv[0]) == 0)
            verb = &verbs[i];
    }
    if (!verb || (strcmp(argv[1], "--config") != 0 && strcmp(argv[1], "-c") != 0)) {
        fprintf(stderr, "usage: tocsind topics plan|apply|strimzi --config FILE\n");
        return EX_USAGE;
    }
    if (config_load(argv[2], &config, &err) == 0)
        code = verb->run(config, &err);
    if (error_is_set(&err))
        fprintf(stderr, "tocsind topics: %s\n", err.text);
    config_free(config);
    return code;
}
