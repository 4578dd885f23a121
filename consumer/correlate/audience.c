/*
 * audience.c - see audience.h.
 */
#include "consumer/correlate/audience.h"

#include <string.h>

static int no_memory(struct error *err)
{
    return error_set(err, ERROR_MEMORY, "no memory for an alert's receivers");
}

static struct pair *find(const struct audience *audience, const char *integration,
                         const char *group)
{
    for (size_t i = 0; i < audience->count; i++) {
        struct pair *pair = &audience->pairs[i];

        if (strcmp(pair->group, group) == 0 && strcmp(pair->integration, integration) == 0)
            return pair;
    }
    return NULL;
}

static struct told *find_told(const struct alert *alert, const char *integration, const char *group)
{
    struct told *told = alert->told.items;

    for (size_t i = 0; i < alert->told.count; i++) {
        if (strcmp(told[i].group, group) == 0 && strcmp(told[i].integration, integration) == 0)
            return &told[i];
    }
    return NULL;
}

/* A pair for each integration of the route's receiver. */
static int add_route(const struct correlator_rules *rules, const struct alert *alert,
                     const struct route *route, struct pair pair, struct arena *arena,
                     struct audience *audience, struct error *err)
{
    const char *key;
    struct label *labels;
    char hash[GROUP_HASH_BYTES];

    if (route_group(route, pair.seen.labels.items, pair.seen.labels.count, arena, &key, &labels,
                    &pair.group_labels.count, err))
        return -1;
    pair.group_labels.items = labels;
    group_hash(key, hash);
    pair.group = arena_strdup(arena, hash);
    pair.group_key = arena_strndup(arena, key, utf8_prefix(key, GROUP_KEY_BYTES_MAX));
    if (!pair.group || !pair.group_key)
        return no_memory(err);
    for (size_t i = 0; i < rules->addressees_count; i++) {
        const struct addressee *addressee = &rules->addressees[i];

        if (strcmp(addressee->receiver, route->receiver) != 0 ||
            find(audience, addressee->integration, pair.group))
            continue;
        if (audience->count == TOLD_MAX) {
            audience->cut = true;
            return 0;
        }
        pair.addressee = addressee;
        pair.integration = addressee->integration;
        pair.timing = route->timing;
        pair.timing.max_wait_ms = addressee->max_wait_ms;
        pair.told = find_told(alert, pair.integration, pair.group);
        audience->pairs[audience->count++] = pair;
    }
    return 0;
}

int audience_of(const struct correlator_rules *rules, const struct alert *alert,
                struct arena *arena, struct audience *ret, struct error *err)
{
    const struct sighting *sighting = alert->sightings.items;

    *ret = (struct audience){.pairs = arena_array(arena, TOLD_MAX, sizeof(*ret->pairs))};
    if (!ret->pairs)
        return no_memory(err);
    for (size_t i = alert->sightings.count; i > 0; i--) {
        struct pair pair = {.sighting = &sighting[i - 1]};
        struct route_matches matches;

        if (enriched_of(rules->enrichment, alert, pair.sighting, arena, &pair.seen, err))
            return -1;
        route_match(rules->route, pair.seen.labels.items, pair.seen.labels.count, &matches);
        for (size_t m = 0; m < matches.count; m++) {
            if (add_route(rules, alert, matches.routes[m], pair, arena, ret, err))
                return -1;
        }
    }
    return 0;
}

int audience_told(const struct correlator_rules *rules, const struct alert *alert,
                  const struct audience *audience, struct told *told, struct arena *arena,
                  struct pair *ret, struct error *err)
{
    const struct pair *matched = find(audience, told->integration, told->group);
    const struct sighting *sighting = alert->sightings.items;

    if (matched) {
        *ret = *matched;
        return 0;
    }
    *ret = (struct pair){
        .integration = told->integration,
        .group = told->group,
        .group_key = told->group_key,
        .group_labels = told->group_labels,
        .timing = rules->route->timing,
        .sighting = alert->sightings.count > 0 ? &sighting[alert->sightings.count - 1] : NULL,
        .told = told,
    };
    for (size_t i = 0; i < rules->addressees_count; i++) {
        if (strcmp(rules->addressees[i].integration, told->integration) == 0)
            ret->addressee = &rules->addressees[i];
    }
    if (ret->addressee)
        ret->timing.max_wait_ms = ret->addressee->max_wait_ms;
    return enriched_of(rules->enrichment, alert, ret->sighting, arena, &ret->seen, err);
}

int64_t audience_shard(const struct addressee *addressee, const char *group)
{
    return notification_shard(group, addressee->shards);
}

int32_t audience_partition(const struct addressee *addressee, int64_t shard, int32_t partitions)
{
    return notification_partition(addressee->integration, addressee->shards, shard, partitions);
}
