/*
 * split.c - the outline: the way down to the arrays of records is walked by brackets, every
 * value beside it is parsed whole.
 */
#include "producer/reports/split.h"

#include <string.h>

#include "producer/reports/repair.h"

/* Where the walk stands: what is left of each pattern, NULL for one that does not lead here. */
struct level {
    const char *rest[SPLIT_PATTERNS_MAX];
    const char *pointer;
    size_t outer;
};

int split_init(struct split *split, struct report *report, const struct report_ops *format,
               const char *text, size_t bytes, struct error *err)
{
    *split = (struct split){.text = text,
                            .end = text + bytes,
                            .format = format,
                            .report = report,
                            .counted = text,
                            .line = 1};
    split->arrays = arena_array(report->kept, SPLIT_ARRAYS_MAX, sizeof(*split->arrays));
    return split->arrays ? 0 : error_set(err, ERROR_MEMORY, "no memory for a document");
}

static size_t line_of(struct split *split, const char *at)
{
    if (at < split->counted) {
        split->counted = split->text;
        split->line = 1;
    }
    while (split->counted < at) {
        const char *feed = memchr(split->counted, '\n', (size_t)(at - split->counted));

        split->line += feed != NULL;
        split->counted = feed ? feed + 1 : at;
    }
    return split->line;
}

int split_bad(struct split *split, const char *at, const char *pointer, const struct error *why,
              struct error *err)
{
    struct report *report = split->report;
    char place[2 * ERROR_POINTER_BYTES_MAX];
    struct error told = {0};

    if (why->kind != ERROR_INPUT && why->kind != ERROR_LIMIT) {
        *err = *why;
        return -1;
    }
    snprintf(place, sizeof(place), "%s%s", pointer, why->pointer);
    error_set_at(&told, why->kind, place, "%s", why->text);
    report->bad++;
    report->sink->bad(report->sink->ctx, line_of(split, at), &told);
    return 0;
}

json_t *split_parse(struct split *split, const char *begin, const char *end, struct error *err)
{
    const struct report_sink *sink = split->report->sink;
    size_t bytes = (size_t)(end - begin), places = 0;
    json_error_t why;
    json_t *value;

    if (bytes > REPORT_LINE_BYTES_MAX) {
        error_set(err, ERROR_LIMIT, "a value of more than %zu bytes", REPORT_LINE_BYTES_MAX);
        return NULL;
    }
    if (repair_is_needed(begin, bytes)) {
        begin = repair_json(begin, bytes, split->report->arena, &bytes, &places);
        if (!begin) {
            error_set(err, ERROR_MEMORY, "no memory for a document");
            return NULL;
        }
    }
    value = json_loadb(begin, bytes, JSON_DECODE_ANY, &why);
    if (!value)
        error_set(err, ERROR_INPUT, "no JSON: %s at line %d, column %d of this value", why.text,
                  why.line, why.column);
    else if (places > 0)
        sink->repaired(sink->ctx, line_of(split, begin), places);
    return value;
}

static bool leads_on(const struct level *level)
{
    for (size_t i = 0; i < SPLIT_PATTERNS_MAX; i++) {
        if (level->rest[i])
            return true;
    }
    return false;
}

/* One level down, to a member or element by its name and position. */
static struct level step_down(const struct level *level, const char *name, size_t bytes,
                              size_t position)
{
    struct level below = {.pointer = NULL, .outer = level->outer};

    for (size_t i = 0; i < SPLIT_PATTERNS_MAX; i++) {
        const char *rest = level->rest[i];
        size_t segment = rest && *rest == '/' ? strcspn(rest + 1, "/") : 0;
        bool is_any = segment == 1 && rest[1] == '*';

        if (is_any)
            below.outer = position;
        if (is_any || (segment > 0 && segment == bytes && memcmp(rest + 1, name, bytes) == 0))
            below.rest[i] = rest + 1 + segment;
    }
    return below;
}

static int outline_value(struct split *split, struct scan *scan, const struct level *level,
                         json_t **ret_value, struct error *err);

/* The outline ends here, before its end. */
static int stop(struct split *split, const char *at, const char *pointer, const char *words,
                struct error *err)
{
    struct error why = {0};

    split->is_over = true;
    error_set(&why, ERROR_INPUT, "%s", words);
    return split_bad(split, at, pointer, &why, err);
}

static int stop_cut(struct split *split, const char *at, const char *pointer, struct error *err)
{
    split->report->is_cut = true;
    return stop(split, at, pointer, "the document ends within this value", err);
}

/* A value beside the way, whole; *ret_value stays NULL for one that is bad. */
static int outline_leaf(struct split *split, struct scan *scan, const char *pointer,
                        json_t **ret_value, struct error *err)
{
    const char *begin = scan->at;
    struct error why = {0};

    if (!scan_value(scan))
        return scan->at == scan->end ? stop_cut(split, begin, pointer, err)
                                     : stop(split, begin, pointer, "expected a value", err);
    split->outline_bytes += (size_t)(scan->at - begin);
    if (split->outline_bytes > REPORT_LINE_BYTES_MAX)
        error_set(&why, ERROR_LIMIT, "the document has more than %zu bytes beside its records",
                  REPORT_LINE_BYTES_MAX);
    else
        *ret_value = split_parse(split, begin, scan->at, &why);
    arena_reset(split->report->arena);
    return *ret_value ? 0 : split_bad(split, begin, pointer, &why, err);
}

/* An array of records is passed over; whether it is whole is seen when they are read. */
static int note_array(struct split *split, struct scan *scan, const struct level *level,
                      size_t pattern, struct error *err)
{
    if (split->arrays_count == SPLIT_ARRAYS_MAX)
        return error_set(err, ERROR_LIMIT, "the document has more than %d arrays of records",
                         SPLIT_ARRAYS_MAX);
    split->arrays[split->arrays_count++] = (struct split_array){
        .text = scan->at, .pointer = level->pointer, .pattern = pattern, .outer = level->outer};
    split->is_over = !scan_value(scan);
    return 0;
}

/* One member, or an element where `name` is NULL. */
static int outline_child(struct split *split, struct scan *scan, const struct level *level,
                         const char *name, size_t bytes, size_t position, json_t *into,
                         struct error *err)
{
    struct level below = step_down(level, name, bytes, position);
    json_t *value = NULL;
    int rc;

    below.pointer =
        name ? arena_printf(split->report->kept, "%s/%.*s", level->pointer, (int)bytes, name)
             : arena_printf(split->report->kept, "%s/%zu", level->pointer, position);
    if (!below.pointer)
        return error_set(err, ERROR_MEMORY, "no memory for a document");
    rc = leads_on(&below) ? outline_value(split, scan, &below, &value, err)
                          : outline_leaf(split, scan, below.pointer, &value, err);
    if (!name)
        json_array_append_new(into, value ? value : json_null());
    else if (value)
        json_object_setn_new(into, name, bytes, value);
    return rc;
}

/* An object or an array on the way to records. */
static int outline_container(struct split *split, struct scan *scan, const struct level *level,
                             json_t *into, struct error *err)
{
    char close = *scan->at++ == '{' ? '}' : ']';
    const char *name = NULL;
    size_t bytes = 0, position = 0;

    if (scan_byte(scan, close))
        return 0;
    do {
        if ((close == '}' && !scan_name(scan, &name, &bytes)) || !scan_space(scan))
            break;
        if (outline_child(split, scan, level, name, bytes, position++, into, err))
            return -1;
        if (split->is_over || scan_byte(scan, close))
            return 0;
    } while (scan_byte(scan, ','));
    return scan_space(scan) ? stop(split, scan->at, level->pointer,
                                   "expected a member, a comma or a closing bracket", err)
                            : stop_cut(split, scan->at, level->pointer, err);
}

/* A value that holds records, or may. */
static int outline_value(struct split *split, struct scan *scan, const struct level *level,
                         json_t **ret_value, struct error *err)
{
    for (size_t i = 0; *scan->at == '[' && i < SPLIT_PATTERNS_MAX; i++) {
        if (!level->rest[i] || *level->rest[i] != '\0')
            continue;
        *ret_value = json_array();
        return note_array(split, scan, level, i, err);
    }
    if (*scan->at != '{' && *scan->at != '[')
        return outline_leaf(split, scan, level->pointer, ret_value, err);
    *ret_value = *scan->at == '{' ? json_object() : json_array();
    return outline_container(split, scan, level, *ret_value, err);
}

json_t *split_outline(struct split *split, struct error *err)
{
    struct scan scan = {.at = split->text, .end = split->end};
    struct level root = {.pointer = ""};
    json_t *outline = NULL;
    int rc;

    for (size_t i = 0; split->format->arrays && split->format->arrays[i]; i++)
        root.rest[i] = split->format->arrays[i];
    if (!scan_space(&scan) || (*scan.at != '{' && *scan.at != '[')) {
        error_set(err, ERROR_INPUT, "expected a JSON document");
        return NULL;
    }
    rc = leads_on(&root) ? outline_value(split, &scan, &root, &outline, err)
                         : outline_leaf(split, &scan, "", &outline, err);
    if (rc == 0 && !split->is_over && scan_space(&scan))
        rc = stop(split, scan.at, "", "text behind the document", err);
    if (rc) {
        json_decref(outline);
        return NULL;
    }
    if (!outline)
        error_set(err, ERROR_INPUT, "nothing of the document can be read");
    return outline;
}
