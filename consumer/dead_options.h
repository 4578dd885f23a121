/*
 * dead_options.h - the arguments of `tocsind dead`, and which dead letters they mean.
 */
#ifndef TOCSIN_CONSUMER_DEAD_OPTIONS_H
#define TOCSIN_CONSUMER_DEAD_OPTIONS_H

#include "consumer/dead_letters.h"

struct dead_options {
    const char *config;
    const char *receiver, *reason, *since, *until, *fingerprint;
    bool json, all, done;
    char **words; /* ids, "partition:offset" */
    size_t words_count;
    int64_t since_ms, until_ms; /* 0: not given */
};

/* `argv` is overwritten with the words. `now_ms`: what "--since 2h" counts from. */
int dead_options_parse(int argc, char **argv, int64_t now_ms, struct dead_options *ret,
                       struct error *err);

/* Whether anything says which: ids, a filter, or --all. */
bool dead_options_select(const struct dead_options *options);

/* Is it meant? Those that are done with only where --done says so. */
bool dead_options_match(const struct dead_options *options, const struct dead_letter *letter);

#endif
