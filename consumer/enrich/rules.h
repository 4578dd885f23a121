/*
 * rules.h - what a configuration says about alerts beyond who is told: owners, severities, links,
 * tickets.
 *
 * Each kind is a list in the order of the file, and the first rule whose condition holds is the
 * only one of its kind that counts, of links for each kind of link (CODEOWNERS has it the other way
 * round: there the last wins). A condition sees the labels that routing sees, as far as they are
 * known by then: owners come first, then severities, which see `team` and `owner` and the severity
 * as it was reported.
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

/* Services that hold repositories: forge.c. */
enum forge_kind {
    FORGE_GITHUB,
    FORGE_GITLAB,
    FORGE_BITBUCKET,
    FORGE_BITBUCKET_SERVER,
    FORGE_AZURE,
    FORGE_GITEA
};
extern const char *const forge_names[];

struct repository_rule {
    struct condition when;
    int forge;       /* enum forge_kind */
    const char *url; /* template: address_template.h */
};

enum link_kind { LINK_RUNBOOK, LINK_REPORT, LINK_ARTIFACT, LINK_COMMIT, LINK_COMPARE };
extern const char *const link_names[];

struct link_rule {
    struct condition when;
    int link;        /* enum link_kind */
    const char *url; /* template */
};

/* Where tickets are: ticket.c. */
enum tracker_kind {
    TRACKER_JIRA,
    TRACKER_AZURE,
    TRACKER_SERVICENOW,
    TRACKER_GITHUB,
    TRACKER_GITLAB,
    TRACKER_GITEA
};
extern const char *const tracker_names[];

struct ticket_rule {
    struct condition when;
    int tracker;                      /* enum tracker_kind */
    const char *url, *project, *type; /* "": not said */
    struct list labels;               /* strings */
    bool assign;                      /* to the owner */
    bool evidence;                    /* prompt and output become part of the address */
};

/* How often a pipeline is expected to run. It is not an alert's label set that is looked at here:
 * only repository, pipeline, branch and team are known. */
struct cadence_rule {
    struct condition when;
    bool ignore;          /* nobody expects it */
    int64_t every_ms;     /* 0: as long as the longest pause among its last runs */
    int64_t tolerance_ms; /* beyond that; 0: half as long again */
    int severity;         /* of the finding that it stopped running */
};

struct enrichment {
    struct list pipelines;    /* struct cadence_rule */
    struct list owners;       /* struct owner_rule */
    struct list severities;   /* struct severity_rule */
    struct list repositories; /* struct repository_rule */
    struct list links;        /* struct link_rule */
    struct list tickets;      /* struct ticket_rule */
};

bool condition_holds(const struct condition *when, const struct list *labels);

/* The first rule of a list that holds, NULL for none; `size` is that of one. */
const void *rules_find(const struct list *rules, size_t size, const struct list *labels);

#endif
