/*
 * opsgenie_alert.c - a message as an alert of Opsgenie, and as a note on one.
 *
 * The alert's own text is not changed by later creates, so its title says what the problem is and
 * not what is new; news is in notes. Details are strings alone and share one limit.
 */
#include "consumer/channels/opsgenie.h"

#include <string.h>

#include "consumer/channels/document.h"
#include "consumer/channels/facts.h"
#include "consumer/channels/identity.h"
#include "consumer/channels/plain.h"
#include "consumer/channels/words.h"

#define ENTITY_UNITS_MAX     512
#define FACT_UNITS_MAX       250
#define DETAIL_URL_BYTES_MAX 450

static const char *const priorities[] = {
    [SEVERITY_INFO] = "P5", [SEVERITY_LOW] = "P4",      [SEVERITY_MEDIUM] = "P3",
    [SEVERITY_HIGH] = "P2", [SEVERITY_CRITICAL] = "P1",
};

const char *opsgenie_priority(const struct message *message)
{
    return priorities[message_severity(message)];
}

static void set_line(struct document *document, json_t *object, const char *name, const char *text,
                     size_t units_max, struct arena *arena)
{
    char *line = text ? plain_line(text, units_max, arena) : NULL;

    if (text && !line)
        document->failed = true;
    document_set_text(document, object, name, line);
}

static void add_tag(struct document *document, json_t *tags, const char *text, size_t bytes,
                    struct arena *arena)
{
    while (bytes > 0 && text[0] == ' ') {
        text++;
        bytes--;
    }
    while (bytes > 0 && text[bytes - 1] == ' ')
        bytes--;
    if (bytes == 0 || json_array_size(tags) == OPSGENIE_TAGS_MAX)
        return;
    char *copy = arena_strndup(arena, text, bytes);
    char *tag = copy ? plain_line(copy, OPSGENIE_TAG_UNITS_MAX, arena) : NULL;
    document_append(document, tags, tag ? json_string(tag) : NULL);
}

static void add_tags(const struct opsgenie *opsgenie, const struct message *message,
                     struct document *document, struct arena *arena)
{
    json_t *tags = document_array(document, document->root, "tags");
    const struct picture *picture = message->alerts_count > 0 ? message->alerts[0].picture : NULL;
    const char *category = picture && picture->category ? picture->category : "";
    const char *severity = severity_names[message_severity(message)];

    add_tag(document, tags, "tocsin", strlen("tocsin"), arena);
    add_tag(document, tags, severity, strlen(severity), arena);
    add_tag(document, tags, category, strlen(category), arena);
    for (const char *at = opsgenie->tags; at && *at;) {
        size_t bytes = strcspn(at, ",");
        add_tag(document, tags, at, bytes, arena);
        at += bytes + (at[bytes] == ',');
    }
}

static int add_details(const struct message *message, enum render_size size,
                       struct document *document, struct arena *arena, struct error *err)
{
    json_t *details = document_object(document, document->root, "details");
    struct link_list links = {.count = 0};
    struct facts facts;

    set_line(document, details, "Group", message->group, FACT_UNITS_MAX, arena);
    if (message->alerts_count != 1 || message->omitted > 0)
        return 0;
    const struct picture *picture = message->alerts[0].picture;
    if (facts_of(message, picture, FACTS_ALL, FACT_UNITS_MAX, arena, &facts, err) != 0)
        return -1;
    for (size_t i = 0; i < facts.count; i++)
        set_line(document, details, facts.rows[i].name, facts.rows[i].value, FACT_UNITS_MAX, arena);
    set_line(document, details, "Fingerprint", picture->fingerprint, FACT_UNITS_MAX, arena);
    if (size < RENDER_IDENTITY)
        links_of(picture, DETAIL_URL_BYTES_MAX, arena, &links);
    for (size_t i = 0; i < links.count; i++) {
        const char *name = arena_printf(arena, "%s_url", links.links[i].id);
        document_set_text(document, details, name ? name : links.links[i].id, links.links[i].url);
    }
    return 0;
}
_Static_assert(FACTS_MAX *(FACT_UNITS_MAX + 16) + LINKS_MAX * (DETAIL_URL_BYTES_MAX + 16) <=
                   OPSGENIE_DETAILS_UNITS_MAX,
               "all details fit");

const char *opsgenie_alert(const struct opsgenie *opsgenie, const struct message *message,
                           enum render_size size, struct arena *arena, size_t *ret_bytes,
                           struct error *err)
{
    const struct picture *first = message->alerts_count > 0 ? message->alerts[0].picture : NULL;
    const char *alias = identity_key(message, arena, err);
    const char *page =
        alias ? plain_page(message, size, OPSGENIE_DESCRIPTION_UNITS_MAX, arena, err) : NULL;
    const char *title = plain_title(message, OPSGENIE_MESSAGE_UNITS_MAX, arena), *body = NULL;
    struct document document;

    if (!page)
        return NULL;
    document_init(&document);
    document_set(&document, document.root, "message", title ? json_string(title) : NULL);
    document_set(&document, document.root, "alias", json_string(alias));
    document_set(&document, document.root, "description", json_string(page));
    document_set(&document, document.root, "priority", json_string(opsgenie_priority(message)));
    document_set(&document, document.root, "source", json_string("tocsin"));
    if (first)
        set_line(&document, document.root, "entity", first->target ? first->target : first->model,
                 ENTITY_UNITS_MAX, arena);
    add_tags(opsgenie, message, &document, arena);
    if (add_details(message, size, &document, arena, err) == 0)
        body = document_print(&document, OPSGENIE_BODY_BYTES_MAX, arena, ret_bytes, err);
    document_fini(&document);
    return body;
}

const char *opsgenie_note(const struct message *message, enum render_size size, struct arena *arena,
                          size_t *ret_bytes, struct error *err)
{
    const char *page = plain_page(message, size, OPSGENIE_NOTE_UNITS_MAX, arena, err);
    struct document document;

    if (!page)
        return NULL;
    document_init(&document);
    document_set(&document, document.root, "note", json_string(page));
    document_set(&document, document.root, "source", json_string("tocsin"));
    const char *body = document_print(&document, OPSGENIE_BODY_BYTES_MAX, arena, ret_bytes, err);
    document_fini(&document);
    return body;
}
