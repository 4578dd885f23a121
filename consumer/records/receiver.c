/*
 * receiver.c - the table of what `deliveries` remembers of a receiver as a whole.
 */
#include "consumer/records/delivery.h"

const char *const notice_names[] = {
    [NOTICE_BLOCKED] = "blocked",
    [NOTICE_GUARDED] = "guarded",
    [NOTICE_UNKNOWN] = "unknown",
    [NOTICE_CLAMPED] = "clamped",
    [NOTICES] = NULL,
};

static const struct field notice_fields[] = {
    RECORD_FIELD(FIELD_ENUM, "kind", notice, kind, .required = true, .names = notice_names,
                 .help = "What is wrong with the receiver"),
    RECORD_FIELD(FIELD_INTEGER, "version", notice, version, .required = true, .min = 1,
                 .max = RECORD_INTEGER_MAX, .help = "Of what the operator was told"),
    RECORD_FIELD(FIELD_TIME, "since", notice, since_ms, .required = true,
                 .help = "Since when it is so"),
    RECORD_FIELD_END,
};
static const struct record_type notice_type = {
    .name = "notice",
    .title = "What the operator was told and is still so",
    .size = sizeof(struct notice),
    .fields = notice_fields,
};

static const struct field storm_fields[] = {
    RECORD_FIELD(FIELD_TIME, "window", storm, window_ms, .help = "When the window began"),
    RECORD_FIELD(FIELD_INTEGER, "alerts", storm, alerts, .max = RECORD_INTEGER_MAX,
                 .help = "Alerts with news in it"),
    RECORD_FIELD(FIELD_BOOL, "on", storm, on, .help = "What has news now is said in one message"),
    RECORD_FIELD_END,
};
static const struct record_type storm_type = {
    .name = "storm",
    .title = "Alerts that come faster than anybody reads",
    .size = sizeof(struct storm),
    .fields = storm_fields,
};

static const struct field receiver_state_fields[] = {
    RECORD_FIELD_TYPE,
    RECORD_FIELD(FIELD_STRING, "integration", receiver_state, integration, .required = true,
                 .min = 1, .max = NAME_MAX_CHARS,
                 .help = "Receiver, kind and number: team-x/slack/0"),
    RECORD_FIELD(FIELD_TIME, "updated", receiver_state, updated_ms, .required = true,
                 .help = "When this was written"),
    RECORD_FIELD(FIELD_TIME, "not_before", receiver_state, not_before_ms,
                 .help = "Nothing is sent to it before this"),
    RECORD_FIELD(FIELD_INTEGER, "failures", receiver_state, failures, .max = RECORD_INTEGER_MAX,
                 .help = "Failures in a row"),
    RECORD_FIELD(FIELD_BOOL, "blocked", receiver_state, blocked,
                 .help = "It refuses our credentials"),
    RECORD_FIELD(FIELD_TIME, "broken", receiver_state, broken_ms,
                 .help = "Since when only one request at a time tries it"),
    RECORD_FIELD(FIELD_TIME, "guarded", receiver_state, guarded_ms,
                 .help = "Since when nothing is given up, because too much was"),
    RECORD_FIELD(FIELD_STRING, "why", receiver_state, why, .min = 1, .max = RECORD_STRING_MAX,
                 .help = "The last failure in words"),
    RECORD_FIELD(FIELD_LIST, "notices", receiver_state, notices, .max = NOTICES, .of = &notice_type,
                 .help = "What the operator was told and is still so"),
    RECORD_FIELD(FIELD_OBJECT, "storm", receiver_state, storm, .of = &storm_type,
                 .help = "Alerts that come faster than anybody reads"),
    RECORD_FIELD_END,
};
const struct record_type receiver_state_type = {
    .name = RECEIVER_TYPE,
    .title = "What is remembered of a receiver as a whole",
    .size = sizeof(struct receiver_state),
    .fields = receiver_state_fields,
};
