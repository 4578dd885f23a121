/*
 * report_lines.c - a report of a JSON object a line.
 *
 * Every line is repaired, parsed and given to the format. A line that cannot be used is told to the
 * sink and reading goes on.
 */
#include <string.h>

#include "producer/reports/reading.h"
#include "producer/reports/repair.h"

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
        text = repair_json(text, bytes, &reading->arena, &bytes, &places);
        if (!text) {
            error_set(err, ERROR_MEMORY, "no memory for a line");
            return NULL;
        }
        if (places > 0)
            sink->repaired(sink->ctx, line->number, places);
    }
    return parse(text, bytes, reading->format->is_strict, err);
}

/* The line's text to the format; 1 where it wants the document. */
static int read_plain(struct reading *reading, const struct line *line, struct error *err)
{
    if (!reading->format->plain || repair_is_needed(line->text, line->bytes))
        return 1;
    return reading->format->plain(&reading->report, line->text, line->bytes, err);
}

static int read_line(struct reading *reading, const struct line *line, struct error *err)
{
    int rc = read_plain(reading, line, err);
    json_t *document;

    if (rc <= 0)
        return rc;
    document = document_of(reading, line, err);
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
        arena_reset(&reading->arena);
    }
}

/* Shows the format the last line of a regular file. What cannot be read so is left out: it is only
 * wanted early, and comes again. */
static int look_ahead(struct reading *reading, struct error *err)
{
    json_t *document;
    size_t bytes;
    char *text;
    int rc = 0;

    if (!reading->format->last || lines_tail(&reading->lines, &reading->arena, &text, &bytes) != 1)
        return 0;
    document = json_loadb(text, bytes, 0, NULL);
    if (json_is_object(document))
        rc = reading->format->last(&reading->report, document, err);
    json_decref(document);
    arena_reset(&reading->arena);
    return rc;
}

int reading_lines(struct reading *reading, struct error *err)
{
    return look_ahead(reading, err) || read_lines(reading, err) ? -1 : 0;
}
