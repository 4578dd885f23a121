/*
 * progress.h - a line on the terminal that says how far a long report is.
 *
 *     tocsin: garak.report.jsonl  43 %  12345 findings  23400/s
 *
 * Appears after a second, where standard error is a terminal, and is gone before anything else is
 * printed. Per cent only of files. Never more than a write every fifth of a second.
 */
#ifndef TOCSIN_PRODUCER_CLI_PROGRESS_H
#define TOCSIN_PRODUCER_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
    bool is_wanted, is_shown;
    const char *name;
    int fd;
    int64_t bytes; /* of the file; 0: not known */
    int64_t started_ms, shown_ms;
    size_t findings;
};

/* `is_quiet`: never show anything. */
void progress_start(struct progress *progress, const char *name, int fd, bool is_quiet);

/* One more finding was read. */
void progress_count(struct progress *progress);

/* Takes the line away; it comes again with the next finding. */
void progress_hide(struct progress *progress);

#endif
