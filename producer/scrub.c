/*
 * scrub.c - see scrub.h.
 */
#include "producer/scrub.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "producer/text.h"

struct scrub {
    struct mask *mask;
    pthread_mutex_t lock; /* for the texts below */
    char clean[SCRUB_REMEMBERED][SCRUB_REMEMBERED_BYTES_MAX + 1];
};

/* One record on its way. */
struct scrubbing {
    struct scrub *scrub;
    struct arena *arena;
    size_t *ret_hidden;
};

/* FNV-1a: where a text is remembered. */
static size_t slot_of(const char *text, size_t bytes)
{
    uint32_t hash = 2166136261U;

    for (size_t i = 0; i < bytes; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619U;
    return (hash ^ hash >> 16) % SCRUB_REMEMBERED;
}

static bool is_remembered(struct scrub *scrub, size_t slot, const char *text, size_t bytes)
{
    bool is_same;

    pthread_mutex_lock(&scrub->lock);
    is_same = memcmp(scrub->clean[slot], text, bytes + 1) == 0;
    pthread_mutex_unlock(&scrub->lock);
    return is_same;
}

static void remember(struct scrub *scrub, size_t slot, const char *text, size_t bytes)
{
    pthread_mutex_lock(&scrub->lock);
    memcpy(scrub->clean[slot], text, bytes + 1);
    pthread_mutex_unlock(&scrub->lock);
}

static const char *masked_text(const struct scrubbing *work, const char *text)
{
    size_t bytes = strlen(text), slot = 0;
    bool is_short = bytes <= SCRUB_REMEMBERED_BYTES_MAX;
    const char *masked;

    if (bytes < SCRUB_TEXT_BYTES_MIN)
        return text;
    if (is_short) {
        slot = slot_of(text, bytes);
        if (is_remembered(work->scrub, slot, text, bytes))
            return text;
    }
    masked = mask_text(work->scrub->mask, text, work->arena, work->ret_hidden);
    if (masked == text && is_short)
        remember(work->scrub, slot, text, bytes);
    return masked;
}

static bool is_link(const struct field *field)
{
    return field->kind == FIELD_STRING && !field->required && field->max == URL_MAX_CHARS;
}

/* What the member may hold at most, in characters. */
static size_t chars_max(const struct field *field)
{
    switch (field->kind) {
    case FIELD_LABELS:
        return LABEL_VALUE_MAX;
    case FIELD_STRINGS:
        return RECORD_STRING_MAX;
    default:
        return (size_t)field->max;
    }
}

static int scrub_text(void *ctx, const struct field *field, const char **text)
{
    const struct scrubbing *work = ctx;
    const char *masked = masked_text(work, *text);
    size_t most = chars_max(field);

    if (!masked)
        return -1;
    if (masked == *text)
        return 0;
    if (is_link(field)) {
        *text = NULL;
        return 0;
    }
    /* what is evidence is cut later, with a hash of the whole */
    *text = most < FINDING_TEXT_MAX ? text_name(masked, most, work->arena) : masked;
    return *text ? 0 : -1;
}

int scrub_record(struct scrub *scrub, const struct record_type *type, void *record,
                 struct arena *arena, size_t *ret_hidden, struct error *err)
{
    struct scrubbing work = {scrub, arena, ret_hidden};
    const struct record_mapper mapper = {scrub_text, &work};

    if (scrub && record_map_texts(type, record, &mapper) != 0)
        return error_set(err, ERROR_MEMORY, "no memory to mask a record");
    return 0;
}

int scrub_new(unsigned kinds, const struct secret_sources *sources, struct scrub **ret,
              struct error *err)
{
    struct scrub *scrub = calloc(1, sizeof(*scrub));
    struct mask_options options = {.kinds = kinds};
    struct list values;
    struct arena arena;
    int rc = -1;

    arena_init(&arena);
    if (!scrub) {
        error_set(err, ERROR_MEMORY, "no memory for a mask");
        goto out;
    }
    pthread_mutex_init(&scrub->lock, NULL);
    if (secret_values(sources, &arena, &values, err))
        goto out;
    options.values = values.items;
    options.values_count = values.count;
    rc = mask_new(&options, &scrub->mask, err);
out:
    arena_fini(&arena);
    *ret = rc ? NULL : scrub;
    if (rc)
        scrub_free(scrub);
    return rc;
}

void scrub_free(struct scrub *scrub)
{
    if (!scrub)
        return;
    mask_free(scrub->mask);
    pthread_mutex_destroy(&scrub->lock);
    free(scrub);
}
