/*
 * control.c - the tables of the records of the topic `control`.
 */
#include "consumer/records/control.h"

#define MATCHERS_MAX      64
#define COMMENT_MAX_CHARS 4096
#define PARTITIONS_MAX    65536

static const struct field silence_matcher_fields[] = {
    RECORD_FIELD(FIELD_STRING, "name", silence_matcher, name, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "Label name"),
    RECORD_FIELD(FIELD_STRING, "value", silence_matcher, value, .required = true,
                 .max = RECORD_STRING_MAX, .help = "Value or regular expression"),
    RECORD_FIELD(FIELD_BOOL, "is_regex", silence_matcher, is_regex, .required = true,
                 .help = "Whether the value is a regular expression"),
    RECORD_FIELD(FIELD_BOOL, "is_equal", silence_matcher, is_equal, .required = true,
                 .help = "False turns the matcher round"),
    RECORD_FIELD_END,
};
static const struct record_type silence_matcher_type = {
    .name = "silence_matcher",
    .title = "A matcher as in Alertmanager's API",
    .size = sizeof(struct silence_matcher),
    .fields = silence_matcher_fields,
};

static const struct field silence_fields[] = {
    RECORD_FIELD_TYPE,
    RECORD_FIELD(FIELD_STRING, "id", silence, id, .required = true, .min = 1, .max = NAME_MAX_CHARS,
                 .help = "Silence id; the record's key is silence/ and this"),
    RECORD_FIELD(FIELD_LIST, "matchers", silence, matchers, .required = true, .min = 1,
                 .max = MATCHERS_MAX, .of = &silence_matcher_type,
                 .help = "All of them have to match"),
    RECORD_FIELD(FIELD_TIME, "starts", silence, starts_ms, .required = true,
                 .help = "When it begins"),
    RECORD_FIELD(FIELD_TIME, "ends", silence, ends_ms, .required = true, .help = "When it ends"),
    RECORD_FIELD(FIELD_TIME, "updated", silence, updated_ms, .required = true,
                 .help = "When it was last changed"),
    RECORD_FIELD(FIELD_STRING, "author", silence, author, .max = NAME_MAX_CHARS, .filled = true,
                 .help = "Who wrote it"),
    RECORD_FIELD(FIELD_STRING, "comment", silence, comment, .max = COMMENT_MAX_CHARS,
                 .filled = true, .help = "Why"),
    RECORD_FIELD_END,
};
const struct record_type silence_type = {
    .name = SILENCE_TYPE,
    .title = "A silence",
    .size = sizeof(struct silence),
    .fields = silence_fields,
};

static const struct field baseline_fields[] = {
    RECORD_FIELD(FIELD_STRING, "pipeline", baseline, pipeline, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "The pipeline whose alerts were taken"),
    RECORD_FIELD(FIELD_STRING, "repository", baseline, repository, .max = NAME_MAX_CHARS,
                 .filled = true, .help = "Only of this repository"),
    RECORD_FIELD(FIELD_STRING, "branch", baseline, branch, .max = NAME_MAX_CHARS, .filled = true,
                 .help = "Only of this branch"),
    RECORD_FIELD(FIELD_STRING, "rule", baseline, rule, .max = NAME_MAX_CHARS, .filled = true,
                 .help = "The alert's rule, for people"),
    RECORD_FIELD(FIELD_STRING, "model", baseline, model, .max = NAME_MAX_CHARS, .filled = true,
                 .help = "The alert's model, for people"),
    RECORD_FIELD(FIELD_INTEGER, "episode", baseline, episode, .required = true, .min = 1,
                 .max = RECORD_INTEGER_MAX, .help = "Another episode is told"),
    RECORD_FIELD(FIELD_ENUM, "severity", baseline, severity, .required = true,
                 .names = severity_names, .help = "A worse severity is told"),
    RECORD_FIELD_END,
};
static const struct record_type baseline_type = {
    .name = "baseline",
    .title = "An alert as it was when it was taken for known",
    .size = sizeof(struct baseline),
    .fields = baseline_fields,
};

static const struct field accepted_fields[] = {
    RECORD_FIELD_TYPE,
    RECORD_FIELD(FIELD_FINGERPRINT, "fingerprint", accepted, fingerprint, .required = true,
                 .help = "The problem; the record's key is accept/ and this"),
    RECORD_FIELD(FIELD_TIME, "until", accepted, until_ms, .required = true,
                 .help = "Until when it is accepted"),
    RECORD_FIELD(FIELD_TIME, "updated", accepted, updated_ms, .required = true,
                 .help = "When it was last changed"),
    RECORD_FIELD(FIELD_STRING, "author", accepted, author, .max = NAME_MAX_CHARS, .filled = true,
                 .help = "Who accepted it"),
    RECORD_FIELD(FIELD_STRING, "comment", accepted, comment, .max = COMMENT_MAX_CHARS,
                 .filled = true, .help = "Why"),
    RECORD_FIELD(FIELD_POINTER, "baseline", accepted, baseline, .of = &baseline_type,
                 .help = "It is accepted only as it was; left out: whatever becomes of it"),
    RECORD_FIELD_END,
};
const struct record_type accepted_type = {
    .name = ACCEPTED_TYPE,
    .title = "A problem that somebody accepted as a known risk, or acknowledged",
    .size = sizeof(struct accepted),
    .fields = accepted_fields,
};

static const struct field inhibitor_source_fields[] = {
    RECORD_FIELD(FIELD_LABELS, "labels", inhibitor_source, labels, .max = ROUTED_LABELS_MAX,
                 .help = "As routing sees them"),
    RECORD_FIELD_END,
};
static const struct record_type inhibitor_source_type = {
    .name = "inhibitor_source",
    .title = "One sighting of it that matches a source side",
    .size = sizeof(struct inhibitor_source),
    .fields = inhibitor_source_fields,
};

static const struct field inhibitor_fields[] = {
    RECORD_FIELD_TYPE,
    RECORD_FIELD(FIELD_FINGERPRINT, "fingerprint", inhibitor, fingerprint, .required = true,
                 .help = "The alert; the record's key is inhibit/ and this"),
    RECORD_FIELD(FIELD_BOOL, "firing", inhibitor, firing, .required = true,
                 .help = "Whether it is open"),
    RECORD_FIELD(FIELD_LIST, "sources", inhibitor, sources, .max = SIGHTINGS_MAX,
                 .of = &inhibitor_source_type, .help = "Its labels, a set for each sighting"),
    RECORD_FIELD(FIELD_TIME, "updated", inhibitor, updated_ms, .required = true,
                 .help = "When it last changed"),
    RECORD_FIELD_END,
};
const struct record_type inhibitor_type = {
    .name = INHIBITOR_TYPE,
    .title = "An alert that is the source of an inhibition",
    .size = sizeof(struct inhibitor),
    .fields = inhibitor_fields,
};

static const struct field topology_fields[] = {
    RECORD_FIELD_TYPE,
    RECORD_FIELD(FIELD_INTEGER, "findings", topology, findings, .required = true, .min = 1,
                 .max = PARTITIONS_MAX, .help = "Partitions of findings, alerts and state"),
    RECORD_FIELD(FIELD_INTEGER, "notifications", topology, notifications, .required = true,
                 .min = 1, .max = PARTITIONS_MAX,
                 .help = "Partitions of notifications, deliveries and the retry tiers"),
    RECORD_FIELD(FIELD_TIME, "created", topology, created_ms, .required = true,
                 .help = "When the topics were created"),
    RECORD_FIELD_END,
};
const struct record_type topology_type = {
    .name = TOPOLOGY_TYPE,
    .title = "Partition counts as created",
    .size = sizeof(struct topology),
    .fields = topology_fields,
};
