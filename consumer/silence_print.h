/*
 * silence_print.h - silences and accepted fingerprints on standard output: a table for people, or
 * amtool's JSON.
 *
 * What somebody else wrote can't steer a terminal: control characters are printed as spaces.
 */
#ifndef TOCSIN_CONSUMER_SILENCE_PRINT_H
#define TOCSIN_CONSUMER_SILENCE_PRINT_H

#include <stdio.h>

#include "consumer/records/control.h"

struct silence_view {
    struct list silences, accepted; /* struct silence, struct accepted */
    int64_t now_ms;
    bool expired; /* those that are over; else those that are not */
};

int silence_print_table(const struct silence_view *view, FILE *out, struct error *err);
int silence_print_json(const struct silence_view *view, FILE *out, struct error *err);

#endif
