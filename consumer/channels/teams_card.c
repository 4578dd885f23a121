/*
 * teams_card.c - a message as an Adaptive Card 1.4 in the envelope of a Teams workflow.
 *
 * One alert: headline, facts, buttons, prompt and output in a fixed width. A run's summary:
 * headline, facts, the run. A group: a line for each
 * alert, with short facts, a button and evidence for the worst ones. Identity (headlines, facts,
 * fingerprint) is measured first and evidence gets what is left, so that a large output can only
 * shorten itself. No entity is ever written: without one nothing in a card mentions anyone.
 */
#include <string.h>

#include "consumer/channels/teams.h"

#include "consumer/channels/buffer.h"
#include "consumer/channels/summary.h"
#include "consumer/channels/teams_page.h"
#include "consumer/channels/texts.h"
#include "consumer/channels/words.h"

#define ALERTS_IN_FULL_MAX       4 /* of a group; the others get a line */
#define HEADLINE_UNITS_MAX       250
#define NOTE_UNITS_MAX           250
#define LABELS_UNITS_MAX         400
#define LABELS_SHOWN_BYTES_MAX   2000
#define FACT_UNITS_MAX           500
#define FACT_GROUP_UNITS_MAX     140
#define URL_BYTES_MAX            1000
#define LINKS_GROUP_MAX          2
#define EVIDENCE_UNITS_MAX       16000
#define EVIDENCE_SHORT_UNITS_MAX 400

/* Tried one after the other until identity fits. */
static const size_t fact_units[] = {FACT_UNITS_MAX, 200, 80};
static const size_t line_units[] = {200, 100, 60};
#define TRIES 3

static const char *const colors[] = {
    [SEVERITY_INFO] = "Default",   [SEVERITY_LOW] = "Accent",         [SEVERITY_MEDIUM] = "Warning",
    [SEVERITY_HIGH] = "Attention", [SEVERITY_CRITICAL] = "Attention",
};

static const char *color_of(const struct message *message, size_t i)
{
    const struct message alone = {.alerts = &message->alerts[i], .alerts_count = 1};

    return alone.alerts->picture->status == ALERT_RESOLVED ? "Good"
                                                           : colors[message_severity(&alone)];
}

static void add_headline(struct teams_page *page, const struct message *message)
{
    const struct teams_look look = {
        .size = "Large",
        .weight = "Bolder",
        .color = message->resolved ? "Good" : colors[message_severity(message)],
    };
    const char *headline = words_headline(message, HEADLINE_UNITS_MAX, page->arena);

    teams_page_add(page,
                   headline ? teams_text(headline, HEADLINE_UNITS_MAX, &look, page->arena) : NULL);
}

/* A line of the receiver's own text, an element. */
static void add_text(struct teams_page *page, const struct message *message, enum render_size size)
{
    const struct teams_look look = {.spacing = "Small"};
    char *rest = texts_body(message, size, page->arena), *line;

    while ((line = rest ? strsep(&rest, "\n") : NULL) != NULL) {
        if (line[0] != '\0')
            teams_page_add(page, teams_text(line, TEXTS_UNITS_MAX, &look, page->arena));
    }
}

/* "v1:… · finding … · tocsin 0.1.0", and what is to be known of the message itself. */
static json_t *foot(const struct message *message, struct arena *arena)
{
    const struct teams_look look = {.size = "Small", .subtle = true, .spacing = "Medium"};
    const char *note = words_note(message);
    struct buffer line;

    buffer_init(&line, LABELS_SHOWN_BYTES_MAX, arena);
    if (note)
        buffer_printf(&line, "%s \u00B7 ", note);
    if (message_is_single(message)) {
        const struct picture *picture = message->alerts[0].picture;
        buffer_printf(&line, "%.64s \u00B7 ", picture->fingerprint ? picture->fingerprint : "");
        if (picture->sample && picture->sample->finding)
            buffer_printf(&line, "finding %.64s \u00B7 ", picture->sample->finding);
    }
    buffer_text(&line, "tocsin " TOCSIN_VERSION);
    return teams_text(buffer_get(&line), NOTE_UNITS_MAX, &look, arena);
}

/* `cost_max` for prompt and output together. */
static void add_evidence(struct teams_page *page, const struct picture *picture,
                         enum render_size size, size_t cost_max)
{
    struct evidence_text texts[2];
    bool is_shown = size < RENDER_NO_EVIDENCE && picture->status == ALERT_OPEN;
    size_t count = is_shown ? evidence_of(picture, texts) : 0;
    size_t units = size == RENDER_FULL ? EVIDENCE_UNITS_MAX : EVIDENCE_SHORT_UNITS_MAX;
    size_t end = page->cost + cost_max;

    for (size_t i = 0; i < count && page->cost < end; i++)
        teams_page_code(page, &texts[i], (end - page->cost) / (count - i), units);
}

static void add_links(struct teams_page *page, const struct picture *picture, enum render_size size,
                      size_t count_max)
{
    struct link_list links = {.count = 0};

    if (size < RENDER_IDENTITY)
        links_of(picture, URL_BYTES_MAX, page->arena, &links);
    if (links.count > count_max)
        links.count = count_max;
    while (links.count > 0 && !teams_page_add(page, teams_buttons(&links)))
        links.count--;
}

/* As long as fits. */
static void add_facts(struct teams_page *page, const struct facts *facts)
{
    size_t i = 0;

    while (i < TRIES && !teams_page_add(page, teams_facts(facts, fact_units[i], page->arena)))
        i++;
}

static int add_single(struct teams_page *page, const struct message *message, enum render_size size,
                      struct error *err)
{
    const struct picture *picture = message->alerts[0].picture;
    struct facts facts;

    if (facts_of(message, picture, FACTS_ALL, FACT_UNITS_MAX, page->arena, &facts, err) != 0)
        return -1;
    add_facts(page, &facts);
    add_links(page, picture, size, LINKS_MAX);
    add_evidence(page, picture, size, teams_page_left(page));
    return 0;
}

static int add_summary(struct teams_page *page, const struct message *message,
                       enum render_size size, struct error *err)
{
    struct link_list links = {.count = 0};
    struct facts facts;

    if (summary_facts(message, FACT_UNITS_MAX, page->arena, &facts, err) != 0)
        return -1;
    add_facts(page, &facts);
    if (size < RENDER_IDENTITY)
        summary_links(message->summary, URL_BYTES_MAX, page->arena, &links);
    if (links.count > 0)
        teams_page_add(page, teams_buttons(&links));
    return 0;
}

static void add_group_labels(struct teams_page *page, const struct message *message)
{
    const struct teams_look look = {.subtle = true, .spacing = "Small"};
    struct buffer line;

    buffer_init(&line, LABELS_SHOWN_BYTES_MAX, page->arena);
    for (size_t i = 0; i < message->group_labels_count; i++)
        buffer_printf(&line, "%s%s: %s", i > 0 ? " \u00B7 " : "", message->group_labels[i].name,
                      message->group_labels[i].value);
    if (line.bytes > 0)
        teams_page_add(page, teams_text(buffer_get(&line), LABELS_UNITS_MAX, &look, page->arena));
}

static json_t *alert_line(const struct message *message, size_t i, size_t units_max,
                          struct arena *arena)
{
    const struct teams_look look = {
        .weight = i < ALERTS_IN_FULL_MAX ? "Bolder" : NULL,
        .color = color_of(message, i),
        .separator = i < ALERTS_IN_FULL_MAX,
        .spacing = i < ALERTS_IN_FULL_MAX ? "Medium" : "Small",
    };
    char *line = words_alert(message, &message->alerts[i], units_max, arena);

    return line ? teams_text(line, units_max, &look, arena) : NULL;
}

/* A line an alert, all as long as the shortest that make them fit; what they cost is held back. */
static int make_lines(struct teams_page *page, const struct message *message, json_t **lines,
                      struct error *err)
{
    for (size_t try = 0; try < TRIES; try++) {
        page->room = 0;
        for (size_t i = 0; i < message->alerts_count; i++) {
            json_decref(lines[i]);
            lines[i] = alert_line(message, i, line_units[try], page->arena);
            if (!lines[i])
                return error_set(err, ERROR_MEMORY, "no memory for a card");
            page->room += teams_cost(lines[i]) + 1;
        }
        if (teams_page_left(page) > 0)
            return 0;
    }
    return error_set(err, ERROR_LIMIT, "%zu alerts do not fit into a card", message->alerts_count);
}

/* Facts, a link and evidence of one alert within its share of what the lines have left. */
static int add_member(struct teams_page *page, const struct message *message, size_t i,
                      enum render_size size, size_t share, struct error *err)
{
    const struct picture *picture = message->alerts[i].picture;
    size_t end = page->cost + share;
    struct facts facts;

    if (facts_of(message, picture, FACTS_SHORT, FACT_GROUP_UNITS_MAX, page->arena, &facts, err) !=
        0)
        return -1;
    json_t *table = teams_facts(&facts, FACT_GROUP_UNITS_MAX, page->arena);
    if (table && teams_cost(table) >= share)
        json_decref(table);
    else
        teams_page_add(page, table);
    add_links(page, picture, size, LINKS_GROUP_MAX);
    if (page->cost < end)
        add_evidence(page, picture, size, end - page->cost);
    return 0;
}

static json_t *omitted_line(const struct message *message, struct arena *arena)
{
    const struct teams_look look = {.subtle = true};
    const char *line = arena_printf(arena, "\u2026 and %zu more in this group", message->omitted);

    return teams_text(line, NOTE_UNITS_MAX, &look, arena);
}

static int add_group(struct teams_page *page, const struct message *message, enum render_size size,
                     struct error *err)
{
    size_t count = message->alerts_count,
           full = count < ALERTS_IN_FULL_MAX ? count : ALERTS_IN_FULL_MAX;
    json_t *more = message->omitted > 0 ? omitted_line(message, page->arena) : NULL;
    json_t **lines = arena_array(page->arena, count + 1, sizeof *lines);
    int rc = lines ? 0 : error_set(err, ERROR_MEMORY, "no memory for a card");
    size_t i = 0;

    add_group_labels(page, message);
    page->cost_max -= more ? teams_cost(more) + 1 : 0;
    if (rc == 0)
        rc = make_lines(page, message, lines, err);
    for (; rc == 0 && i < count; i++) {
        page->room -= teams_cost(lines[i]) + 1;
        teams_page_add(page, lines[i]);
        if (i < full)
            rc = add_member(page, message, i, size, teams_page_left(page) / (full - i), err);
    }
    for (; lines && i < count; i++)
        json_decref(lines[i]);
    page->cost_max += more ? teams_cost(more) + 1 : 0;
    if (more)
        teams_page_add(page, more);
    return rc;
}

static int add_body(struct teams_page *page, const struct message *message, enum render_size size,
                    struct error *err)
{
    if (message->summary)
        return add_summary(page, message, size, err);
    return message_is_single(message) ? add_single(page, message, size, err)
                                      : add_group(page, message, size, err);
}

/* {"type":"message","attachments":[{"contentType":…,"contentUrl":null,"content":{…}}]}; returns the
 * card's body. */
static json_t *envelope(struct document *document)
{
    json_t *attachments, *card;

    document_set_text(document, document->root, "type", "message");
    attachments = document_array(document, document->root, "attachments");
    document_append(document, attachments, json_object());
    json_t *attachment = json_array_get(attachments, 0);
    document_set_text(document, attachment, "contentType",
                      "application/vnd.microsoft.card.adaptive");
    document_set(document, attachment, "contentUrl", json_null());
    card = document_object(document, attachment, "content");
    document_set_text(document, card, "$schema",
                      "http://adaptivecards.io/schemas/adaptive-card.json");
    document_set_text(document, card, "type", "AdaptiveCard");
    document_set_text(document, card, "version", "1.4");
    document_set(document, card, "msteams", json_pack("{s:s}", "width", "Full"));
    return document_array(document, card, "body");
}

const char *teams_card(const struct message *message, enum render_size size, struct arena *arena,
                       size_t *ret_bytes, struct error *err)
{
    struct document document;
    struct teams_page page = {
        .document = &document, .arena = arena, .cost_max = TEAMS_BODY_COST_MAX};
    const char *body = NULL;
    json_t *last = foot(message, arena);

    document_init(&document);
    page.body = envelope(&document);
    page.cost = teams_cost(document.root);
    page.cost_max -= last ? teams_cost(last) + 1 : 0;
    add_headline(&page, message);
    add_text(&page, message, size);
    if (add_body(&page, message, size, err) == 0) {
        page.cost_max = TEAMS_BODY_COST_MAX;
        page.room = 0;
        teams_page_add(&page, last);
        body = document_print(&document, TEAMS_BODY_COST_MAX, arena, ret_bytes, err);
    } else {
        json_decref(last);
    }
    document_fini(&document);
    return body;
}
