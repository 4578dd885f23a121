/*
 * problems.h - the distinct problems that one call published, for the gate and its files.
 *
 * One row a fingerprint: the worst severity and confidence, how many findings, the first evidence.
 * Texts are those that were published: masked. At most PROBLEMS_MAX rows; findings of further
 * problems are counted as left out, and a gate that has some fails, since it cannot tell.
 */
#ifndef TOCSIN_PRODUCER_CLI_PROBLEMS_H
#define TOCSIN_PRODUCER_CLI_PROBLEMS_H

#include <uthash.h>

#include "producer/finding.h"

#define PROBLEMS_MAX           10000
#define PROBLEM_EVIDENCE_CHARS 300

enum problem_standing {
    PROBLEM_NEW,
    PROBLEM_KNOWN,    /* open before this run; in a pull request: elsewhere than in it */
    PROBLEM_ACCEPTED, /* by a person, until a time that is not over */
};
extern const char *const problem_standing_names[]; /* new known accepted */

struct problem {
    char fingerprint[FINGERPRINT_BYTES];
    const char *rule, *title, *model, *target, *category;
    const char *prompt, *output; /* the beginning of the first */
    const char *report;          /* the file it was found in; NULL: none */
    const char *link;            /* may be NULL */
    int severity;
    double confidence;
    int64_t findings;
    enum problem_standing standing;
    bool is_accepted;
    bool fails; /* a rule of the gate says so */
    UT_hash_handle hh;
};

struct problems {
    struct problem *rows; /* in the order of their first finding */
    size_t left_out;      /* findings */
    struct arena arena;
};

void problems_init(struct problems *problems);
void problems_fini(struct problems *problems);

/* A finding as published. */
int problems_add(struct problems *problems, const struct finding *finding, const char *report,
                 struct error *err);

/* NULL: not one of ours. */
struct problem *problems_find(const struct problems *problems, const char *fingerprint);

/* The worst first. */
void problems_sort(struct problems *problems);

#endif
