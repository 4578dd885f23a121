/*
 * ticket_page.c - collects what a ticket says. See ticket_page.h.
 */
#include "consumer/channels/ticket_page.h"

#include <string.h>

#include "consumer/channels/identity.h"
#include "consumer/channels/text.h"
#include "consumer/channels/texts.h"
#include "consumer/channels/words.h"

#define URL_BYTES_MAX       1000
#define URL_GROUP_BYTES_MAX 300

#define FINGERPRINT_UNITS_MAX 64

/* Limits of single texts by size; the last keeps a group of GROUP_MEMBERS_SHOWN_MAX within 4,000
 * units, also where every second character is escaped. */
static const struct {
    size_t title, fact, line, label, labels_shown;
} limits[] = {
    [RENDER_FULL] = {300, 400, 180, 200, 8},
    [RENDER_SHORT_EVIDENCE] = {300, 400, 180, 200, 8},
    [RENDER_NO_EVIDENCE] = {300, 200, 180, 200, 8},
    [RENDER_IDENTITY] = {150, 100, 80, 50, 4},
};

/* Blocks of a page under construction. */
struct draft {
    struct ticket_page *page;
    const struct message *message;
    struct arena *arena;
    bool failed;
};

static void add(struct draft *draft, enum ticket_block_kind kind, const char *name,
                const char *text)
{
    if (!text)
        draft->failed = true;
    else if (draft->page->count < TICKET_BLOCKS_MAX)
        draft->page->blocks[draft->page->count++] = (struct ticket_block){kind, name, text};
}

static void add_links(struct draft *draft, const struct picture *picture, size_t count_max,
                      size_t bytes_max)
{
    struct link_list links = {.count = 0};

    if (draft->page->size < RENDER_IDENTITY)
        links_of(picture, bytes_max, draft->arena, &links);
    for (size_t i = 0; i < links.count && count_max > 0; i++) {
        if (strcmp(links.links[i].id, "ticket") == 0)
            continue; /* this is the ticket */
        add(draft, TICKET_LINK, links.links[i].text, links.links[i].url);
        count_max--;
    }
}

static int add_single(struct draft *draft, enum facts_depth depth, struct error *err)
{
    const struct picture *picture = draft->message->alerts[0].picture;
    const char *fingerprint = picture->fingerprint ? picture->fingerprint : "";
    struct facts facts;

    if (facts_of(draft->message, picture, depth, limits[draft->page->size].fact, draft->arena,
                 &facts, err) != 0)
        return -1;
    for (size_t i = 0; i < facts.count; i++)
        add(draft, TICKET_ROW, facts.rows[i].name, facts.rows[i].value);
    add(draft, TICKET_ROW, "Fingerprint",
        text_line(fingerprint, FINGERPRINT_UNITS_MAX, draft->arena));
    add_links(draft, picture, LINKS_MAX, URL_BYTES_MAX);
    return 0;
}

static void add_group(struct draft *draft)
{
    const struct message *message = draft->message;
    enum render_size size = draft->page->size;

    for (size_t i = 0; i < message->group_labels_count && i < limits[size].labels_shown; i++) {
        const struct label *label = &message->group_labels[i];
        add(draft, TICKET_ROW, text_line(label->name, limits[size].label, draft->arena),
            text_line(label->value, limits[size].label, draft->arena));
    }
    for (size_t i = 0; i < message->alerts_count; i++) {
        add(draft, TICKET_LINE, NULL,
            words_alert(message, &message->alerts[i], limits[size].line, draft->arena));
        add_links(draft, message->alerts[i].picture, 1, URL_GROUP_BYTES_MAX);
    }
    if (message->omitted > 0)
        add(draft, TICKET_LINE, NULL, arena_printf(draft->arena, "and %zu more", message->omitted));
}

/* A line of the receiver's own text, a block. */
static void add_text(struct draft *draft)
{
    char *rest = texts_body(draft->message, draft->page->size, draft->arena), *line;

    while ((line = rest ? strsep(&rest, "\n") : NULL) != NULL) {
        if (line[0] != '\0')
            add(draft, TICKET_LINE, NULL, line);
    }
}

int ticket_page(const struct message *message, enum ticket_page_kind kind, enum render_size size,
                struct arena *arena, struct ticket_page *ret_page, struct error *err)
{
    struct draft draft = {.page = ret_page, .message = message, .arena = arena};
    bool single = message->alerts_count == 1 && message->omitted == 0;
    const char *key = identity_key(message, arena, err);
    bool is_short = kind == PAGE_COMMENT || size == RENDER_IDENTITY;

    *ret_page = (struct ticket_page){.size = size};
    if (!key)
        return -1;
    add(&draft, TICKET_TITLE, NULL, words_headline(message, limits[size].title, arena));
    add_text(&draft);
    if (single && add_single(&draft, is_short ? FACTS_SHORT : FACTS_ALL, err) != 0)
        return -1;
    if (!single)
        add_group(&draft);
    if (message->alerts_count > 0 && message->alerts[0].picture->status == ALERT_OPEN)
        ret_page->evidence_count = evidence_of(message->alerts[0].picture, ret_page->evidence);
    ret_page->note = kind == PAGE_COMMENT ? words_note(message) : identity_note(message);
    ret_page->footer = arena_printf(arena, "%s, kept by tocsin " TOCSIN_VERSION, key);
    if (draft.failed || !ret_page->footer)
        return error_set(err, ERROR_MEMORY, "no memory for a ticket's text");
    return 0;
}

size_t ticket_evidence_units(const struct ticket_page *page, size_t left)
{
    size_t units = page->evidence_count > 0 ? left / page->evidence_count : 0;

    if (page->size >= RENDER_NO_EVIDENCE)
        return 0;
    if (page->size == RENDER_SHORT_EVIDENCE && units > EVIDENCE_SHORT_UNITS_MAX)
        units = EVIDENCE_SHORT_UNITS_MAX;
    return units >= EVIDENCE_UNITS_MIN ? units : 0;
}
