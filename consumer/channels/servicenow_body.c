/*
 * servicenow_body.c - the bodies of ServiceNow's requests.
 *
 * Text is plain in these fields but for one thing: a journal (work notes) shows what stands between
 * [code] and [/code] as HTML, so nobody else's brackets make such a pair here.
 */
#include "consumer/channels/document.h"
#include "consumer/channels/plain.h"
#include "consumer/channels/servicenow.h"
#include "consumer/channels/ticket_page.h"
#include "consumer/channels/words.h"

/* "[code]" and "[/code]" no longer are when something stands behind their bracket. */
static const char *escape(uint32_t code, uint32_t previous)
{
    if (previous != '[')
        return NULL;
    return code == 'c' ? "\u200Bc" : code == 'C' ? "\u200BC" : code == '/' ? "\u200B/" : NULL;
}

static const struct ticket_text_style style = {
    .escape = escape,
    .begin = "",
    .end = "",
    .link_begin = "",
    .link_middle = ": ",
    .link_end = "",
    .units_max = SERVICENOW_TEXT_UNITS_MAX,
};

/* Urgency and impact, from which the instance makes its priority. */
static const struct {
    const char *urgency, *impact;
} severities[] = {
    [SEVERITY_INFO] = {"3", "3"}, [SEVERITY_LOW] = {"3", "3"},      [SEVERITY_MEDIUM] = {"2", "3"},
    [SEVERITY_HIGH] = {"1", "2"}, [SEVERITY_CRITICAL] = {"1", "1"},
};

static int set_page(struct document *document, const char *field, enum ticket_page_kind kind,
                    const struct ticket_work *work, struct arena *arena, struct error *err)
{
    struct ticket_page page;

    if (ticket_page(work->message, kind, work->size, arena, &page, err) != 0)
        return -1;
    const char *text = ticket_text(&page, &style, arena, err);
    if (!text)
        return -1;
    document_set_text(document, document->root, field, text);
    return 0;
}

static void set_severity(struct document *document, const struct message *message)
{
    int severity = message_severity(message);

    document_set_text(document, document->root, "urgency", severities[severity].urgency);
    document_set_text(document, document->root, "impact", severities[severity].impact);
}

static int fill_create(const struct servicenow *servicenow, const struct ticket_work *work,
                       struct document *document, struct arena *arena, struct error *err)
{
    const struct message *message = work->message;
    const struct label *fields = servicenow->fields.items;
    json_t *root = document->root;
    const char *title = plain_title(message, SERVICENOW_SHORT_UNITS_MAX, arena);

    document_set(document, root, "short_description", title ? json_string(title) : NULL);
    if (set_page(document, "description", PAGE_DESCRIPTION, work, arena, err) != 0)
        return -1;
    document_set_text(document, root, "correlation_id", work->key);
    document_set_text(document, root, "correlation_display", "tocsin");
    set_severity(document, message);
    document_set_text(document, root, "category", servicenow->category);
    document_set_text(document, root, "caller_id", servicenow->caller_id);
    document_set_text(
        document, root, "assignment_group",
        ticket_of_team(message, &servicenow->assignment_groups, servicenow->assignment_group));
    document_set_text(document, root, "assigned_to",
                      ticket_of_team(message, &servicenow->assignees, servicenow->assignee));
    for (size_t i = 0; i < servicenow->fields.count; i++)
        document_set_text(document, root, fields[i].name, fields[i].value);
    return 0;
}

static void set_state(const struct servicenow *servicenow, bool resolved, struct document *document)
{
    json_t *root = document->root;

    document_set_text(document, root, "state",
                      resolved ? servicenow->resolved_state : servicenow->open_state);
    if (resolved) {
        document_set_text(document, root, "close_code", servicenow->close_code);
        document_set_text(document, root, "close_notes", servicenow->close_notes);
    }
}

static int fill_update(const struct servicenow *servicenow, const struct ticket_work *work,
                       struct document *document, struct arena *arena, struct error *err)
{
    if (work->describes &&
        set_page(document, "description", PAGE_DESCRIPTION, work, arena, err) != 0)
        return -1;
    if (work->comments && set_page(document, "work_notes", PAGE_COMMENT, work, arena, err) != 0)
        return -1;
    if (!work->message->resolved)
        set_severity(document, work->message);
    if (work->moves)
        set_state(servicenow, work->message->resolved, document);
    return 0;
}

const char *servicenow_body(const struct servicenow *servicenow, enum ticket_verb verb,
                            const struct ticket_work *work, struct arena *arena, size_t *ret_bytes,
                            struct error *err)
{
    struct document document;
    const char *body = NULL;

    document_init(&document);
    if ((verb == TICKET_CREATE ? fill_create : fill_update)(servicenow, work, &document, arena,
                                                            err) == 0)
        body = document_print(&document, SERVICENOW_BODY_BYTES_MAX, arena, ret_bytes, err);
    document_fini(&document);
    return body;
}
