/*
 * junit_case.h - a test case and its suite, as their elements told, into an attempt.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_JUNIT_CASE_H
#define TOCSIN_PRODUCER_REPORTS_JUNIT_CASE_H

#include "producer/reports/labels.h"
#include "producer/reports/outcome.h"

/* What properties said; all NULL at first. */
struct junit_facts {
    const char *model, *version, *target, *severity, *confidence, *prompt, *output;
};

struct junit_suite {
    const char *name;
    struct junit_facts facts;
};

struct junit_case {
    const char *name, *class_name, *file;
    const char *message; /* of its failure */
    const char *text;    /* within its failure */
    struct junit_facts facts;
    struct labels labels; /* other properties */
    enum outcome outcome;
};

/* Takes a property over; false: it is none of the facts. */
bool junit_fact(struct junit_facts *facts, const char *name, const char *value);

int junit_tell(struct report *report, const struct junit_suite *suite, struct junit_case *test,
               struct error *err);

#endif
