/*
 * plain.c - a message as a page of plain text. See plain.h.
 */
#include "consumer/channels/plain.h"

#include "consumer/channels/buffer.h"
#include "consumer/channels/facts.h"
#include "consumer/channels/identity.h"
#include "consumer/channels/text.h"
#include "consumer/channels/texts.h"
#include "consumer/channels/words.h"

#define HEADLINE_UNITS_MAX       300
#define FACT_UNITS_MAX           400
#define LINE_UNITS_MAX           180 /* one alert of a group */
#define LABEL_UNITS_MAX          200
#define LABELS_SHOWN_MAX         8
#define URL_BYTES_MAX            1000
#define URL_GROUP_BYTES_MAX      300
#define EVIDENCE_SHORT_UNITS_MAX 400
#define EVIDENCE_UNITS_MIN       80 /* shorter evidence says nothing */
#define EVIDENCE_FRAME_UNITS     16 /* "\n\nOutput:\n" */
#define TAIL_UNITS               160
#define UNIT_BYTES_MAX           3

/* One page under construction. */
struct page {
    struct buffer text;
    const struct message *message;
    struct arena *arena;
    enum render_size size;
    size_t units_max;
    bool failed;
};

static const char *escape(uint32_t code, uint32_t previous)
{
    (void)previous;
    return code == '<' ? "\u2039" : NULL;
}

char *plain_line(const char *text, size_t units_max, struct arena *arena)
{
    const struct text_style style = {.shape = TEXT_LINE, .escape = escape, .units_max = units_max};

    return text_render(&style, text, 0, arena);
}

char *plain_title(const struct message *message, size_t units_max, struct arena *arena)
{
    if (!message_is_single(message) || message->texts.title) {
        char *headline = words_headline(message, units_max, arena);
        return headline ? plain_line(headline, units_max, arena) : NULL;
    }
    const struct picture *picture = message->alerts[0].picture;
    const struct rule *rule = &picture->rule;
    const char *title = rule->title && rule->title[0] != '\0' ? rule->title : rule->id;
    bool has_model = picture->model && picture->model[0] != '\0';
    char *line = arena_printf(arena, "%s%s%s", has_model ? picture->model : "",
                              has_model ? ": " : "", title ? title : "a problem without a title");
    return line ? plain_line(line, units_max, arena) : NULL;
}

/* "<before><text>\n", the text as a line. */
static void add_line(struct page *page, const char *before, const char *text, size_t units_max)
{
    char *line = text ? plain_line(text, units_max, page->arena) : NULL;

    if (!line)
        page->failed = true;
    else
        buffer_printf(&page->text, "%s%s\n", before, line);
}

static void add_links(struct page *page, const struct picture *picture, const char *before,
                      size_t count_max, size_t bytes_max)
{
    struct link_list links = {.count = 0};

    if (page->size < RENDER_IDENTITY)
        links_of(picture, bytes_max, page->arena, &links);
    for (size_t i = 0; i < links.count && i < count_max; i++)
        buffer_printf(&page->text, "%s%s: %s\n", before, links.links[i].text, links.links[i].url);
}

static int add_single(struct page *page, struct error *err)
{
    const struct picture *picture = page->message->alerts[0].picture;
    struct facts facts;

    if (facts_of(page->message, picture, FACTS_ALL, FACT_UNITS_MAX, page->arena, &facts, err) != 0)
        return -1;
    for (size_t i = 0; i < facts.count; i++) {
        buffer_printf(&page->text, "%s: ", facts.rows[i].name);
        add_line(page, "", facts.rows[i].value, FACT_UNITS_MAX);
    }
    add_line(page, "Fingerprint: ", picture->fingerprint ? picture->fingerprint : "",
             LABEL_UNITS_MAX);
    buffer_text(&page->text, "\n");
    add_links(page, picture, "", LINKS_MAX, URL_BYTES_MAX);
    return 0;
}

static void add_group(struct page *page)
{
    const struct message *message = page->message;

    for (size_t i = 0; i < message->group_labels_count && i < LABELS_SHOWN_MAX; i++)
        add_line(page, "",
                 arena_printf(page->arena, "%s: %s", message->group_labels[i].name,
                              message->group_labels[i].value),
                 LABEL_UNITS_MAX);
    buffer_text(&page->text, "\n");
    for (size_t i = 0; i < message->alerts_count; i++) {
        add_line(page, "- ", words_alert(message, &message->alerts[i], LINE_UNITS_MAX, page->arena),
                 LINE_UNITS_MAX);
        add_links(page, message->alerts[i].picture, "  ", 1, URL_GROUP_BYTES_MAX);
    }
    if (message->omitted > 0)
        buffer_printf(&page->text, "and %zu more\n", message->omitted);
}

/* What each of `count` texts may take of the room that identity left. */
static size_t evidence_units(const struct page *page, size_t count)
{
    size_t used = text_units(buffer_get(&page->text)) + TAIL_UNITS + count * EVIDENCE_FRAME_UNITS;

    if (page->size >= RENDER_NO_EVIDENCE || count == 0 || used >= page->units_max)
        return 0;
    size_t units = (page->units_max - used) / count;
    if (page->size != RENDER_FULL && units > EVIDENCE_SHORT_UNITS_MAX)
        units = EVIDENCE_SHORT_UNITS_MAX;
    return units >= EVIDENCE_UNITS_MIN ? units : 0;
}

static void add_evidence(struct page *page, const struct picture *picture)
{
    struct evidence_text texts[2];
    size_t count = picture->status == ALERT_OPEN ? evidence_of(picture, texts) : 0;
    const struct text_style style = {
        .shape = TEXT_BLOCK, .escape = escape, .units_max = evidence_units(page, count)};

    for (size_t i = 0; i < count && style.units_max > 0; i++) {
        char *text = text_render(&style, texts[i].text, texts[i].missing_bytes, page->arena);
        if (!text)
            page->failed = true;
        else
            buffer_printf(&page->text, "\n%s:\n%s\n", texts[i].name, text);
    }
}

/* What the receiver's own text says, line by line. */
static void add_text(struct page *page)
{
    const struct text_style style = {
        .shape = TEXT_BLOCK, .escape = escape, .units_max = TEXTS_UNITS_MAX};
    const char *text = texts_body(page->message, page->size, page->arena);
    char *block = text ? text_render(&style, text, 0, page->arena) : NULL;

    if (text && !block)
        page->failed = true;
    else if (block)
        buffer_printf(&page->text, "%s\n\n", block);
}

const char *plain_page(const struct message *message, enum render_size size, size_t units_max,
                       struct arena *arena, struct error *err)
{
    struct page page = {.message = message, .arena = arena, .size = size, .units_max = units_max};
    const char *note = identity_note(message);

    buffer_init(&page.text, units_max * UNIT_BYTES_MAX, arena);
    add_line(&page, "", words_headline(message, HEADLINE_UNITS_MAX, arena), HEADLINE_UNITS_MAX);
    buffer_text(&page.text, "\n");
    add_text(&page);
    if (message_is_single(message) && add_single(&page, err) != 0)
        return NULL;
    if (!message_is_single(message))
        add_group(&page);
    if (message->alerts_count > 0)
        add_evidence(&page, message->alerts[0].picture);
    buffer_printf(&page.text, "\n%s%stocsin " TOCSIN_VERSION, note ? note : "", note ? "\n" : "");
    if (page.failed || page.text.full) {
        error_set(err, ERROR_MEMORY, "no memory for a page of text");
        return NULL;
    }
    return buffer_get(&page.text);
}
