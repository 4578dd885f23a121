/*
 * preview.c - see preview.h.
 */
#include "consumer/preview.h"

#include <string.h>

#include "consumer/correlate/evidence.h"
#include "consumer/correlate/lifecycle.h"
#include "consumer/deliver/compose.h"
#include "consumer/enrich/picture.h"

/* The group that a route, or none, puts an alert into. */
struct place {
    const char *key;
    struct label *labels;
    size_t labels_count;
};

int preview_init(struct preview *preview, const struct config *config, int64_t now_ms,
                 struct arena *arena, struct error *err)
{
    *preview = (struct preview){
        .config = config,
        .now_ms = now_ms,
        .arena = arena,
        .alerts = arena_array(arena, PREVIEW_ALERTS_MAX, sizeof(*preview->alerts)),
        .evidence = arena_array(arena, PREVIEW_ALERTS_MAX, sizeof(*preview->evidence)),
    };
    return preview->alerts && preview->evidence ? 0 : error_set(err, ERROR_MEMORY, "out of memory");
}

static size_t find_alert(const struct preview *preview, const char *fingerprint)
{
    size_t i = 0;

    while (i < preview->alerts_count && strcmp(preview->alerts[i].fingerprint, fingerprint) != 0)
        i++;
    return i;
}

int preview_add(struct preview *preview, const char *json, size_t bytes, struct error *err)
{
    const struct lifecycle_rules rules = {.clean_runs = 1,
                                          .enrichment = &preview->config->enrichment};
    struct alert draft;
    struct change change;
    struct finding finding;

    if (finding_decode(json, bytes, preview->now_ms, preview->arena, &finding, err))
        return -1;
    size_t i = find_alert(preview, finding.fingerprint);
    if (i == PREVIEW_ALERTS_MAX)
        return error_set(err, ERROR_LIMIT, "more than %d problems", PREVIEW_ALERTS_MAX);
    bool known = i < preview->alerts_count;
    if (lifecycle_finding(known ? &preview->alerts[i] : NULL, &finding, preview->now_ms,
                          preview->now_ms, &rules, preview->arena, &draft, &change, err) ||
        evidence_add(known ? &preview->evidence[i] : NULL, &finding, draft.version, preview->arena,
                     &preview->evidence[i], err))
        return -1;
    preview->alerts[i] = draft;
    preview->alerts_count += known ? 0 : 1;
    return 0;
}

/* The first route to the receiver that takes the alert, else a group of the alert alone. */
static int place_of(struct preview *preview, const char *receiver, const struct enriched *seen,
                    struct place *ret, struct error *err)
{
    static const char *const by_fingerprint[] = {"fingerprint"};
    const struct route alone = {.group_by = (const char **)by_fingerprint, .group_by_count = 1};
    const struct route *route = NULL;
    struct route_matches matches;

    route_match(preview->config->route, seen->labels.items, seen->labels.count, &matches);
    for (size_t i = 0; i < matches.count && !route; i++) {
        if (strcmp(matches.routes[i]->receiver, receiver) == 0)
            route = matches.routes[i];
    }
    preview->unrouted += route ? 0 : 1;
    return route_group(route ? route : &alone, seen->labels.items, seen->labels.count,
                       preview->arena, &ret->key, &ret->labels, &ret->labels_count, err);
}

static struct picture *show(struct preview *preview, size_t i, bool resolve, struct enriched *seen,
                            struct error *err)
{
    const struct alert *open = &preview->alerts[i], *alert = open;
    struct alert *resolved = arena_alloc(preview->arena, sizeof(*resolved));
    const struct sighting *sightings = open->sightings.items;
    const struct sighting *last = &sightings[open->sightings.count - 1];
    struct picture *picture = arena_alloc(preview->arena, sizeof(*picture));

    if (!picture || !resolved) {
        error_set(err, ERROR_MEMORY, "out of memory");
        return NULL;
    }
    if (resolve) {
        lifecycle_resolve(open, RESOLVED_CLEAN, NULL, preview->now_ms, resolved);
        alert = resolved;
    }
    const struct enrichment *rules = &preview->config->enrichment;
    if (enriched_of(rules, alert, last, preview->arena, seen, err) ||
        picture_of(rules, alert, &preview->evidence[i], last, seen,
                   resolve ? NEWS_RESOLVED : NEWS_OPENED, preview->arena, picture, err))
        return NULL;
    return picture;
}

static struct message *message_of(struct message *messages, size_t *count, const char *key)
{
    size_t i = 0;

    while (i < *count && strcmp(messages[i].group_key, key) != 0)
        i++;
    *count += i == *count;
    return &messages[i];
}

static int begin(struct preview *preview, const struct integration *integration, bool resolve,
                 const struct place *place, struct message *message, struct error *err)
{
    char hash[GROUP_HASH_BYTES];

    group_hash(place->key, hash);
    *message = (struct message){
        .integration = integration->id,
        .receiver = integration->receiver,
        .group = arena_strdup(preview->arena, hash),
        .group_key = place->key,
        .group_labels = place->labels,
        .group_labels_count = place->labels_count,
        .alerts = arena_array(preview->arena, GROUP_MEMBERS_SHOWN_MAX, sizeof(*message->alerts)),
        .resolved = resolve,
        .version = preview->now_ms,
        .now_ms = preview->now_ms,
        .attempt = 1,
        .external_url = preview->config->external_url,
        .texts = integration->texts,
    };
    return message->group && message->alerts ? 0 : error_set(err, ERROR_MEMORY, "out of memory");
}

/* Worst first, as deliver shows them. */
static void insert(struct message *message, const struct picture *picture)
{
    struct message_alert *alerts = (struct message_alert *)message->alerts;
    size_t i = message->alerts_count;

    if (i == GROUP_MEMBERS_SHOWN_MAX) {
        message->omitted++;
        if (alerts[--i].picture->severity >= picture->severity)
            return;
    } else {
        message->alerts_count++;
    }
    for (; i > 0 && alerts[i - 1].picture->severity < picture->severity; i--)
        alerts[i] = alerts[i - 1];
    alerts[i] = (struct message_alert){.picture = picture, .changed = true};
}

int preview_messages(struct preview *preview, const struct integration *integration, bool resolve,
                     struct message **ret_messages, size_t *ret_count, struct error *err)
{
    struct message *messages =
        arena_array(preview->arena, preview->alerts_count + 1, sizeof(*messages));
    size_t count = 0;

    if (!messages)
        return error_set(err, ERROR_MEMORY, "out of memory");
    preview->unrouted = 0;
    for (size_t i = 0; i < preview->alerts_count; i++) {
        struct enriched seen;
        struct place place;
        const struct picture *picture = show(preview, i, resolve, &seen, err);
        if (!picture || place_of(preview, integration->receiver, &seen, &place, err))
            return -1;
        size_t before = count;
        struct message *message = message_of(messages, &count, place.key);
        if (count > before && begin(preview, integration, resolve, &place, message, err))
            return -1;
        insert(message, picture);
    }
    for (size_t i = 0; i < count; i++) {
        if (compose_hide(&preview->config->masking.masks, integration->evidence, &messages[i],
                         preview->arena, err) ||
            compose_common_labels(&messages[i], preview->arena, err))
            return -1;
    }
    *ret_messages = messages;
    *ret_count = count;
    return 0;
}
