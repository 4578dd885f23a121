/*
 * inhibit.c - alerts that match the source side of an inhibition rule, written to `control` for
 * every process to see.
 *
 * One record an alert: a set of labels for each place where it is open and matches, of these only
 * the labels that a rule names. It is written when that has changed, and taken out when the alert
 * is resolved or matches no more. After a restore all of them are written again: the rules may be
 * others than those of the process that wrote them. Costs nothing without rules, and next to
 * nothing for a finding that is only counted.
 */
#include <string.h>

#include "consumer/correlate/correlator_private.h"
#include "consumer/enrich/enriched.h"
#include "consumer/records/control.h"

#define INHIBITOR_BYTES_MAX     65536
#define INHIBITOR_KEY_BYTES_MAX (sizeof(INHIBITOR_KEY_PREFIX) + FINGERPRINT_BYTES)

static int no_memory(struct error *err)
{
    return error_set(err, ERROR_MEMORY, "no memory for an inhibiting alert");
}

static bool is_equal(const struct list *left, const struct list *right)
{
    const struct label *a = left->items, *b = right->items;

    for (size_t i = 0; i < left->count && left->count == right->count; i++) {
        if (strcmp(a[i].name, b[i].name) != 0 || strcmp(a[i].value, b[i].value) != 0)
            return false;
    }
    return left->count == right->count;
}

static bool is_known(const struct inhibitor *inhibitor, const struct list *labels)
{
    const struct inhibitor_source *sources = inhibitor->sources.items;

    for (size_t i = 0; i < inhibitor->sources.count; i++) {
        if (is_equal(&sources[i].labels, labels))
            return true;
    }
    return false;
}

/* In place: labels that no rule names say nothing here. */
static void strip(const struct correlator_rules *rules, struct list *labels)
{
    struct label *items = labels->items;
    size_t kept = 0;

    for (size_t i = 0; i < labels->count; i++) {
        if (strcmp(items[i].name, "alertname") == 0 ||
            inhibit_mentions(rules->inhibit_rules, rules->inhibit_rules_count, items[i].name))
            items[kept++] = items[i];
    }
    labels->count = kept;
}

/* Newest place first, since the oldest give way when there are too many. */
static int collect(const struct correlator_rules *rules, const struct alert *alert,
                   struct arena *arena, struct inhibitor *inhibitor, struct error *err)
{
    const struct sighting *sightings = alert->sightings.items;
    struct inhibitor_source *sources =
        arena_array(arena, alert->sightings.count + 1, sizeof(*sources));

    if (!sources)
        return no_memory(err);
    inhibitor->sources.items = sources;
    for (size_t i = alert->sightings.count; i > 0; i--) {
        struct enriched seen;

        if (sightings[i - 1].clean)
            continue;
        if (enriched_of(rules->enrichment, alert, &sightings[i - 1], arena, &seen, err))
            return -1;
        if (!inhibit_is_source(rules->inhibit_rules, rules->inhibit_rules_count, seen.labels.items,
                               seen.labels.count))
            continue;
        strip(rules, &seen.labels);
        if (!is_known(inhibitor, &seen.labels))
            sources[inhibitor->sources.count++].labels = seen.labels;
    }
    return 0;
}

/* *ret: the record, NULL when the alert inhibits nobody. */
static int describe(struct correlator *correlator, const struct alert *alert, int64_t now_ms,
                    const char **ret, size_t *ret_bytes, struct error *err)
{
    struct inhibitor inhibitor = {.firing = true, .updated_ms = now_ms};

    *ret = NULL;
    *ret_bytes = 0;
    if (!alert || alert->status != ALERT_OPEN)
        return 0;
    inhibitor.fingerprint = alert->fingerprint;
    if (collect(&correlator->rules, alert, &correlator->arena, &inhibitor, err))
        return -1;
    while (inhibitor.sources.count > 0) {
        *ret = record_encode(&inhibitor_type, &inhibitor, &correlator->arena, ret_bytes, err);
        if (!*ret || *ret_bytes <= INHIBITOR_BYTES_MAX || inhibitor.sources.count == 1)
            return *ret ? 0 : -1;
        inhibitor.sources.count -= (inhibitor.sources.count + 3) / 4;
        correlator->counters.cut++;
    }
    return 0;
}

/* The same places in the same state, but for counts. */
static bool is_as_before(const struct alert_slot *slot)
{
    const struct alert *now = slot->alert, *before = slot->before;
    const struct sighting *a = now->sightings.items;
    const struct sighting *b = before ? before->sightings.items : NULL;

    if (!before || before->version != now->version ||
        before->sightings.count != now->sightings.count)
        return false;
    for (size_t i = 0; i < now->sightings.count; i++) {
        if (a[i].clean != b[i].clean || strcmp(a[i].run, b[i].run) != 0)
            return false;
    }
    return true;
}

static int put(const struct key *fingerprint, const char *value, size_t bytes,
               const struct output_sink *sink, struct error *err)
{
    char key[INHIBITOR_KEY_BYTES_MAX] = INHIBITOR_KEY_PREFIX;
    struct output output = {
        .topic = OUTPUT_CONTROL,
        .partition = CONTROL_PARTITION_CORRELATE,
        .key = key,
        .value = value,
        .value_bytes = bytes,
    };

    key_fingerprint(fingerprint, key + strlen(key));
    output.key_bytes = strlen(key);
    return sink->record(sink->self, &output, err);
}

int inhibit_alert(struct correlator *correlator, struct alert_slot *slot, int64_t now_ms,
                  const struct output_sink *sink, struct error *err)
{
    const char *was = NULL, *is = NULL;
    size_t was_bytes = 0, bytes = 0;

    if (correlator->rules.inhibit_rules_count == 0 ||
        (!slot->restored && !slot->leaving && is_as_before(slot)))
        return 0;
    if (describe(correlator, slot->before, now_ms, &was, &was_bytes, err) ||
        (!slot->leaving && describe(correlator, slot->alert, now_ms, &is, &bytes, err)))
        return -1;
    if (is && (slot->restored || !was || strcmp(was, is) != 0))
        return put(&slot->key, is, bytes, sink, err);
    if (!is && (was || slot->news == NEWS_RESOLVED))
        return put(&slot->key, NULL, 0, sink, err);
    return 0;
}

int inhibit_restored(struct correlator *correlator, struct partition *partition, struct error *err)
{
    struct alert_slot *slot;
    size_t cursor = 0;

    if (correlator->rules.inhibit_rules_count == 0)
        return 0;
    while ((slot = key_table_next(&partition->alerts, &cursor))) {
        const char *is;
        size_t bytes;

        arena_reset(&correlator->arena);
        if (describe(correlator, slot->alert, 1, &is, &bytes, err))
            return -1;
        if (!is)
            continue;
        slot->restored = true;
        if (partition_touch_alert(partition, slot, err))
            return -1;
    }
    return 0;
}
