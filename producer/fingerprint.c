/*
 * fingerprint.c - the identity of a problem and of a piece of evidence.
 *
 * Fixed for ever and specified in schemas/README.md; schemas/vectors/ holds them. A change here
 * makes every known problem new.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "producer/digest.h"

#define DECIMAL_BYTES 24

static const char *decimal(int64_t value, char text[DECIMAL_BYTES])
{
    snprintf(text, DECIMAL_BYTES, "%" PRId64, value);
    return text;
}

/* A target that is not said is the repository. */
static const char *target_or(const char *target, const struct run *run)
{
    return target && *target ? target : run->repository;
}

void fingerprint_compute(const char *rule_id, const char *model_name, const char *target,
                         const char *category, char ret_fingerprint[FINGERPRINT_BYTES])
{
    const char *strings[] = {rule_id, model_name, target, category};

    digest_hex(strings, 4, stpcpy(ret_fingerprint, "v1:"));
}

void finding_fingerprint(const struct finding *finding, char ret_fingerprint[FINGERPRINT_BYTES])
{
    fingerprint_compute(finding->rule.id, finding->model.name,
                        target_or(finding->target, &finding->run), finding->category,
                        ret_fingerprint);
}

void coverage_fingerprint(const struct coverage *coverage, const struct run *run,
                          char ret_fingerprint[FINGERPRINT_BYTES])
{
    fingerprint_compute(coverage->rule, coverage->model, target_or(coverage->target, run),
                        coverage->category, ret_fingerprint);
}

void measurement_series(const struct measurement *measurement, char ret_series[SERIES_BYTES])
{
    const char *strings[] = {measurement->model.name, measurement->benchmark, measurement->metric,
                             measurement->target};

    digest_hex(strings, 4, stpcpy(ret_series, "m1:"));
}

void finding_id(const struct finding *finding, const char *fingerprint,
                char ret_id[FINDING_ID_BYTES])
{
    char shard[DECIMAL_BYTES], occurrence[DECIMAL_BYTES];
    const char *strings[] = {
        finding->run.id,
        decimal(finding->run.shard, shard),
        fingerprint,
        finding->model.version,
        finding->prompt,
        finding->output,
        decimal(finding->occurrence, occurrence),
    };

    digest_uuid(strings, sizeof(strings) / sizeof(strings[0]), ret_id);
}

static void run_event_id(const char *event, const struct run *run, char ret_id[FINDING_ID_BYTES])
{
    char shard[DECIMAL_BYTES], attempt[DECIMAL_BYTES];
    const char *strings[] = {event, run->id, decimal(run->shard, shard),
                             decimal(run->attempt, attempt)};

    digest_uuid(strings, sizeof(strings) / sizeof(strings[0]), ret_id);
}

void measurement_id(const struct measurement *measurement, const char *series,
                    char ret_id[FINDING_ID_BYTES])
{
    char shard[DECIMAL_BYTES];
    const char *strings[] = {"measurement", measurement->run.id,
                             decimal(measurement->run.shard, shard), series,
                             measurement->model.version};

    digest_uuid(strings, sizeof(strings) / sizeof(strings[0]), ret_id);
}

void run_begin_id(const struct run *run, char ret_id[FINDING_ID_BYTES])
{
    run_event_id("run-begin", run, ret_id);
}

void run_end_id(const struct run *run, char ret_id[FINDING_ID_BYTES])
{
    run_event_id("run-end", run, ret_id);
}
