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
#include "consumer/route/time_interval.h"

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
    const struct named_interval **mute, **active; /* not inherited */
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

/* Whether the route's own matchers all match; the routes above it have theirs. */
bool route_takes(const struct route *route, const struct label *labels, size_t count);

/* All routes that take an alert with these labels, in the tree's order. */
void route_match(const struct route *root, const struct label *labels, size_t count,
                 struct route_matches *ret);

/* Whether nobody is told through this route at a time: it is in an interval of `mute`, or in none
 * of `active` where the route names some. *ret_name: that interval of `mute`, NULL without one.
 * *ret_change_ms: ask again then, as with time_intervals_contain(). */
bool route_muted(const struct route *route, int64_t time_ms, const char **ret_name,
                 int64_t *ret_change_ms);

/* The same for a group that is told to a receiver: all routes to this receiver that the group's key
 * can come from are muted. A group that no route leads to any more is not. */
bool route_group_muted(const struct route *root, const char *receiver, const char *group_key,
                       int64_t time_ms, const char **ret_name, int64_t *ret_change_ms);

/* {severity="high",tool=~"a|b"}: the route's part of a group key, and as amtool prints it. */
struct quoted;
void route_put_matchers(const struct route *route, struct quoted *text);

/* The most routes that any alert can match: a configuration with more than ROUTE_MATCHES_MAX is
 * refused, so that route_match() never leaves one out. */
size_t route_matches_bound(const struct route *route);

/* Alertmanager's group key: the path of matchers of the route, ":" and the group labels
 * ({}/{severity="high"}:{alertname="x"}), and these labels, sorted by name; all in the arena. */
int route_group(const struct route *route, const struct label *labels, size_t count,
                struct arena *arena, const char **ret_key, struct label **ret_labels,
                size_t *ret_count, struct error *err);

#endif
