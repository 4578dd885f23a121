/*
 * explain_routes.h - the way of an alert through the routing tree, in words.
 */
#ifndef TOCSIN_CONSUMER_EXPLAIN_ROUTES_H
#define TOCSIN_CONSUMER_EXPLAIN_ROUTES_H

#include <stdio.h>

#include "consumer/config/config.h"
#include "consumer/records/alert.h"

struct explain {
    FILE *out;
    const struct config *config;
    const struct alert *alert; /* as it would be */
    struct list labels;        /* struct label: what routing sees */
    int64_t now_ms;
    struct arena *arena;
};

/* Every route that is asked, whether it takes the alert, and why not. */
void explain_routes(const struct explain *explain);

/* Every receiver: how, in which group, when, and whether a time interval keeps it quiet. */
int explain_receivers(const struct explain *explain, struct error *err);

/* A text from outside, in quotes, with what is not printable escaped. */
void explain_text(FILE *out, const char *text);

#endif
