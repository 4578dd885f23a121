/*
 * intervals.c - the section `time_intervals`, and its older name `mute_time_intervals`: named times
 * when routes are muted, or active.
 *
 * Both sections fill one table, so a name stands once in the two of them. Accepted and refused as
 * by Alertmanager, except that a null where a range, a time or a named interval should stand is
 * refused: there it is a range of nothing, which nobody means.
 */
#include <string.h>

#include "consumer/config/draft.h"

/* An interval while it is read. */
struct interval_draft {
    struct time_interval *interval;
    const char *location;
};

struct hours {
    const char *start, *end;
};

static const struct setting hours_settings[] = {
    {.name = "start_time",
     .kind = SETTING_STRING,
     .offset = offsetof(struct hours, start),
     .required = true},
    {.name = "end_time",
     .kind = SETTING_STRING,
     .offset = offsetof(struct hours, end),
     .required = true},
    {.kind = SETTING_END},
};

static int add(struct reader *reader, const struct node *key, const struct node *at,
               struct time_interval *interval, enum time_field field, const char *text)
{
    struct error err = {0};

    if (time_interval_add(interval, field, text, &err))
        return reader_refuse_error(reader, at, key->text, &err);
    return 0;
}

static int add_hours(struct reader *reader, const struct node *key, const struct node *item,
                     struct time_interval *interval, enum time_field field)
{
    struct hours hours = {0};
    const struct schema schema = {
        .what = "a range of times",
        .bindings = {{.settings = hours_settings, .object = &hours}},
    };
    const char *text;

    if (schema_bind(reader, item, &schema))
        return -1;
    text = arena_printf(reader->arena, "%s:%s", hours.start, hours.end);
    return text ? add(reader, key, item, interval, field, text) : reader_out_of_memory(reader);
}

static int add_words(struct reader *reader, const struct node *key, const struct node *item,
                     struct time_interval *interval, enum time_field field)
{
    const char *text = NULL;

    if (reader_text(reader, key, item, &text))
        return -1;
    return add(reader, key, item, interval, field, text);
}

static const struct field_key {
    const char *name;
    enum time_field field;
    int (*add)(struct reader *reader, const struct node *key, const struct node *item,
               struct time_interval *interval, enum time_field field);
} field_keys[] = {
    {"times", TIME_OF_DAY, add_hours},
    {"weekdays", TIME_WEEKDAY, add_words},
    {"days_of_month", TIME_DAY_OF_MONTH, add_words},
    {"months", TIME_MONTH, add_words},
    {"years", TIME_YEAR, add_words},
};
#define FIELD_KEYS (sizeof(field_keys) / sizeof(field_keys[0]))

static int bind_ranges(struct reader *reader, const struct node *key, const struct node *value,
                       void *object)
{
    struct time_interval *interval = ((struct interval_draft *)object)->interval;
    const struct field_key *row = field_keys;
    struct error err = {0};
    int rc = 0;

    while (strcmp(row->name, key->text) != 0)
        row++;
    if (!reader_is_kind(reader, key, value, NODE_SEQUENCE))
        return -1;
    if (value->count == 0 && time_interval_add_none(interval, row->field, &err))
        return reader_refuse_error(reader, value, key->text, &err);
    for (size_t i = 0; i < value->count && !rc; i++)
        rc = row->add(reader, key, value->items[i], interval, row->field);
    return rc;
}

static int bind_location(struct reader *reader, const struct node *key, const struct node *value,
                         void *object)
{
    struct time_interval *interval = ((struct interval_draft *)object)->interval;
    struct error err = {0};
    const char *name = NULL;

    if (reader_text(reader, key, value, &name))
        return -1;
    if (time_interval_set_location(interval, name, &err))
        return reader_refuse_error(reader, value, key->text, &err);
    return 0;
}

const struct section interval_sections[] = {
    {"times", bind_ranges, NULL, "start_time and end_time, 09:00 and 17:00; without its end"},
    {"weekdays", bind_ranges, NULL, "monday:friday, sunday; the week begins on sunday"},
    {"days_of_month", bind_ranges, NULL, "1:5, -3:-1; -1 is the month's last day"},
    {"months", bind_ranges, NULL, "january:march, 5:8, december"},
    {"years", bind_ranges, NULL, "2026, 2026:2028"},
    {"location", bind_location, NULL,
     "time zone, Europe/Berlin; Local: the machine's; default UTC"},
    {NULL, NULL, NULL, NULL},
};

/* A named interval while it is read. */
struct named_draft {
    struct draft *draft;
    struct named_interval *named;
    const struct node *list;
};

static int keep_list(struct reader *reader, const struct node *key, const struct node *value,
                     void *object)
{
    struct named_draft *nd = object;

    if (!reader_is_kind(reader, key, value, NODE_SEQUENCE))
        return -1;
    nd->list = value;
    return 0;
}

static const struct setting named_settings[] = {
    {.name = "name",
     .kind = SETTING_STRING,
     .offset = offsetof(struct named_interval, name),
     .required = true,
     .min = 1,
     .max = INTERVAL_NAME_CHARS_MAX},
    {.kind = SETTING_END},
};

static const struct section named_sections[] = {
    {"time_intervals", keep_list, NULL, NULL},
    {NULL, NULL, NULL, NULL},
};

static struct time_interval *new_interval(struct draft *draft)
{
    struct config *config = draft->config;
    struct time_interval *interval;

    if (config->times_count == INTERVALS_MAX)
        return NULL;
    interval = arena_alloc(draft->reader.arena, sizeof(*interval));
    if (interval) {
        *interval = (struct time_interval){.zone = NULL};
        config->times[config->times_count++] = interval;
    }
    return interval;
}

static int bind_interval(struct draft *draft, const struct node *node,
                         const struct time_interval **ret)
{
    struct interval_draft id = {.interval = new_interval(draft)};
    const struct schema schema = {
        .what = "time interval", .sections = interval_sections, .object = &id};

    *ret = id.interval;
    if (!id.interval)
        return reader_refuse(&draft->reader, node, "more than %d time intervals", INTERVALS_MAX);
    return schema_bind(&draft->reader, node, &schema);
}

static int bind_list(struct draft *draft, const struct node *list, struct named_interval *named)
{
    struct reader *reader = &draft->reader;
    const struct time_interval **intervals;
    int rc = 0;

    if (!list)
        return 0;
    intervals = arena_array(reader->arena, list->count + 1, sizeof(struct time_interval *));
    if (!intervals)
        return reader_out_of_memory(reader);
    for (size_t i = 0; i < list->count && !reader_full(reader); i++)
        rc |= bind_interval(draft, list->items[i], &intervals[i]);
    named->intervals = intervals;
    named->count = list->count;
    return rc;
}

static int bind_named(struct draft *draft, const struct node *node, struct named_interval *named)
{
    struct named_draft nd = {.draft = draft, .named = named};
    const struct schema schema = {
        .what = "named time interval",
        .bindings = {{.settings = named_settings, .object = named}},
        .sections = named_sections,
        .object = &nd,
    };

    *named = (struct named_interval){.name = NULL, .line = node->line};
    if (schema_bind(&draft->reader, node, &schema))
        return -1;
    if (config_interval(draft->config, named->name))
        return reader_refuse(&draft->reader, node_find(node, "name"),
                             "the name \"%.60s\" of a time interval is not unique", named->name);
    return bind_list(draft, nd.list, named);
}

int intervals_bind(struct draft *draft, const struct node *node)
{
    struct config *config = draft->config;
    struct reader *reader = &draft->reader;
    int rc = 0;

    if (!node || node_is_null(node))
        return 0;
    if (!config->times)
        config->times = arena_array(reader->arena, INTERVALS_MAX, sizeof(struct time_interval *));
    if (!config->intervals)
        config->intervals = arena_array(reader->arena, INTERVALS_MAX, sizeof(*config->intervals));
    if (!config->times || !config->intervals)
        return reader_out_of_memory(reader);
    if (node->kind != NODE_SEQUENCE)
        return reader_refuse(reader, node, "expected a list of named time intervals, not %s",
                             node_kind_name(node));
    if (node->count > INTERVALS_MAX - config->intervals_count)
        return reader_refuse(reader, node, "more than %d named time intervals", INTERVALS_MAX);
    for (size_t i = 0; i < node->count && !reader_full(reader); i++) {
        rc |= bind_named(draft, node->items[i], &config->intervals[config->intervals_count]);
        config->intervals_count += config->intervals[config->intervals_count].name != NULL;
    }
    return rc;
}

const struct named_interval *intervals_find(struct draft *draft, const struct node *key,
                                            const struct node *value)
{
    const struct config *config = draft->config;
    const struct named_interval *found = config_interval(config, value->text);
    const char *names[INTERVALS_MAX], *nearest;

    if (found)
        return found;
    for (size_t i = 0; i < config->intervals_count; i++)
        names[i] = config->intervals[i].name;
    nearest = nearest_name(value->text, names, config->intervals_count);
    reader_refuse(&draft->reader, value, "undefined time interval \"%.60s\" in %s%s%s%s",
                  value->text, key->text, nearest ? "; did you mean \"" : "",
                  nearest ? nearest : "", nearest ? "\"?" : "");
    return NULL;
}
