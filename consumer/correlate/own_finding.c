/*
 * own_finding.c - see own_finding.h.
 */
#include "consumer/correlate/own_finding.h"

#include <string.h>

#define OWN_MODEL "ci" /* a finding names a model; these are about none */

static const struct rule own_rules[OWN_RULES] = {
    [OWN_RUN_LOST] = {.id = "tocsin/run/lost",
                      .title = "A CI run never said that it ended",
                      .tool = OWN_TOOL,
                      .probe = "run",
                      .detector = "lost"},
    [OWN_PIPELINE_SILENT] = {.id = "tocsin/pipeline/silent",
                             .title = "A pipeline stopped running",
                             .tool = OWN_TOOL,
                             .probe = "pipeline",
                             .detector = "silent"},
};

/* "nightly@main": which of the repository's pipelines it is. NULL: memory. */
static const char *category_of(const struct run *run, struct arena *arena)
{
    const char *pipeline = run->pipeline ? run->pipeline : "";
    const char *branch = run->branch ? run->branch : "";
    char *text = arena_printf(arena, "%s%s%s", pipeline, *branch ? "@" : "", branch);

    if (text && utf8_length(text, strlen(text)) > NAME_MAX_CHARS)
        text[utf8_prefix(text, NAME_MAX_CHARS)] = '\0';
    return text;
}

static const char *target_of(const struct run *run)
{
    return run->repository && *run->repository ? run->repository : "ci";
}

static int no_memory(struct error *err)
{
    return error_set(err, ERROR_MEMORY, "no memory for a finding of our own");
}

int own_fingerprint(enum own_rule rule, const struct run *run, struct arena *arena,
                    char ret_fingerprint[FINGERPRINT_BYTES], struct error *err)
{
    const char *category = category_of(run, arena);

    if (!category)
        return no_memory(err);
    fingerprint_compute(own_rules[rule].id, OWN_MODEL, target_of(run), category, ret_fingerprint);
    return 0;
}

int own_finding(enum own_rule rule, const struct run *run, int severity, const char *words,
                int64_t now_ms, struct arena *arena, struct finding *ret, struct error *err)
{
    char fingerprint[FINGERPRINT_BYTES], id[FINDING_ID_BYTES];
    struct finding finding = {
        .time_ms = now_ms,
        .rule = own_rules[rule],
        .model = {.name = OWN_MODEL},
        .target = target_of(run),
        .category = category_of(run, arena),
        .severity = severity,
        .confidence = 1,
        .prompt = "",
        .output = words,
        .run = *run,
    };

    finding.run.attempt = finding.run.shard = finding.run.shards = 1;
    if (!finding.category || own_fingerprint(rule, run, arena, fingerprint, err))
        return no_memory(err);
    finding_id(&finding, fingerprint, id);
    finding.fingerprint = arena_strdup(arena, fingerprint);
    finding.id = arena_strdup(arena, id);
    if (!finding.fingerprint || !finding.id)
        return no_memory(err);
    *ret = finding;
    return 0;
}

bool is_measure_run(const struct run *run)
{
    return run->pipeline && strcmp(run->pipeline, MEASURE_PIPELINE) == 0;
}

bool is_own_finding(const struct finding *finding)
{
    for (size_t i = 0; i < OWN_RULES; i++) {
        if (strcmp(finding->rule.id, own_rules[i].id) == 0)
            return true;
    }
    return false;
}
