/*
 * lines.h - wraps neutralised text to a width in columns of a terminal.
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_LINES_H
#define TOCSIN_CONSUMER_CHANNELS_LINES_H

#include <stddef.h>

#include "consumer/channels/buffer.h"

struct lines {
    size_t width;
    const char *first_indent, *next_indent; /* before the first line and the others; NULL: none */
};

/* Appends the text, broken at spaces where a line has one, each line with its indent and a line
 * feed. Line feeds of the text stay; a tab becomes four spaces. Wide characters take two columns,
 * combining ones none. */
void lines_wrap(struct buffer *out, const char *text, struct lines lines);

/* Columns of a line of valid UTF-8. */
size_t lines_columns(const char *text, size_t bytes);

#endif
