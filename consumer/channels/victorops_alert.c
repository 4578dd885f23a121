/*
 * victorops_alert.c - a message as an alert of Splunk On-Call (VictorOps), by its REST endpoint.
 *
 * `state_message` is the page that people read; the facts are repeated as string fields of their
 * own, for the service's rules engine, and links as annotations. `entity_id` stays the same from
 * the first CRITICAL to RECOVERY.
 */
#include "consumer/channels/victorops.h"

#include "consumer/channels/document.h"
#include "consumer/channels/facts.h"
#include "consumer/channels/identity.h"
#include "consumer/channels/plain.h"
#include "consumer/channels/words.h"

#define FACT_UNITS_MAX 300
#define URL_BYTES_MAX  2000

static const char *const message_types[] = {
    [SEVERITY_INFO] = "INFO",     [SEVERITY_LOW] = "WARNING",       [SEVERITY_MEDIUM] = "WARNING",
    [SEVERITY_HIGH] = "CRITICAL", [SEVERITY_CRITICAL] = "CRITICAL",
};

static void set_line(struct document *document, const char *name, const char *text,
                     struct arena *arena)
{
    char *line = text ? plain_line(text, FACT_UNITS_MAX, arena) : NULL;

    if (text && !line)
        document->failed = true;
    document_set_text(document, document->root, name, line);
}

/* Fields for rules, by the names that tocsin's labels have. */
static void add_fields(struct document *document, const struct picture *picture,
                       enum render_size size, struct arena *arena)
{
    struct link_list links = {.count = 0};

    set_line(document, "fingerprint", picture->fingerprint, arena);
    set_line(document, "rule", picture->rule.id, arena);
    set_line(document, "model", picture->model, arena);
    set_line(document, "target", picture->target, arena);
    set_line(document, "category", picture->category, arena);
    set_line(document, "team", picture->owner, arena);
    if (size < RENDER_IDENTITY)
        links_of(picture, URL_BYTES_MAX, arena, &links);
    for (size_t i = 0; i < links.count; i++) {
        const char *name = arena_printf(arena, "vo_annotate.u.%s", links.links[i].text);
        document_set_text(document, document->root, name ? name : links.links[i].id,
                          links.links[i].url);
    }
}

const char *victorops_alert(const struct message *message, enum render_size size,
                            struct arena *arena, size_t *ret_bytes, struct error *err)
{
    const char *key = identity_key(message, arena, err);
    const char *page =
        key ? plain_page(message, size, VICTOROPS_STATE_MESSAGE_UNITS_MAX, arena, err) : NULL;
    const char *name = plain_title(message, VICTOROPS_NAME_UNITS_MAX, arena);
    int severity = message_severity(message);
    struct document document;

    if (!page)
        return NULL;
    document_init(&document);
    document_set(&document, document.root, "message_type",
                 json_string(message->resolved ? "RECOVERY" : message_types[severity]));
    document_set(&document, document.root, "entity_id", json_string(key));
    document_set(&document, document.root, "entity_display_name", name ? json_string(name) : NULL);
    document_set(&document, document.root, "state_message", json_string(page));
    document_set(&document, document.root, "monitoring_tool", json_string("tocsin"));
    document_set(&document, document.root, "severity", json_string(severity_names[severity]));
    if (message->alerts_count > 0) {
        const struct picture *first = message->alerts[0].picture;
        int64_t changed_ms = message->resolved ? first->resolved_ms : first->opened_ms;
        if (changed_ms > 0)
            document_set(&document, document.root, "state_start_time",
                         json_integer(changed_ms / 1000));
        if (message->alerts_count == 1 && message->omitted == 0)
            add_fields(&document, first, size, arena);
    }
    const char *body = document_print(&document, VICTOROPS_BODY_BYTES_MAX, arena, ret_bytes, err);
    document_fini(&document);
    return body;
}
