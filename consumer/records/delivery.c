/*
 * delivery.c - the tables of the records of the topics `deliveries` and `retry.<tier>`.
 */
#include "consumer/records/delivery.h"

#define PARTS_MAX 65536

static const struct field intent_fields[] = {
    RECORD_FIELD(FIELD_INTEGER, "version", intent, version, .required = true,
                 .max = RECORD_INTEGER_MAX, .help = "The group's version that is being sent"),
    RECORD_FIELD(FIELD_INTEGER, "attempt", intent, attempt, .required = true, .min = 1,
                 .max = RECORD_INTEGER_MAX, .help = "Which try it is, from 1"),
    RECORD_FIELD(FIELD_TIME, "started", intent, started_ms, .required = true,
                 .help = "When the request was begun"),
    RECORD_FIELD(FIELD_TIME, "until", intent, until_ms, .required = true,
                 .help = "Until when it may still be under way"),
    RECORD_FIELD_END,
};
static const struct record_type intent_type = {
    .name = "intent",
    .title = "A request that may be under way",
    .size = sizeof(struct intent),
    .fields = intent_fields,
};

static const struct field summary_state_fields[] = {
    RECORD_FIELD(FIELD_INTEGER, "wanted", summary_state, wanted, .required = true,
                 .max = RECORD_INTEGER_MAX, .help = "The version that the receiver should know"),
    RECORD_FIELD(FIELD_INTEGER, "told", summary_state, told, .max = RECORD_INTEGER_MAX,
                 .help = "The version that it was told; left out: never"),
    RECORD_FIELD(FIELD_OBJECT, "summary", summary_state, summary, .required = true,
                 .of = &run_summary_type, .help = "What the last run changed"),
    RECORD_FIELD_END,
};
static const struct record_type summary_state_type = {
    .name = "summary_state",
    .title = "A run's summary and whether it was told",
    .size = sizeof(struct summary_state),
    .fields = summary_state_fields,
};

static const struct field group_state_fields[] = {
    RECORD_FIELD_TYPE,
    RECORD_FIELD(FIELD_STRING, "integration", group_state, integration, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "Receiver, kind and number: team-x/slack/0"),
    RECORD_FIELD(FIELD_STRING, "group", group_state, group, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "Hash of the group key"),
    RECORD_FIELD(FIELD_STRING, "group_key", group_state, group_key, .max = ALERT_RECORD_BYTES_MAX,
                 .filled = true, .help = "Alertmanager's group key"),
    RECORD_FIELD(FIELD_LABELS, "group_labels", group_state, group_labels, .max = ROUTED_LABELS_MAX,
                 .help = "Labels of the group"),
    RECORD_FIELD(FIELD_OBJECT, "timing", group_state, timing, .of = &timing_type,
                 .help = "The route's timers"),
    RECORD_FIELD(FIELD_ENUM, "flush", group_state, flush, .names = flush_names,
                 .help = "When it is sent; left out: by the group's timers"),
    RECORD_FIELD(FIELD_INTEGER, "version", group_state, version, .max = RECORD_INTEGER_MAX,
                 .help = "The highest version of its members"),
    RECORD_FIELD(FIELD_TIME, "due", group_state, due_ms,
                 .help = "When to look at it next; left out: nothing is planned"),
    RECORD_FIELD(FIELD_TIME, "told", group_state, told_ms, .help = "Last success"),
    RECORD_FIELD(FIELD_TIME, "first_told", group_state, first_told_ms, .help = "First success"),
    RECORD_FIELD(FIELD_STRING, "waits_for", group_state, waits_for, .min = 1, .max = NAME_MAX_CHARS,
                 .help = "The run whose end it waits for"),
    RECORD_FIELD(FIELD_TIME, "waits_until", group_state, waits_until_ms,
                 .help = "How long it waits for it"),
    RECORD_FIELD(FIELD_BOOL, "muted", group_state, muted,
                 .help = "Something in it is silenced, accepted or inhibited"),
    RECORD_FIELD(FIELD_TIME, "given_up", group_state, given_up_ms,
                 .help = "When what is untold went to the dead letters; left out after news"),
    RECORD_FIELD(FIELD_POINTER, "summary", group_state, summary, .of = &summary_state_type,
                 .help = "What runs of one pipeline and branch changed; left out: alerts"),
    RECORD_FIELD(FIELD_INTEGER, "attempt", group_state, attempt, .max = RECORD_INTEGER_MAX,
                 .help = "Tries of the delivery under way"),
    RECORD_FIELD(FIELD_TIME, "not_before", group_state, not_before_ms,
                 .help = "The next try is not before this"),
    RECORD_FIELD(FIELD_TIME, "first_try", group_state, first_try_ms,
                 .help = "The age of the delivery counts from here"),
    RECORD_FIELD(FIELD_STRING, "last_error", group_state, last_error, .min = 1,
                 .max = RECORD_STRING_MAX, .help = "Why the last try failed"),
    RECORD_FIELD(FIELD_POINTER, "intent", group_state, intent, .of = &intent_type,
                 .help = "The request that may be under way"),
    RECORD_FIELD(FIELD_LABELS, "stored", group_state, stored, .max = ROUTED_LABELS_MAX,
                 .help = "What the channel wants back: ticket id, channel, message time"),
    RECORD_FIELD_END,
};
const struct record_type group_state_type = {
    .name = GROUP_STATE_TYPE,
    .title = "A group's state at one receiver",
    .size = sizeof(struct group_state),
    .fields = group_state_fields,
};

static const struct field member_fields[] = {
    RECORD_FIELD_TYPE,
    RECORD_FIELD(FIELD_FINGERPRINT, "fingerprint", member, fingerprint, .required = true,
                 .help = "The identity of the problem"),
    RECORD_FIELD(FIELD_INTEGER, "wanted", member, wanted, .required = true,
                 .max = RECORD_INTEGER_MAX, .help = "The version that the receiver should know"),
    RECORD_FIELD(FIELD_INTEGER, "told", member, told, .max = RECORD_INTEGER_MAX,
                 .help = "The version that it was told; left out: never"),
    RECORD_FIELD(FIELD_ENUM, "wanted_status", member, wanted_status, .names = alert_status_names,
                 .help = "The status that it should know"),
    RECORD_FIELD(FIELD_ENUM, "told_status", member, told_status, .names = alert_status_names,
                 .help = "The status that it was told"),
    RECORD_FIELD(FIELD_INTEGER, "told_episode", member, told_episode, .max = RECORD_INTEGER_MAX,
                 .help = "The episode that it was told of"),
    RECORD_FIELD(FIELD_INTEGER, "fallback", member, fallback, .max = RECORD_INTEGER_MAX,
                 .help = "The version that the fallback was given instead; left out: none"),
    RECORD_FIELD(FIELD_OBJECT, "picture", member, picture, .required = true, .of = &picture_type,
                 .help = "The alert, without its sample once told"),
    RECORD_FIELD_END,
};
const struct record_type member_type = {
    .name = MEMBER_TYPE,
    .title = "One alert in a group at one receiver",
    .size = sizeof(struct member),
    .fields = member_fields,
};

static const struct field part_number_fields[] = {
    RECORD_FIELD(FIELD_INTEGER, "part", part_number, part, .required = true, .min = 1,
                 .max = PARTS_MAX, .help = "Number of the part, from 1"),
    RECORD_FIELD(FIELD_OBJECT, "counts", part_number, counts, .of = &run_counts_type,
                 .help = "What the run changed of this part's alerts"),
    RECORD_FIELD_END,
};
static const struct record_type part_number_type = {
    .name = "part_number",
    .title = "A part of a run's end",
    .size = sizeof(struct part_number),
    .fields = part_number_fields,
};

static const struct field run_parts_fields[] = {
    RECORD_FIELD_TYPE,
    RECORD_FIELD(FIELD_STRING, "run", run_parts, run, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "The run that ended"),
    RECORD_FIELD(FIELD_INTEGER, "parts", run_parts, parts, .required = true, .min = 1,
                 .max = PARTS_MAX, .help = "How many parts its end has"),
    RECORD_FIELD(FIELD_LIST, "got", run_parts, got, .max = PARTS_MAX, .of = &part_number_type,
                 .help = "The parts that have come"),
    RECORD_FIELD(FIELD_ENUM, "status", run_parts, status, .names = run_status_names,
                 .help = "How the run ended"),
    RECORD_FIELD(FIELD_TIME, "first", run_parts, first_ms, .help = "When the first part came"),
    RECORD_FIELD_END,
};
const struct record_type run_parts_type = {
    .name = RUN_PARTS_TYPE,
    .title = "Which parts of a run's end have come",
    .size = sizeof(struct run_parts),
    .fields = run_parts_fields,
};

static const struct field wakeup_fields[] = {
    RECORD_FIELD_TYPE,
    RECORD_FIELD(FIELD_STRING, "integration", wakeup, integration, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "Receiver, kind and number: team-x/slack/0"),
    RECORD_FIELD(FIELD_STRING, "group", wakeup, group, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "Hash of the group key"),
    RECORD_FIELD(FIELD_TIME, "not_before", wakeup, not_before_ms, .required = true,
                 .help = "The next try is not before this"),
    RECORD_FIELD(FIELD_INTEGER, "attempt", wakeup, attempt, .max = RECORD_INTEGER_MAX,
                 .help = "Tries so far"),
    RECORD_FIELD(FIELD_STRING, "why", wakeup, why, .max = RECORD_STRING_MAX, .filled = true,
                 .help = "Why the last try failed"),
    RECORD_FIELD_END,
};
const struct record_type wakeup_type = {
    .name = WAKEUP_TYPE,
    .title = "A wake-up and a trace of a retry",
    .size = sizeof(struct wakeup),
    .fields = wakeup_fields,
};
