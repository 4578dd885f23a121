/*
 * report.c - the table of formats, and the loop that reads a report line by line.
 *
 * The head's lines are tried against each format in the table's order; then every line is repaired,
 * parsed and given to the format. A line that cannot be used is told to the sink and reading goes
 * on; a report of which nothing could be used is an error.
 */
#include "producer/reports/report.h"

#include <stdio.h>
#include <string.h>

#include "producer/reports/garak.h"
#include "producer/reports/lines.h"
#include "producer/reports/repair.h"
#include "producer/reports/tocsin_lines.h"

const struct report_ops *const report_formats[] = {
    &report_tocsin_lines,
    &report_garak,
    &report_garak_hitlog,
    NULL,
};

/* A report on its way, with its head still to be seen twice. */
struct reading {
    struct report report;
    const struct report_ops *format;
    struct lines lines;
    struct arena line_arena, kept;
    size_t used;
};

const struct report_ops *report_format(const char *name)
{
    for (size_t i = 0; report_formats[i]; i++) {
        if (strcmp(report_formats[i]->name, name) == 0)
            return report_formats[i];
    }
    return NULL;
}

void report_names(char *text, size_t bytes)
{
    size_t at = 0;

    *text = '\0';
    for (size_t i = 0; report_formats[i] && at < bytes; i++)
        at +=
            (size_t)snprintf(text + at, bytes - at, "%s%s", i ? ", " : "", report_formats[i]->name);
}

static json_t *parse(const char *text, size_t bytes, bool is_strict, struct error *err)
{
    json_error_t why;
    json_t *line;

    if (is_strict)
        return record_parse(text, bytes, err);
    line = json_loadb(text, bytes, 0, &why);
    if (!line)
        error_set(err, ERROR_INPUT, "no JSON: %s at column %d", why.text, why.column);
    return line;
}

/* One line as a document; a new reference, or NULL. */
static json_t *document_of(struct reading *reading, const struct line *line, struct error *err)
{
    const struct report_sink *sink = reading->report.sink;
    const char *text = line->text;
    size_t bytes = line->bytes, places = 0;

    if (repair_is_needed(text, bytes)) {
        text = repair_json(text, bytes, &reading->line_arena, &bytes, &places);
        if (!text) {
            error_set(err, ERROR_MEMORY, "no memory for a line");
            return NULL;
        }
        if (places > 0)
            sink->repaired(sink->ctx, line->number, places);
    }
    return parse(text, bytes, reading->format->is_strict, err);
}

static int read_line(struct reading *reading, const struct line *line, struct error *err)
{
    json_t *document = document_of(reading, line, err);
    int rc;

    if (!document)
        return -1;
    if (!json_is_object(document))
        rc = error_set(err, ERROR_INPUT, "expected a JSON object");
    else
        rc = reading->format->line(&reading->report, document, err);
    json_decref(document);
    return rc;
}

/* Bad lines are told and forgotten; -1 for what stops the reading. */
static int forgive(struct reading *reading, size_t number, struct error *why, struct error *err)
{
    const struct report_sink *sink = reading->report.sink;

    if (why->kind != ERROR_INPUT && why->kind != ERROR_LIMIT) {
        *err = *why;
        return -1;
    }
    reading->report.bad++;
    sink->bad(sink->ctx, number, why);
    return 0;
}

static int read_lines(struct reading *reading, struct error *err)
{
    for (;;) {
        struct error why = {0};
        struct line line;
        int rc = lines_next(&reading->lines, REPORT_LINE_BYTES_MAX, &line, &why);

        if (rc == 0)
            return 0;
        if (rc == 1 && read_line(reading, &line, &why) == 0)
            reading->used++;
        else if (forgive(reading, reading->lines.number, &why, err))
            return -1;
        arena_reset(&reading->line_arena);
    }
}

static const struct report_ops *recognised(const json_t *document)
{
    for (size_t i = 0; report_formats[i]; i++) {
        if (json_is_object(document) && report_formats[i]->recognises(document))
            return report_formats[i];
    }
    return NULL;
}

/* The format of a report whose head lies in memory; NULL where no line tells. */
static const struct report_ops *format_of(const char *head, size_t bytes)
{
    const struct report_ops *format = NULL;
    struct arena arena;
    size_t count = 0;

    arena_init(&arena);
    while (!format && bytes > 0 && count++ < REPORT_HEAD_LINES_MAX) {
        const char *feed = memchr(head, '\n', bytes);
        size_t line = feed ? (size_t)(feed - head) : bytes, places;
        size_t repaired = 0;
        char *text = repair_json(head, line, &arena, &repaired, &places);
        size_t mark = text && strncmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
        json_t *document = text ? json_loadb(text + mark, repaired - mark, 0, NULL) : NULL;

        format = document ? recognised(document) : NULL;
        json_decref(document);
        head += line + (feed != NULL);
        bytes -= line + (feed != NULL);
        arena_reset(&arena);
    }
    arena_fini(&arena);
    return format;
}

static int recognise(struct reading *reading, struct error *err)
{
    const char *head;
    char names[128];
    size_t bytes;

    if (reading->format)
        return 0;
    if (lines_head(&reading->lines, REPORT_HEAD_LINES_MAX, REPORT_LINE_BYTES_MAX, &head, &bytes,
                   err))
        return -1;
    if (bytes == 0)
        return error_set(err, ERROR_INPUT, "the report is empty");
    reading->format = format_of(head, bytes);
    if (reading->format)
        return 0;
    report_names(names, sizeof(names));
    return error_set(err, ERROR_INPUT, "the format is not known; known are: %s", names);
}

/* Shows the format the last line of a regular file. What cannot be read so is left out: it is only
 * wanted early, and comes again. */
static int look_ahead(struct reading *reading, struct error *err)
{
    json_t *document;
    size_t bytes;
    char *text;
    int rc = 0;

    if (!reading->format->last ||
        lines_tail(&reading->lines, &reading->line_arena, &text, &bytes) != 1)
        return 0;
    document = json_loadb(text, bytes, 0, NULL);
    if (json_is_object(document))
        rc = reading->format->last(&reading->report, document, err);
    json_decref(document);
    arena_reset(&reading->line_arena);
    return rc;
}

static int read_all(struct reading *reading, struct error *err)
{
    const struct report_ops *format = reading->format;
    struct report *report = &reading->report;

    report->state = arena_alloc(&reading->kept, format->state_bytes + 1);
    if (!report->state)
        return error_set(err, ERROR_MEMORY, "no memory for a report");
    if ((format->init && format->init(report, err)) || look_ahead(reading, err) ||
        read_lines(reading, err))
        return -1;
    if (reading->used == 0 && reading->lines.number > 0)
        return error_set(err, ERROR_INPUT, "no line of the report can be read");
    return format->end ? format->end(report, err) : 0;
}

int report_read(int fd, const struct report_ops *format, const struct report_defaults *defaults,
                const struct report_sink *sink, const struct report_ops **ret_format,
                struct error *err)
{
    struct reading reading = {.format = format, .report = {.defaults = defaults, .sink = sink}};
    int rc;

    lines_init(&reading.lines, fd);
    arena_init(&reading.line_arena);
    arena_init(&reading.kept);
    reading.report.arena = &reading.line_arena;
    reading.report.kept = &reading.kept;
    rc = recognise(&reading, err) || read_all(&reading, err) ? -1 : 0;
    if (reading.format && reading.format->fini && reading.report.state)
        reading.format->fini(&reading.report);
    if (ret_format)
        *ret_format = reading.format;
    arena_fini(&reading.kept);
    arena_fini(&reading.line_arena);
    lines_fini(&reading.lines);
    return rc;
}
