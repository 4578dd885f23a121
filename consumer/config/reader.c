/*
 * reader.c - one mapping through its schema: every key finds its row, every row without a key its
 * default.
 *
 * Problems are collected in the order of the file as far as the keys go, then what is missing. A
 * secret may stand under its name or under its name and "_file", not both.
 */
#include "consumer/config/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NAMES_MAX       160
#define KNOWN_BYTES_MAX 320

bool reader_full(const struct reader *reader)
{
    return reader->problems_count == reader->problems_max;
}

static int note(struct reader *reader, enum error_kind kind, const char *text)
{
    if (!reader_full(reader)) {
        struct error *problem = &reader->problems[reader->problems_count++];

        error_clear(problem);
        error_set(problem, kind, "%s", text);
    }
    return -1;
}

int reader_refuse(struct reader *reader, const struct node *at, const char *format, ...)
{
    char text[ERROR_TEXT_BYTES_MAX];
    va_list arguments;
    int place =
        snprintf(text, sizeof(text), "%.200s:%zu:%zu: ", reader->name, at->line, at->column);

    va_start(arguments, format);
    vsnprintf(text + place, sizeof(text) - (size_t)place, format, arguments);
    va_end(arguments);
    return note(reader, ERROR_INPUT, text);
}

int reader_refuse_error(struct reader *reader, const struct node *at, const char *what,
                        const struct error *why)
{
    if (why->kind == ERROR_MEMORY)
        return reader_out_of_memory(reader);
    return reader_refuse(reader, at, "%s: %s", what, why->text);
}

int reader_out_of_memory(struct reader *reader)
{
    note(reader, ERROR_MEMORY, "out of memory");
    reader->problems_max = reader->problems_count;
    return -1;
}

bool reader_is_kind(struct reader *reader, const struct node *key, const struct node *value,
                    enum node_kind kind)
{
    const struct node wanted = {.kind = kind};

    if (value->kind == kind)
        return true;
    reader_refuse(reader, value, "%s: expected %s, not %s", key->text, node_kind_name(&wanted),
                  node_kind_name(value));
    return false;
}

int reader_text(struct reader *reader, const struct node *key, const struct node *value,
                const char **ret)
{
    if (!reader_is_kind(reader, key, value, NODE_SCALAR))
        return -1;
    *ret = value->text;
    return 0;
}

int reader_duration(struct reader *reader, const struct node *key, const struct node *value,
                    int64_t *ret_ms)
{
    const char *text = NULL;

    if (reader_text(reader, key, value, &text))
        return -1;
    if (duration_parse(text, ret_ms))
        return reader_refuse(reader, value,
                             "%s: expected a duration such as 30s, 5m or 1h30m, not \"%.40s\"",
                             key->text, text);
    return 0;
}

/* Which row a key means. */
struct row {
    const struct setting *setting;
    void *object;
    const struct section *section;
    bool file;
};

static bool is_file_of(const char *key, const char *name)
{
    size_t bytes = strlen(name);

    return strncmp(key, name, bytes) == 0 && strcmp(key + bytes, "_file") == 0;
}

static bool find_row(const struct schema *schema, const char *key, struct row *ret)
{
    for (size_t i = 0; i < SCHEMA_BINDINGS_MAX; i++) {
        const struct setting *setting = schema->bindings[i].settings;

        for (; setting && setting->kind != SETTING_END; setting++) {
            bool file = setting_has_file(setting) && is_file_of(key, setting->name);

            if (file || strcmp(key, setting->name) == 0) {
                *ret = (struct row){
                    .setting = setting, .object = schema->bindings[i].object, .file = file};
                return true;
            }
        }
    }
    for (const struct section *s = schema->sections; s && s->name; s++) {
        if (strcmp(key, s->name) == 0) {
            *ret = (struct row){.section = s, .object = schema->object};
            return true;
        }
    }
    return false;
}

static size_t known_names(const struct schema *schema, const char *names[NAMES_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < SCHEMA_BINDINGS_MAX; i++) {
        const struct setting *setting = schema->bindings[i].settings;

        for (; setting && setting->kind != SETTING_END && count < NAMES_MAX; setting++) {
            if (setting->kind != SETTING_REFUSED)
                names[count++] = setting->name;
        }
    }
    for (const struct section *s = schema->sections; s && s->name && count < NAMES_MAX; s++)
        names[count++] = s->name;
    return count;
}

static int refuse_unknown(struct reader *reader, const struct node *key,
                          const struct schema *schema)
{
    const char *names[NAMES_MAX];
    size_t count = known_names(schema, names);
    const char *nearest = nearest_name(key->text, names, count);
    char known[KNOWN_BYTES_MAX] = "";
    size_t length = 0;

    for (size_t i = 0; i < count; i++) {
        if (length + strlen(names[i]) + sizeof(", …") > sizeof(known)) {
            snprintf(known + length, sizeof(known) - length, ", …");
            break;
        }
        length += (size_t)snprintf(known + length, sizeof(known) - length, "%s%s", i ? ", " : "",
                                   names[i]);
    }
    if (nearest)
        return reader_refuse(reader, key,
                             "unknown key \"%.60s\" in %s; did you mean \"%s\"? (known: %s)",
                             key->text, schema->what, nearest, known);
    return reader_refuse(reader, key, "unknown key \"%.60s\" in %s (known: %s)", key->text,
                         schema->what, known);
}

static int bind_setting(struct reader *reader, const struct node *mapping,
                        const struct node_pair *pair, const struct row *row)
{
    if (row->file && node_find(mapping, row->setting->name))
        return reader_refuse(reader, pair->key, "%s and %s stand together: only one may",
                             row->setting->name, pair->key->text);
    if (row->file)
        return setting_bind_file(reader, row->setting, pair->key, pair->value, row->object);
    return setting_bind(reader, row->setting, pair->key, pair->value, row->object);
}

static void bind_keys(struct reader *reader, const struct node *mapping,
                      const struct schema *schema, bool sections)
{
    struct row row;

    for (size_t i = 0; i < mapping->count && !reader_full(reader); i++) {
        const struct node_pair *pair = &mapping->pairs[i];
        bool known = find_row(schema, pair->key->text, &row);

        if (!known && !sections)
            refuse_unknown(reader, pair->key, schema);
        if (!known || node_is_null(pair->value) || sections != (row.section != NULL))
            continue;
        if (sections)
            row.section->bind(reader, pair->key, pair->value, row.object);
        else
            bind_setting(reader, mapping, pair, &row);
    }
}

/* Whether the mapping gives the setting a value, under either of its names. */
static bool is_given(const struct node *mapping, const struct setting *setting)
{
    for (size_t i = 0; i < mapping->count; i++) {
        const char *key = mapping->pairs[i].key->text;

        if ((strcmp(key, setting->name) == 0 ||
             (setting_has_file(setting) && is_file_of(key, setting->name))) &&
            !node_is_null(mapping->pairs[i].value))
            return true;
    }
    return false;
}

static int check_required(struct reader *reader, const struct node *mapping,
                          const struct schema *schema)
{
    int rc = 0;

    for (size_t i = 0; i < SCHEMA_BINDINGS_MAX; i++) {
        const struct setting *setting = schema->bindings[i].settings;

        for (; setting && setting->kind != SETTING_END; setting++) {
            if (setting->required && !is_given(mapping, setting))
                rc = reader_refuse(reader, mapping, "%s needs the key %s%s", schema->what,
                                   setting->name,
                                   setting_has_file(setting) ? " (or the same with _file)" : "");
        }
    }
    return rc;
}

/* Gives `value`, a default in YAML, to a function that wants nodes. */
static int with_fallback(struct reader *reader, const char *name, const char *value,
                         const struct node **ret_key, const struct node **ret_value)
{
    struct node *key = arena_alloc(reader->arena, sizeof(*key));
    struct error err = {0};

    if (!key)
        return reader_out_of_memory(reader);
    *key = (struct node){.kind = NODE_SCALAR, .line = 1, .column = 1, .text = name};
    *ret_key = key;
    if (node_parse(name, value, strlen(value), reader->arena, ret_value, &err))
        return reader_refuse_error(reader, key, name, &err);
    return 0;
}

int settings_default(struct reader *reader, const struct setting *settings, void *object)
{
    const struct node *key = NULL, *value = NULL;
    int rc = 0;

    for (const struct setting *s = settings; s && s->kind != SETTING_END && rc == 0; s++) {
        if (!s->fallback || s->kind == SETTING_REFUSED)
            continue;
        rc = with_fallback(reader, s->name, s->fallback, &key, &value);
        if (rc == 0)
            rc = setting_bind(reader, s, key, value, object);
    }
    return rc;
}

static int sections_default(struct reader *reader, const struct node *mapping,
                            const struct schema *schema)
{
    const struct node *key = NULL, *value = NULL, *given;
    int rc = 0;

    for (const struct section *s = schema->sections; s && s->name && rc == 0; s++) {
        given = node_find(mapping, s->name);
        if (!s->fallback || (given && !node_is_null(given)))
            continue;
        rc = with_fallback(reader, s->name, s->fallback, &key, &value);
        if (rc == 0)
            rc = s->bind(reader, key, value, schema->object);
    }
    return rc;
}

static bool is_mapping(struct reader *reader, const struct node *node, const char *what)
{
    const struct node key = {.kind = NODE_SCALAR, .text = what};

    return reader_is_kind(reader, &key, node, NODE_MAPPING);
}

int schema_bind(struct reader *reader, const struct node *mapping, const struct schema *schema)
{
    const struct node none = {
        .kind = NODE_MAPPING, .line = mapping->line, .column = mapping->column, .text = ""};
    size_t before = reader->problems_count;

    if (node_is_null(mapping))
        mapping = &none;
    if (!is_mapping(reader, mapping, schema->what))
        return -1;
    for (size_t i = 0; i < SCHEMA_BINDINGS_MAX; i++) {
        const struct binding *binding = &schema->bindings[i];

        if (!binding->has_defaults && settings_default(reader, binding->settings, binding->object))
            return -1;
    }
    bind_keys(reader, mapping, schema, false);
    if (!reader_full(reader))
        check_required(reader, mapping, schema);
    bind_keys(reader, mapping, schema, true);
    if (!reader_full(reader))
        sections_default(reader, mapping, schema);
    return reader->problems_count > before ? -1 : 0;
}
