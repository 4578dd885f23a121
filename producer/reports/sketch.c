/*
 * sketch.c - a walk over the first levels; the rest is skipped by its brackets.
 */
#include "producer/reports/sketch.h"

#include <string.h>

#include "producer/reports/repair.h"
#include "producer/reports/scan.h"

static json_t *sketch_value(struct scan *scan, size_t depth, bool *ret_goes_on);

static json_t *parse(const char *text, size_t bytes)
{
    struct arena arena;
    json_t *value = NULL;
    size_t places;
    char *repaired;

    arena_init(&arena);
    repaired = repair_json(text, bytes, &arena, &bytes, &places);
    if (repaired)
        value = json_loadb(repaired, bytes, JSON_DECODE_ANY, NULL);
    arena_fini(&arena);
    return value;
}

/* Neither an object nor an array. */
static json_t *sketch_scalar(struct scan *scan, bool *ret_goes_on)
{
    const char *begin = scan->at;
    json_t *value = NULL;

    *ret_goes_on = scan_value(scan);
    if (*ret_goes_on && (size_t)(scan->at - begin) <= SKETCH_STRING_BYTES_MAX)
        value = parse(begin, (size_t)(scan->at - begin));
    return value ? value : json_null();
}

static bool sketch_members(struct scan *scan, json_t *object, size_t depth)
{
    const char *name;
    size_t bytes;
    bool goes_on;

    if (scan_byte(scan, '}'))
        return true;
    do {
        json_t *value;

        if (!scan_name(scan, &name, &bytes) || !scan_space(scan))
            return false;
        value = sketch_value(scan, depth + 1, &goes_on);
        if (json_object_size(object) < SKETCH_MEMBERS_MAX)
            json_object_setn_new(object, name, bytes, value);
        else
            json_decref(value);
    } while (goes_on && scan_byte(scan, ','));
    return goes_on && scan_byte(scan, '}');
}

static bool sketch_elements(struct scan *scan, json_t *array, size_t depth)
{
    bool goes_on;

    if (scan_byte(scan, ']'))
        return true;
    if (!scan_space(scan))
        return false;
    json_array_append_new(array, sketch_value(scan, depth + 1, &goes_on));
    while (goes_on && scan_byte(scan, ','))
        goes_on = scan_value(scan);
    return goes_on && scan_byte(scan, ']');
}

/* The value that begins here; whether the text goes on well behind it. */
static json_t *sketch_value(struct scan *scan, size_t depth, bool *ret_goes_on)
{
    json_t *value;
    char opened = *scan->at;

    if (opened != '{' && opened != '[')
        return sketch_scalar(scan, ret_goes_on);
    if (depth == SKETCH_DEPTH_MAX) {
        *ret_goes_on = scan_value(scan);
        return json_null();
    }
    scan->at++;
    value = opened == '{' ? json_object() : json_array();
    *ret_goes_on =
        opened == '{' ? sketch_members(scan, value, depth) : sketch_elements(scan, value, depth);
    return value;
}

json_t *sketch_of(const char *json, size_t bytes)
{
    struct scan scan = {.at = json, .end = json + bytes};
    json_t *sketch;
    bool is_whole;

    if (!scan_space(&scan) || (*scan.at != '{' && *scan.at != '['))
        return NULL;
    sketch = sketch_value(&scan, 0, &is_whole);
    if (is_whole && scan_space(&scan)) {
        json_decref(sketch);
        return NULL;
    }
    return sketch;
}
