/*
 * alerts_show.c - `tocsind alerts show FINGERPRINT`: reads all that is known of one alert.
 *
 * Its partition of `alerts` for the alert and its samples, all of `deliveries` for what each
 * receiver was told and how that went.
 */
#include <stdio.h>
#include <string.h>

#include "consumer/alerts.h"
#include "consumer/table_read.h"

#define DELIVERIES_MAX (TOLD_MAX + 256) /* those that are told, and those that left */

struct story {
    const struct alerts_query *query;
    struct arena arena;
    struct alert *alert;
    struct evidence *evidence;
    struct alert_delivery deliveries[DELIVERIES_MAX];
    size_t deliveries_count;
};

static int no_memory(struct error *err)
{
    return error_set(err, ERROR_MEMORY, "out of memory");
}

static bool is_text(const char *text, size_t bytes, const char *wanted)
{
    return bytes == strlen(wanted) && memcmp(text, wanted, bytes) == 0;
}

/* Decodes into a new struct, or forgets it where the value is a tombstone. */
static int replace(struct story *story, const struct record_type *type, const char *value,
                   size_t bytes, void **ret, struct error *err)
{
    *ret = value ? arena_alloc(&story->arena, type->size) : NULL;
    if (value && !*ret)
        return no_memory(err);
    return value ? record_decode(type, value, bytes, &story->arena, *ret, err) : 0;
}

static int take_alert(void *self, const char *key, size_t key_bytes, const char *value,
                      size_t value_bytes, struct error *err)
{
    struct story *story = self;
    const char *fingerprint = story->query->fingerprint;
    char evidence_key[FINGERPRINT_BYTES + sizeof(EVIDENCE_KEY_SUFFIX)];
    void *record;

    snprintf(evidence_key, sizeof(evidence_key), "%s%s", fingerprint, EVIDENCE_KEY_SUFFIX);
    if (is_text(key, key_bytes, fingerprint)) {
        if (replace(story, &alert_type, value, value_bytes, &record, err))
            return -1;
        story->alert = record;
    } else if (is_text(key, key_bytes, evidence_key)) {
        if (replace(story, &evidence_type, value, value_bytes, &record, err))
            return -1;
        story->evidence = record;
    }
    return 0;
}

static struct alert_delivery *find_delivery(struct story *story, const char *key, size_t bytes)
{
    for (size_t i = 0; i < story->deliveries_count; i++) {
        struct alert_delivery *delivery = &story->deliveries[i];

        if (is_text(key, bytes, delivery->key))
            return delivery;
    }
    return NULL;
}

static int add_delivery(struct story *story, struct alert_delivery delivery, struct error *err)
{
    if (!delivery.integration || !delivery.key)
        return no_memory(err);
    if (story->deliveries_count < DELIVERIES_MAX)
        story->deliveries[story->deliveries_count++] = delivery;
    return 0;
}

static int add_told(struct story *story, struct error *err)
{
    const struct told *told = story->alert->told.items;

    for (size_t i = 0; i < story->alert->told.count; i++) {
        const struct alert_delivery delivery = {
            .key = arena_printf(&story->arena, "%s|%s", told[i].integration, told[i].group),
            .integration = told[i].integration,
            .group_key = told[i].group_key,
            .told = &told[i],
        };

        if (add_delivery(story, delivery, err))
            return -1;
    }
    return 0;
}

/* <integration>|<group>|<fingerprint>: of one that is told no more, too. */
static int take_member(struct story *story, const char *key, size_t group_bytes, const char *value,
                       size_t value_bytes, struct error *err)
{
    struct alert_delivery *delivery = find_delivery(story, key, group_bytes);
    const char *group = memchr(key, '|', group_bytes);
    void *record;

    if (!delivery && value && group) {
        const struct alert_delivery left = {
            .key = arena_strndup(&story->arena, key, group_bytes),
            .integration = arena_strndup(&story->arena, key, (size_t)(group - key)),
        };

        if (add_delivery(story, left, err))
            return -1;
        delivery = find_delivery(story, key, group_bytes);
    }
    if (!delivery)
        return 0;
    if (replace(story, &member_type, value, value_bytes, &record, err))
        return -1;
    delivery->member = record;
    return 0;
}

static int take_delivery(void *self, const char *key, size_t key_bytes, const char *value,
                         size_t value_bytes, struct error *err)
{
    struct story *story = self;
    const char *fingerprint = story->query->fingerprint;
    size_t end_bytes = strlen(fingerprint) + 1;
    struct alert_delivery *delivery;
    void *record;

    if (key_bytes > end_bytes && key[key_bytes - end_bytes] == '|' &&
        is_text(key + key_bytes - end_bytes + 1, end_bytes - 1, fingerprint))
        return take_member(story, key, key_bytes - end_bytes, value, value_bytes, err);
    delivery = find_delivery(story, key, key_bytes);
    if (!delivery)
        return 0;
    if (replace(story, &group_state_type, value, value_bytes, &record, err))
        return -1;
    delivery->group = record;
    return 0;
}

static int read_story(struct story *story, struct error *err)
{
    const struct alerts_query *query = story->query;
    struct table_read read = {.config = query->config,
                              .topic = "alerts",
                              .key = query->fingerprint,
                              .name = "alerts",
                              .take = take_alert,
                              .self = story};

    if (table_read(&read, err))
        return -1;
    if (!story->alert)
        return error_set(err, ERROR_INPUT, "there is no alert %s", query->fingerprint);
    read.topic = "deliveries";
    read.key = NULL;
    read.take = take_delivery;
    return add_told(story, err) ? -1 : table_read(&read, err);
}

int alerts_show(const struct alerts_query *query, struct error *err)
{
    struct story story = {.query = query};
    struct alert_view view;
    int rc;

    arena_init(&story.arena);
    rc = read_story(&story, err);
    if (rc == 0)
        rc = alert_view_of(query->config, story.alert, story.evidence, &story.arena, &view, err);
    if (rc == 0) {
        view.deliveries = story.deliveries;
        view.deliveries_count = story.deliveries_count;
        rc = query->json ? alert_story_json(query, &view, err)
                         : alert_story_print(query, &view, &story.arena, err);
    }
    arena_fini(&story.arena);
    return rc;
}
