/*
 * dead_letter.c - the table of a delivery that was given up, and the reasons in words.
 */
#include "consumer/records/dead_letter.h"

#define PICTURES_MAX 65536

const char *const dead_reason_names[] = {
    [DEAD_MALFORMED] = "malformed",       [DEAD_WRONG_KEY] = "wrong_key",
    [DEAD_TOO_LARGE] = "too_large",       [DEAD_UNKNOWN_TYPE] = "unknown_type",
    [DEAD_REFUSED] = "refused",           [DEAD_EXPIRED] = "expired",
    [DEAD_IN_DOUBT] = "in_doubt",         [DEAD_UNKNOWN_RECEIVER] = "unknown_receiver",
    [DEAD_UNRENDERABLE] = "unrenderable", [DEAD_UNRENDERABLE + 1] = NULL,
};

const char *const dead_done_names[] = {[DEAD_OPEN] = "open",
                                       [DEAD_REPLAYED] = "replayed",
                                       [DEAD_DROPPED] = "dropped",
                                       [DEAD_DROPPED + 1] = NULL};

static const struct field dead_delivery_fields[] = {
    RECORD_FIELD_TYPE,
    RECORD_FIELD(FIELD_STRING, "integration", dead_delivery, integration, .required = true,
                 .min = 1, .max = NAME_MAX_CHARS,
                 .help = "Receiver, kind and number: team-x/slack/0"),
    RECORD_FIELD(FIELD_STRING, "group", dead_delivery, group, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "Hash of the group key"),
    RECORD_FIELD(FIELD_STRING, "group_key", dead_delivery, group_key, .max = ALERT_RECORD_BYTES_MAX,
                 .filled = true, .help = "Alertmanager's group key"),
    RECORD_FIELD(FIELD_LABELS, "group_labels", dead_delivery, group_labels,
                 .max = ROUTED_LABELS_MAX, .help = "Labels of the group"),
    RECORD_FIELD(FIELD_OBJECT, "timing", dead_delivery, timing, .of = &timing_type,
                 .help = "The route's timers, for a replay"),
    RECORD_FIELD(FIELD_LIST, "pictures", dead_delivery, pictures, .max = PICTURES_MAX,
                 .of = &picture_type, .help = "What was to be said"),
    RECORD_FIELD(FIELD_POINTER, "summary", dead_delivery, summary, .of = &run_summary_type,
                 .help = "What was to be said of a run"),
    RECORD_FIELD(FIELD_ENUM, "reason", dead_delivery, reason, .required = true,
                 .names = dead_reason_names, .help = "Why it was given up"),
    RECORD_FIELD(FIELD_STRING, "detail", dead_delivery, detail, .max = RECORD_STRING_MAX,
                 .filled = true, .help = "The same in a line"),
    RECORD_FIELD(FIELD_TIME, "time", dead_delivery, time_ms, .required = true,
                 .help = "When it was given up"),
    RECORD_FIELD(FIELD_TIME, "first_try", dead_delivery, first_try_ms,
                 .help = "When it was first tried"),
    RECORD_FIELD(FIELD_INTEGER, "tries", dead_delivery, tries, .max = RECORD_INTEGER_MAX,
                 .help = "How often it was tried"),
    RECORD_FIELD_END,
};
const struct record_type dead_delivery_type = {
    .name = DEAD_DELIVERY_TYPE,
    .title = "A delivery that was given up",
    .size = sizeof(struct dead_delivery),
    .fields = dead_delivery_fields,
};

static const struct field dead_done_fields[] = {
    RECORD_FIELD_TYPE,
    RECORD_FIELD(FIELD_INTEGER, "offset", dead_done, offset, .required = true,
                 .max = RECORD_INTEGER_MAX, .help = "Of the letter, in the partition of this mark"),
    RECORD_FIELD(FIELD_ENUM, "how", dead_done, how, .required = true, .names = dead_done_names,
                 .help = "What became of it"),
    RECORD_FIELD(FIELD_TIME, "time", dead_done, time_ms, .required = true, .help = "When"),
    RECORD_FIELD_END,
};
const struct record_type dead_done_type = {
    .name = DEAD_DONE_TYPE,
    .title = "A dead letter that is done with",
    .size = sizeof(struct dead_done),
    .fields = dead_done_fields,
};
