/*
 * report.h - what a red-team tool's report is to the rest: one table a format, recognised by
 * content.
 *
 * A reader turns a report into findings, coverage and the way the run went, and hands them to a
 * sink of callbacks as it goes: nothing of a report is kept but what a line or record needs. It
 * decides neither which run this is (it only says what the report says of itself) nor what is
 * published.
 *
 * A new format is a file and a row in report.c.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_REPORT_H
#define TOCSIN_PRODUCER_REPORTS_REPORT_H

#include <stdio.h>

#include "producer/finding.h"

#define REPORT_LINE_BYTES_MAX     ((size_t)64 << 20) /* a line, a record or an outline */
#define REPORT_DOCUMENT_BYTES_MAX ((size_t)1 << 30)
#define REPORT_SIBLING_BYTES_MAX  ((size_t)16 << 20)
#define REPORT_HEAD_LINES_MAX     16 /* lines that a format is looked for in */
#define REPORT_NAMES_BYTES_MAX    512

/* Where a reader's findings go. Each returns 0; or -1, with ERROR_INPUT for something wrong with
 * this record only (it is counted as a bad line), any other kind to stop. */
struct report_sink {
    void *ctx;
    /* The report belongs to this run, as far as it says so: id, started_ms, tool_version may be
     * set. At least once, before anything else of the run. */
    int (*run)(void *ctx, const struct run *run, struct error *err);
    /* run.id NULL: the run that was said last. May be changed in place; strings live in `arena`. */
    int (*finding)(void *ctx, struct finding *finding, struct arena *arena, struct error *err);
    int (*measurement)(void *ctx, struct measurement *measurement, struct arena *arena,
                       struct error *err);
    /* Of the run that was said last. */
    int (*coverage)(void *ctx, const struct coverage *coverage, struct error *err);
    /* A run's end that the report itself holds. */
    int (*run_end)(void *ctx, struct run_end *end, struct arena *arena, struct error *err);
    /* How the run that was said last went; at the end of the report. */
    int (*ended)(void *ctx, enum run_status status, struct error *err);
    /* What cannot be used begins at this line, from 1; why, with a JSON pointer. */
    void (*bad)(void *ctx, size_t line, const struct error *why);
    /* A line or a record that held what no JSON may hold, made readable: how many places. */
    void (*repaired)(void *ctx, size_t line, size_t places);
};

/* What findings of our own run are filled in with where a report leaves it out. */
struct report_defaults {
    const struct run *run;
    struct model model; /* name may be NULL */
    const char *target; /* may be NULL */
};

/* One report being read. */
struct report {
    const struct report_defaults *defaults;
    const struct report_sink *sink;
    const char *path;    /* of the file; NULL where it is none */
    void *state;         /* the format's own, zeroed */
    struct arena *arena; /* of this line or record; reset before the next */
    struct arena *kept;  /* of the whole report */
    size_t bad;          /* lines and records so far that could not be used */
    bool is_cut;         /* the document ends before its end */
};

/* How a report is made:
 *   LINES     a JSON object a line, read as they come: memory of the longest line
 *   DOCUMENT  one JSON document of at most REPORT_DOCUMENT_BYTES_MAX: memory as in split.h
 *   TEXT      anything else that is no longer: the text, and what its own parser takes */
enum report_shape { REPORT_LINES, REPORT_DOCUMENT, REPORT_TEXT };

/* Where a record stands. */
struct report_place {
    size_t array; /* which row of `arrays` */
    size_t outer; /* what its last "*" stands for, by position from 0 */
    size_t index; /* in its array, counting the bad ones */
};

struct report_ops {
    const char *name; /* for --format */
    const char *help;
    enum report_shape shape;
    size_t state_bytes;
    /* LINES, DOCUMENT: whether a line of the head, or the document, is of this format, by its
     * sketch (see sketch.h). TEXT: NULL. */
    bool (*recognises)(const json_t *sketch);
    /* TEXT: the same by the first bytes, after white space and a byte order mark. */
    bool (*recognises_text)(const char *head, size_t bytes);
    /* Not read, but answered with these words; NULL: it is read. */
    const char *instead;
    int (*init)(struct report *report, struct error *err);
    /* LINES: the last line of a file that can be read from its end, before the first; NULL: not
     * wanted. */
    int (*last)(struct report *report, const json_t *line, struct error *err);
    /* Of LINES: one line as its text (valid UTF-8, NUL-terminated), before it is parsed; 1 where
     * the format rather has the document. NULL: always the document. */
    int (*plain)(struct report *report, const char *text, size_t bytes, struct error *err);
    /* LINES: one line, which may be changed. ERROR_INPUT: it is bad, reading goes on. DOCUMENT
     * without `document` and `record`: an object alone, or each of a list ("" in `arrays`). */
    int (*line)(struct report *report, json_t *line, struct error *err);
    /* DOCUMENT: the JSON pointers of its large arrays, with "*" for any member or element; ends
     * with NULL. NULL: none. */
    const char *const *arrays;
    /* DOCUMENT: the document without the elements of `arrays`, before the first of them; an error
     * is the report's. */
    int (*document)(struct report *report, json_t *outline, struct error *err);
    /* DOCUMENT: an element of `arrays`, an object. ERROR_INPUT: it is bad, reading goes on. */
    int (*record)(struct report *report, json_t *record, const struct report_place *place,
                  struct error *err);
    /* TEXT: all of it, NUL-terminated; an error is the report's. */
    int (*text)(struct report *report, const char *text, size_t bytes, struct error *err);
    /* After the last line or record. NULL: the run has ended as report_status() says. */
    int (*end)(struct report *report, struct error *err);
    /* Accepts a state that init() failed on; NULL: nothing to free. */
    void (*fini)(struct report *report);
    /* Numbers as they were written and duplicate names refused, as on the topic itself. */
    bool is_strict;
};

extern const struct report_ops *const report_formats[]; /* ends with NULL */

/* By name; NULL where there is none. */
const struct report_ops *report_format(const char *name);

struct report_input {
    int fd;
    const char *path;                /* as in struct report */
    const struct report_ops *format; /* NULL: by its content */
};

/* Reads a whole report. What is wrong with lines and records goes to the sink. ERROR_INPUT: nothing
 * of it is readable; *ret_format (may be NULL) is then its format, or NULL where it has none that
 * is known. */
int report_read(const struct report_input *input, const struct report_defaults *defaults,
                const struct report_sink *sink, const struct report_ops **ret_format,
                struct error *err);

/* What the lines, records and the document's end say of the run: crashed where it was cut off,
 * partial where something of it is bad, else complete. */
enum run_status report_status(const struct report *report);

/* A JSON file of the same folder; a new reference, or NULL where there is none that can be read. */
json_t *report_sibling(const struct report *report, const char *name);

/* "tocsin, garak, garak-hitlog" */
void report_names(char text[REPORT_NAMES_BYTES_MAX]);

/* Every format with its words, and the memory that a report takes. */
void report_help(FILE *file);

#endif
