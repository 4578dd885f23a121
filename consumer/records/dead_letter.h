/*
 * dead_letter.h - the records of the topic `dead-letter`, of two kinds.
 *
 * record    a record that cannot be used: its original key, value and headers as they were, with
 * the reasons in headers beside them. Too large to fit: the value is cut, and headers give its
 * SHA-256 and size. delivery  what was to be said to a receiver and was given up: the value is
 * struct dead_delivery.
 *
 * A mark, in the partition of the letter and behind it, says that the letter is done with: replayed
 * or dropped. The topic forgets by time, so a mark outlives its letter.
 *
 * The reasons ride in headers for both kinds, under our names and under Kafka Connect's.
 */
#ifndef TOCSIN_CONSUMER_RECORDS_DEAD_LETTER_H
#define TOCSIN_CONSUMER_RECORDS_DEAD_LETTER_H

#include "consumer/records/notification.h"

#define DEAD_DELIVERY_TYPE "tocsin.dead-delivery.v1"

#define DEAD_DONE_TYPE "tocsin.dead-done.v1"

#define DEAD_HEADER_KIND   "tocsin_dead_kind" /* record | delivery | done */
#define DEAD_KIND_DONE     "done"
#define DEAD_HEADER_REASON "tocsin_dead_reason" /* enum dead_reason's word: a metric label */
#define DEAD_HEADER_DETAIL                                                                         \
    "tocsin_dead_detail" /* one line: JSON pointer, what was expected; no secret */
#define DEAD_HEADER_TOPIC        "tocsin_dead_topic"
#define DEAD_HEADER_PARTITION    "tocsin_dead_partition"
#define DEAD_HEADER_OFFSET       "tocsin_dead_offset"
#define DEAD_HEADER_TIME         "tocsin_dead_time"  /* RFC 3339 */
#define DEAD_HEADER_STAGE        "tocsin_dead_stage" /* correlate | deliver */
#define DEAD_HEADER_TRIES        "tocsin_dead_tries"
#define DEAD_HEADER_SHA256       "tocsin_dead_sha256" /* of the whole value, when it was cut */
#define DEAD_HEADER_BYTES        "tocsin_dead_bytes"  /* of the whole value, when it was cut */
#define CONNECT_HEADER_TOPIC     "__connect.errors.topic"
#define CONNECT_HEADER_PARTITION "__connect.errors.partition"
#define CONNECT_HEADER_OFFSET    "__connect.errors.offset"
#define CONNECT_HEADER_STAGE     "__connect.errors.stage"
#define CONNECT_HEADER_CLASS     "__connect.errors.class.name"
#define CONNECT_HEADER_EXCEPTION "__connect.errors.exception.class.name"
#define CONNECT_HEADER_MESSAGE   "__connect.errors.exception.message"

enum dead_reason {
    DEAD_MALFORMED, /* not JSON, or not the record it says it is */
    DEAD_WRONG_KEY, /* re-keyed once already, or fingerprint and fields disagree */
    DEAD_TOO_LARGE,
    DEAD_UNKNOWN_TYPE,
    DEAD_REFUSED,  /* the service said no for good */
    DEAD_EXPIRED,  /* older than max_age, or too many attempts */
    DEAD_IN_DOUBT, /* an intent without an answer, and the receiver's policy is not to send again */
    DEAD_UNKNOWN_RECEIVER,
    DEAD_UNRENDERABLE,
};
extern const char *const dead_reason_names[];

struct dead_delivery {
    const char *integration, *group, *group_key;
    struct list group_labels;
    struct timing timing;
    struct list pictures;        /* struct picture: what was to be said */
    struct run_summary *summary; /* the same of a run; NULL: none */
    int reason;                  /* enum dead_reason */
    const char *detail;
    int64_t time_ms, first_try_ms, tries;
};

enum dead_done_how { DEAD_OPEN, DEAD_REPLAYED, DEAD_DROPPED };
extern const char *const dead_done_names[]; /* open replayed dropped */

/* The mark of the letter at this offset of the same partition. */
struct dead_done {
    int64_t offset, time_ms;
    int how; /* enum dead_done_how */
};

extern const struct record_type dead_delivery_type, dead_done_type;

#endif
