/*
 * ticket_html.c - a ticket's page as HTML. See ticket_page.h.
 *
 * Elements and attributes are ours alone; every character that HTML gives a meaning is an entity,
 * also in the attribute of a link.
 */
#include "consumer/channels/buffer.h"
#include "consumer/channels/ticket_page.h"

#define TAIL_BYTES     1024 /* note and footer */
#define FRAME_BYTES    64   /* of one text of the evidence */
/* A unit is at most this long: a character of three bytes; an entity has one a unit. */
#define UNIT_BYTES_MAX 3

static const char *escape(uint32_t code, uint32_t previous)
{
    (void)previous;
    switch (code) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* HTML under construction. */
struct writer {
    struct buffer html;
    struct arena *arena;
    bool failed;
};

static const char *escaped(struct writer *writer, enum text_shape shape, const char *text,
                           int64_t missing_bytes, size_t units_max)
{
    const struct text_style style = {.shape = shape, .escape = escape, .units_max = units_max};
    const char *html = text_render(&style, text, missing_bytes, writer->arena);

    writer->failed = writer->failed || !html;
    return html ? html : "";
}

static void add_block(struct writer *writer, const struct ticket_block *block)
{
    size_t units_max = writer->html.bytes_max;
    const char *text = escaped(writer, TEXT_LINE, block->text, 0, units_max);
    const char *name = escaped(writer, TEXT_LINE, block->name, 0, units_max);

    switch (block->kind) {
    case TICKET_TITLE:
        buffer_printf(&writer->html, "<p><b>%s</b></p>\n", text);
        break;
    case TICKET_ROW:
        buffer_printf(&writer->html, "<div><b>%s:</b> %s</div>\n", name, text);
        break;
    case TICKET_LINE:
        buffer_printf(&writer->html, "<div>%s</div>\n", text);
        break;
    case TICKET_LINK:
        buffer_printf(&writer->html, "<div><a href=\"%s\">%s</a></div>\n", text, name);
        break;
    }
}

static void add_evidence(struct writer *writer, const struct ticket_page *page)
{
    size_t used = writer->html.bytes + TAIL_BYTES + page->evidence_count * FRAME_BYTES;
    size_t left = used < writer->html.bytes_max ? writer->html.bytes_max - used : 0;
    size_t units = ticket_evidence_units(page, left / UNIT_BYTES_MAX);

    for (size_t i = 0; i < page->evidence_count && units > 0; i++) {
        const struct evidence_text *evidence = &page->evidence[i];
        buffer_printf(&writer->html, "<p><b>%s:</b></p>\n<pre>%s</pre>\n", evidence->name,
                      escaped(writer, TEXT_BLOCK, evidence->text, evidence->missing_bytes, units));
    }
}

const char *ticket_html(const struct ticket_page *page, size_t bytes_max, struct arena *arena,
                        struct error *err)
{
    struct writer writer = {.arena = arena};

    buffer_init(&writer.html, bytes_max, arena);
    for (size_t i = 0; i < page->count; i++)
        add_block(&writer, &page->blocks[i]);
    add_evidence(&writer, page);
    if (page->note)
        buffer_printf(&writer.html, "<p><i>%s</i></p>\n", page->note);
    buffer_printf(&writer.html, "<p>%s</p>", page->footer);
    if (writer.failed) {
        error_set(err, ERROR_MEMORY, "no memory for a ticket's HTML");
        return NULL;
    }
    if (writer.html.full) {
        error_set(err, ERROR_LIMIT, "a ticket's HTML would be longer than %zu bytes", bytes_max);
        return NULL;
    }
    return buffer_get(&writer.html);
}
