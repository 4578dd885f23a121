/*
 * sketch.h - what a JSON text looks like, from its beginning: enough to tell one format from
 * another.
 *
 * Of each array the first element, of each object SKETCH_MEMBERS_MAX members, down to
 * SKETCH_DEPTH_MAX levels; what lies deeper, and a string of more than SKETCH_STRING_BYTES_MAX, is
 * null. Of a text that is cut off or broken, what stands before that place. Memory is bounded by
 * these limits, whatever the text's length.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_SKETCH_H
#define TOCSIN_PRODUCER_REPORTS_SKETCH_H

#include <jansson.h>

#define SKETCH_DEPTH_MAX        4
#define SKETCH_MEMBERS_MAX      128
#define SKETCH_STRING_BYTES_MAX 1024

/* A new reference; NULL for a text that is neither an object nor an array, or has more behind it.
 */
json_t *sketch_of(const char *json, size_t bytes);

#endif
