/*
 * lines.h - a file as a sequence of lines, with the first ones to look at before they are taken.
 *
 * Memory is that of the longest line (or of the head). A byte order mark at the front, carriage
 * returns before line feeds and blank lines are skipped; a last line without a line feed counts. A
 * line from a pipe is given as soon as it is there.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_LINES_H
#define TOCSIN_PRODUCER_REPORTS_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "producer/arena.h"
#include "producer/error.h"

struct lines {
    int fd;
    char *buffer;
    size_t room, begin, end; /* unread bytes: begin..end */
    size_t number;           /* of the line given last, from 1 */
    bool is_over;            /* the file has no more bytes */
};

struct line {
    char *text; /* NUL-terminated, without the line feed; valid until the next call */
    size_t bytes, number;
};

void lines_init(struct lines *lines, int fd);
void lines_fini(struct lines *lines);

/* The unread bytes up to the end of some lines (or of the file), behind a byte order mark, without
 * taking them: a format is recognised by them. Stops at the first complete line past 64 KiB; valid
 * until the next call. */
int lines_head(struct lines *lines, size_t count_max, size_t bytes_max, const char **ret_head,
               size_t *ret_bytes, struct error *err);

/* All bytes of an unread file behind a byte order mark, without taking them, NUL-terminated; more
 * than the maximum is ERROR_LIMIT. Needs their memory, and for a pipe up to twice their address
 * space. */
int lines_all(struct lines *lines, size_t bytes_max, const char **ret_text, size_t *ret_bytes,
              struct error *err);

#define LINES_TAIL_BYTES_MAX ((size_t)4 << 20)

/* 1 and the last line of a regular file, in the arena, without moving in it; 0 for anything else,
 * and for a line over LINES_TAIL_BYTES_MAX. */
int lines_tail(const struct lines *lines, struct arena *arena, char **ret_text, size_t *ret_bytes);

/* 1 and the next line, 0 at the end, -1 on failure; a line over the maximum is ERROR_LIMIT and
 * skipped: the next call goes on behind it. */
int lines_next(struct lines *lines, size_t bytes_max, struct line *ret_line, struct error *err);

#endif
