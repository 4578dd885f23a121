/*
 * alert.c - the tables of the records of the topic `alerts`.
 */
#include "consumer/records/alert.h"

const char *const alert_status_names[] = {"open", "resolved", NULL};
const char *const resolved_reason_names[] = {"", "clean", "stale", "superseded", NULL};

#define SHA256_HEX_CHARS 64

static const struct field sighting_fields[] = {
    RECORD_FIELD(FIELD_STRING, "pipeline", sighting, pipeline, .max = NAME_MAX_CHARS,
                 .filled = true, .help = "Pipeline, empty where unknown"),
    RECORD_FIELD(FIELD_STRING, "repository", sighting, repository, .max = NAME_MAX_CHARS,
                 .filled = true, .help = "Repository, empty where unknown"),
    RECORD_FIELD(FIELD_STRING, "branch", sighting, branch, .max = NAME_MAX_CHARS, .filled = true,
                 .help = "Branch, empty where unknown"),
    RECORD_FIELD(FIELD_STRING, "model_version", sighting, model_version, .max = NAME_MAX_CHARS,
                 .filled = true, .help = "Version of the model, empty where unknown"),
    RECORD_FIELD(FIELD_STRING, "team", sighting, team, .max = NAME_MAX_CHARS, .filled = true,
                 .help = "Team, empty where unknown"),
    RECORD_FIELD(FIELD_STRING, "run", sighting, run, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "The last run that found it here"),
    RECORD_FIELD(FIELD_TIME, "run_started", sighting, run_started_ms, .required = true,
                 .help = "When that run started: an older run never resolves what it found"),
    RECORD_FIELD(FIELD_STRING, "run_url", sighting, run_url, .min = 1, .max = URL_MAX_CHARS,
                 .help = "Where a person sees that run"),
    RECORD_FIELD(FIELD_STRING, "commit", sighting, commit, .min = 1, .max = NAME_MAX_CHARS,
                 .help = "Commit of that run"),
    RECORD_FIELD(FIELD_STRING, "previous_commit", sighting, previous_commit, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "Commit of the run before that one here"),
    RECORD_FIELD(FIELD_STRING, "job", sighting, job, .min = 1, .max = NAME_MAX_CHARS,
                 .help = "Job of that run"),
    RECORD_FIELD(FIELD_INTEGER, "count", sighting, count, .required = true,
                 .max = RECORD_INTEGER_MAX, .help = "Findings here, ever"),
    RECORD_FIELD(FIELD_INTEGER, "run_count", sighting, run_count, .max = RECORD_INTEGER_MAX,
                 .help = "Findings of the last run"),
    RECORD_FIELD(FIELD_INTEGER, "run_attempts", sighting, run_attempts, .max = RECORD_INTEGER_MAX,
                 .help = "Attempts that the last run evaluated; left out until its end is known"),
    RECORD_FIELD(FIELD_TIME, "first_seen", sighting, first_seen_ms, .required = true,
                 .help = "First finding here"),
    RECORD_FIELD(FIELD_TIME, "last_seen", sighting, last_seen_ms, .required = true,
                 .help = "Last finding here"),
    RECORD_FIELD(FIELD_BOOL, "clean", sighting, clean,
                 .help = "A later complete run found nothing"),
    RECORD_FIELD(FIELD_INTEGER, "clean_runs", sighting, clean_runs, .max = RECORD_INTEGER_MAX,
                 .help = "How many clean runs in a row"),
    RECORD_FIELD(FIELD_STRING, "clean_run", sighting, clean_run, .min = 1, .max = NAME_MAX_CHARS,
                 .help = "The last of them: no run counts twice"),
    RECORD_FIELD_END,
};
const struct record_type sighting_type = {
    .name = "sighting",
    .title = "Where an alert was found",
    .size = sizeof(struct sighting),
    .fields = sighting_fields,
};

static const struct field told_fields[] = {
    RECORD_FIELD(FIELD_STRING, "integration", told, integration, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "Receiver, kind and number: team-x/slack/0"),
    RECORD_FIELD(FIELD_STRING, "group", told, group, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "Hash of the group key"),
    RECORD_FIELD(FIELD_STRING, "group_key", told, group_key, .required = true,
                 .max = ALERT_RECORD_BYTES_MAX, .help = "Alertmanager's group key"),
    RECORD_FIELD(FIELD_LABELS, "group_labels", told, group_labels, .max = ROUTED_LABELS_MAX,
                 .help = "Labels of the group"),
    RECORD_FIELD(FIELD_INTEGER, "version", told, version, .required = true,
                 .max = RECORD_INTEGER_MAX, .help = "The alert's version at the last notification"),
    RECORD_FIELD(FIELD_ENUM, "status", told, status, .required = true, .names = alert_status_names,
                 .help = "The status that was told"),
    RECORD_FIELD_END,
};
const struct record_type told_type = {
    .name = "told",
    .title = "Who was told of an alert: a receiver and a group",
    .size = sizeof(struct told),
    .fields = told_fields,
};

static const struct field severity_override_fields[] = {
    RECORD_FIELD(FIELD_ENUM, "severity", severity_override, severity, .required = true,
                 .names = severity_names, .help = "What routing sees"),
    RECORD_FIELD(FIELD_STRING, "rule", severity_override, rule, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "Name of the rule that set it"),
    RECORD_FIELD_END,
};
const struct record_type severity_override_type = {
    .name = "severity_override",
    .title = "A severity that a rule of the configuration set",
    .size = sizeof(struct severity_override),
    .fields = severity_override_fields,
};

static const struct field alert_moment_fields[] = {
    RECORD_FIELD(FIELD_TIME, "time", alert_moment, time_ms, .required = true, .help = "When"),
    RECORD_FIELD_END,
};
static const struct record_type alert_moment_type = {
    .name = "alert_moment",
    .title = "When something happened to an alert",
    .size = sizeof(struct alert_moment),
    .fields = alert_moment_fields,
};

static const struct field alert_fields[] = {
    RECORD_FIELD_TYPE,
    RECORD_FIELD(FIELD_FINGERPRINT, "fingerprint", alert, fingerprint, .required = true,
                 .help = "The identity of the problem, and the record's key"),
    RECORD_FIELD(FIELD_INTEGER, "version", alert, version, .required = true,
                 .max = RECORD_INTEGER_MAX, .help = "Only grows, at each piece of news"),
    RECORD_FIELD(FIELD_ENUM, "status", alert, status, .required = true, .names = alert_status_names,
                 .help = "Whether the problem is still there"),
    RECORD_FIELD(FIELD_ENUM, "resolved_reason", alert, resolved_reason,
                 .names = resolved_reason_names, .help = "Why it is resolved"),
    RECORD_FIELD(FIELD_INTEGER, "episode", alert, episode, .required = true, .min = 1,
                 .max = RECORD_INTEGER_MAX, .help = "Each opening or reopening starts one, from 1"),
    RECORD_FIELD(FIELD_OBJECT, "rule", alert, rule, .required = true, .of = &rule_type,
                 .help = "The trigger condition"),
    RECORD_FIELD(FIELD_STRING, "model", alert, model, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "Name of the model"),
    RECORD_FIELD(FIELD_STRING, "target", alert, target, .max = NAME_MAX_CHARS, .filled = true,
                 .help = "The system under test"),
    RECORD_FIELD(FIELD_STRING, "category", alert, category, .max = NAME_MAX_CHARS, .filled = true,
                 .help = "As in the fingerprint"),
    RECORD_FIELD(FIELD_ENUM, "severity", alert, severity, .required = true, .names = severity_names,
                 .help = "The worst of this episode, as reported"),
    RECORD_FIELD(FIELD_NUMBER, "confidence", alert, confidence, .required = true, .max = 1,
                 .help = "The highest of this episode"),
    RECORD_FIELD(FIELD_INTEGER, "count", alert, count, .required = true, .max = RECORD_INTEGER_MAX,
                 .help = "Findings, ever"),
    RECORD_FIELD(FIELD_INTEGER, "episode_count", alert, episode_count, .required = true,
                 .max = RECORD_INTEGER_MAX, .help = "Findings of this episode"),
    RECORD_FIELD(FIELD_TIME, "first_seen", alert, first_seen_ms, .required = true,
                 .help = "First finding, by the broker's clock"),
    RECORD_FIELD(FIELD_TIME, "last_seen", alert, last_seen_ms, .required = true,
                 .help = "Last finding, by the broker's clock"),
    RECORD_FIELD(FIELD_TIME, "opened", alert, opened_ms, .required = true,
                 .help = "When this episode began"),
    RECORD_FIELD(FIELD_TIME, "resolved", alert, resolved_ms,
                 .help = "When this episode ended; left out while it is open"),
    RECORD_FIELD(FIELD_LIST, "reopened", alert, reopened, .max = FLAPS_MAX,
                 .of = &alert_moment_type, .help = "When it reopened, the last times"),
    RECORD_FIELD(FIELD_BOOL, "flapping", alert, flapping,
                 .help = "It opened and resolved too often: more clean runs resolve it"),
    RECORD_FIELD(FIELD_STRING, "opened_run", alert, opened_run, .max = NAME_MAX_CHARS,
                 .filled = true, .help = "The run that began this episode"),
    RECORD_FIELD(FIELD_STRING, "news_run", alert, news_run, .max = NAME_MAX_CHARS, .filled = true,
                 .help = "The run that brought the last news"),
    RECORD_FIELD(FIELD_STRING, "owner", alert, owner, .min = 1, .max = NAME_MAX_CHARS,
                 .help = "Who owns it, by enrichment"),
    RECORD_FIELD(FIELD_STRING, "runbook", alert, runbook, .min = 1, .max = URL_MAX_CHARS,
                 .help = "What to do about it, by enrichment"),
    RECORD_FIELD(FIELD_POINTER, "override", alert, override, .of = &severity_override_type,
                 .help = "What a rule made of the severity; left out where none did"),
    RECORD_FIELD(FIELD_LABELS, "labels", alert, labels, .max = LABELS_MAX,
                 .help = "The worst finding's own labels"),
    RECORD_FIELD(FIELD_OBJECT, "links", alert, links, .of = &links_type,
                 .help = "Where to read more"),
    RECORD_FIELD(FIELD_LIST, "sightings", alert, sightings, .max = SIGHTINGS_MAX,
                 .of = &sighting_type, .help = "Where it was found, most recent last"),
    RECORD_FIELD(FIELD_LIST, "told", alert, told, .max = TOLD_MAX, .of = &told_type,
                 .help = "Every receiver and group that was told of it"),
    RECORD_FIELD_END,
};
const struct record_type alert_type = {
    .name = ALERT_TYPE,
    .title = "An alert: all that is known about one fingerprint",
    .size = sizeof(struct alert),
    .fields = alert_fields,
};

static const struct field sample_fields[] = {
    RECORD_FIELD(FIELD_UUID, "finding", sample, finding, .required = true, .help = "Finding id"),
    RECORD_FIELD(FIELD_ENUM, "severity", sample, severity, .required = true,
                 .names = severity_names, .help = "Of this finding"),
    RECORD_FIELD(FIELD_NUMBER, "confidence", sample, confidence, .required = true, .max = 1,
                 .help = "Of this finding"),
    RECORD_FIELD(FIELD_STRING, "model_version", sample, model_version, .max = NAME_MAX_CHARS,
                 .filled = true, .help = "Version of the model"),
    RECORD_FIELD(FIELD_STRING, "prompt", sample, prompt, .max = EVIDENCE_TEXT_BYTES_MAX,
                 .filled = true, .help = "What was sent, cut where it was long"),
    RECORD_FIELD(FIELD_STRING, "output", sample, output, .max = EVIDENCE_TEXT_BYTES_MAX,
                 .filled = true, .help = "What came back, cut where it was long"),
    RECORD_FIELD(FIELD_INTEGER, "prompt_cut_bytes", sample, prompt_cut_bytes,
                 .max = RECORD_INTEGER_MAX, .help = "How much was cut off the prompt"),
    RECORD_FIELD(FIELD_INTEGER, "output_cut_bytes", sample, output_cut_bytes,
                 .max = RECORD_INTEGER_MAX, .help = "How much was cut off the output"),
    RECORD_FIELD(FIELD_STRING, "prompt_sha256", sample, prompt_sha256, .min = SHA256_HEX_CHARS,
                 .max = SHA256_HEX_CHARS, .help = "Of the whole prompt where it was cut, in hex"),
    RECORD_FIELD(FIELD_STRING, "output_sha256", sample, output_sha256, .min = SHA256_HEX_CHARS,
                 .max = SHA256_HEX_CHARS, .help = "Of the whole output where it was cut, in hex"),
    RECORD_FIELD(FIELD_STRING, "run", sample, run, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "The run that found it"),
    RECORD_FIELD(FIELD_STRING, "run_url", sample, run_url, .min = 1, .max = URL_MAX_CHARS,
                 .help = "Where a person sees that run"),
    RECORD_FIELD(FIELD_TIME, "time", sample, time_ms, .required = true,
                 .help = "When it was observed"),
    RECORD_FIELD_END,
};
const struct record_type sample_type = {
    .name = "sample",
    .title = "One piece of evidence",
    .size = sizeof(struct sample),
    .fields = sample_fields,
};

static const struct field evidence_fields[] = {
    RECORD_FIELD_TYPE,
    RECORD_FIELD(FIELD_FINGERPRINT, "fingerprint", evidence, fingerprint, .required = true,
                 .help = "The identity of the problem; the record's key is this and #evidence"),
    RECORD_FIELD(FIELD_INTEGER, "version", evidence, version, .required = true,
                 .max = RECORD_INTEGER_MAX, .help = "The alert's version when it was written"),
    RECORD_FIELD(FIELD_LIST, "samples", evidence, samples, .required = true, .max = SAMPLES_MAX,
                 .of = &sample_type,
                 .help = "Best first: by severity, confidence, then the earliest"),
    RECORD_FIELD_END,
};
const struct record_type evidence_type = {
    .name = EVIDENCE_TYPE,
    .title = "An alert's evidence: its best samples",
    .size = sizeof(struct evidence),
    .fields = evidence_fields,
};
