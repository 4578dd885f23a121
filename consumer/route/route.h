/*
 * route.h - the routing tree: from a label set to (receiver, group, timing), exactly as
 * Alertmanager's.
 *
 * Pure: no clock, no state. Children inherit receiver, group_by and timing. The first matching
 * child wins unless it says `continue`; a node whose children do not match is itself the answer.
 */
#ifndef TOCSIN_CONSUMER_ROUTE_ROUTE_H
#define TOCSIN_CONSUMER_ROUTE_ROUTE_H

#include "consumer/records/notification.h"
#include "consumer/route/matcher.h"

#define ROUTE_DEPTH_MAX   32
#define ROUTE_MATCHES_MAX TOLD_MAX /* an alert can tell no more pairs than it can remember */

struct route {
    const char *receiver;
    struct matcher **matchers;
    size_t matchers_count;
    const char **group_by; /* sorted */
    size_t group_by_count;
    bool group_by_all; /* `...` */
    bool continues;
    struct timing timing; /* complete after inheritance; max_wait_ms is the receiver's */
    const char **mute_time_intervals, **active_time_intervals;
    size_t mute_count, active_count;
    struct route *children;
    size_t children_count;
    const struct route *parent;
    size_t line; /* in the configuration */
};

struct route_matches {
    const struct route *routes[ROUTE_MATCHES_MAX];
    size_t count;
};

/* All routes that take an alert with these labels, in the tree's order. */
void route_match(const struct route *root, const struct label *labels, size_t count,
                 struct route_matches *ret);

/* The most routes that any alert can match: a configuration with more than ROUTE_MATCHES_MAX is
 * refused, so that route_match() never leaves one out. */
size_t route_matches_bound(const struct route *route);

/* Alertmanager's group key: the path of matchers of the route, ":" and the group labels
 * ({}/{severity="high"}:{alertname="x"}), and these labels, sorted by name; all in the arena. */
int route_group(const struct route *route, const struct label *labels, size_t count,
                struct arena *arena, const char **ret_key, struct label **ret_labels,
                size_t *ret_count, struct error *err);

#endif
