/*
 * ticket_text.c - a ticket's page as text. See ticket_page.h.
 *
 * What others wrote stands only where the service reads no markup: in a stretch that the style
 * begins and ends, escaped so that nothing in it can end it. Links are ours and stand outside.
 */
#include "consumer/channels/buffer.h"
#include "consumer/channels/ticket_page.h"

#define TAIL_UNITS     320 /* note and footer */
#define FRAME_UNITS    64  /* of one text of the evidence: its name and the stretch's ends */
#define UNIT_BYTES_MAX 3

/* Text under construction: one stretch is open or none. */
struct writer {
    const struct ticket_text_style *style;
    struct buffer text;
    struct arena *arena;
    bool is_plain, failed;
};

static void begin_plain(struct writer *writer)
{
    if (!writer->is_plain)
        buffer_text(&writer->text, writer->style->begin);
    writer->is_plain = true;
}

static void end_plain(struct writer *writer)
{
    if (writer->is_plain)
        buffer_text(&writer->text, writer->style->end);
    writer->is_plain = false;
}

static void add_escaped(struct writer *writer, enum text_shape shape, const char *text,
                        int64_t missing_bytes, size_t units_max)
{
    const struct text_style style = {
        .shape = shape, .escape = writer->style->escape, .units_max = units_max};
    const char *escaped = text_render(&style, text, missing_bytes, writer->arena);

    if (!escaped)
        writer->failed = true;
    else
        buffer_text(&writer->text, escaped);
}

static void add_link(struct writer *writer, const struct ticket_block *block)
{
    const struct ticket_text_style *style = writer->style;

    end_plain(writer);
    buffer_printf(&writer->text, "%s%s%s%s%s\n", style->link_begin, block->name, style->link_middle,
                  block->text, style->link_end);
}

static void add_block(struct writer *writer, const struct ticket_block *block)
{
    size_t units_max = writer->style->units_max;

    if (block->kind == TICKET_LINK) {
        add_link(writer, block);
        return;
    }
    begin_plain(writer);
    if (block->kind == TICKET_ROW) {
        add_escaped(writer, TEXT_LINE, block->name, 0, units_max);
        buffer_text(&writer->text, ": ");
    }
    add_escaped(writer, TEXT_LINE, block->text, 0, units_max);
    buffer_text(&writer->text, block->kind == TICKET_TITLE ? "\n\n" : "\n");
}

static void add_evidence(struct writer *writer, const struct ticket_page *page)
{
    size_t used =
        text_units(buffer_get(&writer->text)) + TAIL_UNITS + page->evidence_count * FRAME_UNITS;
    size_t units_max = writer->style->units_max;
    size_t units = ticket_evidence_units(page, used < units_max ? units_max - used : 0);

    for (size_t i = 0; i < page->evidence_count && units > 0; i++) {
        const struct evidence_text *evidence = &page->evidence[i];
        end_plain(writer);
        buffer_printf(&writer->text, "\n%s:\n", evidence->name);
        begin_plain(writer);
        add_escaped(writer, TEXT_BLOCK, evidence->text, evidence->missing_bytes, units);
        buffer_text(&writer->text, "\n");
    }
}

const char *ticket_text(const struct ticket_page *page, const struct ticket_text_style *style,
                        struct arena *arena, struct error *err)
{
    struct writer writer = {.style = style, .arena = arena};

    buffer_init(&writer.text, style->units_max * UNIT_BYTES_MAX, arena);
    for (size_t i = 0; i < page->count; i++)
        add_block(&writer, &page->blocks[i]);
    add_evidence(&writer, page);
    end_plain(&writer);
    buffer_printf(&writer.text, "\n%s%s%s", page->note ? page->note : "", page->note ? "\n" : "",
                  page->footer);
    if (writer.failed) {
        error_set(err, ERROR_MEMORY, "no memory for a ticket's text");
        return NULL;
    }
    if (writer.text.full || text_units(buffer_get(&writer.text)) > style->units_max) {
        error_set(err, ERROR_LIMIT, "a ticket's text would be longer than %zu characters",
                  style->units_max);
        return NULL;
    }
    return buffer_get(&writer.text);
}
