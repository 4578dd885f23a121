/*
 * hints.h - the decision fields of a record, out of its headers in one pass.
 *
 * What the header path decides by. A header that is missing or is not what it should be leaves its
 * field empty, and the record takes the slow path, where the value alone counts.
 */
#ifndef TOCSIN_CONSUMER_CORRELATE_HINTS_H
#define TOCSIN_CONSUMER_CORRELATE_HINTS_H

#include "consumer/correlate/key.h"
#include "producer/envelope.h"

struct span {
    const char *text;
    size_t bytes;
};

struct hints {
    bool is_finding;
    bool has_id, has_fingerprint;
    struct key id, fingerprint;
    struct span run, model_version; /* not NUL-terminated; model_version may be empty */
    int severity;                   /* -1: none */
    double confidence;              /* -1: none */
    bool rekeyed, copy;
};

void hints_read(const struct envelope *envelope, struct hints *ret);

/* All that the header path needs. */
bool hints_complete(const struct hints *hints);

bool span_is(const struct span *span, const char *text);

#endif
