/*
 * rate_text.h - a description without what was measured in it, so that it can be an identity.
 *
 * Pure.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_RATE_TEXT_H
#define TOCSIN_PRODUCER_REPORTS_RATE_TEXT_H

#include "producer/arena.h"

/* Percentages ("16.75%"), counts ("65/388", "50 samples") and scores ("a score of 0.84") become
 * "#"; numbers within quotation marks and thresholds of a slice ("`age` >= 27.5") stay. NULL when
 * memory is out. */
const char *rate_text_strip(const char *text, struct arena *arena);

#endif
