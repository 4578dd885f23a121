/*
 * report.h - what a red-team tool's report is to the rest: one table a format, recognised by
 * content.
 *
 * A reader turns a report into findings, coverage and the way the run went, and hands them to a
 * sink of callbacks as it goes: nothing of a report is kept but what a line needs. It decides
 * neither which run this is (it only says what the report says of itself) nor what is published.
 *
 * A new format is a file and a row in report.c.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_REPORT_H
#define TOCSIN_PRODUCER_REPORTS_REPORT_H

#include "producer/finding.h"

#define REPORT_LINE_BYTES_MAX ((size_t)64 << 20)
#define REPORT_HEAD_LINES_MAX 16 /* lines that a format is looked for in */

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
    /* A line that cannot be used, from 1; why, with a JSON pointer. */
    void (*bad)(void *ctx, size_t line, const struct error *why);
    /* A line that held what no JSON may hold, made readable: how many places. */
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
    void *state;         /* the format's own, zeroed */
    struct arena *arena; /* of this line; reset before the next */
    struct arena *kept;  /* of the whole report */
    size_t bad;          /* lines so far that could not be used */
};

struct report_ops {
    const char *name; /* for --format */
    const char *help;
    size_t state_bytes;
    /* Whether a line of the head is of this format. */
    bool (*recognises)(const json_t *line);
    int (*init)(struct report *report, struct error *err);
    /* The last line of a file that can be read from its end, before the first; NULL: not wanted. */
    int (*last)(struct report *report, const json_t *line, struct error *err);
    /* One line, which may be changed. ERROR_INPUT: the line is bad, reading goes on. */
    int (*line)(struct report *report, json_t *line, struct error *err);
    /* After the last line. */
    int (*end)(struct report *report, struct error *err);
    /* Accepts a state that init() failed on; NULL: nothing to free. */
    void (*fini)(struct report *report);
    /* Numbers as they were written and duplicate names refused, as on the topic itself. */
    bool is_strict;
};

extern const struct report_ops *const report_formats[]; /* ends with NULL */

/* By name; NULL where there is none. */
const struct report_ops *report_format(const char *name);

/* Reads a whole report; `format` NULL: by its content. What is wrong with lines goes to the sink.
 * ERROR_INPUT: nothing of it is readable. *ret_format may be NULL. */
int report_read(int fd, const struct report_ops *format, const struct report_defaults *defaults,
                const struct report_sink *sink, const struct report_ops **ret_format,
                struct error *err);

/* "tocsin, garak, garak-hitlog" */
void report_names(char *text, size_t bytes);

#endif
