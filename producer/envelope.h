/*
 * envelope.h - the Kafka headers of a record: CloudEvents 1.0 in Kafka's binary binding.
 *
 * The decision fields ride in headers so that a known finding is dropped or counted without a JSON
 * decode. They are all in the value too; a record without headers takes the slow path. The envelope
 * knows no Kafka handle: it is names and values, so that it can be tested and printed.
 */
#ifndef TOCSIN_PRODUCER_ENVELOPE_H
#define TOCSIN_PRODUCER_ENVELOPE_H

#include "producer/finding.h"

#define ENVELOPE_HEADERS_MAX 40 /* a finding's, and the reasons of a dead letter beside them */

struct header {
    const char *name;
    const char *value;
    size_t bytes;
};

struct envelope {
    struct header headers[ENVELOPE_HEADERS_MAX];
    size_t count;
};

/* Names on the wire. `ce_` is CloudEvents' binding; the rest are extensions in CloudEvents'
 * alphabet. */
#define HEADER_ID            "ce_id"
#define HEADER_TYPE          "ce_type"
#define HEADER_TIME          "ce_time"
#define HEADER_SOURCE        "ce_source"
#define HEADER_SPECVERSION   "ce_specversion"
#define HEADER_CONTENT_TYPE  "content-type"
#define HEADER_FINGERPRINT   "ce_fingerprint"
#define HEADER_RUN           "ce_run"
#define HEADER_SHARD         "ce_shard" /* "1/4" */
#define HEADER_MODEL_VERSION "ce_modelversion"
#define HEADER_SEVERITY      "ce_severity"
#define HEADER_CONFIDENCE    "ce_confidence"
/* Set by tocsind on a record that it sent on to the partition of its key; a second time is a dead
 * letter. */
#define HEADER_REKEYED       "tocsin_rekeyed"
/* Marks a copy of a run's begin or end that already goes to every partition. */
#define HEADER_COPY          "tocsin_copy"

/* Strings live in the arena or in the record. */
int envelope_of_finding(const struct finding *finding, struct arena *arena, struct envelope *ret,
                        struct error *err);
int envelope_of_run_begin(const struct run_begin *begin, bool copy, struct arena *arena,
                          struct envelope *ret, struct error *err);
int envelope_of_run_end(const struct run_end *end, bool copy, struct arena *arena,
                        struct envelope *ret, struct error *err);
int envelope_of_measurement(const struct measurement *measurement, struct arena *arena,
                            struct envelope *ret, struct error *err);

/* The record in a document: `data` of an event in CloudEvents' structured mode (it has
 * `specversion` and `data`), else the document itself. *ret_pointer says where it stands: "/data"
 * or "". Borrowed. */
const json_t *envelope_open(const json_t *document, const char **ret_pointer);

/* NULL where there is none. */
const struct header *envelope_find(const struct envelope *envelope, const char *name);

#endif
