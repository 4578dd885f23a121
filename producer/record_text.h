/*
 * record_text.h - JSON text that grows in an arena.
 *
 * Doubles its room when it is full. Once memory is out it takes nothing more and `failed` says so,
 * so that the writer of a record asks once, at the end.
 */
#ifndef TOCSIN_PRODUCER_RECORD_TEXT_H
#define TOCSIN_PRODUCER_RECORD_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "producer/arena.h"

struct record_text {
    struct arena *arena;
    char *text; /* always with room for a NUL behind `bytes` */
    size_t bytes, room;
    bool failed;
};

void record_text_init(struct record_text *text, struct arena *arena);
void record_text_append(struct record_text *text, const char *bytes, size_t count);
void record_text_byte(struct record_text *text, char byte);
/* A JSON string, quoted and escaped; `string` is valid UTF-8. */
void record_text_string(struct record_text *text, const char *string, size_t bytes);
void record_text_integer(struct record_text *text, int64_t value);
void record_text_number(struct record_text *text, double value);

#endif
