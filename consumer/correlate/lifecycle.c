/*
 * lifecycle.c - see lifecycle.h. Drafts point into the alert that they come from and into the
 * finding; whoever keeps one packs it.
 */
#include "consumer/correlate/lifecycle.h"

#include <string.h>

#include "consumer/enrich/enriched.h"

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static int64_t later(int64_t left, int64_t right)
{
    return left > right ? left : right;
}

static bool same_place(const struct sighting *sighting, const struct finding *finding)
{
    const struct run *run = &finding->run;

    return strcmp(sighting->repository, run->repository) == 0 &&
           strcmp(sighting->pipeline, run->pipeline) == 0 &&
           strcmp(sighting->branch, run->branch) == 0 &&
           strcmp(sighting->model_version, or_empty(finding->model.version)) == 0 &&
           strcmp(sighting->team, or_empty(run->team)) == 0;
}

static void take_run(struct sighting *sighting, const struct run *run)
{
    sighting->run = run->id;
    sighting->run_started_ms = run->started_ms;
    sighting->run_url = run->url;
    sighting->commit = run->commit;
    sighting->previous_commit = NULL;
    sighting->job = run->job;
    sighting->run_count = 1;
    sighting->run_attempts = 0;
}

static void sighting_open(struct sighting *sighting, const struct finding *finding, int64_t time_ms)
{
    *sighting = (struct sighting){
        .pipeline = finding->run.pipeline,
        .repository = finding->run.repository,
        .branch = finding->run.branch,
        .model_version = or_empty(finding->model.version),
        .team = or_empty(finding->run.team),
        .count = 1,
        .first_seen_ms = time_ms,
        .last_seen_ms = time_ms,
    };
    take_run(sighting, &finding->run);
}

static void found_again(struct sighting *sighting)
{
    sighting->clean = false;
    sighting->clean_runs = 0;
    sighting->clean_run = NULL;
}

/* An older run that comes late is counted, but the newer stays the last that found it here. */
static void sighting_again(struct sighting *sighting, const struct finding *finding,
                           int64_t time_ms)
{
    const struct run *run = &finding->run;

    if (strcmp(sighting->run, run->id) == 0) {
        sighting->run_count++;
        sighting->run_started_ms = later(sighting->run_started_ms, run->started_ms);
    } else if (run->started_ms >= sighting->run_started_ms) {
        take_run(sighting, run);
    }
    sighting->count++;
    sighting->last_seen_ms = later(sighting->last_seen_ms, time_ms);
    found_again(sighting);
}

static bool version_known(const struct list *sightings, const char *version)
{
    const struct sighting *sighting = sightings->items;

    for (size_t i = 0; i < sightings->count; i++) {
        if (strcmp(sighting[i].model_version, version) == 0)
            return true;
    }
    return false;
}

static void drop_oldest(struct list *sightings)
{
    struct sighting *sighting = sightings->items;
    size_t oldest = 0;

    for (size_t i = 1; i < sightings->count; i++) {
        if (sighting[i].last_seen_ms < sighting[oldest].last_seen_ms)
            oldest = i;
    }
    sightings->count--;
    memmove(sighting + oldest, sighting + oldest + 1,
            (sightings->count - oldest) * sizeof(*sighting));
}

/* Finds the place, or makes it. */
static int see(struct alert *draft, const struct finding *finding, int64_t time_ms,
               struct arena *arena, bool *ret_new)
{
    struct list *sightings = &draft->sightings;
    struct sighting *copy = arena_array(arena, sightings->count + 1, sizeof(*copy));

    if (!copy)
        return -1;
    if (sightings->count > 0)
        memcpy(copy, sightings->items, sightings->count * sizeof(*copy));
    sightings->items = copy;
    for (size_t i = 0; i < sightings->count; i++) {
        if (same_place(&copy[i], finding)) {
            sighting_again(&copy[i], finding, time_ms);
            *ret_new = false;
            return 0;
        }
    }
    if (sightings->count == SIGHTINGS_MAX)
        drop_oldest(sightings);
    sighting_open(&copy[sightings->count++], finding, time_ms);
    *ret_new = true;
    return 0;
}

static void take_worst(struct alert *draft, const struct finding *finding)
{
    draft->severity = finding->severity;
    draft->labels = finding->labels;
    draft->links = finding->links;
}

static void start_episode(struct alert *draft, const struct finding *finding, int64_t time_ms)
{
    draft->status = ALERT_OPEN;
    draft->resolved_reason = RESOLVED_NOT;
    draft->resolved_ms = 0;
    draft->episode++;
    draft->episode_count = 0;
    draft->opened_ms = time_ms;
    draft->opened_run = finding->run.id;
    draft->confidence = finding->confidence;
    take_worst(draft, finding);
}

static void open_first(struct alert *draft, const struct finding *finding, int64_t time_ms)
{
    *draft = (struct alert){
        .fingerprint = finding->fingerprint,
        .rule = finding->rule,
        .model = finding->model.name,
        .target = finding->target,
        .category = finding->category,
        .first_seen_ms = time_ms,
        .last_seen_ms = time_ms,
        .news_run = "",
    };
    start_episode(draft, finding, time_ms);
}

static void mark_news(struct alert *draft, const char *run, int64_t now_ms)
{
    draft->version = later(draft->version + 1, now_ms);
    draft->news_run = run;
}

/* Whether the finding made it worse, for those who see it through the rules. */
static int find_escalation(const struct alert *alert, const struct alert *draft,
                           const struct lifecycle_rules *rules, struct arena *arena,
                           struct change *change, struct error *err)
{
    bool changed = draft->severity > alert->severity || draft->confidence > alert->confidence ||
                   change->new_sighting;
    struct enriched before, now;

    if (!changed)
        return 0;
    if (enriched_worst(rules->enrichment, alert, arena, &before, err) ||
        enriched_worst(rules->enrichment, draft, arena, &now, err))
        return -1;
    if (now.severity > before.severity)
        change->news = NEWS_ESCALATED;
    return 0;
}

/* Reopenings within the window. */
static int64_t flaps_of(const struct alert *alert, int64_t now_ms,
                        const struct lifecycle_rules *rules)
{
    const struct alert_moment *reopened = alert->reopened.items;
    int64_t count = 0;

    for (size_t i = 0; i < alert->reopened.count; i++)
        count += now_ms - reopened[i].time_ms < rules->flap_window_ms;
    return count;
}

static bool is_flapping(const struct alert *alert, int64_t now_ms,
                        const struct lifecycle_rules *rules)
{
    return rules->flap_count > 0 && flaps_of(alert, now_ms, rules) >= rules->flap_count;
}

static int64_t clean_runs_needed(const struct alert *alert, int64_t now_ms,
                                 const struct lifecycle_rules *rules)
{
    return is_flapping(alert, now_ms, rules) ? later(rules->clean_runs, rules->flap_clean_runs)
                                             : rules->clean_runs;
}

/* Once more; the oldest time gives way. */
static int note_reopened(struct alert *draft, int64_t now_ms, const struct lifecycle_rules *rules,
                         struct arena *arena)
{
    size_t count = draft->reopened.count, skip = count == FLAPS_MAX;
    struct alert_moment *times = arena_array(arena, count + 1, sizeof(*times));

    if (!times)
        return -1;
    if (count > skip)
        memcpy(times, (const struct alert_moment *)draft->reopened.items + skip,
               (count - skip) * sizeof(*times));
    times[count - skip].time_ms = now_ms;
    draft->reopened = (struct list){.items = times, .count = count - skip + 1};
    draft->flapping = is_flapping(draft, now_ms, rules);
    return 0;
}

int lifecycle_finding(const struct alert *alert, const struct finding *finding, int64_t time_ms,
                      int64_t now_ms, const struct lifecycle_rules *rules, struct arena *arena,
                      struct alert *ret_draft, struct change *ret_change, struct error *err)
{
    struct change change = {.news = NEWS_NONE};
    bool version_new;

    if (!alert) {
        open_first(ret_draft, finding, time_ms);
        change.news = NEWS_OPENED;
    } else {
        *ret_draft = *alert;
        if (alert->status == ALERT_RESOLVED) {
            start_episode(ret_draft, finding, time_ms);
            change.news = NEWS_REOPENED;
            if (note_reopened(ret_draft, now_ms, rules, arena))
                return error_set(err, ERROR_MEMORY, "no memory for an alert");
        } else if (finding->severity > alert->severity) {
            take_worst(ret_draft, finding);
        }
    }
    version_new = !version_known(&ret_draft->sightings, or_empty(finding->model.version));
    if (see(ret_draft, finding, time_ms, arena, &change.new_sighting))
        return error_set(err, ERROR_MEMORY, "no memory for a sighting");
    if (finding->confidence > ret_draft->confidence)
        ret_draft->confidence = finding->confidence;
    if (change.news == NEWS_NONE && alert &&
        find_escalation(alert, ret_draft, rules, arena, &change, err))
        return -1;
    if (change.news == NEWS_NONE && version_new && rules->notify_model_version)
        change.news = NEWS_VERSION;
    ret_draft->count++;
    ret_draft->episode_count++;
    ret_draft->last_seen_ms = later(ret_draft->last_seen_ms, time_ms);
    if (change.news != NEWS_NONE)
        mark_news(ret_draft, finding->run.id, now_ms);
    *ret_change = change;
    return 0;
}

void lifecycle_count(struct alert *alert, struct sighting *sighting, int64_t time_ms)
{
    alert->count++;
    alert->episode_count++;
    alert->last_seen_ms = later(alert->last_seen_ms, time_ms);
    sighting->count++;
    sighting->run_count++;
    sighting->last_seen_ms = later(sighting->last_seen_ms, time_ms);
    found_again(sighting);
}

/* It looked as hard as the run that found it here: half as many attempts, at least. */
static bool clears(const struct clean_run *run, const struct sighting *sighting)
{
    return run->attempts > 0 && run->attempts >= sighting->run_attempts - run->attempts &&
           run->started_ms >= sighting->run_started_ms &&
           strcmp(sighting->repository, run->repository) == 0 &&
           strcmp(sighting->pipeline, run->pipeline) == 0 &&
           strcmp(sighting->branch, run->branch) == 0 &&
           (!sighting->clean_run || strcmp(sighting->clean_run, run->id) != 0);
}

int lifecycle_clean(const struct alert *alert, const struct clean_run *run,
                    const struct lifecycle_rules *rules, int64_t now_ms, struct arena *arena,
                    struct alert *ret_draft, bool *ret_changed, struct error *err)
{
    size_t count = alert->sightings.count;
    int64_t needed = clean_runs_needed(alert, now_ms, rules);
    struct sighting *sighting = arena_array(arena, count + 1, sizeof(*sighting));

    if (!sighting)
        return error_set(err, ERROR_MEMORY, "no memory for sightings");
    if (count > 0)
        memcpy(sighting, alert->sightings.items, count * sizeof(*sighting));
    *ret_draft = *alert;
    ret_draft->sightings.items = sighting;
    *ret_changed = false;
    for (size_t i = 0; i < count; i++) {
        if (!clears(run, &sighting[i]))
            continue;
        sighting[i].clean_runs++;
        sighting[i].clean = sighting[i].clean_runs >= needed;
        sighting[i].clean_run = run->id;
        *ret_changed = true;
    }
    return 0;
}

int lifecycle_resolvable(const struct alert *alert, int64_t now_ms,
                         const struct lifecycle_rules *rules)
{
    const struct sighting *sighting = alert->sightings.items;
    int64_t stale_ms = now_ms - rules->stale_after_ms;
    bool clean = false;

    if (alert->status != ALERT_OPEN)
        return RESOLVED_NOT;
    for (size_t i = 0; i < alert->sightings.count; i++) {
        if (!sighting[i].clean && sighting[i].last_seen_ms >= stale_ms)
            return RESOLVED_NOT;
        clean = clean || sighting[i].clean;
    }
    return clean ? RESOLVED_CLEAN : RESOLVED_STALE;
}

void lifecycle_resolve(const struct alert *alert, int reason, const char *run, int64_t now_ms,
                       struct alert *ret_draft)
{
    *ret_draft = *alert;
    ret_draft->status = ALERT_RESOLVED;
    ret_draft->resolved_reason = reason;
    ret_draft->resolved_ms = now_ms;
    mark_news(ret_draft, run ? run : "", now_ms);
}

void sightings_sort(struct list *sightings)
{
    struct sighting *sighting = sightings->items;

    for (size_t i = 1; i < sightings->count; i++) {
        struct sighting moved = sighting[i];
        size_t at = i;

        for (; at > 0 && sighting[at - 1].last_seen_ms > moved.last_seen_ms; at--)
            sighting[at] = sighting[at - 1];
        sighting[at] = moved;
    }
}
