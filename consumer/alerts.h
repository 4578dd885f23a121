/*
 * alerts.h - the alerts that the brokers know, for the terminal: `tocsind alerts`.
 *
 *   alerts_command.c  options, verbs, exit codes
 *   alerts_list.c     all of them that match: a table, or JSON
 *   alerts_show.c     reads one of them, with all that is known of it
 *   alert_story.c     prints that for people
 *   alerts_json.c     the JSON of both: schemas/README.md says what is in it
 *   alerts_view.c     what the rules of the configuration make of an alert
 */
#ifndef TOCSIN_CONSUMER_ALERTS_H
#define TOCSIN_CONSUMER_ALERTS_H

#include <jansson.h>
#include <stdio.h>

#include "consumer/config/config.h"
#include "consumer/enrich/addresses.h"
#include "consumer/records/delivery.h"

struct alerts_query {
    const struct config *config;
    const char *fingerprint; /* show: which */
    struct matcher *const *matchers;
    size_t matchers_count;
    bool open, resolved; /* only these */
    bool json, colour;
    int64_t now_ms;
    FILE *out;
};

/* What one (receiver, group) pair was told, and how it went. */
struct alert_delivery {
    const char *key;                     /* of the group: integration|group */
    const char *integration, *group_key; /* group_key NULL: not known any more */
    const struct told *told;             /* in the alert; NULL: it left */
    struct member *member;               /* NULL: deliver holds nothing of it */
    struct group_state *group;           /* NULL: likewise */
};

/* An alert with what belongs to it; what is not asked for is NULL or empty. */
struct alert_view {
    const struct alert *alert;
    struct enriched enriched; /* where it is worst */
    struct addresses addresses;
    const struct evidence *evidence;
    const struct alert_delivery *deliveries;
    size_t deliveries_count;
};

/* 0 also when nothing matches. */
int alerts_list(const struct alerts_query *query, struct error *err);

/* ERROR_INPUT: there is none with this fingerprint. */
int alerts_show(const struct alerts_query *query, struct error *err);

/* A view without evidence and deliveries. */
int alert_view_of(const struct config *config, const struct alert *alert,
                  const struct evidence *evidence, struct arena *arena, struct alert_view *ret,
                  struct error *err);

/* One alert with all that the view holds, for people and as JSON. */
int alert_story_print(const struct alerts_query *query, const struct alert_view *view,
                      struct arena *arena, struct error *err);
int alert_story_json(const struct alerts_query *query, const struct alert_view *view,
                     struct error *err);

/* A new reference. `whole`: with links, evidence and deliveries. */
json_t *alert_view_json(const struct alert_view *view, bool whole, struct error *err);

/* Names of receivers told, each once, with ", " between them; in the arena. */
const char *alert_receivers(const struct alert *alert, struct arena *arena);

/* The colour of a severity; NULL without colours. */
const char *alert_colour(const struct alerts_query *query, const struct alert *alert, int severity);

#endif
