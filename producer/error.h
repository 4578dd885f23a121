/*
 * error.h - why a call failed, in words, owned by the caller.
 *
 * A function that can fail takes `struct error *err` last and returns 0 or -1. The first error
 * wins: error_set() on an error that is already set changes nothing, so a clean-up path cannot hide
 * the cause. Libraries return errors; only programs print them. An error never holds a secret:
 * whoever sets it names the setting or the field, not its value.
 */
#ifndef TOCSIN_PRODUCER_ERROR_H
#define TOCSIN_PRODUCER_ERROR_H

#include <stdbool.h>
#include <stddef.h>

#define ERROR_TEXT_BYTES_MAX    512
#define ERROR_POINTER_BYTES_MAX 160

enum error_kind {
    ERROR_NONE = 0,
    ERROR_INPUT,     /* what somebody gave us is wrong; trying again will not help */
    ERROR_LIMIT,     /* a named limit was reached */
    ERROR_MEMORY,    /* an allocation failed */
    ERROR_IO,        /* file, socket or system call */
    ERROR_RETRIABLE, /* the same call may succeed later (broker away, time-out) */
    ERROR_FATAL,     /* the handle or the process cannot go on */
};

struct error {
    enum error_kind kind;
    char pointer[ERROR_POINTER_BYTES_MAX]; /* JSON pointer of the offending value, "" for none or
                                              for the root */
    char text[ERROR_TEXT_BYTES_MAX];       /* one line without a full stop */
};

/* Sets *err if it is not set yet (err may be NULL). Always returns -1. */
int error_set(struct error *err, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As error_set(), for the value at a JSON pointer. Too long a pointer is cut at its end. */
int error_set_at(struct error *err, enum error_kind kind, const char *pointer, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));

void error_clear(struct error *err);
bool error_is_set(const struct error *err);

#endif
