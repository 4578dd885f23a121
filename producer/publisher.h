/*
 * publisher.h - from a finding to a record in a sink: completes, masks, cuts, identifies, counts,
 * sends.
 *
 * One publisher serves one process: it knows which findings it has published (two reports of one
 * run tell of the same ones) and counts repeated occurrences within a report. All calls may come
 * from several threads, each with its own arena, but for init and fini; a book is locked with the
 * publisher. What is wrong with one finding is ERROR_INPUT and concerns that finding only.
 */
#ifndef TOCSIN_PRODUCER_PUBLISHER_H
#define TOCSIN_PRODUCER_PUBLISHER_H

#include <pthread.h>

#include "producer/run_book.h"
#include "producer/scrub.h"
#include "producer/sent.h"
#include "producer/sink.h"

#define TOPIC_PREFIX_DEFAULT "tocsin."
#define FINDINGS_TOPIC       "findings"

enum finding_fate {
    FATE_SENT,
    FATE_WITHHELD, /* below a threshold */
    FATE_REPEATED, /* sent before by this publisher */
};

struct publisher_counts {
    uint64_t by[FATE_REPEATED + 1]; /* findings */
    uint64_t cut;                   /* findings whose evidence was cut */
    uint64_t masked;                /* places of findings where a secret stood */
};

struct publisher {
    struct sink *sink;
    struct scrub *scrub; /* set after init; NULL: nothing is masked. Not taken over */
    int min_severity;
    double min_confidence;
    pthread_mutex_t lock; /* for everything below, and for books */
    struct sent sent;
    struct publisher_counts counts;
};

/* Does not take the sink over. */
void publisher_init(struct publisher *publisher, struct sink *sink, int min_severity,
                    double min_confidence);
void publisher_fini(struct publisher *publisher);

/* A new report: occurrences are counted from 0 again, so that a run's report and its hitlog give
 * the same finding ids. */
int publisher_next_report(struct publisher *publisher, struct error *err);

/* Takes secrets out of a run before it goes into a book: identities are made of its names. */
int publisher_scrub_run(struct publisher *publisher, struct run *run, struct arena *arena,
                        struct error *err);

/* Writes coverage down in a book, under the names that its findings have. */
int publisher_tried(struct publisher *publisher, struct run_book *book,
                    const struct coverage *coverage, struct error *err);

/* Completes the finding in place (target, category, texts, fingerprint, occurrence, id) and sends
 * it. A finding that came with an id keeps its occurrence. `book` may be NULL: a run that somebody
 * else ends. */
int publisher_finding(struct publisher *publisher, struct run_book *book, struct finding *finding,
                      struct arena *arena, enum finding_fate *ret_fate, struct error *err);

/* Completes the measurement in place (target, time, id) and sends it. */
int publisher_measurement(struct publisher *publisher, struct measurement *measurement,
                          struct arena *arena, struct error *err);

/* Sends a copy to each partition and does not wait. */
int publisher_run_begin(struct publisher *publisher, const struct run_begin *begin,
                        struct arena *arena, struct error *err);

/* Waits for all delivery reports, then sends a copy to each partition and waits for these. Sends
 * nothing when a record was not accepted. */
int publisher_run_end(struct publisher *publisher, const struct run_end *end, struct arena *arena,
                      struct error *err);

/* The same with what a book has written down. */
int publisher_end_book(struct publisher *publisher, struct run_book *book, int64_t now_ms,
                       struct arena *arena, struct error *err);

/* Wall time in ms. */
int64_t publisher_now_ms(void);

#endif
