/*
 * split.h - a report that is one JSON document, its large arrays element by element.
 *
 * The document's text lies in memory once; its large arrays (of "records") are named by JSON
 * pointers in which "*" stands for any member or element, as in the results of all runs of SARIF.
 * The outline is the document with these arrays empty (a pointer that leads to objects keeps what
 * of these stands before damage); then each record is parsed by itself. So a
 * document needs the memory of its bytes, and about fifteen times those of its longest record or of
 * its outline.
 *
 * A document that was cut off or damaged gives what it still holds: members of the outline that
 * stand before the damage, and every record that is whole. What is lost is told to the sink, with
 * its line and pointer. After damage within a record the next one is found by what all of them
 * begin with: the line's indent, the bracket and the first member's name.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_SPLIT_H
#define TOCSIN_PRODUCER_REPORTS_SPLIT_H

#include "producer/reports/report.h"
#include "producer/reports/scan.h"

#define SPLIT_ARRAYS_MAX   4096 /* arrays of records in one document */
#define SPLIT_PATTERNS_MAX 4    /* rows of report_ops.arrays */

/* One array of records. */
struct split_array {
    const char *text;    /* its bracket */
    const char *pointer; /* "/runs/0/results" */
    size_t pattern;      /* which row of report_ops.arrays */
    size_t outer;        /* as in struct report_place */
};

struct split {
    const char *text, *end;
    const struct report_ops *format;
    struct report *report;
    struct split_array *arrays;
    size_t arrays_count;
    size_t outline_bytes;
    bool is_over;        /* the outline goes no further: the text is cut off or broken */
    const char *counted; /* the place whose line is known */
    size_t line;
};

/* The text must stay. */
int split_init(struct split *split, struct report *report, const struct report_ops *format,
               const char *text, size_t bytes, struct error *err);

/* A new reference, or NULL: nothing can be read of it. Finds the arrays. */
json_t *split_outline(struct split *split, struct error *err);

/* Gives every record to the format; *ret_used grows by those that it took. */
int split_records(struct split *split, size_t *ret_used, struct error *err);

/* For the two above: tells the sink of a place that cannot be used; -1 for what stops the reading.
 */
int split_bad(struct split *split, const char *at, const char *pointer, const struct error *why,
              struct error *err);

/* For the two above: repairs and parses what lies between two places; a new reference or NULL. */
json_t *split_parse(struct split *split, const char *begin, const char *end, struct error *err);

#endif
