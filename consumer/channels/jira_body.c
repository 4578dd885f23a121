/*
 * jira_body.c - the bodies of Jira's requests.
 *
 * Version 3 takes documents for long text, version 2 text in which wiki markup is read: there,
 * everything stands between {noformat}, which nothing in it can end. Of a query only the project,
 * which the configuration checks, and our own key are part.
 */
#include <stdlib.h>
#include <string.h>

#include "consumer/channels/answer.h"
#include "consumer/channels/document.h"
#include "consumer/channels/jira.h"
#include "consumer/channels/plain.h"
#include "consumer/channels/words.h"

#define LOOKED_UP_MAX 10

/* "{noformat}" in someone else's text ends nothing when its word does not follow its brace. */
static const char *wiki_escape(uint32_t code, uint32_t previous)
{
    if (previous == '{' && (code == 'n' || code == 'N'))
        return code == 'n' ? "\u200Bn" : "\u200BN";
    return NULL;
}

static const struct ticket_text_style wiki_style = {
    .escape = wiki_escape,
    .begin = "{noformat}\n",
    .end = "{noformat}\n",
    .link_begin = "[",
    .link_middle = "|",
    .link_end = "]",
    .units_max = JIRA_TEXT_UNITS_MAX,
};

/* A description or comment, in the form of the API's version. */
static json_t *long_text(const struct jira *jira, const struct ticket_work *work,
                         enum ticket_page_kind kind, struct arena *arena, struct error *err)
{
    struct ticket_page page;

    if (ticket_page(work->message, kind, work->size, arena, &page, err) != 0)
        return NULL;
    if (jira->api_type == JIRA_CLOUD)
        return jira_adf(&page, JIRA_TEXT_UNITS_MAX - JIRA_TEXT_RESERVE, arena, err);
    const char *text = ticket_text(&page, &wiki_style, arena, err);
    return text ? json_string(text) : NULL;
}

static void set_object(struct document *document, json_t *fields, const char *field,
                       const char *name, const char *value)
{
    if (value && value[0] != '\0')
        document_set(document, document_object(document, fields, field), name, json_string(value));
}

static void add_labels(const struct jira *jira, const char *key, json_t *fields,
                       struct document *document)
{
    const char *const *items = jira->labels.items;
    json_t *labels = document_array(document, fields, "labels");

    document_append(document, labels, json_string("tocsin"));
    document_append(document, labels, json_string(key));
    for (size_t i = 0; i < jira->labels.count; i++)
        document_append(document, labels, json_string(items[i]));
}

/* A field of the configuration: JSON where it is an object or a list, else text. */
static json_t *configured(const char *text)
{
    json_t *value = text[0] == '{' || text[0] == '[' ? json_loads(text, 0, NULL) : NULL;

    return value ? value : json_string(text);
}

static void set_priority(const struct jira *jira, const struct message *message, json_t *fields,
                         struct document *document)
{
    const char *severity = severity_names[message_severity(message)];

    set_object(document, fields, "priority", "name", ticket_mapped(&jira->priorities, severity));
}

static void set_new_fields(const struct jira *jira, const struct ticket_work *work, json_t *fields,
                           struct document *document, struct arena *arena)
{
    const struct message *message = work->message;
    const char *component = ticket_of_team(message, &jira->components, jira->component);
    const char *assignee = ticket_of_team(message, &jira->assignees, jira->assignee);
    const char *summary = plain_title(message, JIRA_SUMMARY_UNITS_MAX, arena);
    const struct label *configured_fields = jira->fields.items;

    set_object(document, fields, "project", "key", jira->project);
    set_object(document, fields, "issuetype", "name", jira->issue_type);
    document_set(document, fields, "summary", summary ? json_string(summary) : NULL);
    add_labels(jira, work->key, fields, document);
    set_object(document, fields, "assignee", jira->api_type == JIRA_CLOUD ? "accountId" : "name",
               assignee);
    if (component) {
        json_t *components = document_array(document, fields, "components");
        document_append(document, components, json_pack("{s:s}", "name", component));
    }
    for (size_t i = 0; i < jira->fields.count; i++)
        document_set(document, fields, configured_fields[i].name,
                     configured(configured_fields[i].value));
}

static int fill_fields(const struct jira *jira, enum ticket_verb verb,
                       const struct ticket_work *work, struct document *document,
                       struct arena *arena, struct error *err)
{
    json_t *fields = document_object(document, document->root, "fields");

    if (verb == TICKET_CREATE)
        set_new_fields(jira, work, fields, document, arena);
    if (work->describes) {
        json_t *description = long_text(jira, work, PAGE_DESCRIPTION, arena, err);
        if (!description)
            return -1;
        document_set(document, fields, "description", description);
    }
    set_priority(jira, work->message, fields, document);
    return 0;
}

static int fill_comment(const struct jira *jira, enum ticket_verb verb,
                        const struct ticket_work *work, struct document *document,
                        struct arena *arena, struct error *err)
{
    json_t *body = long_text(jira, work, PAGE_COMMENT, arena, err);

    (void)verb;
    if (!body)
        return -1;
    document_set(document, document->root, "body", body);
    return 0;
}

static int fill_look(const struct jira *jira, enum ticket_verb verb, const struct ticket_work *work,
                     struct document *document, struct arena *arena, struct error *err)
{
    json_t *root = document->root;
    const char *gone = work->ticket->gone_id;

    (void)verb;
    (void)err;
    const char *jql =
        arena_printf(arena, "project = \"%s\" AND labels = \"%s\" ORDER BY created DESC",
                     jira->project, work->key);
    document_set(document, root, "jql", jql ? json_string(jql) : NULL);
    document_set(document, root, "maxResults", json_integer(LOOKED_UP_MAX));
    json_t *fields = document_array(document, root, "fields");
    document_append(document, fields, json_string("status"));
    if (jira->api_type == JIRA_CLOUD && gone[0] != '\0')
        document_append(document, document_array(document, root, "reconcileIssues"),
                        json_integer(strtoll(gone, NULL, 10)));
    return 0;
}

/* The transition of the answer before whose name, id or target is the configured one. */
static const char *transition_id(const json_t *answer, const char *wanted)
{
    const json_t *transitions = json_object_get(answer, "transitions"), *transition;
    size_t i;

    json_array_foreach (transitions, i, transition) {
        const json_t *to = json_object_get(transition, "to");
        const char *const names[] = {answer_text(transition, "id"), answer_text(transition, "name"),
                                     answer_text(to, "name"), answer_text(to, "id")};
        for (size_t at = 0; at < sizeof names / sizeof *names; at++) {
            if (names[at][0] != '\0' && strcasecmp(names[at], wanted) == 0)
                return names[0];
        }
    }
    return NULL;
}

static int fill_move(const struct jira *jira, enum ticket_verb verb, const struct ticket_work *work,
                     struct document *document, struct arena *arena, struct error *err)
{
    bool closes = work->message->resolved;
    const char *wanted = closes ? jira->resolve_transition : jira->reopen_transition;
    json_t *answer = answer_parse(work->last);
    const char *id = arena_strdup(arena, answer ? transition_id(answer, wanted) : NULL);

    (void)verb;
    json_decref(answer);
    if (!id)
        return error_set(err, ERROR_INPUT,
                         "%s has no transition or target status \"%s\" from where it stands: set "
                         "%s to one that its workflow has",
                         work->ticket->name, wanted,
                         closes ? "resolve_transition" : "reopen_transition");
    set_object(document, document->root, "transition", "id", id);
    if (closes && jira->resolution)
        set_object(document, document_object(document, document->root, "fields"), "resolution",
                   "name", jira->resolution);
    return 0;
}

static int (*const fillers[TICKET_VERBS])(const struct jira *, enum ticket_verb,
                                          const struct ticket_work *, struct document *,
                                          struct arena *, struct error *) = {
    [TICKET_LOOK] = fill_look,       [TICKET_CREATE] = fill_fields, [TICKET_UPDATE] = fill_fields,
    [TICKET_COMMENT] = fill_comment, [TICKET_MOVE] = fill_move,
};

const char *jira_body(const struct jira *jira, enum ticket_verb verb,
                      const struct ticket_work *work, struct arena *arena, size_t *ret_bytes,
                      struct error *err)
{
    struct document document;
    const char *body = NULL;

    document_init(&document);
    if (fillers[verb](jira, verb, work, &document, arena, err) == 0)
        body = document_print(&document, JIRA_BODY_BYTES_MAX, arena, ret_bytes, err);
    document_fini(&document);
    return body;
}
