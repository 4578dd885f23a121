/*
 * silence.h - whether a silence mutes a set of labels now, exactly as Alertmanager decides it.
 *
 * Active from `starts` until `ends`, the latter excluded; all matchers have to match, a missing
 * label being "". A silence that Alertmanager would refuse is refused here: without matchers, with
 * matchers that all match the empty string, with an end before its start. Pure: the caller says
 * what time it is.
 */
#ifndef TOCSIN_CONSUMER_ROUTE_SILENCE_H
#define TOCSIN_CONSUMER_ROUTE_SILENCE_H

#include "consumer/records/control.h"
#include "consumer/route/matcher.h"

enum silence_state { SILENCE_PENDING, SILENCE_ACTIVE, SILENCE_EXPIRED };
extern const char *const silence_state_names[]; /* NULL-terminated: pending active expired */

#define NEVER_MS INT64_MAX

/* A silence, compiled; owns its matchers. May be used by many threads. */
struct silence_filter {
    struct matcher *matchers[MATCHER_LIST_MAX];
    size_t count;
    int64_t starts_ms, ends_ms;
};

enum silence_state silence_state(int64_t starts_ms, int64_t ends_ms, int64_t now_ms);

/* -1: *err says which matcher, and why; the filter is empty then. */
int silence_filter_init(struct silence_filter *filter, const struct silence *silence,
                        struct error *err);
void silence_filter_fini(struct silence_filter *filter);

/* All matchers match, whatever the time. */
bool silence_filter_matches(const struct silence_filter *filter, const struct label *labels,
                            size_t count);

/* Alertmanager's isRegex and isEqual, and back; an operator that it does not have is refused. */
enum matcher_op silence_matcher_operator(const struct silence_matcher *matcher);
int silence_matcher_set(const struct matcher *from, struct silence_matcher *ret, struct error *err);

#endif
