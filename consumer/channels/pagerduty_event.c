/*
 * pagerduty_event.c - a message as an event of PagerDuty's Events API v2.
 *
 * `custom_details` is a flat table in PagerDuty's window: the facts of one alert, or a line for
 * each alert of a group, and prompt and output below. All of it is plain text there, so it is
 * neutralised and cut but not escaped. Links are a list of their own.
 */
#include "consumer/channels/pagerduty.h"

#include "consumer/channels/document.h"
#include "consumer/channels/facts.h"
#include "consumer/channels/identity.h"
#include "consumer/channels/text.h"
#include "consumer/channels/texts.h"
#include "consumer/channels/words.h"

#define FIELD_UNITS_MAX          255 /* source, component, group, class */
#define FACT_UNITS_MAX           1000
#define LINE_UNITS_MAX           300 /* one alert of a group */
#define LINK_TEXT_UNITS_MAX      100
#define URL_BYTES_MAX            2000
#define EVIDENCE_UNITS_MAX       30000
#define EVIDENCE_SHORT_UNITS_MAX 500

static const char *const pagerduty_severities[] = {
    [SEVERITY_INFO] = "info",  [SEVERITY_LOW] = "info",          [SEVERITY_MEDIUM] = "warning",
    [SEVERITY_HIGH] = "error", [SEVERITY_CRITICAL] = "critical",
};

/* One event under construction. */
struct writer {
    struct document document;
    const struct message *message;
    struct arena *arena;
    enum render_size size;
};

static void set_line(struct writer *writer, json_t *object, const char *name, const char *text,
                     size_t units_max)
{
    char *line = text ? text_line(text, units_max, writer->arena) : NULL;

    if (text && !line)
        writer->document.failed = true;
    document_set_text(&writer->document, object, name, line);
}

static void append_line(struct writer *writer, json_t *array, const char *text)
{
    document_append(&writer->document, array, text ? json_string(text) : NULL);
}

static void add_evidence(struct writer *writer, json_t *details, const struct picture *picture)
{
    const struct text_style style = {
        .shape = TEXT_BLOCK,
        .units_max = writer->size == RENDER_FULL ? EVIDENCE_UNITS_MAX : EVIDENCE_SHORT_UNITS_MAX,
    };
    struct evidence_text texts[2];
    bool is_shown = writer->size < RENDER_NO_EVIDENCE && picture->status == ALERT_OPEN;
    size_t count = is_shown ? evidence_of(picture, texts) : 0;

    for (size_t i = 0; i < count; i++) {
        char *text = text_render(&style, texts[i].text, texts[i].missing_bytes, writer->arena);
        document_set(&writer->document, details, texts[i].name, text ? json_string(text) : NULL);
    }
}

static int add_single(struct writer *writer, json_t *details, struct error *err)
{
    const struct picture *picture = writer->message->alerts[0].picture;
    struct facts facts;

    if (facts_of(writer->message, picture, FACTS_ALL, FACT_UNITS_MAX, writer->arena, &facts, err) !=
        0)
        return -1;
    for (size_t i = 0; i < facts.count; i++)
        document_set_text(&writer->document, details, facts.rows[i].name, facts.rows[i].value);
    add_evidence(writer, details, picture);
    set_line(writer, details, "Fingerprint", picture->fingerprint, FACT_UNITS_MAX);
    if (picture->sample)
        set_line(writer, details, "Finding", picture->sample->finding, FACT_UNITS_MAX);
    return 0;
}

static void add_group(struct writer *writer, json_t *details)
{
    const struct message *message = writer->message;
    json_t *labels = document_object(&writer->document, details, "Group");
    json_t *lines = document_array(&writer->document, details, "Problems");

    for (size_t i = 0; i < message->group_labels_count; i++)
        set_line(writer, labels, message->group_labels[i].name, message->group_labels[i].value,
                 FIELD_UNITS_MAX);
    for (size_t i = 0; i < message->alerts_count; i++)
        append_line(writer, lines,
                    words_alert(message, &message->alerts[i], LINE_UNITS_MAX, writer->arena));
    if (message->omitted > 0)
        append_line(writer, lines, arena_printf(writer->arena, "and %zu more", message->omitted));
    if (message->alerts_count > 0)
        add_evidence(writer, details, message->alerts[0].picture);
}

static void add_link(struct writer *writer, json_t *links, const char *text, const char *url)
{
    document_append(&writer->document, links, json_object());
    json_t *link = json_array_get(links, json_array_size(links) - 1);
    document_set_text(&writer->document, link, "href", url);
    set_line(writer, link, "text", text, LINK_TEXT_UNITS_MAX);
}

/* All links of one alert; of a group each alert's first, under the alert's words. */
static void add_links(struct writer *writer)
{
    const struct message *message = writer->message;
    json_t *links = document_array(&writer->document, writer->document.root, "links");

    for (size_t i = 0; i < message->alerts_count && writer->size < RENDER_IDENTITY; i++) {
        struct link_list list;
        links_of(message->alerts[i].picture, URL_BYTES_MAX, writer->arena, &list);
        for (size_t k = 0; k < list.count && message_is_single(message); k++)
            add_link(writer, links, list.links[k].text, list.links[k].url);
        if (!message_is_single(message) && list.count > 0)
            add_link(writer, links,
                     words_alert(message, &message->alerts[i], LINK_TEXT_UNITS_MAX, writer->arena),
                     list.links[0].url);
    }
}

/* Where it was seen: PagerDuty wants a source in every event. */
static const char *source_of(const struct picture *picture)
{
    const char *const *pipelines = picture ? picture->pipelines.items : NULL;

    if (pipelines && picture->pipelines.count > 0 && pipelines[0][0] != '\0')
        return pipelines[0];
    return picture && picture->target && picture->target[0] != '\0' ? picture->target : "tocsin";
}

static int add_payload(struct writer *writer, struct error *err)
{
    const struct message *message = writer->message;
    const struct picture *first = message->alerts_count > 0 ? message->alerts[0].picture : NULL;
    struct document *document = &writer->document;
    json_t *payload = document_object(document, document->root, "payload");
    char *summary = words_headline(message, PAGERDUTY_SUMMARY_UNITS_MAX, writer->arena);

    document_set(document, payload, "summary", summary ? json_string(summary) : NULL);
    set_line(writer, payload, "source", source_of(first), FIELD_UNITS_MAX);
    document_set_text(document, payload, "severity",
                      pagerduty_severities[message_severity(message)]);
    if (first) {
        document_set_time(document, payload, "timestamp", first->last_seen_ms);
        set_line(writer, payload, "component", first->model, FIELD_UNITS_MAX);
        set_line(writer, payload, "group", first->target, FIELD_UNITS_MAX);
        set_line(writer, payload, "class", first->category, FIELD_UNITS_MAX);
    }
    json_t *details = document_object(document, payload, "custom_details");
    document_set_text(document, details, "Text", texts_body(message, writer->size, writer->arena));
    if (message_is_single(message) && add_single(writer, details, err) != 0)
        return -1;
    if (!message_is_single(message))
        add_group(writer, details);
    document_set_text(document, details, "Note", identity_note(message));
    document_set_text(document, details, "Sender", "tocsin " TOCSIN_VERSION);
    return 0;
}

const char *pagerduty_event(const struct pagerduty *pagerduty, const struct message *message,
                            enum render_size size, struct arena *arena, size_t *ret_bytes,
                            struct error *err)
{
    struct writer writer = {.message = message, .arena = arena, .size = size};
    struct document *document = &writer.document;
    const char *key = identity_key(message, arena, err), *body = NULL;
    const char *client_url = pagerduty->client_url ? pagerduty->client_url : message->external_url;

    if (!key)
        return NULL;
    document_init(document);
    document_set(document, document->root, "routing_key", json_string(pagerduty->routing_key));
    document_set(document, document->root, "event_action",
                 json_string(message->resolved ? "resolve" : "trigger"));
    document_set(document, document->root, "dedup_key", json_string(key));
    document_set_text(document, document->root, "client", pagerduty->client);
    document_set_text(document, document->root, "client_url", client_url);
    if (add_payload(&writer, err) == 0) {
        add_links(&writer);
        body = document_print(document, PAGERDUTY_EVENT_BYTES_MAX, arena, ret_bytes, err);
    }
    document_fini(document);
    return body;
}
