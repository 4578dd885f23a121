/*
 * inhibit.h - which alerts make which others not worth telling, exactly as Alertmanager decides it.
 *
 * A rule has a source side, a target side and labels that have to be equal (missing and empty count
 * as equal). An alert is inhibited when it matches a rule's target side and some firing alert
 * matches its source side with equal labels. One that matches both sides is not inhibited by
 * another for which that is true as well, so no alert inhibits itself. Pure: no clock, no topic.
 * What is put in is copied; looking up costs one hash for each rule whose target side matches.
 */
#ifndef TOCSIN_CONSUMER_ROUTE_INHIBIT_H
#define TOCSIN_CONSUMER_ROUTE_INHIBIT_H

#include "consumer/records/control.h"
#include "consumer/route/matcher.h"

#define INHIBIT_EQUAL_MAX 64

struct inhibit_rule {
    struct matcher **source, **target;
    size_t source_count, target_count;
    const char **equal; /* names of labels */
    size_t equal_count; /* at most INHIBIT_EQUAL_MAX */
};

/* Some rule's source side matches: the alert may inhibit others. */
bool inhibit_is_source(const struct inhibit_rule *rules, size_t rules_count,
                       const struct label *labels, size_t count);

/* A rule has a condition on this label, or wants it equal. */
bool inhibit_mentions(const struct inhibit_rule *rules, size_t rules_count, const char *name);

/* The firing sources. `rules` is kept by reference. */
struct inhibition;
int inhibition_new(const struct inhibit_rule *rules, size_t rules_count, struct inhibition **ret,
                   struct error *err);
void inhibition_free(struct inhibition *inhibition);

/* Puts, replaces, or (not firing) takes out a source; *ret_changed: some answer may be another. */
int inhibition_put(struct inhibition *inhibition, const struct inhibitor *inhibitor,
                   bool *ret_changed, struct error *err);
void inhibition_remove(struct inhibition *inhibition, const char *fingerprint);
void inhibition_clear(struct inhibition *inhibition);

/* The fingerprint of a source that inhibits an alert with these labels, NULL for none. Valid until
 * the next change. */
const char *inhibition_find(const struct inhibition *inhibition, const struct label *labels,
                            size_t count);
size_t inhibition_count(const struct inhibition *inhibition);

#endif
