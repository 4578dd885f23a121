/*
 * dead_print.h - dead letters for people and for programs. What came from outside is printed
 * without control characters, so that it cannot play with a terminal.
 */
#ifndef TOCSIN_CONSUMER_DEAD_PRINT_H
#define TOCSIN_CONSUMER_DEAD_PRINT_H

#include <stdio.h>

#include "consumer/dead_letters.h"

int dead_print_table(const struct dead_letter *const *letters, size_t count, FILE *out,
                     struct error *err);
/* A JSON array, a line. */
int dead_print_json(const struct dead_letter *const *letters, size_t count, FILE *out,
                    struct error *err);

/* One of them whole: headers and value. */
int dead_print_message(const struct dead_letter *letter, const rd_kafka_message_t *message,
                       bool json, FILE *out, struct error *err);

#endif
