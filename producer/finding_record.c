/*
 * finding_record.c - the tables of the records of the topic `findings`.
 *
 * Required is only what a record means nothing without; the rest may be left out by a client that
 * sends plain JSON. A `filled` member is never NULL in the struct.
 */
#include <float.h>

#include "producer/finding.h"

const char *const severity_names[] = {"info", "low", "medium", "high", "critical", NULL};
const char *const run_status_names[] = {"complete", "partial", "crashed", NULL};

#define SHA256_HEX_CHARS 64

static const struct field rule_fields[] = {
    RECORD_FIELD(FIELD_STRING, "id", rule, id, .required = true, .min = 1, .max = NAME_MAX_CHARS,
                 .help = "Identity of the trigger condition: tool, probe and detector, as in "
                         "garak/dan.DanInTheWild/mitigation.MitigationBypass"),
    RECORD_FIELD(FIELD_STRING, "title", rule, title, .max = TITLE_MAX_CHARS, .filled = true,
                 .help = "The trigger condition in words"),
    RECORD_FIELD(FIELD_STRING, "tool", rule, tool, .max = NAME_MAX_CHARS, .filled = true,
                 .help = "The program that ran the test"),
    RECORD_FIELD(FIELD_STRING, "probe", rule, probe, .max = NAME_MAX_CHARS, .filled = true,
                 .help = "What was tried: probe, plugin, task, attack"),
    RECORD_FIELD(FIELD_STRING, "detector", rule, detector, .max = NAME_MAX_CHARS, .filled = true,
                 .help = "What judged the answer: detector, scorer, assertion"),
    RECORD_FIELD_END,
};
const struct record_type rule_type = {
    .name = "rule",
    .title = "The trigger condition",
    .size = sizeof(struct rule),
    .fields = rule_fields,
};

static const struct field model_fields[] = {
    RECORD_FIELD(FIELD_STRING, "name", model, name, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS,
                 .help = "The model or system under test, without its version: part of the "
                         "fingerprint"),
    RECORD_FIELD(FIELD_STRING, "version", model, version, .min = 1, .max = NAME_MAX_CHARS,
                 .help = "Version or build of the model: never part of the fingerprint"),
    RECORD_FIELD_END,
};
const struct record_type model_type = {
    .name = "model",
    .title = "The model under test",
    .size = sizeof(struct model),
    .fields = model_fields,
};

static const struct field run_fields[] = {
    RECORD_FIELD(FIELD_STRING, "id", run, id, .required = true, .min = 1, .max = NAME_MAX_CHARS,
                 .help =
                     "Names the CI run without the attempt; outside CI the report's own run id"),
    RECORD_FIELD(FIELD_INTEGER, "attempt", run, attempt, .min = 1, .max = RECORD_INTEGER_MAX,
                 .filled = true, .help = "Which attempt of the CI run"),
    RECORD_FIELD(FIELD_INTEGER, "shard", run, shard, .min = 1, .max = SHARDS_MAX, .filled = true,
                 .help = "Which of the run's shards"),
    RECORD_FIELD(FIELD_INTEGER, "shards", run, shards, .min = 1, .max = SHARDS_MAX, .filled = true,
                 .help = "How many shards the run has"),
    RECORD_FIELD(FIELD_TIME, "started", run, started_ms, .required = true,
                 .help = "When the test run started: orders the runs of one pipeline and branch"),
    RECORD_FIELD(FIELD_STRING, "provider", run, provider, .max = NAME_MAX_CHARS, .filled = true,
                 .help = "The CI service, as in github, gitlab, jenkins; empty outside CI"),
    RECORD_FIELD(FIELD_STRING, "pipeline", run, pipeline, .max = NAME_MAX_CHARS, .filled = true,
                 .help = "The workflow or job definition that ran"),
    RECORD_FIELD(FIELD_STRING, "repository", run, repository, .max = NAME_MAX_CHARS, .filled = true,
                 .help = "The repository; the target where none is said"),
    RECORD_FIELD(FIELD_STRING, "branch", run, branch, .max = NAME_MAX_CHARS, .filled = true,
                 .help = "The branch; of a pull request its head; the tag where there is none"),
    RECORD_FIELD(FIELD_STRING, "tag", run, tag, .min = 1, .max = NAME_MAX_CHARS,
                 .help = "The tag that the run is of"),
    RECORD_FIELD(FIELD_STRING, "commit", run, commit, .min = 1, .max = NAME_MAX_CHARS,
                 .help = "The commit"),
    RECORD_FIELD(FIELD_STRING, "job", run, job, .min = 1, .max = NAME_MAX_CHARS,
                 .help = "The job within the run"),
    RECORD_FIELD(FIELD_STRING, "url", run, url, .min = 1, .max = URL_MAX_CHARS,
                 .help = "Where a person sees the run"),
    RECORD_FIELD(FIELD_STRING, "actor", run, actor, .min = 1, .max = NAME_MAX_CHARS,
                 .help = "Who or what started it"),
    RECORD_FIELD(FIELD_STRING, "team", run, team, .min = 1, .max = NAME_MAX_CHARS,
                 .help = "The team that it belongs to"),
    RECORD_FIELD(FIELD_STRING, "pull_request", run, pull_request, .min = 1, .max = NAME_MAX_CHARS,
                 .help = "The pull or merge request"),
    RECORD_FIELD(FIELD_BOOL, "fork", run, fork,
                 .help = "True: the pull request comes from another repository"),
    RECORD_FIELD(FIELD_STRING, "tool_version", run, tool_version, .min = 1, .max = NAME_MAX_CHARS,
                 .help = "Name and version of the tool: garak 0.17.1"),
    RECORD_FIELD_END,
};
const struct record_type run_type = {
    .name = "run",
    .title = "One execution of a test suite in CI",
    .size = sizeof(struct run),
    .fields = run_fields,
};

static const struct field links_fields[] = {
    RECORD_FIELD(FIELD_STRING, "report", links, report, .min = 1, .max = URL_MAX_CHARS,
                 .help = "The full report"),
    RECORD_FIELD(FIELD_STRING, "artifact", links, artifact, .min = 1, .max = URL_MAX_CHARS,
                 .help = "The report's file in CI"),
    RECORD_FIELD(FIELD_STRING, "runbook", links, runbook, .min = 1, .max = URL_MAX_CHARS,
                 .help = "What to do about it"),
    RECORD_FIELD(FIELD_STRING, "ticket", links, ticket, .min = 1, .max = URL_MAX_CHARS,
                 .help = "A ticket that exists or is pre-filled"),
    RECORD_FIELD_END,
};
const struct record_type links_type = {
    .name = "links",
    .title = "Links for a person: http or https",
    .size = sizeof(struct links),
    .fields = links_fields,
};

static const struct field finding_fields[] = {
    RECORD_FIELD_TYPE,
    RECORD_FIELD(FIELD_UUID, "id", finding, id,
                 .help = "Finding id: computed from the other members where it is left out, and "
                         "refused where it differs"),
    RECORD_FIELD(FIELD_FINGERPRINT, "fingerprint", finding, fingerprint,
                 .help =
                     "Base fingerprint: computed where it is left out, refused where it differs"),
    RECORD_FIELD(FIELD_TIME, "time", finding, time_ms,
                 .help = "When it was observed; left out: the record's time at the broker"),
    RECORD_FIELD(FIELD_OBJECT, "rule", finding, rule, .required = true, .of = &rule_type,
                 .help = "The trigger condition"),
    RECORD_FIELD(FIELD_OBJECT, "model", finding, model, .required = true, .of = &model_type,
                 .help = "The model under test"),
    RECORD_FIELD(FIELD_STRING, "target", finding, target, .min = 1, .max = NAME_MAX_CHARS,
                 .help = "The system under test; left out: the run's repository"),
    RECORD_FIELD(FIELD_STRING, "category", finding, category, .max = NAME_MAX_CHARS, .filled = true,
                 .help = "Part of the fingerprint for tools that need it"),
    RECORD_FIELD(FIELD_ENUM, "severity", finding, severity, .required = true,
                 .names = severity_names, .help = "How bad it is"),
    RECORD_FIELD(FIELD_NUMBER, "confidence", finding, confidence, .required = true, .max = 1,
                 .help = "How sure the detector is"),
    RECORD_FIELD(FIELD_STRING, "prompt", finding, prompt, .max = FINDING_TEXT_MAX, .filled = true,
                 .help = "What was sent, after masking and cutting"),
    RECORD_FIELD(FIELD_STRING, "output", finding, output, .max = FINDING_TEXT_MAX, .filled = true,
                 .help = "What came back, after masking and cutting"),
    RECORD_FIELD(FIELD_INTEGER, "occurrence", finding, occurrence, .max = RECORD_INTEGER_MAX,
                 .help = "Number of this finding among those of the same run, shard, fingerprint, "
                         "version, prompt and output, from 0"),
    RECORD_FIELD(FIELD_INTEGER, "prompt_cut_bytes", finding, prompt_cut_bytes,
                 .max = RECORD_INTEGER_MAX, .help = "How much was cut off the prompt"),
    RECORD_FIELD(FIELD_INTEGER, "output_cut_bytes", finding, output_cut_bytes,
                 .max = RECORD_INTEGER_MAX, .help = "How much was cut off the output"),
    RECORD_FIELD(FIELD_STRING, "prompt_sha256", finding, prompt_sha256, .min = SHA256_HEX_CHARS,
                 .max = SHA256_HEX_CHARS, .help = "Of the whole prompt where it was cut, in hex"),
    RECORD_FIELD(FIELD_STRING, "output_sha256", finding, output_sha256, .min = SHA256_HEX_CHARS,
                 .max = SHA256_HEX_CHARS, .help = "Of the whole output where it was cut, in hex"),
    RECORD_FIELD(FIELD_OBJECT, "run", finding, run, .required = true, .of = &run_type,
                 .help = "The run that found it"),
    RECORD_FIELD(FIELD_LABELS, "labels", finding, labels, .max = LABELS_MAX,
                 .help = "Intent, tags, taxonomy, and the tool's own"),
    RECORD_FIELD(FIELD_OBJECT, "links", finding, links, .of = &links_type,
                 .help = "Where to read more"),
    RECORD_FIELD_END,
};
const struct record_type finding_type = {
    .name = FINDING_TYPE,
    .title = "A finding: one piece of evidence that a rule was broken",
    .size = sizeof(struct finding),
    .fields = finding_fields,
};
