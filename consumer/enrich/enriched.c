/*
 * enriched.c - see enriched.h.
 */
#include "consumer/enrich/enriched.h"

#include <string.h>

#include "producer/record_check.h"

enum { OUR_SEVERITY = 2, OUR_TEAM = 12, OUR_OWNER = 14 };

/* Names that a finding cannot set, whether we have a value or not. */
static const char *const ours[LABELS_OURS] = {
    "alertname",
    "fingerprint",
    [OUR_SEVERITY] = "severity",
    "confidence",
    "model",
    "model_version",
    "target",
    "category",
    "tool",
    "pipeline",
    "repository",
    "branch",
    [OUR_TEAM] = "team",
    "run",
    [OUR_OWNER] = "owner",
};

static void put(struct list *labels, const char *name, const char *value)
{
    struct label *items = labels->items;

    if (value && *value)
        items[labels->count++] = (struct label){.name = name, .value = value};
}

static void put_new(struct list *labels, const char *name, const char *value)
{
    if (*label_value(labels->items, labels->count, name) == '\0')
        put(labels, name, value);
}

static bool is_ours(const char *name)
{
    for (size_t i = 0; i < LABELS_OURS; i++) {
        if (strcmp(ours[i], name) == 0)
            return true;
    }
    return false;
}

static void put_all(const struct alert *alert, const char *const values[LABELS_OURS],
                    struct enriched *enriched)
{
    const struct label *own = alert->labels.items;
    const struct taxonomy *taxonomy = &enriched->taxonomy;
    struct list *labels = &enriched->labels;

    labels->count = 0;
    for (size_t i = 0; i < LABELS_OURS; i++)
        put(labels, ours[i], values[i]);
    for (size_t i = 0; i < alert->labels.count; i++) {
        if (!is_ours(own[i].name))
            put(labels, own[i].name, own[i].value);
    }
    for (size_t i = 0; i < OWASP_LISTS; i++)
        put_new(labels, taxonomy_owasp[i].label, taxonomy->owasp[i]);
    put_new(labels, TAXONOMY_ATLAS, taxonomy->atlas);
}

/* The run's own team stands, unless the rule says otherwise. */
static void find_owner(const struct enrichment *rules, struct enriched *enriched)
{
    const struct owner_rule *rule =
        rules_find(&rules->owners, sizeof(struct owner_rule), &enriched->labels);

    enriched->owned = rule;
    if (!rule)
        return;
    enriched->owner = rule->owner;
    if (*rule->team && (rule->over_run || !*enriched->team))
        enriched->team = rule->team;
}

static void find_severity(const struct enrichment *rules, struct enriched *enriched)
{
    const struct severity_rule *rule =
        rules_find(&rules->severities, sizeof(struct severity_rule), &enriched->labels);

    if (!rule || rule->severity == enriched->severity)
        return;
    enriched->severity = rule->severity;
    enriched->overridden = rule;
}

int enriched_of(const struct enrichment *rules, const struct alert *alert,
                const struct sighting *sighting, struct arena *arena, struct enriched *ret,
                struct error *err)
{
    static const struct sighting nowhere;
    static const struct enrichment nothing;
    const struct sighting *at = sighting ? sighting : &nowhere;
    char *confidence = arena_alloc(arena, NUMBER_TEXT_BYTES);

    *ret = (struct enriched){
        .sighting = sighting,
        .labels.items = arena_array(arena, LABELS_OURS + alert->labels.count + TAXONOMY_LABELS,
                                    sizeof(struct label)),
        .severity = alert->severity,
        .team = at->team ? at->team : "",
        .owner = "",
    };
    if (!ret->labels.items || !confidence)
        return error_set(err, ERROR_MEMORY, "no memory for labels");
    if (taxonomy_of(&alert->rule, &alert->labels, arena, &ret->taxonomy, err))
        return -1;
    number_format(alert->confidence, confidence);
    const char *values[LABELS_OURS] = {
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
        "",
    };
    put_all(alert, values, ret);
    find_owner(rules ? rules : &nothing, ret);
    values[OUR_TEAM] = ret->team;
    values[OUR_OWNER] = ret->owner;
    put_all(alert, values, ret);
    find_severity(rules ? rules : &nothing, ret);
    values[OUR_SEVERITY] = severity_names[ret->severity];
    put_all(alert, values, ret);
    return 0;
}

int enriched_worst(const struct enrichment *rules, const struct alert *alert, struct arena *arena,
                   struct enriched *ret, struct error *err)
{
    const struct sighting *sighting = alert->sightings.items;
    size_t i = alert->sightings.count;

    if (enriched_of(rules, alert, i > 0 ? &sighting[--i] : NULL, arena, ret, err))
        return -1;
    while (i > 0 && rules && rules->severities.count > 0) {
        struct enriched here;

        if (enriched_of(rules, alert, &sighting[--i], arena, &here, err))
            return -1;
        if (here.severity > ret->severity)
            *ret = here;
    }
    return 0;
}
