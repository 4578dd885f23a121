/*
 * teams_page.c - elements of an Adaptive Card and what they cost. See teams_page.h.
 */
#include "consumer/channels/teams_page.h"

#include <stdlib.h>
#include <string.h>

#include "consumer/channels/text.h"

#define CODE_UNITS_MIN     80 /* shorter code says nothing */
#define CODE_FRAME_COST    220
#define ELEMENT_COMMA_COST 1

/* By character: Markdown's signs with a backslash, links and mentions parted. */
static const char *line_escape(uint32_t code, uint32_t previous)
{
    static const char *const signs[128] = {
        ['\\'] = "\\\\",  ['`'] = "\\`",     ['*'] = "\\*", ['_'] = "\\_", ['['] = "\\[",
        [']'] = "\\]",    ['('] = "\\(",     [')'] = "\\)", ['#'] = "\\#", ['-'] = "\\-",
        ['+'] = "\\+",    ['!'] = "\\!",     ['>'] = "\\>", ['~'] = "\\~", ['|'] = "\\|",
        ['<'] = "\u2039", ['@'] = "\u200B@",
    };

    if (code == '/' && previous == ':')
        return "\u200B/";
    if ((code == 'w' || code == 'W') && (previous == 'w' || previous == 'W'))
        return code == 'w' ? "\u200Bw" : "\u200BW";
    return code < 128 ? signs[code] : NULL;
}

/* One line feed alone is a space in Markdown. */
static const char *block_escape(uint32_t code, uint32_t previous)
{
    return code == '\n' ? "\n\n" : line_escape(code, previous);
}

size_t teams_cost(const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    size_t cost = 0;

    for (const char *at = text; at && *at; at++)
        cost += (unsigned char)*at < 0x80 ? 1 : 2;
    free(text);
    return cost;
}

size_t teams_page_left(const struct teams_page *page)
{
    size_t used = page->cost + page->room;

    return used < page->cost_max ? page->cost_max - used : 0;
}

bool teams_page_add(struct teams_page *page, json_t *element)
{
    size_t cost = teams_cost(element) + ELEMENT_COMMA_COST;

    if (element && cost > teams_page_left(page)) {
        json_decref(element);
        return false;
    }
    document_append(page->document, page->body, element);
    page->cost += cost;
    return true;
}

static json_t *text_block(enum text_shape shape, const char *text, int64_t missing_bytes,
                          size_t units_max, struct arena *arena)
{
    const struct text_style style = {.shape = shape,
                                     .escape = shape == TEXT_LINE ? line_escape : block_escape,
                                     .units_max = units_max};
    char *escaped = text_render(&style, text, missing_bytes, arena);

    return escaped ? json_pack("{s:s, s:s, s:b}", "type", "TextBlock", "text", escaped, "wrap", 1)
                   : NULL;
}

json_t *teams_text(const char *text, size_t units_max, const struct teams_look *look,
                   struct arena *arena)
{
    json_t *block = text_block(TEXT_LINE, text, 0, units_max, arena);
    const struct {
        const char *name, *value;
    } members[] = {{"size", look->size},
                   {"weight", look->weight},
                   {"color", look->color},
                   {"spacing", look->spacing}};

    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (members[i].value)
            json_object_set_new(block, members[i].name, json_string(members[i].value));
    }
    if (look->subtle)
        json_object_set_new(block, "isSubtle", json_true());
    if (look->separator)
        json_object_set_new(block, "separator", json_true());
    return block;
}

json_t *teams_facts(const struct facts *facts, size_t value_units_max, struct arena *arena)
{
    const struct text_style style = {
        .shape = TEXT_LINE, .escape = line_escape, .units_max = value_units_max};
    json_t *rows = json_array();

    for (size_t i = 0; i < facts->count; i++) {
        char *value = text_render(&style, facts->rows[i].value, 0, arena);
        if (!value ||
            json_array_append_new(
                rows, json_pack("{s:s, s:s}", "title", facts->rows[i].name, "value", value)) != 0) {
            json_decref(rows);
            return NULL;
        }
    }
    return json_pack("{s:s, s:o}", "type", "FactSet", "facts", rows);
}

json_t *teams_buttons(const struct link_list *links)
{
    json_t *actions = json_array();

    for (size_t i = 0; i < links->count; i++)
        json_array_append_new(actions,
                              json_pack("{s:s, s:s, s:s}", "type", "Action.OpenUrl", "title",
                                        links->links[i].text, "url", links->links[i].url));
    return json_pack("{s:s, s:o}", "type", "ActionSet", "actions", actions);
}

void teams_page_code(struct teams_page *page, const struct evidence_text *text, size_t cost_max,
                     size_t units_max)
{
    const struct teams_look name = {.weight = "Bolder", .spacing = "Medium"};
    size_t room = cost_max > CODE_FRAME_COST ? cost_max - CODE_FRAME_COST : 0;
    size_t units = room < units_max ? room : units_max, cost = room + 1;
    json_t *code = NULL;

    /* What a unit costs depends on the text: shorter by what it was too long, until it fits. */
    while (units >= CODE_UNITS_MIN && cost > room) {
        json_decref(code);
        code = text_block(TEXT_BLOCK, text->text, text->missing_bytes, units, page->arena);
        if (!code) {
            page->document->failed = true;
            return;
        }
        cost = teams_cost(json_object_get(code, "text"));
        units = cost > room ? units * room / cost : units;
    }
    if (cost > room) {
        json_decref(code);
        return;
    }
    json_object_set_new(code, "fontType", json_string("Monospace"));
    json_object_set_new(code, "spacing", json_string("Small"));
    if (teams_page_add(page, teams_text(text->name, CODE_UNITS_MIN, &name, page->arena)))
        teams_page_add(page, code);
    else
        json_decref(code);
}
