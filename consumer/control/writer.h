/*
 * writer.h - writes what people decide to partition 0 of `control`, and says when it is safe there.
 *
 * An idempotent producer without transactions: each record stands for itself. Nothing counts as
 * written before control_writer_flush() has returned 0.
 */
#ifndef TOCSIN_CONSUMER_CONTROL_WRITER_H
#define TOCSIN_CONSUMER_CONTROL_WRITER_H

#include "consumer/control/control.h"

#define CONTROL_WRITE_MS 15000

struct control_writer;

/* `config` is kept by reference. ERROR_INPUT: there is no such topic; ERROR_RETRIABLE: nobody
 * answers. */
int control_writer_new(const struct control_config *config, struct control_writer **ret,
                       struct error *err);
void control_writer_free(struct control_writer *writer);

int control_writer_silence(struct control_writer *writer, const struct silence *silence,
                           struct error *err);
int control_writer_accepted(struct control_writer *writer, const struct accepted *accepted,
                            struct error *err);

/* Takes a record out. */
int control_writer_remove(struct control_writer *writer, const char *key, struct error *err);

/* Until the brokers have acknowledged everything; -1 and the first reason when they did not. */
int control_writer_flush(struct control_writer *writer, int timeout_ms, struct error *err);

#endif
