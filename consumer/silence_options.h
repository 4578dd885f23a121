/*
 * silence_options.h - the options of `tocsind silence` and `tocsind baseline`, and the times
 * that they name.
 *
 * A time is RFC 3339 (2026-12-31T18:00:00Z) or a date, which stands for its first moment in UTC.
 */
#ifndef TOCSIN_CONSUMER_SILENCE_OPTIONS_H
#define TOCSIN_CONSUMER_SILENCE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producer/error.h"

#define SILENCE_DURATION_DEFAULT "1h" /* amtool's */

enum silence_for { FOR_SILENCE = 1, FOR_BASELINE = 2 };

struct silence_options {
    const char *config, *author, *comment, *duration, *until, *start;
    const char *pipeline, *repository, *branch; /* of a baseline */
    bool json, expired, dry_run;
    char **words; /* what is no option, in order; a part of argv */
    size_t words_count;
};

/* Moves the words to the front of argv. */
int silence_options_parse(int argc, char **argv, enum silence_for command,
                          struct silence_options *ret, struct error *err);

/* The span that --start, --until and --duration give; refused when it is over already. */
int silence_span(const struct silence_options *given, int64_t now_ms, int64_t *ret_starts_ms,
                 int64_t *ret_ends_ms, struct error *err);

/* --author and --comment, without which nobody is to be silenced. */
int silence_signed(const struct silence_options *given, struct error *err);

#endif
