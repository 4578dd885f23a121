/*
 * run.c - `tocsind run`: loads the configuration, makes sure of the topics, starts the roles and
 * waits.
 *
 * SIGTERM and SIGINT stop in order: requests in flight are finished, what is pending is committed.
 * SIGHUP reads the configuration again; one that is wrong, or that needs a restart, changes
 * nothing. A role that ends by itself ends the process with EX_TEMPFAIL; the supervisor starts it
 * again and Kafka has all it needs.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "consumer/commands.h"
#include "consumer/crew.h"
#include "consumer/kafka/topics.h"
#include "consumer/log.h"

struct run_options {
    const char *config, *roles;
};

static int options_parse(int argc, char **argv, struct run_options *ret)
{
    *ret = (struct run_options){0};
    for (int i = 0; i < argc; i++) {
        const char **value = strcmp(argv[i], "--config") == 0 || strcmp(argv[i], "-c") == 0
                                 ? &ret->config
                             : strcmp(argv[i], "--role") == 0 ? &ret->roles
                                                              : NULL;
        if (value == NULL || i + 1 == argc) {
            fprintf(stderr, "tocsind run: %s \"%s\"\n", value ? "no value after" : "unknown option",
                    argv[i]);
            return -1;
        }
        *value = argv[++i];
    }
    if (ret->config == NULL) {
        fprintf(stderr, "usage: tocsind run --config FILE [--role ROLE,...]\n");
        return -1;
    }
    return 0;
}

/* Blocked in all threads, taken by sigtimedwait() here. */
static void signals_block(sigset_t *ret_set)
{
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(ret_set);
    sigaddset(ret_set, SIGTERM);
    sigaddset(ret_set, SIGINT);
    sigaddset(ret_set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, ret_set, NULL);
}

static void reload(struct crew *crew, const char *path)
{
    struct error err = {0};

    if (crew_reload(crew, path, &err) == 0)
        log_event(LOG_INFO, "reloaded", "file", path, NULL);
    else
        log_event(LOG_ERROR, "reload_refused", "file", path, "why", err.text, NULL);
}

static void wait_for_end(struct crew *crew, const char *path, const sigset_t *signals)
{
    const struct timespec tick = {.tv_nsec = 200 * 1000 * 1000};

    for (;;) {
        int number = sigtimedwait(signals, NULL, &tick);
        if (number == SIGHUP) {
            reload(crew, path);
        } else if (number > 0) {
            log_event(LOG_INFO, "stopping", "signal", strsignal(number), NULL);
            return;
        }
        if (crew_broken(crew))
            return;
    }
}

/* An exit code: the configuration is loaded, what is odd in it said, and the topics are as it says.
 */
static int prepare(const char *path, struct config **ret, struct error *err)
{
    if (config_load(path, ret, err) != 0)
        return EX_CONFIG;
    for (size_t i = 0; i < (*ret)->warnings_count; i++)
        log_event(LOG_WARNING, "configuration", "text", (*ret)->warnings[i], NULL);
    if (topics_apply(*ret, err) != 0)
        return err->kind == ERROR_RETRIABLE ? EX_TEMPFAIL : EX_CONFIG;
    return EX_OK;
}

int run_command(int argc, char **argv)
{
    struct run_options options;
    struct config *config = NULL;
    struct crew *crew = NULL;
    struct error err = {0};
    sigset_t signals;
    int rc;

    if (options_parse(argc, argv, &options) != 0)
        return EX_USAGE;
    signals_block(&signals);
    rc = prepare(options.config, &config, &err);
    if (rc == EX_OK && crew_start(config, options.roles, false, &crew, &err) != 0)
        rc = EX_USAGE;
    if (rc == EX_OK) {
        wait_for_end(crew, options.config, &signals);
        if (crew_stop(crew, &err) != 0)
            rc = EX_TEMPFAIL;
    }
    if (error_is_set(&err))
        log_event(LOG_ERROR, "ended", "why", err.text, NULL);
    config_free(config);
    return rc;
}
