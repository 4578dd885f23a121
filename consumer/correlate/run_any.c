/*
 * run_any.c - coverage of any category: what a run tried without naming each fingerprint.
 *
 * Before a run's alerts are judged, each open alert that was sighted at the run's place, and that
 * the run neither found nor covers by a row of its own, takes the numbers of the row for its rule,
 * else of the row for its tool. From then on it is judged like any other.
 */
#include <string.h>

#include "consumer/correlate/correlator_private.h"
#include "consumer/correlate/run_end.h"

#define TOOL_BYTES_MAX (4 * NAME_MAX_CHARS)

static bool was_here(const struct alert *alert, const struct run *run)
{
    const struct sighting *sighting = alert->sightings.items;

    for (size_t i = 0; i < alert->sightings.count; i++) {
        if (strcmp(sighting[i].repository, run->repository) == 0 &&
            strcmp(sighting[i].pipeline, run->pipeline) == 0 &&
            strcmp(sighting[i].branch, run->branch) == 0)
            return true;
    }
    return false;
}

static const struct tally *tally_of_rule(const struct run_slot *run, const struct alert *alert,
                                         const char *rule)
{
    const struct coverage any = {
        .rule = rule, .model = alert->model, .target = alert->target, .category = COVERAGE_ANY};
    struct key key;

    coverage_key(&any, &run->state->run, &key);
    return key_table_get(&run->tallies, &key);
}

/* NULL: the run did not try it. */
static const struct tally *tally_of_any(const struct run_slot *run, const struct alert *alert)
{
    const struct tally *tally = tally_of_rule(run, alert, alert->rule.id);
    const char *slash = strchr(alert->rule.id, '/');
    char tool[TOOL_BYTES_MAX];
    int bytes;

    if (tally || !slash)
        return tally;
    bytes = snprintf(tool, sizeof(tool), "%.*s/%s", (int)(slash - alert->rule.id), alert->rule.id,
                     COVERAGE_ANY);
    return bytes > 0 && (size_t)bytes < sizeof(tool) ? tally_of_rule(run, alert, tool) : NULL;
}

static bool is_spoken_of(const struct tally *tally)
{
    return tally && (tally->accepted > 0 || tally->published > 0 || tally->attempts > 0 ||
                     tally->failures > 0 || tally->withheld > 0);
}

static int expand(struct run_slot *run, const struct alert_slot *slot, struct error *err)
{
    const struct tally *any;
    struct tally *tally;

    if (!slot->alert || slot->alert->status != ALERT_OPEN ||
        !was_here(slot->alert, &run->state->run) ||
        is_spoken_of(key_table_get(&run->tallies, &slot->key)))
        return 0;
    any = tally_of_any(run, slot->alert);
    if (!any)
        return 0;
    tally = run_slot_tally(run, &slot->key, err);
    if (!tally)
        return -1;
    tally->attempts = any->attempts;
    tally->withheld = any->withheld;
    return 0;
}

int run_expand(const struct partition *partition, struct run_slot *run, struct error *err)
{
    const struct alert_slot *slot;
    size_t cursor = 0;

    while (run->has_any && (slot = key_table_next(&partition->alerts, &cursor))) {
        if (expand(run, slot, err))
            return -1;
    }
    return 0;
}
