/*
 * slack_page.c - Block Kit blocks with their limits. See slack_page.h.
 */
#include "consumer/channels/slack_page.h"

#include <string.h>

#include "consumer/channels/text.h"

#define FENCE_OPEN       "```\n"
#define FENCE_CLOSE      "\n```"
#define CODE_FRAME_UNITS 64 /* the name, fences and line breaks around code */

const char *slack_escape(uint32_t code, uint32_t previous)
{
    (void)previous;
    return code == '&' ? "&amp;" : code == '<' ? "&lt;" : code == '>' ? "&gt;" : NULL;
}

/* In a fence as well a backtick after a backtick is set apart by a zero width space: no run can
 * close it. */
static const char *code_escape(uint32_t code, uint32_t previous)
{
    if (code == '`' && previous == '`')
        return "\u200B`";
    return slack_escape(code, previous);
}

void slack_page_init(struct slack_page *page, struct document *document, struct arena *arena)
{
    *page = (struct slack_page){
        .document = document,
        .blocks = document_array(document, document->root, "blocks"),
        .arena = arena,
        .units_max = SLACK_PAGE_TEXT_MAX,
        .blocks_max = SLACK_BLOCKS_MAX,
    };
}

bool slack_page_has_room(const struct slack_page *page, size_t blocks, size_t units)
{
    return json_array_size(page->blocks) + blocks <= page->blocks_max &&
           page->units + units <= page->units_max;
}

static json_t *plain_text(const char *text)
{
    return json_pack("{s:s, s:s, s:b}", "type", "plain_text", "text", text, "emoji", 0);
}

/* `verbatim`: Slack adds no links and mentions of its own. */
static json_t *mrkdwn(const char *text)
{
    return json_pack("{s:s, s:s, s:b}", "type", "mrkdwn", "text", text, "verbatim", 1);
}

static void append(struct slack_page *page, json_t *block, size_t units)
{
    document_append(page->document, page->blocks, block);
    page->units += units;
}

/* The text cut to a block's limit, NULL where there is none or no room for it. */
static char *fitted(struct slack_page *page, const char *text, size_t units_max)
{
    char *line = text_line(text, units_max, page->arena);

    if (!line)
        page->document->failed = true;
    return line && line[0] != '\0' && slack_page_has_room(page, 1, text_units(line)) ? line : NULL;
}

void slack_page_notification(struct slack_page *page, const char *text)
{
    const struct text_style style = {
        .shape = TEXT_LINE, .escape = slack_escape, .units_max = SLACK_NOTIFICATION_MAX};
    char *line = text_render(&style, text, 0, page->arena);

    if (!line)
        page->document->failed = true;
    document_set_text(page->document, page->document->root, "text", line);
}

void slack_page_header(struct slack_page *page, const char *text)
{
    const char *line = fitted(page, text, SLACK_HEADER_MAX);

    if (line)
        append(page, json_pack("{s:s, s:o}", "type", "header", "text", plain_text(line)),
               text_units(line));
}

void slack_page_divider(struct slack_page *page)
{
    if (slack_page_has_room(page, 1, 0))
        append(page, json_pack("{s:s}", "type", "divider"), 0);
}

void slack_page_section(struct slack_page *page, const char *text)
{
    if (text[0] == '\0' || text_units(text) > SLACK_SECTION_MAX ||
        !slack_page_has_room(page, 1, text_units(text)))
        return;
    append(page, json_pack("{s:s, s:o}", "type", "section", "text", plain_text(text)),
           text_units(text));
}

static json_t *fact_name(struct slack_page *page, const struct fact *fact)
{
    char *name = arena_printf(page->arena, "*%s*", fact->name);

    return name ? mrkdwn(name) : NULL;
}

void slack_page_facts(struct slack_page *page, const struct facts *facts)
{
    for (size_t i = 0; i < facts->count;) {
        json_t *fields = json_array();
        size_t units = 0;
        for (; i < facts->count && json_array_size(fields) + 2 <= SLACK_FIELDS_MAX; i++) {
            const struct fact *fact = &facts->rows[i];
            document_append(page->document, fields, fact_name(page, fact));
            document_append(page->document, fields, plain_text(fact->value));
            units += text_units(fact->name) + 2 + text_units(fact->value);
            if (!fields || page->document->failed)
                break;
        }
        if (page->document->failed || !slack_page_has_room(page, 1, units)) {
            json_decref(fields);
            return;
        }
        append(page, json_pack("{s:s, s:o}", "type", "section", "fields", fields), units);
    }
}

void slack_page_code(struct slack_page *page, const struct evidence_text *text, size_t units_max)
{
    const struct text_style style = {
        .shape = TEXT_BLOCK,
        .escape = code_escape,
        .units_max = units_max > SLACK_SECTION_MAX - CODE_FRAME_UNITS
                         ? SLACK_SECTION_MAX - CODE_FRAME_UNITS
                         : units_max,
    };

    if (!slack_page_has_room(page, 1, style.units_max + CODE_FRAME_UNITS))
        return;
    char *code = text_render(&style, text->text, text->missing_bytes, page->arena);
    char *section =
        code ? arena_printf(page->arena, "*%s*\n" FENCE_OPEN "%s" FENCE_CLOSE, text->name, code)
             : NULL;
    if (!section) {
        page->document->failed = true;
        return;
    }
    append(page, json_pack("{s:s, s:o}", "type", "section", "text", mrkdwn(section)),
           text_units(section));
}

void slack_page_context(struct slack_page *page, const char *const *plain_texts, size_t count)
{
    json_t *elements = json_array();
    size_t units = 0;

    for (size_t i = 0; i < count && i < SLACK_CONTEXT_MAX; i++) {
        const char *line = fitted(page, plain_texts[i], SLACK_FIELD_MAX);
        if (!line || !slack_page_has_room(page, 1, units + text_units(line)))
            continue;
        document_append(page->document, elements, plain_text(line));
        units += text_units(line);
    }
    if (json_array_size(elements) > 0)
        append(page, json_pack("{s:s, s:o}", "type", "context", "elements", elements), units);
    else
        json_decref(elements);
}

void slack_page_buttons(struct slack_page *page, const struct link_list *links, size_t number)
{
    json_t *elements = json_array();
    size_t units = 0;

    for (size_t i = 0; i < links->count && i < SLACK_BUTTONS_MAX; i++) {
        const struct link *link = &links->links[i];
        char *text = text_line(link->text, SLACK_BUTTON_TEXT_MAX, page->arena);
        char *action_id = arena_printf(page->arena, "%s-%zu", link->id, number);
        document_append(page->document, elements,
                        json_pack("{s:s, s:o, s:s, s:s}", "type", "button", "text",
                                  plain_text(text ? text : ""), "action_id",
                                  action_id ? action_id : "", "url", link->url));
        units += text ? text_units(text) : 0;
    }
    if (json_array_size(elements) > 0 && slack_page_has_room(page, 1, units))
        append(page, json_pack("{s:s, s:o}", "type", "actions", "elements", elements), units);
    else
        json_decref(elements);
}
