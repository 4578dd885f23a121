/*
 * jira_adf.c - a ticket's page in the Atlassian Document Format.
 *
 * Text is data in this format: nothing in it is read as markup. What the format refuses is avoided:
 * a text node is never empty, links are the only mark beside strong, evidence stands in code
 * blocks, whose text has no marks at all.
 */
#include "consumer/channels/document.h"
#include "consumer/channels/jira.h"

#define TAIL_UNITS   700 /* note, footer and the ends of the nodes around them */
#define FRAME_UNITS  200 /* of one text of the evidence: its title and its nodes */
#define QUOTED_UNITS 2   /* a unit of text as it is serialised, at most: \n \" \\ */

static json_t *add_node(struct document *document, json_t *content, const char *type)
{
    json_t *node = json_object();

    document_append(document, content, node);
    document_set(document, node, "type", json_string(type));
    return node;
}

/* A text node with one mark or none; `href` belongs to the mark "link". */
static void add_text(struct document *document, json_t *content, const char *text, const char *mark,
                     const char *href)
{
    if (text[0] == '\0')
        return;
    json_t *node = add_node(document, content, "text");
    document_set(document, node, "text", json_string(text));
    if (!mark)
        return;
    json_t *marks = document_array(document, node, "marks");
    json_t *added = add_node(document, marks, mark);
    if (href)
        document_set(document, document_object(document, added, "attrs"), "href",
                     json_string(href));
}

static json_t *add_paragraph(struct document *document, json_t *content)
{
    return document_array(document, add_node(document, content, "paragraph"), "content");
}

static void add_inline(struct document *document, json_t *paragraph,
                       const struct ticket_block *block)
{
    switch (block->kind) {
    case TICKET_TITLE:
        add_text(document, paragraph, block->text, "strong", NULL);
        break;
    case TICKET_ROW:
        add_text(document, paragraph, block->name, "strong", NULL);
        add_text(document, paragraph, ": ", NULL, NULL);
        add_text(document, paragraph, block->text, NULL, NULL);
        break;
    case TICKET_LINE:
        add_text(document, paragraph, block->text, NULL, NULL);
        break;
    case TICKET_LINK:
        add_text(document, paragraph, block->name, "link", block->text);
        break;
    }
}

/* The title is a paragraph of its own; the rest are lines of one. */
static void add_blocks(struct document *document, json_t *content, const struct ticket_page *page)
{
    json_t *paragraph = NULL;

    for (size_t i = 0; i < page->count; i++) {
        const struct ticket_block *block = &page->blocks[i];
        if (!paragraph)
            paragraph = add_paragraph(document, content);
        else
            add_node(document, paragraph, "hardBreak");
        add_inline(document, paragraph, block);
        if (block->kind == TICKET_TITLE)
            paragraph = NULL;
    }
}

static size_t units_of(const json_t *value, struct arena *arena)
{
    size_t bytes = json_dumpb(value, NULL, 0, JSON_COMPACT);
    char *text = arena_alloc(arena, bytes + 1);

    return text && json_dumpb(value, text, bytes, JSON_COMPACT) == bytes ? text_units(text) : bytes;
}

static void add_evidence(struct document *document, json_t *content, const struct ticket_page *page,
                         size_t units_max, struct arena *arena)
{
    size_t used = units_of(document->root, arena) + TAIL_UNITS + page->evidence_count * FRAME_UNITS;
    size_t left = used < units_max ? (units_max - used) / QUOTED_UNITS : 0;
    const struct text_style style = {.shape = TEXT_BLOCK,
                                     .units_max = ticket_evidence_units(page, left)};

    for (size_t i = 0; i < page->evidence_count && style.units_max > 0; i++) {
        const struct evidence_text *evidence = &page->evidence[i];
        const char *text = text_render(&style, evidence->text, evidence->missing_bytes, arena);
        add_text(document, add_paragraph(document, content), evidence->name, "strong", NULL);
        json_t *block = add_node(document, content, "codeBlock");
        add_text(document, document_array(document, block, "content"), text ? text : "", NULL,
                 NULL);
        document->failed = document->failed || !text;
    }
}

json_t *jira_adf(const struct ticket_page *page, size_t units_max, struct arena *arena,
                 struct error *err)
{
    struct document document;

    document_init(&document);
    document_set(&document, document.root, "type", json_string("doc"));
    document_set(&document, document.root, "version", json_integer(1));
    json_t *content = document_array(&document, document.root, "content");
    add_blocks(&document, content, page);
    add_evidence(&document, content, page, units_max, arena);
    json_t *tail = add_paragraph(&document, content);
    if (page->note) {
        add_text(&document, tail, page->note, NULL, NULL);
        add_node(&document, tail, "hardBreak");
    }
    add_text(&document, tail, page->footer, NULL, NULL);
    if (document.failed)
        error_set(err, ERROR_MEMORY, "no memory for a ticket's document");
    else if (units_of(document.root, arena) > units_max)
        error_set(err, ERROR_LIMIT, "a ticket's document would be longer than %zu characters",
                  units_max);
    else
        return document.root;
    document_fini(&document);
    return NULL;
}
