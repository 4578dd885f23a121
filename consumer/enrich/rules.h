/*
 * rules.h - what a configuration says about alerts beyond who is told: owners, severities.
 *
 * Each kind is a list in the order of the file, and the first rule whose condition holds is the
 * only one of its kind that counts (CODEOWNERS has it the other way round: there the last wins). A
 * condition sees the labels that routing sees, as far as they are known by then: owners come first,
 * then severities, which see `team` and `owner` and the severity as it was reported.
 */
#ifndef TOCSIN_CONSUMER_ENRICH_RULES_H
#define TOCSIN_CONSUMER_ENRICH_RULES_H

#include "consumer/route/matcher.h"

#define ENRICH_RULES_MAX 1024 /* of one kind */

/* Every rule begins with one. Without matchers it always holds. */
struct condition {
    struct matcher **matchers;
    size_t matchers_count;
    size_t line; /* of the rule in the configuration */
};

struct owner_rule {
    struct condition when;
    const char *team, *owner; /* "": not said */
    bool over_run; /* its team also takes the place of the one that the run names itself */
};

struct severity_rule {
    struct condition when;
    const char *name; /* for people: what stands in the note of the override */
    int severity;
};

struct enrichment {
    struct list owners;     /* struct owner_rule */
    struct list severities; /* struct severity_rule */
};

/* The first rule of a list that holds, NULL for none; `size` is that of one. */
const void *rules_find(const struct list *rules, size_t size, const struct list *labels);

#endif
