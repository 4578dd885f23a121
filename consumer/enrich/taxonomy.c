/*
 * taxonomy.c - see taxonomy.h.
 */
#include "consumer/enrich/taxonomy.h"

#include <string.h>
#include <strings.h>

#include "consumer/route/matcher.h"

#define OWASP_ID_CHARS 5 /* llm01 */

/* Places of one list, llm01 first. */
struct places {
    bool has[OWASP_ENTRIES];
};

/* The next of a comma-separated list, without the spaces around it; false at its end. */
static bool next_item(const char **at, const char **ret_item, size_t *ret_bytes)
{
    const char *item = *at + strspn(*at, ", ");
    size_t bytes = strcspn(item, ",");

    *at = item + bytes;
    while (bytes > 0 && item[bytes - 1] == ' ')
        bytes--;
    *ret_item = item;
    *ret_bytes = bytes;
    return bytes > 0;
}

/* OWASP_ENTRIES for none. */
static size_t place_of(const char *item, size_t bytes)
{
    if (bytes != OWASP_ID_CHARS || strncasecmp(item, "llm", 3) != 0)
        return OWASP_ENTRIES;
    for (size_t i = 0; i < OWASP_ENTRIES; i++) {
        if (item[3] == (i == 9 ? '1' : '0') && item[4] == (i == 9 ? '0' : (char)('1' + i)))
            return i;
    }
    return OWASP_ENTRIES;
}

static struct places places_of(const char *list)
{
    struct places places = {{false}};
    const char *item;
    size_t bytes;

    while (next_item(&list, &item, &bytes)) {
        size_t place = place_of(item, bytes);

        if (place < OWASP_ENTRIES)
            places.has[place] = true;
    }
    return places;
}

static const char *translate(const struct owasp_list *from, const char *list, struct arena *arena)
{
    struct places places = places_of(list), others = {{false}};
    const char *text = "";

    for (size_t i = 0; i < OWASP_ENTRIES; i++) {
        const char *other = from->entries[i].other;

        if (places.has[i] && other)
            others.has[place_of(other, OWASP_ID_CHARS)] = true;
    }
    for (size_t i = 0; text && i < OWASP_ENTRIES; i++) {
        if (others.has[i])
            text = arena_printf(arena, "%s%sllm%02zu", text, *text ? "," : "", i + 1);
    }
    return text;
}

static const struct tool_row *find_row(const struct rule *rule)
{
    const char *tool = rule->tool ? rule->tool : "", *probe = rule->probe ? rule->probe : "";

    for (const struct tool_row *row = taxonomy_tools; row->tool; row++) {
        size_t bytes = strlen(row->probe);

        if (strcmp(tool, row->tool) == 0 && strncmp(probe, row->probe, bytes) == 0 &&
            (probe[bytes] == '\0' || strchr(":.", probe[bytes])))
            return row;
    }
    return NULL;
}

int taxonomy_of(const struct rule *rule, const struct list *labels, struct arena *arena,
                struct taxonomy *ret, struct error *err)
{
    const struct tool_row *row = find_row(rule);

    ret->atlas = label_value(labels->items, labels->count, TAXONOMY_ATLAS);
    if (!*ret->atlas && row && row->atlas)
        ret->atlas = row->atlas;
    for (size_t i = 0; i < OWASP_LISTS; i++) {
        ret->owasp[i] = label_value(labels->items, labels->count, taxonomy_owasp[i].label);
        ret->translated[i] = false;
    }
    if (!*ret->owasp[OWASP_2025] && row && row->owasp_2025)
        ret->owasp[OWASP_2025] = row->owasp_2025;
    for (size_t i = 0; i < OWASP_LISTS; i++) {
        size_t other = OWASP_LISTS - 1 - i;

        if (*ret->owasp[i] || !*ret->owasp[other] || ret->translated[other])
            continue;
        ret->owasp[i] = translate(&taxonomy_owasp[other], ret->owasp[other], arena);
        if (!ret->owasp[i])
            return error_set(err, ERROR_MEMORY, "no memory for a taxonomy");
        ret->translated[i] = true;
    }
    return 0;
}

static const char *add_list(const struct taxonomy *taxonomy, size_t year, const char *text,
                            struct arena *arena)
{
    const struct owasp_list *list = &taxonomy_owasp[year];
    size_t other = OWASP_LISTS - 1 - year;
    struct places places = places_of(taxonomy->owasp[year]);

    for (size_t i = 0; text && i < OWASP_ENTRIES; i++) {
        const struct owasp_entry *entry = &list->entries[i];

        if (!places.has[i])
            continue;
        text = arena_printf(arena, "%s%sLLM%02zu:%s %s", text, *text ? ", " : "", i + 1, list->year,
                            entry->name);
        if (text && entry->other && taxonomy->translated[other])
            text = arena_printf(arena, "%s (LLM%s:%s)", text, entry->other + 3,
                                taxonomy_owasp[other].year);
    }
    return text;
}

const char *taxonomy_owasp_text(const struct taxonomy *taxonomy, struct arena *arena)
{
    const char *text = "";

    for (size_t i = 0; text && i < OWASP_LISTS; i++) {
        if (!taxonomy->translated[i])
            text = add_list(taxonomy, i, text, arena);
    }
    return text;
}

static const struct atlas_entry *atlas_entry(const char *id, size_t bytes)
{
    for (const struct atlas_entry *entry = taxonomy_atlas; entry->id; entry++) {
        if (strlen(entry->id) == bytes && strncasecmp(entry->id, id, bytes) == 0)
            return entry;
    }
    return NULL;
}

/* AML.T0051.000: its technique is AML.T0051. */
static const struct atlas_entry *parent_of(const struct atlas_entry *entry)
{
    const char *dot = strrchr(entry->id, '.');

    return dot > strchr(entry->id, '.') ? atlas_entry(entry->id, (size_t)(dot - entry->id)) : NULL;
}

const char *taxonomy_atlas_text(const struct taxonomy *taxonomy, struct arena *arena)
{
    const char *list = taxonomy->atlas, *text = "", *item;
    size_t bytes;

    for (size_t shown = 0; text && shown < ATLAS_SHOWN_MAX && next_item(&list, &item, &bytes);) {
        const struct atlas_entry *entry = atlas_entry(item, bytes);
        const struct atlas_entry *parent = entry ? parent_of(entry) : NULL;

        if (!entry)
            continue;
        text = arena_printf(arena, "%s%s%s %s%s%s", text, *text ? ", " : "", entry->id,
                            parent ? parent->name : "", parent ? ": " : "", entry->name);
        shown++;
    }
    return text;
}
