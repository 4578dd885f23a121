/*
 * preview.h - the messages that findings would make for a receiver, without a broker and without
 * anything that is known already.
 *
 * The findings open their alerts anew; labels, owners and severities are as the configuration makes
 * them, and groups as the routes do that lead to the receiver. An alert that no route leads there
 * is a group of its own, and `unrouted` counts it.
 */
#ifndef TOCSIN_CONSUMER_PREVIEW_H
#define TOCSIN_CONSUMER_PREVIEW_H

#include "consumer/config/config.h"
#include "consumer/records/alert.h"

#define PREVIEW_ALERTS_MAX 1000

struct preview {
    const struct config *config;
    int64_t now_ms;
    struct arena *arena; /* owns all of it */
    struct alert *alerts;
    struct evidence *evidence; /* of each */
    size_t alerts_count;
    size_t unrouted;
};

int preview_init(struct preview *preview, const struct config *config, int64_t now_ms,
                 struct arena *arena, struct error *err);

/* `time_ms` of a finding that has none is the preview's. The finding is copied. */
int preview_add(struct preview *preview, const char *json, size_t bytes, struct error *err);

/* One message a group, in the order of the findings; with `resolve` that the alerts are over. */
int preview_messages(struct preview *preview, const struct integration *integration, bool resolve,
                     struct message **ret_messages, size_t *ret_count, struct error *err);

#endif
