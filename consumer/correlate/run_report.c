/*
 * run_report.c - what a run that has ended is to those who wait for it: a part of its end for every
 * receiver that is told at a run's end, with a summary for those that want one.
 *
 * The summary counts the alerts of this partition that the receiver is told of: those that the run
 * opened or reopened, those that it resolved, and those that are open where it looked. Nothing is
 * kept for it: the alerts say which run did what.
 */
#include <string.h>

#include "consumer/correlate/audience.h"
#include "consumer/correlate/correlator_private.h"
#include "consumer/correlate/own_finding.h"
#include "consumer/route/quote.h"

#define SUMMARY_RULE   "tocsin/run/summary"
#define SUMMARY_LABELS 3

struct reporter {
    struct correlator *correlator;
    struct partition *partition;
    const struct run_slot *run;
    int64_t now_ms;
    const struct output_sink *sink;
    struct error *err;
    struct run_counts *counts; /* of each addressee */
    struct label labels[SUMMARY_LABELS];
    char hash[GROUP_HASH_BYTES];
    const char *group_key;
    struct route_matches routes; /* that take the run */
};

static int no_memory(struct error *err)
{
    return error_set(err, ERROR_MEMORY, "no memory for the end of a run");
}

static bool is_open_at(const struct alert *alert, const struct run *run)
{
    const struct sighting *sighting = alert->sightings.items;

    for (size_t i = 0; i < alert->sightings.count; i++) {
        if (!sighting[i].clean && strcmp(sighting[i].pipeline, run->pipeline) == 0 &&
            strcmp(sighting[i].branch, run->branch) == 0 &&
            strcmp(sighting[i].repository, run->repository) == 0)
            return true;
    }
    return false;
}

/* Where the alert counts in a summary of this run; NULL: nowhere. */
static struct severity_counts *place_of(const struct alert *alert, const struct run *run,
                                        struct run_counts *counts)
{
    if (alert->status == ALERT_RESOLVED)
        return alert->resolved_reason == RESOLVED_CLEAN && strcmp(alert->news_run, run->id) == 0
                   ? &counts->resolved
                   : NULL;
    if (strcmp(alert->opened_run, run->id) == 0)
        return &counts->opened;
    return is_open_at(alert, run) ? &counts->still_open : NULL;
}

/* As receivers were told. */
static int severity_of(const struct alert *alert)
{
    return alert->override ? alert->override->severity : alert->severity;
}

static bool was_told(const struct alert *alert, const char *integration)
{
    const struct told *told = alert->told.items;

    for (size_t i = 0; i < alert->told.count; i++) {
        if (strcmp(told[i].integration, integration) == 0)
            return true;
    }
    return false;
}

static bool wants_summary(const struct reporter *reporter, const struct addressee *addressee)
{
    return addressee->run_summary != SUMMARY_NEVER && !is_measure_run(&reporter->run->state->run);
}

static void count_alerts(struct reporter *reporter)
{
    const struct correlator_rules *rules = &reporter->correlator->rules;
    const struct run *run = &reporter->run->state->run;
    const struct alert_slot *slot;
    size_t cursor = 0;

    while ((slot = key_table_next(&reporter->partition->alerts, &cursor))) {
        struct run_counts any;

        if (!slot->alert || !place_of(slot->alert, run, &any))
            continue;
        for (size_t i = 0; i < rules->addressees_count; i++) {
            if (wants_summary(reporter, &rules->addressees[i]) &&
                was_told(slot->alert, rules->addressees[i].integration))
                place_of(slot->alert, run, &reporter->counts[i])->of[severity_of(slot->alert)]++;
        }
    }
}

/* Which routes take the run itself, as if it were an alert. */
static int route_run(struct reporter *reporter)
{
    const struct run *run = &reporter->run->state->run;
    const struct alert as_alert = {
        .rule = {.id = SUMMARY_RULE, .tool = "tocsin"},
        .target = run->repository,
        .severity = SEVERITY_INFO,
    };
    const struct sighting sighting = {
        .pipeline = run->pipeline,
        .repository = run->repository,
        .branch = run->branch,
        .team = run->team,
        .run = run->id,
    };
    struct enriched seen;

    if (enriched_of(reporter->correlator->rules.enrichment, &as_alert, &sighting,
                    &reporter->correlator->arena, &seen, reporter->err))
        return -1;
    route_match(reporter->correlator->rules.route, seen.labels.items, seen.labels.count,
                &reporter->routes);
    return 0;
}

/* {}/run:{branch="…", pipeline="…", repository="…"}: no route's key, so no route's time mutes it.
 */
static int name_group(struct reporter *reporter)
{
    const struct run *run = &reporter->run->state->run;
    const struct label labels[SUMMARY_LABELS] = {
        {"branch", run->branch}, {"pipeline", run->pipeline}, {"repository", run->repository}};
    struct quoted text;

    memcpy(reporter->labels, labels, sizeof(labels));
    quoted_init(&text);
    quoted_put(&text, "{}/run:{");
    for (size_t i = 0; i < SUMMARY_LABELS; i++) {
        quoted_put(&text, i > 0 ? ", " : "");
        quoted_put(&text, labels[i].name);
        quoted_put(&text, "=");
        quoted_put_string(&text, labels[i].value);
    }
    quoted_put(&text, "}");
    if (quoted_text(&text))
        reporter->group_key = arena_strdup(&reporter->correlator->arena, quoted_text(&text));
    quoted_fini(&text);
    if (!reporter->group_key)
        return no_memory(reporter->err);
    group_hash(reporter->group_key, reporter->hash);
    return 0;
}

static bool is_routed(const struct reporter *reporter, const char *receiver)
{
    for (size_t i = 0; i < reporter->routes.count; i++) {
        if (strcmp(reporter->routes.routes[i]->receiver, receiver) == 0)
            return true;
    }
    return false;
}

static int tell_part(const struct reporter *reporter, size_t index, int64_t shard,
                     bool with_summary)
{
    const struct correlator_rules *rules = &reporter->correlator->rules;
    const struct addressee *addressee = &rules->addressees[index];
    const struct run_state *state = reporter->run->state;
    struct run_summary summary = {
        .run = state->run,
        .status = state->status,
        .lost = state->phase == RUN_LOST,
        .ended_ms = state->ended_ms,
        .counts = reporter->counts[index],
    };
    struct notification notification = {
        .integration = addressee->integration,
        .group = "",
        .group_key = "",
        .flush = addressee->flush,
        .time_ms = reporter->now_ms,
        .run = state->run.id,
        .part = reporter->partition->number + 1,
        .parts = rules->partitions,
        .run_status = state->status,
    };

    if (with_summary) {
        notification.group = reporter->hash;
        notification.group_key = reporter->group_key;
        notification.group_labels =
            (struct list){.items = (void *)reporter->labels, .count = SUMMARY_LABELS};
        notification.timing = rules->route->timing;
        notification.summary = &summary;
        notification.always =
            addressee->run_summary == SUMMARY_ALWAYS && is_routed(reporter, addressee->receiver);
    }
    return notify_write(reporter->correlator, addressee, shard,
                        arena_printf(&reporter->correlator->arena, "%s|run|%s",
                                     addressee->integration, state->run.id),
                        &notification, reporter->sink, reporter->err);
}

static int tell_addressee(const struct reporter *reporter, size_t index)
{
    const struct addressee *addressee = &reporter->correlator->rules.addressees[index];
    int64_t home = audience_shard(addressee, reporter->hash);

    for (int64_t shard = 0; shard < addressee->shards; shard++) {
        bool with_summary = wants_summary(reporter, addressee) && shard == home;

        if ((with_summary || addressee->flush == FLUSH_RUN_END) &&
            tell_part(reporter, index, shard, with_summary))
            return -1;
    }
    return 0;
}

int notify_run(struct correlator *correlator, struct partition *partition,
               const struct run_slot *run, int64_t now_ms, const struct output_sink *sink,
               struct error *err)
{
    const struct correlator_rules *rules = &correlator->rules;
    struct reporter reporter = {
        .correlator = correlator,
        .partition = partition,
        .run = run,
        .now_ms = now_ms,
        .sink = sink,
        .err = err,
    };
    bool summaries = false;

    if (!run->ended_now || !rules->route)
        return 0;
    for (size_t i = 0; i < rules->addressees_count; i++)
        summaries = summaries || wants_summary(&reporter, &rules->addressees[i]);
    reporter.counts =
        arena_array(&correlator->arena, rules->addressees_count + 1, sizeof(*reporter.counts));
    if (!reporter.counts)
        return no_memory(err);
    memset(reporter.counts, 0, (rules->addressees_count + 1) * sizeof(*reporter.counts));
    if (summaries) {
        if (route_run(&reporter) || name_group(&reporter))
            return -1;
        count_alerts(&reporter);
    }
    for (size_t i = 0; i < rules->addressees_count; i++) {
        if (tell_addressee(&reporter, i))
            return -1;
    }
    return 0;
}
