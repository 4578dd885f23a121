/*
 * evidence.c - see evidence.h.
 */
#include "consumer/correlate/evidence.h"

#include <string.h>

#include "consumer/correlate/cut.h"

static bool better(int severity, double confidence, const struct sample *sample)
{
    if (severity != sample->severity)
        return severity > sample->severity;
    return confidence > sample->confidence;
}

bool evidence_needs(const struct evidence *evidence, int severity, double confidence)
{
    return !evidence || evidence->samples.count == 0 ||
           better(severity, confidence, evidence->samples.items);
}

bool evidence_wants(const struct evidence *evidence, int severity, double confidence)
{
    const struct sample *samples;

    if (!evidence || evidence->samples.count < SAMPLES_MAX)
        return true;
    samples = evidence->samples.items;
    return better(severity, confidence, &samples[evidence->samples.count - 1]);
}

static int sample_of(const struct finding *finding, struct arena *arena, struct sample *ret)
{
    struct cut_text prompt = {.text = finding->prompt,
                              .cut_bytes = finding->prompt_cut_bytes,
                              .sha256 = finding->prompt_sha256};
    struct cut_text output = {.text = finding->output,
                              .cut_bytes = finding->output_cut_bytes,
                              .sha256 = finding->output_sha256};

    if (cut_text(&prompt, EVIDENCE_TEXT_BYTES_MAX, arena) ||
        cut_text(&output, EVIDENCE_TEXT_BYTES_MAX, arena))
        return -1;
    *ret = (struct sample){
        .finding = finding->id,
        .severity = finding->severity,
        .confidence = finding->confidence,
        .model_version = finding->model.version ? finding->model.version : "",
        .prompt = prompt.text,
        .output = output.text,
        .prompt_cut_bytes = prompt.cut_bytes,
        .output_cut_bytes = output.cut_bytes,
        .prompt_sha256 = prompt.sha256,
        .output_sha256 = output.sha256,
        .run = finding->run.id,
        .run_url = finding->run.url,
        .time_ms = finding->time_ms,
    };
    return 0;
}

int evidence_add(const struct evidence *evidence, const struct finding *finding, int64_t version,
                 struct arena *arena, struct evidence *ret, struct error *err)
{
    struct sample *samples = arena_array(arena, SAMPLES_MAX + 1, sizeof(*samples));
    const struct sample *old = evidence ? evidence->samples.items : NULL;
    size_t count = evidence ? evidence->samples.count : 0;
    size_t at = 0;

    if (!samples)
        return error_set(err, ERROR_MEMORY, "no memory for a sample");
    while (at < count && !better(finding->severity, finding->confidence, &old[at]))
        at++;
    if (at > 0)
        memcpy(samples, old, at * sizeof(*samples));
    if (at < count)
        memcpy(samples + at + 1, old + at, (count - at) * sizeof(*samples));
    if (sample_of(finding, arena, &samples[at]))
        return error_set(err, ERROR_MEMORY, "no memory for a sample");
    count = count < SAMPLES_MAX ? count + 1 : SAMPLES_MAX;
    *ret = (struct evidence){
        .fingerprint = finding->fingerprint,
        .version = version,
        .samples = {.items = samples, .count = count},
    };
    return 0;
}
