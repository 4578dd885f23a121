/*
 * masking.c - see masking.h.
 */
#include "consumer/enrich/masking.h"

#include <string.h>

const char *const evidence_policy_names[] = {"full", "masked", "none", NULL};

int masking_init(struct masking *masking, bool personal, const struct list *patterns,
                 struct arena *arena, struct error *err)
{
    const struct label *given = patterns->items;
    struct mask_pattern *list = arena_array(arena, patterns->count + 1, sizeof(*list));
    struct mask_options all = {.kinds = MASK_SECRETS | (personal ? MASK_PERSONAL : 0),
                               .patterns = list,
                               .patterns_count = patterns->count};

    if (!list)
        return error_set(err, ERROR_MEMORY, "out of memory");
    for (size_t i = 0; i < patterns->count; i++)
        list[i] = (struct mask_pattern){given[i].name, given[i].value};
    if (mask_new(&(struct mask_options){.kinds = MASK_SECRETS}, &masking->secrets, err) != 0)
        return -1;
    return mask_new(&all, &masking->all, err);
}

void masking_fini(struct masking *masking)
{
    mask_free(masking->secrets);
    mask_free(masking->all);
}

const char *masking_text(const struct masking *masking, int policy, const char *text,
                         struct arena *arena)
{
    return mask_text(policy == EVIDENCE_FULL ? masking->secrets : masking->all, text, arena, NULL);
}

/* A picture on its way. */
struct work {
    const struct masking *masking;
    int policy;
    struct arena *arena;
};

static bool is_link(const struct field *field)
{
    size_t length = strlen(field->name);

    return field->max == URL_MAX_CHARS ||
           (length > 4 && strcmp(field->name + length - 4, "_url") == 0);
}

static int mask_one(void *ctx, const struct field *field, const char **text)
{
    const struct work *work = ctx;
    const char *masked = masking_text(work->masking, work->policy, *text, work->arena);

    if (!masked)
        return -1;
    *text = masked != *text && is_link(field) ? NULL : masked;
    return 0;
}

static int withhold(const char **text, struct arena *arena)
{
    size_t length = *text ? utf8_length(*text, strlen(*text)) : 0;

    if (length == 0)
        return 0;
    *text = arena_printf(arena, "[withheld: %zu characters]", length);
    return *text ? 0 : -1;
}

/* The owner is nobody's evidence: it comes from our own configuration, also as a label. */
static void put_owner_back(struct picture *picture, const char *owner)
{
    struct label *labels = picture->labels.items;

    picture->owner = owner;
    for (size_t i = 0; owner && i < picture->labels.count; i++) {
        if (strcmp(labels[i].name, "owner") == 0)
            labels[i].value = owner;
    }
}

int masking_picture(const struct masking *masking, int policy, struct picture *picture,
                    struct arena *arena, struct error *err)
{
    struct work work = {masking, policy, arena};
    const struct record_mapper mapper = {mask_one, &work};
    const char *owner = picture->owner;
    int rc = 0;

    if (policy == EVIDENCE_NONE && picture->sample)
        rc = withhold(&picture->sample->prompt, arena) | withhold(&picture->sample->output, arena);
    if (rc || record_map_texts(&picture_type, picture, &mapper) != 0)
        return error_set(err, ERROR_MEMORY, "out of memory for a mask");
    put_owner_back(picture, owner);
    return 0;
}

int masking_labels(const struct masking *masking, int policy, const struct label *labels,
                   size_t count, struct arena *arena, const struct label **ret, struct error *err)
{
    struct label *masked = arena_array(arena, count + 1, sizeof(*masked));

    for (size_t i = 0; masked && i < count; i++) {
        const char *value = masking_text(masking, policy, labels[i].value, arena);
        if (!value)
            return error_set(err, ERROR_MEMORY, "out of memory for a mask");
        masked[i] = (struct label){labels[i].name, value};
    }
    *ret = masked;
    return masked ? 0 : error_set(err, ERROR_MEMORY, "out of memory for a mask");
}
