/*
 * ticket.c - the table of trackers, and the address that a row gives.
 */
#include "consumer/enrich/ticket.h"

#include <string.h>

#include "consumer/enrich/percent.h"
#include "consumer/enrich/ticket_text.h"

#define URL_BYTES_DOCUMENTED 2000 /* Jira, Azure DevOps: longer ones are refused or cut */

const char *const tracker_names[] = {"jira",   "azure_devops", "servicenow", "github",
                                     "gitlab", "gitea",        NULL};

/* Where the project stands: in no place, in the path before the page, in the page as \1. */
enum project_place { PROJECT_NOWHERE, PROJECT_IN_PATH, PROJECT_IN_PAGE };

/* Keys are encoded already. In `page` \2 is the type of a ticket. */
static const struct tracker {
    const char *page, *type; /* type NULL: has to be said, where the page wants one */
    const char *title, *body, *labels, *assignee; /* keys; NULL: can't be filled in */
    const char *label_end;                        /* between two labels; NULL: the key again */
    const char *other_body, *other_than; /* the key of the text, where the type is another */
    const char *more;
    enum percent_style body_style;
    enum project_place project;
    size_t title_chars_max, bytes_max;
    bool is_query; /* key=value^key=value, all of it encoded as one value */
} trackers[] = {
    [TRACKER_JIRA] = {.project = PROJECT_IN_PAGE,
                      .page = "/secure/CreateIssueDetails!init.jspa?pid=\1&issuetype=\2",
                      .title = "summary",
                      .body = "description",
                      .labels = "labels",
                      .assignee = "assignee",
                      .title_chars_max = 255,
                      .bytes_max = URL_BYTES_DOCUMENTED},
    [TRACKER_AZURE] = {.project = PROJECT_IN_PATH,
                       .page = "/_workitems/create/\2?",
                       .type = "Bug",
                       .title = "%5BSystem.Title%5D",
                       .body = "%5BMicrosoft.VSTS.TCM.ReproSteps%5D",
                       .other_body = "%5BSystem.Description%5D",
                       .other_than = "Bug",
                       .labels = "%5BSystem.Tags%5D",
                       .label_end = "%3B%20",
                       .assignee = "%5BSystem.AssignedTo%5D",
                       .body_style = PERCENT_HTML,
                       .title_chars_max = 255,
                       .bytes_max = URL_BYTES_DOCUMENTED},
    [TRACKER_SERVICENOW] = {.page = "/\2.do?sys_id=-1&sysparm_query=",
                            .type = "incident",
                            .title = "short_description",
                            .body = "description",
                            .assignee = "assigned_to",
                            .title_chars_max = 160,
                            .bytes_max = URL_BYTES_DOCUMENTED,
                            .is_query = true},
    [TRACKER_GITHUB] = {.project = PROJECT_IN_PATH,
                        .page = "/issues/new?",
                        .type = "",
                        .title = "title",
                        .body = "body",
                        .labels = "labels",
                        .label_end = "%2C",
                        .assignee = "assignees",
                        .title_chars_max = 255,
                        .bytes_max = URL_MAX_CHARS},
    [TRACKER_GITLAB] = {.project = PROJECT_IN_PATH,
                        .page = "/-/issues/new?",
                        .type = "",
                        .title = "issue%5Btitle%5D",
                        .body = "issue%5Bdescription%5D",
                        .more = "&issue%5Bconfidential%5D=true",
                        .title_chars_max = 255,
                        .bytes_max = URL_MAX_CHARS},
    [TRACKER_GITEA] = {.project = PROJECT_IN_PATH,
                       .page = "/issues/new?",
                       .type = "",
                       .title = "title",
                       .body = "body",
                       .title_chars_max = 255,
                       .bytes_max = URL_MAX_CHARS},
};

const char *ticket_rule_lacks(const struct ticket_rule *rule)
{
    const struct tracker *tracker = &trackers[rule->tracker];

    if (tracker->project != PROJECT_NOWHERE && !*rule->project)
        return "project";
    return !tracker->type && !*rule->type ? "type" : NULL;
}

/* An address on its way. */
struct address {
    const struct tracker *tracker;
    const struct ticket_rule *rule;
    struct arena *arena;
    const char *text; /* NULL: memory is out */
};

static void append(struct address *address, const char *text)
{
    if (address->text)
        address->text = text ? arena_printf(address->arena, "%s%s", address->text, text) : NULL;
}

static void append_page(struct address *address)
{
    const char *pattern = address->tracker->page;
    const struct ticket_rule *rule = address->rule;

    while (*pattern) {
        size_t plain = strcspn(pattern, "\1\2");
        char mark = pattern[plain];
        const char *value = mark == '\1' ? rule->project : mark == '\2' ? rule->type : "";

        append(address, arena_strndup(address->arena, pattern, plain));
        append(address, percent_encode(value, PERCENT_TEXT, URL_MAX_CHARS, address->arena));
        pattern += plain + (mark != '\0');
    }
}

/* A key and as much of its value as `bytes_max` leaves room for. */
static void append_field(struct address *address, const char *key, const char *value,
                         enum percent_style style, size_t bytes_max)
{
    bool is_query = address->tracker->is_query;
    const char *between = is_query ? "%5E" : "&", *equals = is_query ? "%3D" : "=";

    if (!address->text || !key || !value || !*value)
        return;
    if (strchr("?=", address->text[strlen(address->text) - 1]))
        between = ""; /* the first */
    key = arena_printf(address->arena, "%s%s%s", between, key, equals);
    if (!key || strlen(address->text) + strlen(key) >= bytes_max)
        return;
    append(address, key);
    if (!address->text)
        return;
    append(address,
           percent_encode(value, style, bytes_max - strlen(address->text), address->arena));
}

static void append_labels(struct address *address)
{
    const struct tracker *tracker = address->tracker;
    const char *const *labels = address->rule->labels.items;

    for (size_t i = 0; i < address->rule->labels.count; i++) {
        if (i == 0 || !tracker->label_end) {
            append_field(address, tracker->labels, labels[i], PERCENT_TEXT, tracker->bytes_max);
            continue;
        }
        append(address, tracker->label_end);
        append(address,
               percent_encode(labels[i], PERCENT_TEXT, tracker->bytes_max, address->arena));
    }
}

/* What ends a value in a query of ServiceNow's can't be escaped there. */
static const char *in_query(const struct tracker *tracker, const char *text, struct arena *arena)
{
    char *copy = tracker->is_query && text ? arena_strdup(arena, text) : NULL;

    for (char *c = copy; c && *c; c++) {
        if (*c == '^')
            *c = ' ';
    }
    return tracker->is_query ? copy : text;
}

/* What is short and always wanted comes first; then title and text share what is left. */
static const char *build(struct address *address, const struct ticket *ticket)
{
    const struct tracker *tracker = address->tracker;
    const struct ticket_rule *rule = address->rule;
    struct arena *arena = address->arena;
    const char *body_key = tracker->other_than && strcmp(rule->type, tracker->other_than) != 0
                               ? tracker->other_body
                               : tracker->body;
    const char *title = ticket_title(ticket, tracker->title_chars_max, arena);
    const char *body = ticket_body(ticket, rule->evidence, arena);
    size_t bytes_max = tracker->bytes_max - (tracker->more ? strlen(tracker->more) : 0), left;

    append_page(address);
    if (rule->assign)
        append_field(address, tracker->assignee, in_query(tracker, ticket->enriched->owner, arena),
                     PERCENT_TEXT, bytes_max);
    if (tracker->labels)
        append_labels(address);
    if (!address->text || strlen(address->text) >= bytes_max)
        return NULL;
    left = bytes_max - strlen(address->text);
    append_field(address, tracker->title, in_query(tracker, title, arena), PERCENT_TEXT,
                 bytes_max - left / 2);
    append_field(address, body_key, in_query(tracker, body, arena), tracker->body_style, bytes_max);
    append(address, tracker->more ? tracker->more : "");
    return address->text;
}

static const char *by_rule(const struct ticket_rule *rule, const struct ticket *ticket,
                           struct arena *arena)
{
    struct ticket_rule whole = *rule;
    struct address address = {.tracker = &trackers[rule->tracker], .rule = &whole, .arena = arena};

    if (!*whole.type && address.tracker->type)
        whole.type = address.tracker->type;
    address.text = arena_strdup(arena, rule->url);
    if (address.tracker->project == PROJECT_IN_PATH) {
        append(&address, "/");
        append(&address, percent_encode(rule->project, PERCENT_PATH, URL_MAX_CHARS, arena));
    }
    return build(&address, ticket);
}

/* The tracker beside the repository; GitHub's own label for this kind of issue. */
static const char *by_repository(const struct ticket *ticket, struct arena *arena)
{
    static const char *security[] = {"security"};
    const char *base;
    int kind = repository_tracker(ticket->repository, arena, &base);

    if (kind < 0)
        return NULL;
    const struct ticket_rule rule = {
        .tracker = kind,
        .project = "",
        .type = trackers[kind].type,
        .labels = {security, 1},
    };
    struct address address = {
        .tracker = &trackers[kind], .rule = &rule, .arena = arena, .text = base};

    return build(&address, ticket);
}

const char *ticket_url(const struct enrichment *rules, const struct ticket *ticket,
                       struct arena *arena)
{
    const struct ticket_rule *rule =
        rules ? rules_find(&rules->tickets, sizeof(*rule), &ticket->enriched->labels) : NULL;

    return rule ? by_rule(rule, ticket, arena) : by_repository(ticket, arena);
}
