/*
 * report_document.c - a report that is read whole: a JSON document, or a text of another kind.
 */
#include "producer/reports/reading.h"
#include "producer/reports/split.h"

/* An object that stands alone where others stand in a list is the format's line. */
static int take_outline(struct report *report, const struct report_ops *format, json_t *outline,
                        struct error *err)
{
    if (format->document)
        return format->document(report, outline, err);
    return format->line && json_is_object(outline) ? format->line(report, outline, err) : 0;
}

int reading_document(struct reading *reading, struct error *err)
{
    const struct report_ops *format = reading->format;
    struct split split;
    json_t *outline;
    const char *text;
    size_t bytes;
    int rc;

    if (lines_all(&reading->lines, REPORT_DOCUMENT_BYTES_MAX, &text, &bytes, err) ||
        split_init(&split, &reading->report, format, text, bytes, err))
        return -1;
    outline = split_outline(&split, err);
    if (!outline)
        return -1;
    rc = take_outline(&reading->report, format, outline, err);
    json_decref(outline);
    arena_reset(&reading->arena);
    if (rc || split_records(&split, &reading->used, err))
        return -1;
    /* without records the outline is all there is, unless they were lost */
    reading->used += split.arrays_count == 0 || reading->report.bad == 0;
    return 0;
}

int reading_text(struct reading *reading, struct error *err)
{
    const char *text;
    size_t bytes;

    if (lines_all(&reading->lines, REPORT_DOCUMENT_BYTES_MAX, &text, &bytes, err) ||
        reading->format->text(&reading->report, text, bytes, err))
        return -1;
    reading->used++;
    return 0;
}
