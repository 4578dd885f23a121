/*
 * azure_devops.c - Azure DevOps: settings, and the requests of a work item's life.
 *
 * One JSON Patch does what an update, a comment and a change of state are elsewhere, so a work item
 * is read and patched. A tag with the group's key is there for the one case in which nobody saw the
 * number.
 */
#include "consumer/channels/azure_devops.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/channels/answer.h"
#include "consumer/channels/authorization.h"
#include "consumer/channels/post.h"
#include "consumer/channels/text.h"
#include "consumer/channels/url.h"

#define API_VERSION "api-version=7.1"
#define LAYOUT      "tocsin writes the work item itself; leave it out"

static const struct setting azure_devops_settings[] = {
    {.name = "url",
     .kind = SETTING_URL,
     .offset = offsetof(struct azure_devops, url),
     .required = true,
     .help = "of the organisation, https://dev.azure.com/acme, or a server's collection"},
    {.name = "project",
     .kind = SETTING_STRING,
     .offset = offsetof(struct azure_devops, project),
     .required = true,
     .help = "the project's name or id"},
    {.name = "type",
     .kind = SETTING_STRING,
     .offset = offsetof(struct azure_devops, type),
     .fallback = "Bug",
     .help = "of new work items, as the process calls it: Bug, Issue, User Story"},
    {.name = "token",
     .kind = SETTING_SECRET,
     .offset = offsetof(struct azure_devops, token),
     .help = "a personal access token with work items: read & write"},
    {.name = "bearer_token",
     .kind = SETTING_SECRET,
     .offset = offsetof(struct azure_devops, bearer_token),
     .help = "a token of Microsoft Entra instead of token"},
    {.name = "tags",
     .kind = SETTING_STRINGS,
     .offset = offsetof(struct azure_devops, tags),
     .help = "of new work items, beside tocsin's own"},
    {.name = "severities",
     .kind = SETTING_MAP,
     .offset = offsetof(struct azure_devops, severities),
     .help = "from a severity (critical, high, medium, low, info) to the field's value; by default "
             "of bugs alone, \"1 - Critical\" to \"4 - Low\""},
    {.name = "area_path",
     .kind = SETTING_STRING,
     .offset = offsetof(struct azure_devops, area_path),
     .help = "of new work items"},
    {.name = "area_paths",
     .kind = SETTING_MAP,
     .offset = offsetof(struct azure_devops, area_paths),
     .help = "from an owner, or the value of the label team, to an area path"},
    {.name = "assignee",
     .kind = SETTING_STRING,
     .offset = offsetof(struct azure_devops, assignee),
     .help = "of new work items"},
    {.name = "assignees",
     .kind = SETTING_MAP,
     .offset = offsetof(struct azure_devops, assignees),
     .help = "from an owner, or the value of the label team, to an assignee"},
    {.name = "fields",
     .kind = SETTING_MAP,
     .offset = offsetof(struct azure_devops, fields),
     .help = "further fields of new work items by reference name: System.IterationPath"},
    {.name = "open_state",
     .kind = SETTING_STRING,
     .offset = offsetof(struct azure_devops, open_state),
     .fallback = "Active",
     .help = "the process's state of a work item that was opened again"},
    {.name = "resolved_state",
     .kind = SETTING_STRING,
     .offset = offsetof(struct azure_devops, resolved_state),
     .fallback = "Resolved",
     .help = "the process's state of one whose alert is resolved"},
    {.name = "closed_states",
     .kind = SETTING_STRING,
     .offset = offsetof(struct azure_devops, closed_states),
     .fallback = "Resolved, Closed, Done, Completed, Removed",
     .help = "all states in which nobody works on it any more"},
    {.name = "wont_fix_reasons",
     .kind = SETTING_STRING,
     .offset = offsetof(struct azure_devops, wont_fix_reasons),
     .fallback = "Won't Fix, As Designed, Deferred, Obsolete, Rejected",
     .help = "a work item that people closed for one of these is never opened again"},
    TICKET_POLICY_SETTINGS(azure_devops, "30s"),
    {.name = "description", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.kind = SETTING_END},
};

/* Semicolons and commas separate tags. */
static int check_tags(const struct list *tags, struct error *err)
{
    const char *const *items = tags->items;

    if (tags->count + 2 > ADO_TAGS_MAX)
        return error_set(err, ERROR_INPUT, "tags: at most %d", ADO_TAGS_MAX - 2);
    for (size_t i = 0; i < tags->count; i++) {
        if (items[i][0] == '\0' || strpbrk(items[i], ";,\r\n\t") ||
            text_units(items[i]) > ADO_TAG_UNITS_MAX)
            return error_set(err, ERROR_INPUT,
                             "tags: \"%.40s\" is no tag: expected 1 to %d characters without , and "
                             ";",
                             items[i], ADO_TAG_UNITS_MAX);
    }
    return 0;
}

static int azure_devops_init(void *ctx, struct error *err)
{
    struct azure_devops *ado = ctx;

    ado->policy.sets_severity = true;
    if (!url_is_http(ado->url))
        return error_set(err, ERROR_INPUT, "url is not an http or https URL");
    if (!ado->project || ado->project[0] == '\0')
        return error_set(err, ERROR_INPUT, "project is missing: a project's name or id");
    if (check_tags(&ado->tags, err) != 0)
        return -1;
    return authorization_check("", ado->token, ado->bearer_token,
                               "give token (a personal access token) or bearer_token", err);
}

/* By verb. A new work item is patched, too. */
static const struct {
    const char *method, *content_type, *path; /* after the project; with a number after it */
    const char *query;
} verb_requests[TICKET_VERBS] = {
    [TICKET_LOOK] = {"POST", "application/json", "/_apis/wit/wiql", "?$top=10&" API_VERSION},
    [TICKET_CREATE] = {"POST", "application/json-patch+json", "/_apis/wit/workitems/$",
                       "?" API_VERSION},
    [TICKET_READ] = {"GET", NULL, "/_apis/wit/workitems/",
                     "?fields=System.State,System.Reason&" API_VERSION},
    [TICKET_UPDATE] = {"PATCH", "application/json-patch+json", "/_apis/wit/workitems/",
                       "?" API_VERSION},
};

static const char *url_of(const struct azure_devops *ado, enum ticket_verb verb,
                          const struct ticket *ticket, struct arena *arena)
{
    const char *last = verb == TICKET_CREATE ? ado->type : verb == TICKET_LOOK ? "" : ticket->id;
    const char *project = url_encode(ado->project, arena), *what = url_encode(last, arena);

    if (!project || !what)
        return NULL;
    const char *path = arena_printf(arena, "/%s%s%s%s", project, verb_requests[verb].path, what,
                                    verb_requests[verb].query);
    return path ? post_url(ado->url, path, arena) : NULL;
}

static int azure_devops_write(const void *ctx, enum ticket_verb verb,
                              const struct ticket_work *work, struct arena *arena,
                              struct request *ret_request, struct error *err)
{
    const struct azure_devops *ado = ctx;
    const char *value = authorization("", ado->token, ado->bearer_token, arena);
    const char *url = url_of(ado, verb, work->ticket, arena), *body = NULL;
    size_t body_bytes = 0;

    if (!value || !url)
        return error_set(err, ERROR_MEMORY, "no memory for a request");
    if (verb_requests[verb].content_type) {
        body = azure_devops_body(ado, verb, work, arena, &body_bytes, err);
        if (!body)
            return -1;
    }
    *ret_request = (struct request){
        .method = verb_requests[verb].method, .url = url, .body = body, .body_bytes = body_bytes};
    post_header(ret_request, "User-Agent", "tocsin/" TOCSIN_VERSION);
    post_header(ret_request, "Accept", "application/json");
    if (body)
        post_header(ret_request, "Content-Type", verb_requests[verb].content_type);
    post_header(ret_request, "Authorization", value);
    return 0;
}

int64_t azure_devops_id(const struct response *response)
{
    const char *body = response->body ? response->body : "";
    json_t *answer = answer_parse(response);
    int64_t id = json_integer_value(json_object_get(answer, "id"));

    body += strspn(body, " \t\r\n{");
    if (!answer && strncmp(body, "\"id\":", 5) == 0)
        id = strtoll(body + 5, NULL, 10);
    json_decref(answer);
    return id;
}

static int64_t found(const struct response *last, const char *gone_id)
{
    json_t *answer = answer_parse(last), *item;
    int64_t gone = strtoll(gone_id, NULL, 10), id = 0;
    size_t i;

    json_array_foreach (json_object_get(answer, "workItems"), i, item) {
        id = json_integer_value(json_object_get(item, "id"));
        if (id != 0 && id != gone)
            break;
    }
    json_decref(answer);
    return id != gone ? id : 0;
}

static enum ticket_state state_of(const struct azure_devops *ado, const struct response *last)
{
    json_t *answer = answer_parse(last);
    const json_t *fields = json_object_get(answer, "fields");
    enum ticket_state state = TICKET_OPEN;

    if (ticket_listed(answer_text(fields, "System.State"), ado->closed_states))
        state = ticket_listed(answer_text(fields, "System.Reason"), ado->wont_fix_reasons)
                    ? TICKET_REFUSED
                    : TICKET_CLOSED;
    json_decref(answer);
    return state;
}

static int azure_devops_read(const void *ctx, enum ticket_verb verb, const struct response *last,
                             struct arena *arena, struct ticket *ticket, struct error *err)
{
    const struct azure_devops *ado = ctx;
    int64_t id = verb == TICKET_LOOK     ? found(last, ticket->gone_id)
                 : verb == TICKET_CREATE ? azure_devops_id(last)
                                         : 0;

    if (id > 0) {
        ticket->id = arena_printf(arena, "%" PRId64, id);
        ticket->name = arena_printf(arena, "#%" PRId64, id);
    } else if (last->status == 404) {
        ticket->state = TICKET_GONE;
    } else if (verb == TICKET_READ) {
        ticket->state = state_of(ado, last);
    }
    return ticket->id && ticket->name ? 0 : error_set(err, ERROR_MEMORY, "no memory for a ticket");
}

const struct tracker azure_devops_tracker = {.service = "Azure DevOps",
                                             .one_patch = true,
                                             .write = azure_devops_write,
                                             .read = azure_devops_read};

static int azure_devops_next(const void *ctx, const struct message *message,
                             const struct stored *stored, size_t step_number,
                             const struct response *last, enum render_size size,
                             struct arena *arena, struct step *ret_step, struct error *err)
{
    const struct azure_devops *ado = ctx;

    (void)step_number;
    return ticket_next(&azure_devops_tracker, ado, &ado->policy, message, stored, last, size, arena,
                       ret_step, err);
}

const struct channel_ops azure_devops_channel = {
    .name = "azure_devops",
    .ctx_size = sizeof(struct azure_devops),
    .settings = azure_devops_settings,
    .rate = {.requests = 200, .per_ms = 300000, .burst = 20},
    .looks_up = true,
    .one_alert = true,
    .init = azure_devops_init,
    .next = azure_devops_next,
    .judge = azure_devops_judge,
};
