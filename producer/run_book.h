/*
 * run_book.h - what is written down about a run until its end: per fingerprint what was tried, how
 * many findings were published, how many were kept back.
 *
 * A failure that the report counted and that was not published, for whatever reason (a threshold, a
 * line that could not be read), is written down as withheld, so that a run never looks cleaner than
 * it was. Not thread-safe: the publisher locks.
 */
#ifndef TOCSIN_PRODUCER_RUN_BOOK_H
#define TOCSIN_PRODUCER_RUN_BOOK_H

#include <uthash.h>

#include "producer/finding.h"

struct book_row {
    char fingerprint[FINGERPRINT_BYTES];
    bool is_tried;            /* the next two are known */
    struct coverage coverage; /* strings in the book's arena */
    int64_t published, withheld;
    UT_hash_handle hh;
};

struct run_book {
    struct run run; /* strings in the arena */
    enum run_status status;
    bool has_coverage;
    struct book_row *rows; /* in the order of their first mention */
    size_t problems;       /* rows with a published finding */
    size_t coverage_left;  /* rows that had no room in the run's end */
    struct arena arena;
};

/* Copies the run. */
int run_book_init(struct run_book *book, const struct run *run, struct error *err);
void run_book_fini(struct run_book *book);

/* An earlier start and a tool's name are taken over from what a report says of the same run. */
int run_book_learn(struct run_book *book, const struct run *run, struct error *err);

/* The worse status of all parts is the run's. */
void run_book_status(struct run_book *book, enum run_status status);

int run_book_published(struct run_book *book, const char *fingerprint, struct error *err);
int run_book_withheld(struct run_book *book, const char *fingerprint, struct error *err);

/* Adds attempts, failures and withheld to the row of the coverage's fingerprint. */
int run_book_tried(struct run_book *book, const struct coverage *coverage, struct error *err);

/* The run's end as of now, in `arena`, small enough for a record: rows that have no room are left
 * out and counted (a row that is missing resolves nothing). */
int run_book_end(struct run_book *book, int64_t now_ms, struct arena *arena,
                 struct run_end *ret_end, struct error *err);

#endif
