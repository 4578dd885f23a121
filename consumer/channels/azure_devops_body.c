/*
 * azure_devops_body.c - the bodies of Azure DevOps' requests: JSON Patch, and one query.
 *
 * A bug shows its steps to reproduce and not its description, so the text goes where the type's
 * form shows it. Long text is HTML; a comment is the field History. Of the query only our own key
 * is part.
 */
#include <string.h>

#include "consumer/channels/azure_devops.h"
#include "consumer/channels/document.h"
#include "consumer/channels/facts.h"
#include "consumer/channels/plain.h"
#include "consumer/channels/ticket_page.h"
#include "consumer/channels/words.h"

#define LINK_BYTES_MAX 2000
#define BUG            "Bug"
#define SEVERITY_FIELD "Microsoft.VSTS.Common.Severity"

/* Of the processes that Azure DevOps comes with. */
static const char *const bug_severities[] = {
    [SEVERITY_INFO] = "4 - Low",          [SEVERITY_LOW] = "4 - Low",
    [SEVERITY_MEDIUM] = "3 - Medium",     [SEVERITY_HIGH] = "2 - High",
    [SEVERITY_CRITICAL] = "1 - Critical",
};

/* A patch under construction. */
struct patch {
    struct document document;
    json_t *operations;
    const struct azure_devops *ado;
    const struct ticket_work *work;
    struct arena *arena;
};

static void add(struct patch *patch, const char *path, json_t *value)
{
    json_t *operation = json_object();

    document_append(&patch->document, patch->operations, operation);
    document_set(&patch->document, operation, "op", json_string("add"));
    document_set(&patch->document, operation, "path", path ? json_string(path) : NULL);
    document_set(&patch->document, operation, "value", value);
}

static void add_field(struct patch *patch, const char *field, const char *value)
{
    if (value && value[0] != '\0')
        add(patch, arena_printf(patch->arena, "/fields/%s", field), json_string(value));
}

static bool is_bug(const struct azure_devops *ado)
{
    return strcasecmp(ado->type, BUG) == 0;
}

static void add_severity(struct patch *patch)
{
    int severity = message_severity(patch->work->message);
    const char *value = ticket_mapped(&patch->ado->severities, severity_names[severity]);

    if (!value && is_bug(patch->ado) && patch->ado->severities.count == 0)
        value = bug_severities[severity];
    add_field(patch, SEVERITY_FIELD, value);
}

static int add_page(struct patch *patch, const char *field, enum ticket_page_kind kind,
                    struct error *err)
{
    struct ticket_page page;

    if (ticket_page(patch->work->message, kind, patch->work->size, patch->arena, &page, err) != 0)
        return -1;
    const char *html = ticket_html(&page, ADO_TEXT_BYTES_MAX, patch->arena, err);
    if (!html)
        return -1;
    add_field(patch, field, html);
    return 0;
}

static int add_description(struct patch *patch, struct error *err)
{
    const char *field = is_bug(patch->ado) ? "Microsoft.VSTS.TCM.ReproSteps" : "System.Description";

    return add_page(patch, field, PAGE_DESCRIPTION, err);
}

static void add_tags(struct patch *patch)
{
    const char *const *items = patch->ado->tags.items;
    const char *tags = arena_printf(patch->arena, "%s; tocsin", patch->work->key);

    for (size_t i = 0; tags && i < patch->ado->tags.count; i++)
        tags = arena_printf(patch->arena, "%s; %s", tags, items[i]);
    add(patch, "/fields/System.Tags", tags ? json_string(tags) : NULL);
}

/* The links of a single alert, also where they are listed as links of the work item. */
static void add_hyperlinks(struct patch *patch)
{
    const struct message *message = patch->work->message;
    struct link_list links = {.count = 0};

    if (message->alerts_count == 1 && message->omitted == 0 && patch->work->size < RENDER_IDENTITY)
        links_of(message->alerts[0].picture, LINK_BYTES_MAX, patch->arena, &links);
    for (size_t i = 0; i < links.count; i++) {
        if (strcmp(links.links[i].id, "ticket") != 0)
            add(patch, "/relations/-",
                json_pack("{s:s, s:s, s:{s:s}}", "rel", "Hyperlink", "url", links.links[i].url,
                          "attributes", "comment", links.links[i].text));
    }
}

static int fill_create(struct patch *patch, struct error *err)
{
    const struct azure_devops *ado = patch->ado;
    const struct message *message = patch->work->message;
    const struct label *fields = ado->fields.items;
    const char *title = plain_title(message, ADO_TITLE_UNITS_MAX, patch->arena);

    add(patch, "/fields/System.Title", title ? json_string(title) : NULL);
    if (add_description(patch, err) != 0)
        return -1;
    add_tags(patch);
    add_severity(patch);
    add_field(patch, "System.AreaPath", ticket_of_team(message, &ado->area_paths, ado->area_path));
    add_field(patch, "System.AssignedTo", ticket_of_team(message, &ado->assignees, ado->assignee));
    for (size_t i = 0; i < ado->fields.count; i++)
        add_field(patch, fields[i].name, fields[i].value);
    add_hyperlinks(patch);
    return 0;
}

static int fill_update(struct patch *patch, struct error *err)
{
    const struct azure_devops *ado = patch->ado;
    const struct ticket_work *work = patch->work;

    if (work->describes && add_description(patch, err) != 0)
        return -1;
    if (!work->message->resolved)
        add_severity(patch);
    if (work->comments && add_page(patch, "System.History", PAGE_COMMENT, err) != 0)
        return -1;
    if (work->moves)
        add_field(patch, "System.State",
                  work->message->resolved ? ado->resolved_state : ado->open_state);
    return 0;
}

static const char *query(const struct ticket_work *work, struct arena *arena, size_t *ret_bytes)
{
    const char *text = arena_printf(
        arena,
        "{\"query\":\"SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project AND "
        "[System.Tags] CONTAINS '%s' ORDER BY [System.CreatedDate] DESC\"}",
        work->key);

    *ret_bytes = text ? strlen(text) : 0;
    return text;
}

const char *azure_devops_body(const struct azure_devops *ado, enum ticket_verb verb,
                              const struct ticket_work *work, struct arena *arena,
                              size_t *ret_bytes, struct error *err)
{
    struct patch patch = {.ado = ado, .work = work, .arena = arena};
    const char *body = NULL;

    if (verb == TICKET_LOOK) {
        body = query(work, arena, ret_bytes);
        if (!body)
            error_set(err, ERROR_MEMORY, "no memory for a query");
        return body;
    }
    document_init(&patch.document);
    json_decref(patch.document.root);
    patch.document.root = patch.operations = json_array();
    if ((verb == TICKET_CREATE ? fill_create : fill_update)(&patch, err) == 0)
        body = document_print(&patch.document, ADO_BODY_BYTES_MAX, arena, ret_bytes, err);
    document_fini(&patch.document);
    return body;
}
