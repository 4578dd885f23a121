/*
 * publication.h - one call of `tocsin publish`: what reports tell becomes records of the right run.
 *
 * Decides which run a report belongs to (the CI's, else the report's own, else a random one), lets
 * the options win over what a report says, and keeps a book of each run until its end is sent.
 * Several reports of one CI run are one run: their coverage is united, so that no report's end
 * speaks for another's rules.
 */
#ifndef TOCSIN_PRODUCER_CLI_PUBLICATION_H
#define TOCSIN_PRODUCER_CLI_PUBLICATION_H

#include "producer/cli/gate.h"
#include "producer/cli/progress.h"
#include "producer/publisher.h"
#include "producer/reports/report.h"

#define BAD_LINES_SHOWN_MAX 10 /* of one report, without --verbose */
#define BOOKS_MAX           256

struct publication {
    const struct options *options;
    struct publisher publisher;
    struct scrub *scrub;
    struct problems problems; /* where a gate or its files are wanted */
    bool collects;
    struct run run;     /* where nothing else names one */
    bool is_run_known;  /* by settings or CI: all reports are of it */
    struct list labels; /* struct label, of the options */
    struct run_book books[BOOKS_MAX];
    size_t books_count;
    struct run_book *book; /* of the run said last */
    const char *report;    /* the name of the one being read */
    struct progress progress;
    size_t findings, repaired, bad, bad_here, measurements;
    struct arena arena;
};

int publication_init(struct publication *publication, const struct options *options,
                     struct sink *sink, struct error *err);
void publication_fini(struct publication *publication);

/* Reads one report; `name` is for messages. ERROR_INPUT and *ret_format as in report_read(). */
int publication_report(struct publication *publication, const char *name,
                       const struct report_input *input, const struct report_ops **ret_format,
                       struct error *err);

/* The finding that the options hold. */
int publication_finding(struct publication *publication, struct error *err);

/* The measurement that the options hold; no run begins or ends by it. */
int publication_measurement(struct publication *publication, struct error *err);

/* Sends the end of every run. */
int publication_end(struct publication *publication, struct error *err);

#endif
