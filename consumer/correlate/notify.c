/*
 * notify.c - what a batch tells whom.
 *
 * News goes to every pair that routing gives; a new sighting alone only to pairs that were never
 * told of this episode. A pair that was told of an open alert and is no longer given gets one
 * "left". What is resolved goes to all that were told it is open, and to nobody else. What was told
 * is kept in the alert, in the same transaction.
 */
#include <string.h>

#include "consumer/correlate/audience.h"
#include "consumer/correlate/correlator_private.h"
#include "consumer/enrich/addresses.h"
#include "consumer/enrich/picture.h"

struct notifier {
    struct correlator *correlator;
    struct partition *partition;
    struct alert_slot *slot;
    int64_t now_ms;
    const struct output_sink *sink;
    struct error *err;
    struct told *told; /* as it will be */
    size_t told_count;
};

static int no_memory(struct error *err)
{
    return error_set(err, ERROR_MEMORY, "no memory for a notification");
}

/* The record, as small as it has to be. */
static const char *encode(struct arena *arena, struct notification *notification, size_t *ret_bytes,
                          struct error *err)
{
    for (size_t step = 0;; step++) {
        const char *value = record_encode(&notification_type, notification, arena, ret_bytes, err);

        if (!value || *ret_bytes <= PICTURE_RECORD_BYTES_MAX || !notification->picture ||
            !picture_shrink(notification->picture, step, arena))
            return value;
    }
}

int notify_write(struct correlator *correlator, const struct addressee *addressee, int64_t shard,
                 const char *key, struct notification *notification, const struct output_sink *sink,
                 struct error *err)
{
    struct output output = {
        .topic = OUTPUT_NOTIFICATIONS,
        .partition =
            audience_partition(addressee, shard, correlator->rules.notification_partitions),
        .key = key,
        .key_bytes = key ? strlen(key) : 0,
    };

    if (!key)
        return no_memory(err);
    output.value = encode(&correlator->arena, notification, &output.value_bytes, err);
    if (!output.value)
        return -1;
    correlator->notifications_staged++;
    return sink->record(sink->self, &output, err);
}

/* The run that a receiver may wait for; NULL when its end has been told already. */
static const char *awaited_run(const struct notifier *notifier)
{
    const char *id = notifier->slot->alert->news_run;
    const struct run_slot *run;
    struct key key;

    key_of_text(id, strlen(id), &key);
    run = key_table_get(&notifier->partition->runs, &key);
    return run && run->state && (run->state->phase == RUN_OPEN || run->ended_now) ? id : NULL;
}

static int tell(struct notifier *notifier, const struct pair *pair, int news)
{
    struct correlator *correlator = notifier->correlator;
    const struct alert_slot *slot = notifier->slot;
    struct picture picture;
    struct notification notification = {
        .integration = pair->integration,
        .group = pair->group,
        .group_key = pair->group_key,
        .group_labels = pair->group_labels,
        .timing = pair->timing,
        .flush = pair->addressee->flush,
        .time_ms = notifier->now_ms,
        .picture = &picture,
        .run = awaited_run(notifier),
    };

    if (picture_of(correlator->rules.enrichment, slot->alert, slot->evidence, pair->sighting,
                   &pair->seen, news, &correlator->arena, &picture, notifier->err))
        return -1;
    return notify_write(correlator, pair->addressee, audience_shard(pair->addressee, pair->group),
                        arena_printf(&correlator->arena, "%s|%s", pair->integration, pair->group),
                        &notification, notifier->sink, notifier->err);
}

static void remember(struct notifier *notifier, const struct pair *pair)
{
    const struct alert *alert = notifier->slot->alert;

    notifier->told[notifier->told_count++] = (struct told){
        .integration = pair->integration,
        .group = pair->group,
        .group_key = pair->group_key,
        .group_labels = pair->group_labels,
        .version = alert->version,
        .status = alert->status,
    };
}

/* Those that routing gives, while the alert is open. */
static int tell_audience(struct notifier *notifier, const struct audience *audience, int news)
{
    for (size_t i = 0; i < audience->count; i++) {
        const struct pair *pair = &audience->pairs[i];
        bool knows = pair->told && pair->told->status == ALERT_OPEN;

        if (news == NEWS_NONE && knows) {
            notifier->told[notifier->told_count++] = *pair->told;
            continue;
        }
        if (tell(notifier, pair, news == NEWS_NONE ? NEWS_OPENED : news))
            return -1;
        remember(notifier, pair);
    }
    return 0;
}

static bool still_told(const struct notifier *notifier, const struct told *told)
{
    for (size_t i = 0; i < notifier->told_count; i++) {
        if (strcmp(notifier->told[i].group, told->group) == 0 &&
            strcmp(notifier->told[i].integration, told->integration) == 0)
            return true;
    }
    return false;
}

/* Those that were told, and are not given any more or have to hear the end of it. */
static int tell_told(struct notifier *notifier, const struct audience *audience, int news)
{
    const struct alert *alert = notifier->slot->alert;
    struct told *told = alert->told.items;

    for (size_t i = 0; i < alert->told.count; i++) {
        struct pair pair;

        if (still_told(notifier, &told[i]))
            continue;
        if (audience_told(&notifier->correlator->rules, alert, audience, &told[i],
                          &notifier->correlator->arena, &pair, notifier->err))
            return -1;
        if (!pair.addressee)
            continue;
        if (told[i].status == ALERT_OPEN && tell(notifier, &pair, news))
            return -1;
        if (news == NEWS_RESOLVED)
            remember(notifier, &pair);
    }
    return 0;
}

/* The counts are final: once more to those that wait for the run. */
static int tell_final(struct notifier *notifier, const struct audience *audience)
{
    const struct alert *alert = notifier->slot->alert;
    struct told *told = alert->told.items;

    for (size_t i = 0; i < alert->told.count; i++) {
        struct pair pair;

        if (audience_told(&notifier->correlator->rules, alert, audience, &told[i],
                          &notifier->correlator->arena, &pair, notifier->err))
            return -1;
        if (pair.addressee && pair.addressee->flush == FLUSH_RUN_END &&
            told[i].version == alert->version && tell(notifier, &pair, NEWS_FINAL))
            return -1;
    }
    return 0;
}

/* For those who read `alerts`: what the rules make of it, as of this news. */
static int note_enrichment(struct notifier *notifier, struct alert *draft)
{
    struct arena *arena = &notifier->correlator->arena;
    const struct enrichment *rules = notifier->correlator->rules.enrichment;
    struct enriched enriched;
    struct addresses addresses;

    if (enriched_worst(rules, draft, arena, &enriched, notifier->err) ||
        addresses_of(rules, draft, enriched.sighting, &enriched, NULL, arena, &addresses,
                     notifier->err))
        return -1;
    draft->runbook = addresses.links.runbook;
    draft->owner = *enriched.owner ? enriched.owner : NULL;
    draft->override = NULL;
    if (!enriched.overridden)
        return 0;
    draft->override = arena_alloc(arena, sizeof(*draft->override));
    if (!draft->override)
        return no_memory(notifier->err);
    *draft->override = (struct severity_override){enriched.severity, enriched.overridden->name};
    return 0;
}

int notify_alert(struct correlator *correlator, struct partition *partition,
                 struct alert_slot *slot, int64_t now_ms, const struct output_sink *sink,
                 struct error *err)
{
    struct notifier notifier = {
        .correlator = correlator,
        .partition = partition,
        .slot = slot,
        .now_ms = now_ms,
        .sink = sink,
        .err = err,
        .told = arena_array(&correlator->arena, TOLD_MAX, sizeof(*notifier.told)),
    };
    bool open = slot->alert->status == ALERT_OPEN;
    struct audience audience;
    struct alert draft;

    bool listen = slot->news != NEWS_NONE || (slot->new_sighting && open);

    if (!correlator->rules.route || (!listen && !slot->final))
        return 0;
    if (!notifier.told)
        return no_memory(err);
    if (audience_of(&correlator->rules, slot->alert, &correlator->arena, &audience, err))
        return -1;
    if (slot->final && slot->news == NEWS_NONE && tell_final(&notifier, &audience))
        return -1;
    if (!listen)
        return 0;
    correlator->counters.cut += audience.cut;
    if (open && tell_audience(&notifier, &audience, slot->news))
        return -1;
    if (tell_told(&notifier, &audience, open ? NEWS_LEFT : NEWS_RESOLVED))
        return -1;
    draft = *slot->alert;
    if (note_enrichment(&notifier, &draft))
        return -1;
    draft.told = (struct list){.items = notifier.told, .count = notifier.told_count};
    return alert_slot_replace(slot, &draft, err);
}
