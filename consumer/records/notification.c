/*
 * notification.c - the tables of the records of the topic `notifications`, and the group hash.
 */
#include "consumer/records/notification.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "producer/digest.h"

#define INTEGRATION_KEY_BYTES 2200 /* an integration's name and a shard */
#define PICTURE_NAMES_MAX     8    /* versions and pipelines that a picture names */
#define PARTS_MAX             65536

const char *const news_names[] = {"opened", "escalated", "reopened", "resolved",
                                  "left",   "version",   "final",    NULL};
const char *const flush_names[] = {"timers", "run_end", NULL};
const char *const summary_wish_names[] = {"false", "true", "always", NULL};

static const struct field picture_fields[] = {
    RECORD_FIELD(FIELD_FINGERPRINT, "fingerprint", picture, fingerprint, .required = true,
                 .help = "The identity of the problem"),
    RECORD_FIELD(FIELD_INTEGER, "version", picture, version, .required = true,
                 .max = RECORD_INTEGER_MAX, .help = "The alert's version"),
    RECORD_FIELD(FIELD_ENUM, "status", picture, status, .required = true,
                 .names = alert_status_names, .help = "Whether the problem is still there"),
    RECORD_FIELD(FIELD_ENUM, "resolved_reason", picture, resolved_reason,
                 .names = resolved_reason_names, .help = "Why it is resolved"),
    RECORD_FIELD(FIELD_ENUM, "news", picture, news, .required = true, .names = news_names,
                 .help = "What happened; final: nothing but the counts at a run's end"),
    RECORD_FIELD(FIELD_INTEGER, "episode", picture, episode, .required = true, .min = 1,
                 .max = RECORD_INTEGER_MAX, .help = "Each opening or reopening starts one, from 1"),
    RECORD_FIELD(FIELD_OBJECT, "rule", picture, rule, .required = true, .of = &rule_type,
                 .help = "The trigger condition"),
    RECORD_FIELD(FIELD_STRING, "model", picture, model, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "Name of the model"),
    RECORD_FIELD(FIELD_STRING, "target", picture, target, .max = NAME_MAX_CHARS, .filled = true,
                 .help = "The system under test"),
    RECORD_FIELD(FIELD_STRING, "category", picture, category, .max = NAME_MAX_CHARS, .filled = true,
                 .help = "As in the fingerprint"),
    RECORD_FIELD(FIELD_STRINGS, "model_versions", picture, model_versions, .max = PICTURE_NAMES_MAX,
                 .help = "Versions of the model that it was found in, most recent first"),
    RECORD_FIELD(FIELD_ENUM, "severity", picture, severity, .required = true,
                 .names = severity_names, .help = "The worst of this episode"),
    RECORD_FIELD(FIELD_NUMBER, "confidence", picture, confidence, .required = true, .max = 1,
                 .help = "The highest of this episode"),
    RECORD_FIELD(FIELD_INTEGER, "count", picture, count, .required = true,
                 .max = RECORD_INTEGER_MAX, .help = "Findings, ever"),
    RECORD_FIELD(FIELD_INTEGER, "episode_count", picture, episode_count, .required = true,
                 .max = RECORD_INTEGER_MAX, .help = "Findings of this episode"),
    RECORD_FIELD(FIELD_TIME, "first_seen", picture, first_seen_ms, .required = true,
                 .help = "First finding"),
    RECORD_FIELD(FIELD_TIME, "last_seen", picture, last_seen_ms, .required = true,
                 .help = "Last finding"),
    RECORD_FIELD(FIELD_TIME, "opened", picture, opened_ms, .required = true,
                 .help = "When this episode began"),
    RECORD_FIELD(FIELD_TIME, "resolved", picture, resolved_ms,
                 .help = "When this episode ended; left out while it is open"),
    RECORD_FIELD(FIELD_LABELS, "labels", picture, labels, .max = ROUTED_LABELS_MAX,
                 .help = "All labels that routing saw"),
    RECORD_FIELD(FIELD_LABELS, "annotations", picture, annotations, .max = ROUTED_LABELS_MAX,
                 .help = "Texts that routing does not see: summary, description, runbook_url"),
    RECORD_FIELD(FIELD_STRING, "owner", picture, owner, .min = 1, .max = NAME_MAX_CHARS,
                 .help = "Who owns it"),
    RECORD_FIELD(FIELD_BOOL, "flapping", picture, flapping,
                 .help = "It opened and resolved too often: more clean runs resolve it"),
    RECORD_FIELD(FIELD_STRINGS, "pipelines", picture, pipelines, .max = PICTURE_NAMES_MAX,
                 .help = "Where it was found: repository pipeline@branch"),
    RECORD_FIELD(FIELD_INTEGER, "sightings", picture, sightings, .max = RECORD_INTEGER_MAX,
                 .help = "In how many places it was found"),
    RECORD_FIELD(FIELD_OBJECT, "links", picture, links, .of = &links_type,
                 .help = "Where to read more"),
    RECORD_FIELD(FIELD_STRING, "ticket_url", picture, ticket_url, .min = 1, .max = URL_MAX_CHARS,
                 .help = "A ticket that is pre-filled"),
    RECORD_FIELD(FIELD_STRING, "run", picture, run, .min = 1, .max = NAME_MAX_CHARS,
                 .help = "The run that brought the news"),
    RECORD_FIELD(FIELD_STRING, "run_url", picture, run_url, .min = 1, .max = URL_MAX_CHARS,
                 .help = "Where a person sees that run"),
    RECORD_FIELD(FIELD_STRING, "commit", picture, commit, .min = 1, .max = NAME_MAX_CHARS,
                 .help = "Commit of that run"),
    RECORD_FIELD(FIELD_STRING, "commit_url", picture, commit_url, .min = 1, .max = URL_MAX_CHARS,
                 .help = "Where a person sees that commit"),
    RECORD_FIELD(FIELD_STRING, "compare_url", picture, compare_url, .min = 1, .max = URL_MAX_CHARS,
                 .help = "What changed since the run before that one"),
    RECORD_FIELD(FIELD_POINTER, "sample", picture, sample, .of = &sample_type,
                 .help = "The best sample; left out once the receiver was told"),
    RECORD_FIELD_END,
};
const struct record_type picture_type = {
    .name = "picture",
    .title = "An alert as a receiver sees it",
    .size = sizeof(struct picture),
    .fields = picture_fields,
};

static const struct field timing_fields[] = {
    RECORD_FIELD(FIELD_INTEGER, "group_wait_ms", timing, group_wait_ms, .max = RECORD_INTEGER_MAX,
                 .help = "Before the first notification of a group"),
    RECORD_FIELD(FIELD_INTEGER, "group_interval_ms", timing, group_interval_ms,
                 .max = RECORD_INTEGER_MAX, .help = "Between notifications that have news"),
    RECORD_FIELD(FIELD_INTEGER, "repeat_interval_ms", timing, repeat_interval_ms,
                 .max = RECORD_INTEGER_MAX, .help = "Between notifications without news"),
    RECORD_FIELD(FIELD_INTEGER, "max_wait_ms", timing, max_wait_ms, .max = RECORD_INTEGER_MAX,
                 .help = "How long the end of a run is waited for"),
    RECORD_FIELD_END,
};
const struct record_type timing_type = {
    .name = "timing",
    .title = "A route's timers",
    .size = sizeof(struct timing),
    .fields = timing_fields,
};

static const struct field notification_fields[] = {
    RECORD_FIELD_TYPE,
    RECORD_FIELD(FIELD_STRING, "integration", notification, integration, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "Receiver, kind and number: team-x/slack/0"),
    RECORD_FIELD(FIELD_STRING, "group", notification, group, .max = NAME_MAX_CHARS, .filled = true,
                 .help =
                     "Hash of the group key; left out in a part of a run's end without a summary"),
    RECORD_FIELD(FIELD_STRING, "group_key", notification, group_key, .max = ALERT_RECORD_BYTES_MAX,
                 .filled = true, .help = "Alertmanager's group key"),
    RECORD_FIELD(FIELD_LABELS, "group_labels", notification, group_labels, .max = ROUTED_LABELS_MAX,
                 .help = "Labels of the group"),
    RECORD_FIELD(FIELD_OBJECT, "timing", notification, timing, .of = &timing_type,
                 .help = "The route's timers"),
    RECORD_FIELD(FIELD_ENUM, "flush", notification, flush, .names = flush_names,
                 .help = "When it is sent; left out: by the group's timers"),
    RECORD_FIELD(FIELD_TIME, "time", notification, time_ms, .required = true,
                 .help = "When it was written"),
    RECORD_FIELD(FIELD_POINTER, "picture", notification, picture, .of = &picture_type,
                 .help = "The alert; left out in a part of a run's end"),
    RECORD_FIELD(FIELD_STRING, "run", notification, run, .min = 1, .max = NAME_MAX_CHARS,
                 .help = "The run that ended, or that a picture may wait for"),
    RECORD_FIELD(FIELD_INTEGER, "part", notification, part, .max = PARTS_MAX,
                 .help = "Which part of a run's end this is, from 1; left out with a picture"),
    RECORD_FIELD(FIELD_INTEGER, "parts", notification, parts, .max = PARTS_MAX,
                 .help = "How many parts the run's end has"),
    RECORD_FIELD(FIELD_ENUM, "run_status", notification, run_status, .names = run_status_names,
                 .help = "How the run ended"),
    RECORD_FIELD(FIELD_POINTER, "summary", notification, summary, .of = &run_summary_type,
                 .help = "What the run changed of this part's alerts"),
    RECORD_FIELD(FIELD_BOOL, "always", notification, always,
                 .help = "The summary is told also when nothing is new or resolved"),
    RECORD_FIELD_END,
};
const struct record_type notification_type = {
    .name = NOTIFICATION_TYPE,
    .title = "A notification: what one receiver should know about one group",
    .size = sizeof(struct notification),
    .fields = notification_fields,
};

void group_hash(const char *group_key, char ret_hash[GROUP_HASH_BYTES])
{
    digest_hex_bytes(group_key, strlen(group_key), ret_hash);
}

int64_t notification_shard(const char *group, int64_t shards)
{
    return shards > 1 ? partition_of_key(group, strlen(group), (int32_t)shards) : 0;
}

int32_t notification_partition(const char *integration, int64_t shards, int64_t shard,
                               int32_t partitions)
{
    char key[INTEGRATION_KEY_BYTES];
    int bytes = shards > 1 ? snprintf(key, sizeof(key), "%s#%" PRId64, integration, shard)
                           : snprintf(key, sizeof(key), "%s", integration);
    size_t used = (size_t)bytes < sizeof(key) ? (size_t)bytes : sizeof(key) - 1;

    return partition_of_key(key, used, partitions);
}
