/*
 * picture.c - see picture.h.
 */
#include "consumer/enrich/picture.h"

#include <inttypes.h>
#include <string.h>

#include "consumer/enrich/addresses.h"

#define ANNOTATIONS_MAX       6
#define SHRUNK_TEXT_BYTES_MAX 500

static void put(struct list *labels, const char *name, const char *value)
{
    if (value && *value)
        ((struct label *)labels->items)[labels->count++] =
            (struct label){.name = name, .value = value};
}

static const char *within(const char *text, size_t bytes_max, struct arena *arena)
{
    return text && strlen(text) > bytes_max
               ? arena_strndup(arena, text, utf8_prefix(text, bytes_max))
               : text;
}

/* NULL: memory is out; "": nothing set it. */
static const char *severity_note(const struct alert *alert, const struct enriched *enriched,
                                 struct arena *arena)
{
    return enriched->overridden
               ? arena_printf(arena, "severity %s, set from %s by rule %s",
                              severity_names[enriched->severity], severity_names[alert->severity],
                              enriched->overridden->name)
               : "";
}

static int annotate(const struct alert *alert, const struct enriched *enriched, const char *runbook,
                    struct arena *arena, struct list *ret)
{
    const char *note = severity_note(alert, enriched, arena);
    const char *owasp = taxonomy_owasp_text(&enriched->taxonomy, arena);
    const char *atlas = taxonomy_atlas_text(&enriched->taxonomy, arena);
    const char *name = alert->rule.title[0] ? alert->rule.title : alert->rule.id;
    const char *summary = arena_printf(arena, "%s: %s", alert->model, name);
    const char *description =
        arena_printf(arena, "%s broke the rule %s%s%s; %" PRId64 " finding%s in this episode",
                     alert->model, alert->rule.id, alert->target[0] ? " on " : "", alert->target,
                     alert->episode_count, alert->episode_count == 1 ? "" : "s");

    *ret = (struct list){.items = arena_array(arena, ANNOTATIONS_MAX, sizeof(struct label))};
    summary = within(summary, LABEL_VALUE_MAX, arena);
    description = within(description, LABEL_VALUE_MAX, arena);
    if (!ret->items || !summary || !description || !note || !owasp || !atlas)
        return -1;
    put(ret, "summary", summary);
    put(ret, "description", description);
    put(ret, "runbook_url", runbook);
    put(ret, "severity_note", note);
    put(ret, "owasp_llm", owasp);
    put(ret, "mitre_atlas", atlas);
    return 0;
}

static void put_name(struct list *names, const char *name)
{
    const char **items = names->items;

    if (!name || !*name || names->count == PICTURE_NAMES_SHOWN_MAX)
        return;
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(items[i], name) == 0)
            return;
    }
    items[names->count++] = name;
}

/* Most recent first. */
static int name_places(const struct alert *alert, struct arena *arena, struct picture *ret)
{
    const struct sighting *sighting = alert->sightings.items;

    ret->model_versions.items = arena_array(arena, PICTURE_NAMES_SHOWN_MAX, sizeof(const char *));
    ret->pipelines.items = arena_array(arena, PICTURE_NAMES_SHOWN_MAX, sizeof(const char *));
    if (!ret->model_versions.items || !ret->pipelines.items)
        return -1;
    for (size_t i = alert->sightings.count; i > 0; i--) {
        const struct sighting *at = &sighting[i - 1];
        const char *place =
            arena_printf(arena, "%s%s%s%s%s", at->repository, at->repository[0] ? " " : "",
                         at->pipeline, at->branch[0] ? "@" : "", at->branch);

        put_name(&ret->model_versions, at->model_version);
        put_name(&ret->pipelines, place);
    }
    return 0;
}

static bool cut(const char **text, int64_t *cut_bytes, size_t bytes_max, struct arena *arena)
{
    size_t bytes = strlen(*text);
    size_t kept = utf8_prefix(*text, bytes_max);

    if (kept == bytes)
        return true;
    *text = arena_strndup(arena, *text, kept);
    *cut_bytes += (int64_t)(bytes - kept);
    return *text != NULL;
}

static bool cut_sample(struct sample *sample, size_t bytes_max, struct arena *arena)
{
    return cut(&sample->prompt, &sample->prompt_cut_bytes, bytes_max, arena) &&
           cut(&sample->output, &sample->output_cut_bytes, bytes_max, arena);
}

static const struct sample *best_sample(const struct evidence *evidence)
{
    return evidence && evidence->samples.count > 0 ? evidence->samples.items : NULL;
}

static int show_sample(const struct evidence *evidence, struct arena *arena, struct picture *ret)
{
    if (!best_sample(evidence))
        return 0;
    ret->sample = arena_alloc(arena, sizeof(*ret->sample));
    if (!ret->sample)
        return -1;
    *ret->sample = *best_sample(evidence);
    return cut_sample(ret->sample, PICTURE_TEXT_BYTES_MAX, arena) ? 0 : -1;
}

int picture_of(const struct enrichment *rules, const struct alert *alert,
               const struct evidence *evidence, const struct sighting *sighting,
               const struct enriched *enriched, int news, struct arena *arena, struct picture *ret,
               struct error *err)
{
    struct addresses addresses;

    if (addresses_of(rules, alert, sighting, enriched, best_sample(evidence), arena, &addresses,
                     err))
        return -1;
    *ret = (struct picture){
        .fingerprint = alert->fingerprint,
        .version = alert->version,
        .status = alert->status,
        .resolved_reason = alert->resolved_reason,
        .news = news,
        .episode = alert->episode,
        .rule = alert->rule,
        .model = alert->model,
        .target = alert->target,
        .category = alert->category,
        .severity = enriched->severity,
        .confidence = alert->confidence,
        .count = alert->count,
        .episode_count = alert->episode_count,
        .first_seen_ms = alert->first_seen_ms,
        .last_seen_ms = alert->last_seen_ms,
        .opened_ms = alert->opened_ms,
        .resolved_ms = alert->resolved_ms,
        .labels = enriched->labels,
        .owner = *enriched->owner ? enriched->owner : NULL,
        .sightings = (int64_t)alert->sightings.count,
        .flapping = alert->flapping,
        .links = addresses.links,
        .ticket_url = addresses.ticket,
        .run = alert->news_run[0] ? alert->news_run : NULL,
        .run_url = sighting ? sighting->run_url : NULL,
        .commit = sighting ? sighting->commit : NULL,
        .commit_url = addresses.commit,
        .compare_url = addresses.compare,
    };
    if (annotate(alert, enriched, addresses.links.runbook, arena, &ret->annotations) ||
        name_places(alert, arena, ret) || show_sample(evidence, arena, ret))
        return error_set(err, ERROR_MEMORY, "no memory for a picture");
    return 0;
}

static void without_sample(struct picture *picture)
{
    picture->sample = NULL;
}

static void without_places(struct picture *picture)
{
    picture->model_versions.count = 0;
    picture->pipelines.count = 0;
    picture->annotations.count = 0;
}

static void without_links(struct picture *picture)
{
    picture->links = (struct links){.report = NULL};
    picture->ticket_url = NULL;
    picture->run_url = NULL;
    picture->commit_url = NULL;
    picture->compare_url = NULL;
}

/* Ours come first and are few: see enriched.h. */
static void without_own_labels(struct picture *picture)
{
    if (picture->labels.count > LABELS_OURS)
        picture->labels.count = LABELS_OURS;
}

bool picture_shrink(struct picture *picture, size_t step, struct arena *arena)
{
    static void (*const steps[])(struct picture * picture) = {without_sample, without_own_labels,
                                                              without_places, without_links};

    if (step == 0)
        return !picture->sample || cut_sample(picture->sample, SHRUNK_TEXT_BYTES_MAX, arena);
    if (step > sizeof(steps) / sizeof(steps[0]))
        return false;
    steps[step - 1](picture);
    return true;
}
