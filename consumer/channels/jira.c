/*
 * jira.c - Jira: settings, and the requests of a ticket's life.
 *
 * Cloud is REST 3 with documents and a search that lags behind what was written; Server and Data
 * Center are REST 2 with wiki text. A ticket is known by its number, which stays when it moves to
 * another project; a label with the group's key is there for the one case in which nobody saw the
 * number.
 */
#include "consumer/channels/jira.h"

#include <stdio.h>
#include <string.h>

#include "consumer/channels/answer.h"
#include "consumer/channels/authorization.h"
#include "consumer/channels/post.h"
#include "consumer/channels/url.h"

#define PROJECT_KEY_BYTES_MAX 64
#define CLOUD_HOST            ".atlassian.net"

#define LAYOUT "tocsin writes the ticket itself; leave it out"

static const char *const api_types[] = {"auto", "cloud", "datacenter", NULL};

static const struct setting jira_settings[] = {
    {.name = "api_url",
     .kind = SETTING_URL,
     .offset = offsetof(struct jira, api_url),
     .required = true,
     .help = "of the site, with or without /rest/api/…: https://acme.atlassian.net"},
    {.name = "api_type",
     .kind = SETTING_ENUM,
     .offset = offsetof(struct jira, api_type),
     .names = api_types,
     .fallback = "auto",
     .help = "cloud: version 3 of the API; datacenter: version 2, also of Jira Server; auto: cloud "
             "on atlassian.net"},
    {.name = "username",
     .kind = SETTING_STRING,
     .offset = offsetof(struct jira, username),
     .help = "with password; in the Cloud the account's e-mail address"},
    {.name = "password",
     .kind = SETTING_SECRET,
     .offset = offsetof(struct jira, password),
     .help = "of username; in the Cloud an API token"},
    {.name = "bearer_token",
     .kind = SETTING_SECRET,
     .offset = offsetof(struct jira, bearer_token),
     .help = "a personal access token or an OAuth token instead of username and password"},
    {.name = "project",
     .kind = SETTING_STRING,
     .offset = offsetof(struct jira, project),
     .required = true,
     .help = "the project's key"},
    {.name = "issue_type",
     .kind = SETTING_STRING,
     .offset = offsetof(struct jira, issue_type),
     .fallback = "Bug",
     .help = "of new tickets, by name"},
    {.name = "labels",
     .kind = SETTING_STRINGS,
     .offset = offsetof(struct jira, labels),
     .help = "of new tickets, beside tocsin's own"},
    {.name = "priorities",
     .kind = SETTING_MAP,
     .offset = offsetof(struct jira, priorities),
     .help = "from a severity (critical, high, medium, low, info) to a priority's name; it follows "
             "the alert"},
    {.name = "assignee",
     .kind = SETTING_STRING,
     .offset = offsetof(struct jira, assignee),
     .help = "of new tickets: in the Cloud an account's id, else a user's name"},
    {.name = "assignees",
     .kind = SETTING_MAP,
     .offset = offsetof(struct jira, assignees),
     .help = "from an owner, or the value of the label team, to an assignee"},
    {.name = "component",
     .kind = SETTING_STRING,
     .offset = offsetof(struct jira, component),
     .help = "of new tickets, by name"},
    {.name = "components",
     .kind = SETTING_MAP,
     .offset = offsetof(struct jira, components),
     .help = "from an owner, or the value of the label team, to a component"},
    {.name = "fields",
     .kind = SETTING_MAP,
     .offset = offsetof(struct jira, fields),
     .help =
         "further fields of new tickets; a value that is a JSON object or list is sent as such"},
    {.name = "resolve_transition",
     .kind = SETTING_STRING,
     .offset = offsetof(struct jira, resolve_transition),
     .fallback = "Done",
     .help = "that closes a ticket, or the status that it leads to: name or id"},
    {.name = "reopen_transition",
     .kind = SETTING_STRING,
     .offset = offsetof(struct jira, reopen_transition),
     .fallback = "To Do",
     .help = "that opens it again, or the status that it leads to: name or id"},
    {.name = "resolution",
     .kind = SETTING_STRING,
     .offset = offsetof(struct jira, resolution),
     .help = "that the closing transition sets, where its screen has the field"},
    {.name = "wont_fix_resolution",
     .kind = SETTING_STRING,
     .offset = offsetof(struct jira, wont_fix_resolutions),
     .fallback = "Won't Fix, Won't Do",
     .help = "a ticket that people closed with one of these is never opened again"},
    TICKET_POLICY_SETTINGS(jira, "5m"),
    {.name = "summary", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "description", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "priority", .kind = SETTING_REFUSED, .help = "use priorities, by severity"},
    {.name = "reopen_duration",
     .kind = SETTING_REFUSED,
     .help = "one alert has one ticket for its whole life; leave it out"},
    {.name = "http_config",
     .kind = SETTING_REFUSED,
     .help = "set username and password, or bearer_token, here"},
    {.kind = SETTING_END},
};

/* The key goes into a query between quotes. */
static bool is_project_key(const char *key)
{
    size_t bytes = key ? strlen(key) : 0;

    return bytes > 0 && bytes <= PROJECT_KEY_BYTES_MAX &&
           strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == bytes;
}

static int check_labels(const struct list *labels, struct error *err)
{
    const char *const *items = labels->items;

    for (size_t i = 0; i < labels->count; i++) {
        if (strchr(items[i], ' ') || items[i][0] == '\0' ||
            text_units(items[i]) > JIRA_LABEL_UNITS_MAX)
            return error_set(err, ERROR_INPUT,
                             "labels: \"%.40s\" is no label: expected 1 to %d characters without a "
                             "space",
                             items[i], JIRA_LABEL_UNITS_MAX);
    }
    return 0;
}

static bool is_cloud_host(const char *url)
{
    const char *host = strstr(url, "://") + strlen("://");
    size_t bytes = strcspn(host, "/:?#"), tail = strlen(CLOUD_HOST);

    return bytes > tail && strncasecmp(host + bytes - tail, CLOUD_HOST, tail) == 0;
}

static int jira_init(void *ctx, struct error *err)
{
    struct jira *jira = ctx;

    jira->policy.sets_severity = jira->priorities.count > 0;
    if (!url_is_http(jira->api_url))
        return error_set(err, ERROR_INPUT, "api_url is not an http or https URL");
    if (!is_project_key(jira->project))
        return error_set(err, ERROR_INPUT,
                         "project is not a project's key: letters, digits and _, at most %d",
                         PROJECT_KEY_BYTES_MAX);
    if (jira->api_type == JIRA_AUTO)
        jira->api_type = is_cloud_host(jira->api_url) ? JIRA_CLOUD : JIRA_DATACENTER;
    if (check_labels(&jira->labels, err) != 0)
        return -1;
    return authorization_check(jira->username, jira->password, jira->bearer_token,
                               "give username and password (in the Cloud: an e-mail address and an "
                               "API token), or bearer_token",
                               err);
}

/* By verb: what follows /rest/api/N, `%s` being the ticket's id. */
static const struct {
    const char *method, *before_id, *after_id;
} verb_requests[TICKET_VERBS] = {
    [TICKET_LOOK] = {"POST", "/search", NULL},
    [TICKET_CREATE] = {"POST", "/issue", NULL},
    [TICKET_READ] = {"GET", "/issue/", "?fields=status,resolution"},
    [TICKET_UPDATE] = {"PUT", "/issue/", ""},
    [TICKET_COMMENT] = {"POST", "/issue/", "/comment"},
    [TICKET_WAYS] = {"GET", "/issue/", "/transitions"},
    [TICKET_MOVE] = {"POST", "/issue/", "/transitions"},
};

static const char *url_of(const struct jira *jira, enum ticket_verb verb,
                          const struct ticket *ticket, struct arena *arena)
{
    bool cloud = jira->api_type == JIRA_CLOUD, about = verb_requests[verb].after_id != NULL;
    const char *api = strstr(jira->api_url, "/rest/api/"), *version = cloud ? "3" : "2";
    int site_bytes = api ? (int)(api - jira->api_url) : (int)strlen(jira->api_url);
    const char *site = arena_printf(arena, "%.*s", site_bytes, jira->api_url);
    const char *id = about ? url_encode(ticket->id, arena) : "";
    const char *path = arena_printf(
        arena, "/rest/api/%s%s%s%s%s", version, verb_requests[verb].before_id, id ? id : "",
        about ? verb_requests[verb].after_id : "", cloud && verb == TICKET_LOOK ? "/jql" : "");

    return site && id && path ? post_url(site, path, arena) : NULL;
}

static int jira_write(const void *ctx, enum ticket_verb verb, const struct ticket_work *work,
                      struct arena *arena, struct request *ret_request, struct error *err)
{
    const struct jira *jira = ctx;
    const char *method = verb_requests[verb].method, *body = NULL;
    const char *value = authorization(jira->username, jira->password, jira->bearer_token, arena);
    const char *url = url_of(jira, verb, work->ticket, arena);
    size_t body_bytes = 0;

    if (!value || !url)
        return error_set(err, ERROR_MEMORY, "no memory for a request");
    if (strcmp(method, "GET") != 0) {
        body = jira_body(jira, verb, work, arena, &body_bytes, err);
        if (!body)
            return -1;
    }
    *ret_request = post_json(url, body, body_bytes);
    ret_request->method = method;
    post_header(ret_request, "Accept", "application/json");
    post_header(ret_request, "Authorization", value);
    return 0;
}

/* The first ticket of the search but the one that is gone. */
static const json_t *found(const json_t *answer, const char *gone_id)
{
    const json_t *issues = json_object_get(answer, "issues"), *issue;
    size_t i;

    json_array_foreach (issues, i, issue) {
        if (strcmp(answer_text(issue, "id"), gone_id) != 0)
            return issue;
    }
    return NULL;
}

static enum ticket_state state_of(const struct jira *jira, const json_t *answer)
{
    const json_t *fields = json_object_get(answer, "fields");
    const json_t *status = json_object_get(fields, "status");
    const char *category = answer_text(json_object_get(status, "statusCategory"), "key");
    const char *resolution = answer_text(json_object_get(fields, "resolution"), "name");

    if (strcmp(category, "done") != 0)
        return TICKET_OPEN;
    return ticket_listed(resolution, jira->wont_fix_resolutions) ? TICKET_REFUSED : TICKET_CLOSED;
}

static int jira_read(const void *ctx, enum ticket_verb verb, const struct response *last,
                     struct arena *arena, struct ticket *ticket, struct error *err)
{
    const struct jira *jira = ctx;
    json_t *answer = answer_parse(last);
    const json_t *issue = verb == TICKET_LOOK ? found(answer, ticket->gone_id) : answer;

    if ((verb == TICKET_LOOK && issue) || verb == TICKET_CREATE) {
        ticket->id = arena_strdup(arena, answer_text(issue, "id"));
        ticket->name = arena_strdup(arena, answer_text(issue, "key"));
    } else if (verb == TICKET_READ && last->status == 200) {
        ticket->state = state_of(jira, answer);
    } else if (last->status == 404) {
        ticket->state = TICKET_GONE;
    }
    json_decref(answer);
    return ticket->id && ticket->name ? 0 : error_set(err, ERROR_MEMORY, "no memory for a ticket");
}

const struct tracker jira_tracker = {.service = "Jira", .write = jira_write, .read = jira_read};

static int jira_next(const void *ctx, const struct message *message, const struct stored *stored,
                     size_t step_number, const struct response *last, enum render_size size,
                     struct arena *arena, struct step *ret_step, struct error *err)
{
    const struct jira *jira = ctx;

    (void)step_number;
    return ticket_next(&jira_tracker, jira, &jira->policy, message, stored, last, size, arena,
                       ret_step, err);
}

const struct channel_ops jira_channel = {
    .name = "jira",
    .ctx_size = sizeof(struct jira),
    .settings = jira_settings,
    .looks_up = true,
    .one_alert = true,
    .init = jira_init,
    .next = jira_next,
    .judge = jira_judge,
};
