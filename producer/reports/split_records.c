/*
 * split_records.c - the elements of a document's arrays, one after another, with a way back
 * after damage.
 */
#include <string.h>

#include "producer/reports/split.h"

/* What every record of an array begins with. */
struct begin {
    const char *text; /* from the bracket to the end of the first member's name */
    size_t bytes;
    ptrdiff_t indent; /* bytes between the line's begin and the bracket; -1: not the line's first */
};

/* Searching for whole records reads the text at most so many times. */
#define RECOVERY_READS_MAX 64

struct walk {
    struct split *split;
    const struct split_array *array;
    struct scan scan;
    struct begin begin;
    size_t index;
    size_t bytes_wasted; /* read of records that have no end */
    bool was_bad;
};

/* How far a place is from its line's begin, where only white space lies between. */
static ptrdiff_t indent_of(const struct split *split, const char *at)
{
    const char *from = at;

    while (from > split->text && (from[-1] == ' ' || from[-1] == '\t'))
        from--;
    return from > split->text && from[-1] == '\n' ? at - from : -1;
}

static struct begin begin_of(const struct walk *walk)
{
    struct scan scan = walk->scan;
    struct begin begin = {.text = scan.at};
    const char *name;
    size_t bytes;

    if (!scan_byte(&scan, '{') || !scan_name(&scan, &name, &bytes))
        return begin;
    begin.bytes = (size_t)(name + bytes + 1 - begin.text);
    begin.indent = indent_of(walk->split, begin.text);
    return begin;
}

/* Whether `at` stands behind a comma of the array. */
static bool is_behind_comma(const struct walk *walk, const char *at)
{
    const char *first = walk->array->text;

    while (at > first && at[-1] && strchr(" \t\r\n", at[-1]))
        at--;
    return at > first && at[-1] == ',';
}

/* The next place from `from` on at which a record seems to begin; NULL where there is none. */
static const char *find_begin(const struct walk *walk, const char *from, const char *end)
{
    const struct begin *begin = &walk->begin;

    while (begin->bytes > 0 && from < end) {
        const char *found = memmem(from, (size_t)(end - from), begin->text, begin->bytes);

        if (!found)
            return NULL;
        if (indent_of(walk->split, found) == begin->indent && is_behind_comma(walk, found))
            return found;
        from = found + 1;
    }
    return NULL;
}

/* Tells of the record that begins here. */
static int lose(struct walk *walk, const char *at, const struct error *why, struct error *err)
{
    char pointer[ERROR_POINTER_BYTES_MAX];

    walk->was_bad = true;
    snprintf(pointer, sizeof(pointer), "%s/%zu", walk->array->pointer, walk->index);
    return split_bad(walk->split, at, pointer, why, err);
}

/* The text is broken between `at` and where the walk stands: on to the next record, or to the end
 * where none is found. 1 where the walk goes on. */
static int lose_way(struct walk *walk, const char *at, const char *words, struct error *err)
{
    struct split *split = walk->split;
    bool is_cut = walk->scan.at == split->end;
    const char *next = NULL;
    struct error why = {0};

    walk->bytes_wasted += (size_t)(walk->scan.at - at);
    if (walk->bytes_wasted / RECOVERY_READS_MAX <= (size_t)(split->end - split->text))
        next = find_begin(walk, at + 1, split->end);
    split->report->is_cut |= is_cut && !next;
    walk->scan.at = next ? next : split->end;
    error_set(&why, ERROR_INPUT, "%s", is_cut ? "the document ends within this record" : words);
    return lose(walk, at, &why, err) ? -1 : next != NULL;
}

/* The record between two places, to the format. */
static int take(struct walk *walk, const char *begin, size_t *ret_used, struct error *err)
{
    struct split *split = walk->split;
    struct report *report = split->report;
    const struct report_place place = {
        .array = walk->array->pattern, .outer = walk->array->outer, .index = walk->index};
    struct error why = {0};
    json_t *record = split_parse(split, begin, walk->scan.at, &why);
    int rc = -1;

    if (json_is_object(record))
        rc = split->format->record ? split->format->record(report, record, &place, &why)
                                   : split->format->line(report, record, &why);
    else if (record)
        error_set(&why, ERROR_INPUT, "expected a JSON object");
    else if (why.kind == ERROR_INPUT) {
        /* damage may have hidden where this record ends and others begin */
        const char *next = find_begin(walk, begin + 1, walk->scan.at);

        walk->scan.at = next ? next : walk->scan.at;
    }
    json_decref(record);
    arena_reset(report->arena);
    *ret_used += rc == 0;
    return rc == 0 ? 0 : lose(walk, begin, &why, err);
}

/* Behind a record: 1 where another follows, 0 at the array's end. */
static int go_on(struct walk *walk, struct error *err)
{
    const char *at = walk->scan.at, *next;

    if (scan_byte(&walk->scan, ','))
        return 1;
    if (scan_byte(&walk->scan, ']')) {
        next = walk->was_bad ? find_begin(walk, walk->scan.at, walk->split->end) : NULL;
        walk->scan.at = next ? next : walk->scan.at;
        return next != NULL;
    }
    if (is_behind_comma(walk, at))
        return 1; /* found again */
    walk->index++;
    return lose_way(walk, at, "expected a comma or the end of the records", err);
}

static int walk_records(struct walk *walk, size_t *ret_used, struct error *err)
{
    int rc = scan_byte(&walk->scan, ']') ? 0 : 1;

    for (; rc == 1; walk->index++) {
        const char *begin;

        if (scan_space(&walk->scan) && walk->index == 0)
            walk->begin = begin_of(walk);
        begin = walk->scan.at;
        if (!scan_value(&walk->scan))
            rc = lose_way(walk, begin, "expected a record", err);
        else
            rc = take(walk, begin, ret_used, err) ? -1 : go_on(walk, err);
    }
    return rc;
}

int split_records(struct split *split, size_t *ret_used, struct error *err)
{
    for (size_t i = 0; i < split->arrays_count; i++) {
        struct walk walk = {.split = split,
                            .array = &split->arrays[i],
                            .scan = {.at = split->arrays[i].text + 1, .end = split->end}};

        if (walk_records(&walk, ret_used, err))
            return -1;
    }
    return 0;
}
