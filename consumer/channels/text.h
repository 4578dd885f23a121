/*
 * text.h - what someone else wrote (prompts, outputs, names, URLs) on its way into any channel.
 *
 * One function neutralises, escapes and cuts, character by character, so that a cut never lands
 * inside a character or an entity and no channel can forget a step. Control characters,
 * bidirectional overrides, invisible characters and invalid bytes become visible signs: evidence
 * stays recognisable, and nothing drives a terminal, reorders a line or hides a word. What is left
 * is valid UTF-8.
 *
 * Lengths are UTF-16 units: services count code points or UTF-16 units and do not say which; units
 * are never fewer than code points.
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_TEXT_H
#define TOCSIN_CONSUMER_CHANNELS_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "producer/arena.h"

/* LINE: one line, line breaks and tabs become spaces. BLOCK: line feeds and tabs stay. */
enum text_shape { TEXT_LINE, TEXT_BLOCK };

/* How a markup writes a character that it would read as a command; NULL: as it is. `previous` is
 * the source's character before it, 0 at the start. */
typedef const char *(*text_escape)(uint32_t code, uint32_t previous);

struct text_style {
    enum text_shape shape;
    text_escape escape; /* NULL: the format needs none (JSON, a terminal) */
    size_t units_max;   /* of the result, its mark included */
};

/* The mark of a cut: "…" in a LINE, "\n… (1234 more bytes)" in a BLOCK. */
#define TEXT_MARK_UNITS_MAX 40

/* A copy in the arena, at most units_max long. `missing_bytes` were already cut off before: they
 * are marked in a BLOCK and counted with what is cut here. NULL text counts as "". NULL only when
 * memory is out. */
char *text_render(const struct text_style *style, const char *text, int64_t missing_bytes,
                  struct arena *arena);

/* A neutralised line of at most units_max units, without any markup. */
char *text_line(const char *text, size_t units_max, struct arena *arena);

/* Length of valid UTF-8 in UTF-16 units. */
size_t text_units(const char *text);

/* The next character of `bytes` bytes (at least 1): its length, or 0 when they are not valid UTF-8.
 */
size_t text_next(const char *text, size_t bytes, uint32_t *ret_code);

#endif
