/*
 * pagerduty_change.c - a run that ended as a change event of PagerDuty's Events API v2.
 *
 * A change event notifies nobody: it stands in the service's timeline beside the incidents that the
 * run opened or resolved.
 */
#include "consumer/channels/pagerduty.h"

#include "consumer/channels/document.h"
#include "consumer/channels/summary.h"
#include "consumer/channels/text.h"

#define FIELD_UNITS_MAX 255
#define FACT_UNITS_MAX  1000
#define URL_BYTES_MAX   2000

static void add_payload(struct document *document, const struct message *message,
                        const struct facts *facts, const char *summary, const char *source)
{
    json_t *payload = document_object(document, document->root, "payload");
    json_t *details = document_object(document, payload, "custom_details");

    document_set(document, payload, "summary", summary ? json_string(summary) : NULL);
    document_set_text(document, payload, "source", source);
    document_set_time(document, payload, "timestamp", message->summary->ended_ms);
    for (size_t i = 0; i < facts->count; i++)
        document_set_text(document, details, facts->rows[i].name, facts->rows[i].value);
    document_set_text(document, details, "Sender", "tocsin " TOCSIN_VERSION);
}

static void add_links(struct document *document, const struct message *message, struct arena *arena)
{
    json_t *links = document_array(document, document->root, "links");
    struct link_list list;

    summary_links(message->summary, URL_BYTES_MAX, arena, &list);
    for (size_t i = 0; i < list.count; i++)
        document_append(
            document, links,
            json_pack("{s:s, s:s}", "href", list.links[i].url, "text", list.links[i].text));
}

const char *pagerduty_change(const struct pagerduty *pagerduty, const struct message *message,
                             enum render_size size, struct arena *arena, size_t *ret_bytes,
                             struct error *err)
{
    char *summary = summary_headline(message->summary, PAGERDUTY_SUMMARY_UNITS_MAX, arena);
    const char *repository = message->summary->run.repository;
    char *source = text_line(repository, FIELD_UNITS_MAX, arena);
    struct document document;
    struct facts facts;

    if (summary_facts(message, FACT_UNITS_MAX, arena, &facts, err) != 0)
        return NULL;
    document_init(&document);
    document_set(&document, document.root, "routing_key", json_string(pagerduty->routing_key));
    add_payload(&document, message, &facts, summary, source && source[0] ? source : "tocsin");
    if (size < RENDER_IDENTITY)
        add_links(&document, message, arena);
    const char *body = document_print(&document, PAGERDUTY_EVENT_BYTES_MAX, arena, ret_bytes, err);
    document_fini(&document);
    return body;
}
