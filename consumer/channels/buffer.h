/*
 * buffer.h - text that grows in an arena up to a ceiling.
 *
 * What does not fit is dropped whole (a call appends all of its text or none) and remembered in
 * `full`, so that the writer can say so. Always NUL-terminated.
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_BUFFER_H
#define TOCSIN_CONSUMER_CHANNELS_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#include "producer/arena.h"

struct buffer {
    struct arena *arena;
    char *text;
    size_t bytes, capacity;
    size_t bytes_max; /* without the NUL */
    bool full;        /* something did not fit, or memory was out */
    bool failed;      /* memory was out */
};

void buffer_init(struct buffer *buffer, size_t bytes_max, struct arena *arena);

void buffer_add(struct buffer *buffer, const char *text, size_t bytes);
void buffer_text(struct buffer *buffer, const char *text);
void buffer_printf(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The text, "" when nothing was added. */
const char *buffer_get(const struct buffer *buffer);

#endif
