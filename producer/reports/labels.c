/*
 * labels.c - see labels.h.
 */
#include "producer/reports/labels.h"

#include <ctype.h>
#include <string.h>

#include "producer/text.h"

void labels_init(struct labels *labels, struct arena *arena)
{
    *labels = (struct labels){.arena = arena};
}

static const char *fit_name(const char *text, size_t bytes, struct arena *arena)
{
    char *name = arena_strndup(arena, text, bytes);

    for (char *at = name; at && *at; at++) {
        if (!isalnum((unsigned char)*at) || (unsigned char)*at >= 0x80)
            *at = '_';
    }
    if (name && isdigit((unsigned char)*name))
        *name = '_';
    return text_cut(name, LABEL_NAME_MAX, arena);
}

static void add(struct labels *labels, const char *name, const char *value)
{
    if (!name) {
        labels->failed = true;
        return;
    }
    for (size_t i = 0; i < labels->count; i++) {
        struct label *label = &labels->items[i];

        if (strcmp(label->name, name) != 0)
            continue;
        value = arena_printf(labels->arena, "%s,%s", label->value, value);
        label->value = text_cut(value, LABEL_VALUE_MAX, labels->arena);
        labels->failed |= !label->value;
        return;
    }
    if (labels->count == LABELS_MAX)
        return;
    value = text_cut(value, LABEL_VALUE_MAX, labels->arena);
    labels->failed |= !value;
    labels->items[labels->count++] = (struct label){name, value};
}

void labels_add(struct labels *labels, const char *name, const char *value)
{
    if (!labels->failed && value && *value && *name)
        add(labels, fit_name(name, strlen(name), labels->arena), value);
}

void labels_add_json(struct labels *labels, const char *name, const json_t *value)
{
    const json_t *item;
    size_t i;

    if (json_is_string(value))
        labels_add(labels, name, json_string_value(value));
    else if (json_is_integer(value))
        labels_add(labels, name,
                   arena_printf(labels->arena, "%lld", (long long)json_integer_value(value)));
    else if (json_is_real(value))
        labels_add(labels, name, arena_printf(labels->arena, "%g", json_real_value(value)));
    else if (json_is_boolean(value))
        labels_add(labels, name, json_is_true(value) ? "true" : "false");
    json_array_foreach (value, i, item) {
        if (json_is_string(item))
            labels_add(labels, name, json_string_value(item));
    }
}

void labels_add_metadata(struct labels *labels, json_t *metadata)
{
    const char *name;
    json_t *value;

    json_object_foreach (metadata, name, value) {
        if (json_string_length(value) <= LABELS_METADATA_BYTES_MAX && strcmp(name, "severity") != 0)
            labels_add_json(labels, name, value);
    }
}

bool labels_add_tag(struct labels *labels, const char *tag)
{
    const char *colon = strchr(tag, ':');

    if (!colon || colon == tag || !colon[1])
        return false;
    if (!labels->failed)
        add(labels, fit_name(tag, (size_t)(colon - tag), labels->arena), colon + 1);
    return true;
}

int labels_list(const struct labels *labels, struct list *ret_labels, struct error *err)
{
    struct label *items = arena_array(labels->arena, labels->count + 1, sizeof(*items));

    if (!items || labels->failed)
        return error_set(err, ERROR_MEMORY, "no memory for labels");
    memcpy(items, labels->items, labels->count * sizeof(*items));
    *ret_labels = (struct list){.items = items, .count = labels->count};
    return 0;
}
