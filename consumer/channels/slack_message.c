/*
 * slack_message.c - a message as a page of Block Kit.
 *
 * One alert: header, facts, prompt and output in code, buttons. A run's summary: header, facts, the
 * run's button. A group: a header that counts, the
 * worst alerts with their short facts, the others a line each. Identity (headline, facts,
 * fingerprint) is placed first and evidence gets what is left of Slack's budget, so that a large
 * output can only shorten itself. No attachment: Slack folds them, and folded buttons are not
 * found; severity is a coloured sign instead.
 */
#include "consumer/channels/slack.h"

#include "consumer/channels/buffer.h"
#include "consumer/channels/slack_page.h"
#include "consumer/channels/summary.h"
#include "consumer/channels/text.h"
#include "consumer/channels/texts.h"
#include "consumer/channels/words.h"

#define ALERTS_IN_FULL_MAX       5   /* of a group; the others get a line */
#define LINE_UNITS_MAX           200 /* of such a line */
#define FACT_UNITS_MAX           500 /* one alert */
#define FACT_GROUP_UNITS_MAX     140
#define EVIDENCE_UNITS_MAX       2900
#define EVIDENCE_SHORT_UNITS_MAX 400
#define EVIDENCE_UNITS_MIN       80 /* shorter code says nothing */
#define EVIDENCE_FRAME_UNITS     64
#define FOOT_UNITS               800 /* held back for the last context */
#define FOOT_BLOCKS              2
#define LABELS_SHOWN_BYTES_MAX   2000

static const char *const severity_signs[] = {
    [SEVERITY_INFO] = "\u26AA",         [SEVERITY_LOW] = "\U0001F535",
    [SEVERITY_MEDIUM] = "\U0001F7E1",   [SEVERITY_HIGH] = "\U0001F7E0",
    [SEVERITY_CRITICAL] = "\U0001F534",
};
#define RESOLVED_SIGN  "\u2705"
#define SIGN_UNITS_MAX 3 /* with the space after it */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* What each of `count` codes may take of the room that identity left. */
static size_t evidence_units(const struct slack_page *page, size_t reserved, size_t count,
                             enum render_size size)
{
    size_t limit = size == RENDER_FULL ? EVIDENCE_UNITS_MAX : EVIDENCE_SHORT_UNITS_MAX;
    size_t used = page->units + reserved + count * EVIDENCE_FRAME_UNITS;

    if (size >= RENDER_NO_EVIDENCE || count == 0 || used >= page->units_max)
        return 0;
    size_t units = smaller((page->units_max - used) / count, limit);
    return units >= EVIDENCE_UNITS_MIN ? units : 0;
}

static void add_evidence(struct slack_page *page, const struct picture *picture, size_t units_max)
{
    struct evidence_text texts[2];
    size_t count = units_max > 0 && picture->status == ALERT_OPEN ? evidence_of(picture, texts) : 0;

    for (size_t i = 0; i < count; i++)
        slack_page_code(page, &texts[i], units_max);
}

static void add_buttons(struct slack_page *page, const struct picture *picture,
                        enum render_size size, size_t number)
{
    struct link_list links = {.count = 0};

    if (size < RENDER_IDENTITY)
        links_of(picture, SLACK_URL_MAX, page->arena, &links);
    slack_page_buttons(page, &links, number);
}

/* "tocsin 0.1.0 · v1:… · finding …", and what is to be known of the message itself. */
static void add_foot(struct slack_page *page, const struct message *message)
{
    const char *texts[4] = {NULL};
    size_t count = 0;
    const char *note = words_note(message);

    page->units_max = SLACK_PAGE_TEXT_MAX;
    page->blocks_max = SLACK_BLOCKS_MAX;
    if (note)
        texts[count++] = note;
    if (message_is_single(message)) {
        const struct picture *picture = message->alerts[0].picture;
        texts[count++] = picture->fingerprint ? picture->fingerprint : "";
        if (picture->sample && picture->sample->finding)
            texts[count++] = arena_printf(page->arena, "finding %.64s", picture->sample->finding);
    }
    texts[count++] = "tocsin " TOCSIN_VERSION;
    for (size_t i = 0; i < count; i++)
        texts[i] = texts[i] ? text_line(texts[i], LINE_UNITS_MAX, page->arena) : NULL;
    for (size_t i = 0; i < count; i++) {
        if (!texts[i]) {
            page->document->failed = true;
            return;
        }
    }
    slack_page_context(page, texts, count);
}

static int add_single(struct slack_page *page, const struct message *message, enum render_size size,
                      struct error *err)
{
    const struct picture *picture = message->alerts[0].picture;
    struct evidence_text texts[2];
    struct facts facts;

    if (facts_of(message, picture, FACTS_ALL, FACT_UNITS_MAX, page->arena, &facts, err) != 0)
        return -1;
    slack_page_facts(page, &facts);
    add_evidence(page, picture, evidence_units(page, 0, evidence_of(picture, texts), size));
    add_buttons(page, picture, size, 0);
    return 0;
}

static void add_group_labels(struct slack_page *page, const struct message *message)
{
    struct buffer line;

    buffer_init(&line, LABELS_SHOWN_BYTES_MAX, page->arena);
    for (size_t i = 0; i < message->group_labels_count; i++) {
        const struct label *label = &message->group_labels[i];
        buffer_printf(&line, "%s%s: %s", i > 0 ? " \u00B7 " : "", label->name, label->value);
    }
    const char *text = buffer_get(&line);
    slack_page_context(page, &text, text[0] != '\0' ? 1 : 0);
}

/* Room that the lines of the remaining alerts need. */
static size_t lines_units(const struct message *message, size_t from)
{
    return message->alerts_count > from ? (message->alerts_count - from) * (LINE_UNITS_MAX + 1) : 0;
}

static int add_member(struct slack_page *page, const struct message *message, size_t i,
                      size_t evidence_max, enum render_size size, struct error *err)
{
    const struct message_alert *alert = &message->alerts[i];
    struct facts facts;
    char *headline = words_alert(message, alert, LINE_UNITS_MAX, page->arena);

    if (!headline)
        return error_set(err, ERROR_MEMORY, "no memory for a message to Slack");
    if (facts_of(message, alert->picture, FACTS_SHORT, FACT_GROUP_UNITS_MAX, page->arena, &facts,
                 err) != 0)
        return -1;
    slack_page_divider(page);
    slack_page_section(page, headline);
    slack_page_facts(page, &facts);
    add_evidence(page, alert->picture, evidence_max);
    add_buttons(page, alert->picture, size, i);
    return 0;
}

/* The alerts from `from` on, a line each, in as few sections as hold them. */
static int add_lines(struct slack_page *page, const struct message *message, size_t from,
                     struct error *err)
{
    struct buffer lines;
    size_t units = 0;

    buffer_init(&lines, SIZE_MAX / 2, page->arena);
    for (size_t i = from; i < message->alerts_count; i++) {
        char *line = words_alert(message, &message->alerts[i], LINE_UNITS_MAX, page->arena);
        if (!line)
            return error_set(err, ERROR_MEMORY, "no memory for a message to Slack");
        if (units + text_units(line) + 1 > SLACK_SECTION_MAX) {
            slack_page_section(page, buffer_get(&lines));
            buffer_init(&lines, SIZE_MAX / 2, page->arena);
            units = 0;
        }
        buffer_printf(&lines, "%s%s", units > 0 ? "\n" : "", line);
        units += text_units(line) + 1;
    }
    slack_page_section(page, buffer_get(&lines));
    if (message->omitted > 0) {
        char *more =
            arena_printf(page->arena, "\u2026 and %zu more in this group", message->omitted);
        slack_page_section(page, more ? more : "");
    }
    return 0;
}

static int add_group(struct slack_page *page, const struct message *message, enum render_size size,
                     struct error *err)
{
    size_t full = smaller(message->alerts_count, ALERTS_IN_FULL_MAX);
    /* Identity of one alert in full: headline, short facts with their names, button texts. */
    size_t identity = LINE_UNITS_MAX + 5 * (FACT_GROUP_UNITS_MAX + 20) + 60;
    size_t codes = 0;

    add_group_labels(page, message);
    for (size_t i = 0; i < full; i++) {
        struct evidence_text texts[2];
        codes += evidence_of(message->alerts[i].picture, texts);
    }
    size_t evidence =
        evidence_units(page, full * identity + lines_units(message, full), codes, size);
    for (size_t i = 0; i < full; i++) {
        if (add_member(page, message, i, evidence, size, err) != 0)
            return -1;
    }
    if (full < message->alerts_count || message->omitted > 0)
        slack_page_divider(page);
    return add_lines(page, message, full, err);
}

static int add_summary(struct slack_page *page, const struct message *message,
                       enum render_size size, struct error *err)
{
    struct link_list links = {.count = 0};
    struct facts facts;

    if (summary_facts(message, FACT_UNITS_MAX, page->arena, &facts, err) != 0)
        return -1;
    slack_page_facts(page, &facts);
    if (size < RENDER_IDENTITY)
        summary_links(message->summary, SLACK_URL_MAX, page->arena, &links);
    slack_page_buttons(page, &links, 0);
    return 0;
}

static int add_body(struct slack_page *page, const struct message *message, enum render_size size,
                    struct error *err)
{
    if (message->summary)
        return add_summary(page, message, size, err);
    return message_is_single(message) ? add_single(page, message, size, err)
                                      : add_group(page, message, size, err);
}

/* What a phone shows: the header, and for one alert its model and count. */
static const char *notification_text(const struct message *message, const char *header,
                                     struct arena *arena)
{
    const struct picture *picture = message_is_single(message) ? message->alerts[0].picture : NULL;
    char findings[WORDS_BYTES_MAX];

    if (!picture)
        return header;
    words_findings(picture->count, findings);
    return arena_printf(arena, "%s \u00B7 %s \u00B7 %s", header,
                        picture->model ? picture->model : "", findings);
}

static int add_top(struct slack_page *page, const struct message *message, enum render_size size,
                   struct error *err)
{
    char *headline = words_headline(message, SLACK_HEADER_MAX - SIGN_UNITS_MAX, page->arena);
    const char *sign =
        message->resolved ? RESOLVED_SIGN : severity_signs[message_severity(message)];
    char *header = headline ? arena_printf(page->arena, "%s %s", sign, headline) : NULL;
    const char *text = header ? notification_text(message, header, page->arena) : NULL;

    if (!text)
        return error_set(err, ERROR_MEMORY, "no memory for a message to Slack");
    slack_page_notification(page, text);
    slack_page_header(page, header);
    const char *own = texts_body(message, size, page->arena);
    if (own)
        slack_page_section(page, own);
    return 0;
}

void slack_author(const struct slack *slack, struct document *document)
{
    document_set_text(document, document->root, "username", slack->username);
    document_set_text(document, document->root, "icon_emoji", slack->icon_emoji);
    document_set_text(document, document->root, "icon_url", slack->icon_url);
    document_set(document, document->root, "unfurl_links", json_false());
    document_set(document, document->root, "unfurl_media", json_false());
}

const char *slack_message(const struct slack *slack, const struct slack_place *place,
                          const struct message *message, enum render_size size, struct arena *arena,
                          size_t *ret_bytes, struct error *err)
{
    struct document document;
    struct slack_page page;
    const char *body = NULL;

    document_init(&document);
    document_set_text(&document, document.root, "channel", place->channel);
    document_set_text(&document, document.root, "ts", place->ts);
    if (!place->ts)
        slack_author(slack, &document);
    slack_page_init(&page, &document, arena);
    page.units_max -= FOOT_UNITS;
    page.blocks_max -= FOOT_BLOCKS;
    if (add_top(&page, message, size, err) != 0)
        goto out;
    if (add_body(&page, message, size, err) != 0)
        goto out;
    add_foot(&page, message);
    body = document_print(&document, SLACK_BODY_BYTES_MAX, arena, ret_bytes, err);
out:
    document_fini(&document);
    return body;
}
