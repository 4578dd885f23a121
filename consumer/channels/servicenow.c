/*
 * servicenow.c - ServiceNow: settings, and the requests of an incident's life.
 *
 * One PATCH does what an update, a comment and a change of state are elsewhere. An insert is not
 * idempotent, whatever its correlation_id; the field is there to find an incident whose number
 * nobody saw. Fields that the table does not have are dropped in silence, so a new incident is read
 * back once.
 */
#include "consumer/channels/servicenow.h"

#include <string.h>

#include "consumer/channels/answer.h"
#include "consumer/channels/authorization.h"
#include "consumer/channels/post.h"
#include "consumer/channels/url.h"

#define TABLE_BYTES_MAX 80
#define FIELDS          "sysparm_fields=sys_id,number,correlation_id,state,close_code,active"
#define LAYOUT          "tocsin writes the incident itself; leave it out"
#define CREDENTIALS     "give username and password, bearer_token or api_key: one of the three"

static const struct setting servicenow_settings[] = {
    {.name = "url",
     .kind = SETTING_URL,
     .offset = offsetof(struct servicenow, url),
     .required = true,
     .help = "of the instance: https://acme.service-now.com"},
    {.name = "username",
     .kind = SETTING_STRING,
     .offset = offsetof(struct servicenow, username),
     .help = "with password"},
    {.name = "password",
     .kind = SETTING_SECRET,
     .offset = offsetof(struct servicenow, password),
     .help = "of username"},
    {.name = "bearer_token",
     .kind = SETTING_SECRET,
     .offset = offsetof(struct servicenow, bearer_token),
     .help = "an OAuth token instead of username and password"},
    {.name = "api_key",
     .kind = SETTING_SECRET,
     .offset = offsetof(struct servicenow, api_key),
     .help = "of the REST API, sent as x-sn-apikey, instead of username and password"},
    {.name = "table",
     .kind = SETTING_STRING,
     .offset = offsetof(struct servicenow, table),
     .fallback = "incident",
     .help = "of the incidents: one that extends task"},
    {.name = "category",
     .kind = SETTING_STRING,
     .offset = offsetof(struct servicenow, category),
     .help = "of new incidents"},
    {.name = "caller_id",
     .kind = SETTING_STRING,
     .offset = offsetof(struct servicenow, caller_id),
     .help = "of new incidents: a sys_id"},
    {.name = "assignment_group",
     .kind = SETTING_STRING,
     .offset = offsetof(struct servicenow, assignment_group),
     .help = "of new incidents: a sys_id"},
    {.name = "assignment_groups",
     .kind = SETTING_MAP,
     .offset = offsetof(struct servicenow, assignment_groups),
     .help = "from an owner, or the value of the label team, to an assignment group"},
    {.name = "assignee",
     .kind = SETTING_STRING,
     .offset = offsetof(struct servicenow, assignee),
     .help = "of new incidents (assigned_to): a sys_id"},
    {.name = "assignees",
     .kind = SETTING_MAP,
     .offset = offsetof(struct servicenow, assignees),
     .help = "from an owner, or the value of the label team, to an assignee"},
    {.name = "fields",
     .kind = SETTING_MAP,
     .offset = offsetof(struct servicenow, fields),
     .help = "further fields of new incidents"},
    {.name = "open_state",
     .kind = SETTING_STRING,
     .offset = offsetof(struct servicenow, open_state),
     .fallback = "2",
     .help = "the state's code of an incident that was opened again"},
    {.name = "resolved_state",
     .kind = SETTING_STRING,
     .offset = offsetof(struct servicenow, resolved_state),
     .fallback = "6",
     .help = "the state's code of one whose alert is resolved"},
    {.name = "closed_states",
     .kind = SETTING_STRING,
     .offset = offsetof(struct servicenow, closed_states),
     .fallback = "6, 7, 8",
     .help = "all codes of states in which nobody works on it any more"},
    {.name = "close_code",
     .kind = SETTING_STRING,
     .offset = offsetof(struct servicenow, close_code),
     .fallback = "Solution provided",
     .help = "of a resolved incident: one that the instance knows"},
    {.name = "close_notes",
     .kind = SETTING_STRING,
     .offset = offsetof(struct servicenow, close_notes),
     .fallback = "A later complete run tried it again and found nothing.",
     .help = "of a resolved incident"},
    {.name = "wont_fix_codes",
     .kind = SETTING_STRING,
     .offset = offsetof(struct servicenow, wont_fix_codes),
     .fallback = "No resolution provided",
     .help = "an incident that people closed with one of these codes is never opened again"},
    {.name = "input_display_value",
     .kind = SETTING_BOOL,
     .offset = offsetof(struct servicenow, input_display_value),
     .fallback = "false",
     .help = "caller, group and assignee are given as names and not as sys_ids"},
    TICKET_POLICY_SETTINGS(servicenow, "30s"),
    {.name = "short_description", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "description", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "correlation_id", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.kind = SETTING_END},
};

static bool is_given(const char *text)
{
    return text && text[0] != '\0';
}

/* The name is part of each URL. */
static bool is_table(const char *name)
{
    size_t bytes = is_given(name) ? strlen(name) : 0;

    return bytes > 0 && bytes <= TABLE_BYTES_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == bytes;
}

static int servicenow_init(void *ctx, struct error *err)
{
    struct servicenow *servicenow = ctx;

    servicenow->policy.sets_severity = true;
    if (!url_is_http(servicenow->url))
        return error_set(err, ERROR_INPUT, "url is not an http or https URL");
    if (!is_table(servicenow->table))
        return error_set(err, ERROR_INPUT,
                         "table is no table's name: small letters, digits and _, at most %d",
                         TABLE_BYTES_MAX);
    if (!is_given(servicenow->api_key))
        return authorization_check(servicenow->username, servicenow->password,
                                   servicenow->bearer_token, CREDENTIALS, err);
    if (is_given(servicenow->password) || is_given(servicenow->bearer_token))
        return error_set(err, ERROR_INPUT, CREDENTIALS);
    return authorization_check("", NULL, servicenow->api_key, CREDENTIALS, err);
}

static const char *const methods[TICKET_VERBS] = {
    [TICKET_LOOK] = "GET", [TICKET_CREATE] = "POST",  [TICKET_VERIFY] = "GET",
    [TICKET_READ] = "GET", [TICKET_UPDATE] = "PATCH",
};

/* No state in the query: an incident that people closed at once is still the one. */
static const char *url_of(const struct servicenow *servicenow, enum ticket_verb verb,
                          const struct ticket_work *work, struct arena *arena)
{
    const char *table = servicenow->table, *id = url_encode(work->ticket->id, arena);
    const char *path = NULL;

    if (verb == TICKET_LOOK)
        path = arena_printf(arena,
                            "/api/now/table/%s?sysparm_query=correlation_id%%3D%s"
                            "%%5EORDERBYDESCsys_created_on&sysparm_limit=10&" FIELDS,
                            table, work->key);
    else if (verb == TICKET_CREATE)
        path = arena_printf(arena, "/api/now/table/%s?%s" FIELDS, table,
                            servicenow->input_display_value ? "sysparm_input_display_value=true&"
                                                            : "");
    else if (id)
        path = arena_printf(arena, "/api/now/table/%s/%s?" FIELDS, table, id);
    return path ? post_url(servicenow->url, path, arena) : NULL;
}

static int servicenow_write(const void *ctx, enum ticket_verb verb, const struct ticket_work *work,
                            struct arena *arena, struct request *ret_request, struct error *err)
{
    const struct servicenow *servicenow = ctx;
    const char *key = servicenow->api_key, *body = NULL;
    const char *value = is_given(key) ? key
                                      : authorization(servicenow->username, servicenow->password,
                                                      servicenow->bearer_token, arena);
    const char *url = url_of(servicenow, verb, work, arena);
    size_t body_bytes = 0;

    if (!value || !url)
        return error_set(err, ERROR_MEMORY, "no memory for a request");
    if (verb == TICKET_CREATE || verb == TICKET_UPDATE) {
        body = servicenow_body(servicenow, verb, work, arena, &body_bytes, err);
        if (!body)
            return -1;
    }
    *ret_request = post_json(url, body, body_bytes);
    ret_request->method = methods[verb];
    post_header(ret_request, "Accept", "application/json");
    post_header(ret_request, is_given(key) ? "x-sn-apikey" : "Authorization", value);
    return 0;
}

/* Of a query's rows the newest that is not the one that is gone; of a single answer the row. */
static const json_t *row_of(const json_t *answer, const char *gone_id)
{
    const json_t *result = json_object_get(answer, "result"), *row;
    size_t i;

    json_array_foreach (result, i, row) {
        if (strcmp(answer_text(row, "sys_id"), gone_id) != 0)
            return row;
    }
    return json_is_object(result) ? result : NULL;
}

static enum ticket_state state_of(const struct servicenow *servicenow, const json_t *row)
{
    if (!ticket_listed(answer_text(row, "state"), servicenow->closed_states))
        return TICKET_OPEN;
    return ticket_listed(answer_text(row, "close_code"), servicenow->wont_fix_codes)
               ? TICKET_REFUSED
               : TICKET_CLOSED;
}

static int servicenow_read(const void *ctx, enum ticket_verb verb, const struct response *last,
                           struct arena *arena, struct ticket *ticket, struct error *err)
{
    const struct servicenow *servicenow = ctx;
    json_t *answer = answer_parse(last);
    const json_t *row = row_of(answer, ticket->gone_id);

    if ((verb == TICKET_LOOK && row) || verb == TICKET_CREATE) {
        ticket->id = arena_strdup(arena, answer_text(row, "sys_id"));
        ticket->name = arena_strdup(arena, answer_text(row, "number"));
    } else if (last->status == 404) {
        ticket->state = TICKET_GONE;
    } else if (verb == TICKET_READ) {
        ticket->state = state_of(servicenow, row);
    }
    json_decref(answer);
    return ticket->id && ticket->name ? 0 : error_set(err, ERROR_MEMORY, "no memory for a ticket");
}

const struct tracker servicenow_tracker = {.service = "ServiceNow",
                                           .one_patch = true,
                                           .verifies = true,
                                           .write = servicenow_write,
                                           .read = servicenow_read};

static int servicenow_next(const void *ctx, const struct message *message,
                           const struct stored *stored, size_t step_number,
                           const struct response *last, enum render_size size, struct arena *arena,
                           struct step *ret_step, struct error *err)
{
    const struct servicenow *servicenow = ctx;

    (void)step_number;
    return ticket_next(&servicenow_tracker, servicenow, &servicenow->policy, message, stored, last,
                       size, arena, ret_step, err);
}

const struct channel_ops servicenow_channel = {
    .name = "servicenow",
    .ctx_size = sizeof(struct servicenow),
    .settings = servicenow_settings,
    .looks_up = true,
    .one_alert = true,
    .init = servicenow_init,
    .next = servicenow_next,
    .judge = servicenow_judge,
};
