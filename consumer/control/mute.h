/*
 * mute.h - why an alert is not told now, and when that may change by time alone.
 */
#ifndef TOCSIN_CONSUMER_CONTROL_MUTE_H
#define TOCSIN_CONSUMER_CONTROL_MUTE_H

#include <stddef.h>
#include <stdint.h>

#include "producer/record.h"

#define MUTE_REASONS_MAX 8   /* kept; the rest is counted */
#define MUTE_ID_BYTES    128 /* a longer id of a silence is cut */

enum mute_kind { MUTE_SILENCE, MUTE_ACCEPTED, MUTE_INHIBITED };
extern const char *const mute_kind_names[]; /* NULL-terminated: silenced accepted inhibited */

struct mute_reason {
    enum mute_kind kind;
    char id[MUTE_ID_BYTES]; /* the silence's id; the fingerprint accepted, or that inhibits */
};

/* An alert as far as it can be muted. */
struct mute_subject {
    const struct label *labels;
    size_t count;
    const char *fingerprint;
    int64_t episode; /* 0: not known */
};

struct mute {
    size_t count; /* 0: it is told */
    struct mute_reason reasons[MUTE_REASONS_MAX];
    int64_t change_ms; /* ask again then; INT64_MAX: only after a change of the table */
};

#endif
