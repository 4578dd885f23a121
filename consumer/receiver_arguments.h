/*
 * receiver_arguments.h - what `tocsind render` and `tocsind send-test` are told: a configuration, a
 * receiver of it, and what is left.
 */
#ifndef TOCSIN_CONSUMER_RECEIVER_ARGUMENTS_H
#define TOCSIN_CONSUMER_RECEIVER_ARGUMENTS_H

#include "consumer/config/config.h"

struct receiver_arguments {
    const char *config_path, *receiver;
    bool resolve; /* --resolve */
    char **rest;  /* what is no option; in argv, whose order changes */
    size_t rest_count;
};

/* False: a wrong call. */
bool receiver_arguments_parse(int argc, char **argv, struct receiver_arguments *ret);

/* Loads the configuration; *ret_first is the first of *ret_count integrations of the receiver. An
 * error where there are none. The caller frees *ret_config, also then. */
int receiver_arguments_load(const struct receiver_arguments *arguments, struct config **ret_config,
                            const struct integration **ret_first, size_t *ret_count,
                            struct error *err);

#endif
