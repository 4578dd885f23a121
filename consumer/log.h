/*
 * log.h - one line an event on standard error, as logfmt or as JSON.
 *
 * ts=2026-11-20T10:00:00.000Z level=info event=partition_live partition=3
 *
 * Any thread may call; a line is written whole or not at all. Values are escaped, so nothing that
 * somebody published can start a line of its own, and cut at LOG_VALUE_BYTES_MAX. What must not be
 * printed is not given here: the caller names a setting, never its secret.
 */
#ifndef TOCSIN_CONSUMER_LOG_H
#define TOCSIN_CONSUMER_LOG_H

#include <stddef.h>
#include <stdint.h>

#define LOG_VALUE_BYTES_MAX 1024
#define LOG_LINE_BYTES_MAX  8192

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };
extern const char *const log_level_names[]; /* NULL-terminated: debug info warning error */

enum log_format { LOG_LOGFMT, LOG_JSON };

/* Before any thread starts; default: info, logfmt, standard error. */
void log_setup(enum log_level level_min, enum log_format format, int fd);

/* Pairs of const char *name, const char *value, ended by NULL. A value that is NULL drops its pair.
 */
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));

/* A number as a value: lives until the end of the statement that it is written in. */
#define LOG_NUMBER_BYTES 24
const char *log_number(char text[LOG_NUMBER_BYTES], int64_t number);
#define LOG_NUMBER(number) log_number((char[LOG_NUMBER_BYTES]){0}, (number))

/* The line that log_event() would write, with its line feed; for tests and for other outputs. */
size_t log_line(char text[LOG_LINE_BYTES_MAX], enum log_format format, int64_t time_ms,
                enum log_level level, const char *event, const char *const *pairs);

#endif
