/*
 * run_summary.h - what a run changed, for one receiver: how many of the alerts that it is told of
 * are new, still open and resolved, by severity. Part of other records.
 *
 * new         the run opened or reopened it
 * still open  it was known, and is open in the run's repository, pipeline and branch
 * resolved    the run has shown it clean
 */
#ifndef TOCSIN_CONSUMER_RECORDS_RUN_SUMMARY_H
#define TOCSIN_CONSUMER_RECORDS_RUN_SUMMARY_H

#include "producer/finding.h"

struct severity_counts {
    int64_t of[SEVERITIES];
};

struct run_counts {
    struct severity_counts opened, still_open, resolved;
};

/* The run of the same repository, pipeline and branch before it. */
struct run_before {
    const char *run;
    int64_t started_ms;
    struct run_counts counts;
};

struct run_summary {
    struct run run;
    int status; /* enum run_status */
    bool lost;  /* it never said that it ended */
    int64_t ended_ms;
    struct run_counts counts;
    struct run_before *before; /* NULL: none is known */
};

extern const struct record_type run_counts_type, run_summary_type;

int64_t severity_counts_sum(const struct severity_counts *counts);

void run_counts_add(struct run_counts *counts, const struct run_counts *more);
bool run_counts_equal(const struct run_counts *left, const struct run_counts *right);
/* Something is new or resolved. */
bool run_counts_news(const struct run_counts *counts);
/* Open at the run's end. */
int64_t run_counts_open(const struct run_counts *counts);

#endif
