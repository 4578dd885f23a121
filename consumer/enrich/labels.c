/*
 * labels.c - see labels.h.
 */
#include "consumer/enrich/labels.h"

#include <string.h>

#include "producer/record_check.h"

/* Names that a finding cannot set, whether we have a value or not. */
static const char *const reserved[] = {
    "alertname", "fingerprint", "severity", "confidence", "model",  "model_version", "target",
    "category",  "tool",        "pipeline", "repository", "branch", "team",          "run",
};
#define RESERVED (sizeof(reserved) / sizeof(reserved[0]))

static void put(struct list *labels, const char *name, const char *value)
{
    struct label *items = labels->items;

    if (value && *value)
        items[labels->count++] = (struct label){.name = name, .value = value};
}

static bool is_reserved(const char *name)
{
    for (size_t i = 0; i < RESERVED; i++) {
        if (strcmp(reserved[i], name) == 0)
            return true;
    }
    return false;
}

int labels_of(const struct alert *alert, const struct sighting *sighting, struct arena *arena,
              struct list *ret_labels, struct error *err)
{
    static const struct sighting nowhere;
    const struct sighting *at = sighting ? sighting : &nowhere;
    const struct label *own = alert->labels.items;
    struct list labels = {
        .items = arena_array(arena, RESERVED + alert->labels.count, sizeof(struct label))};
    char *confidence = arena_alloc(arena, NUMBER_TEXT_BYTES);

    if (!labels.items || !confidence)
        return error_set(err, ERROR_MEMORY, "no memory for labels");
    number_format(alert->confidence, confidence);
    const char *const values[RESERVED] = {
        alert->rule.id,
        alert->fingerprint,
        severity_names[alert->severity],
        confidence,
        alert->model,
        at->model_version,
        alert->target,
        alert->category,
        alert->rule.tool,
        at->pipeline,
        at->repository,
        at->branch,
        at->team,
        at->run,
    };
    for (size_t i = 0; i < RESERVED; i++)
        put(&labels, reserved[i], values[i]);
    for (size_t i = 0; i < alert->labels.count; i++) {
        if (!is_reserved(own[i].name))
            put(&labels, own[i].name, own[i].value);
    }
    *ret_labels = labels;
    return 0;
}
