/*
 * enrichment.c - the sections `owners`, `severity_overrides`, `repositories`, `links` and
 * `tickets`: rules that say more of an alert than its finding did.
 *
 * Each section is a list of rules, read through a row of `kinds`; a rule has the conditions of a
 * route and what it says. One without conditions holds always, so rules behind it could never
 * count: they are refused.
 */
#include <string.h>

#include "consumer/config/draft.h"
#include "consumer/config/matchers.h"
#include "consumer/enrich/address_template.h"
#include "consumer/enrich/ticket.h"

const struct setting owner_settings[] = {
    {.name = "team",
     .kind = SETTING_STRING,
     .offset = offsetof(struct owner_rule, team),
     .min = 1,
     .max = NAME_MAX_CHARS,
     .help = "the label `team`, where the run names none itself"},
    {.name = "owner",
     .kind = SETTING_STRING,
     .offset = offsetof(struct owner_rule, owner),
     .min = 1,
     .max = NAME_MAX_CHARS,
     .help = "the label `owner`: a person, a list, whatever messages and tickets should name"},
    {.name = "override",
     .kind = SETTING_BOOL,
     .offset = offsetof(struct owner_rule, over_run),
     .help = "the rule's team wins over the one that the run names; default false: the run's wins"},
    {.kind = SETTING_END},
};

const struct setting override_settings[] = {
    {.name = "name",
     .kind = SETTING_STRING,
     .offset = offsetof(struct severity_rule, name),
     .min = 1,
     .max = NAME_MAX_CHARS,
     .help = "stands in the note of the override; default: the rule's conditions"},
    {.name = "severity",
     .kind = SETTING_ENUM,
     .required = true,
     .offset = offsetof(struct severity_rule, severity),
     .names = severity_names,
     .help = "what routes, inhibition and receivers see instead of what was reported"},
    {.kind = SETTING_END},
};

const struct setting cadence_settings[] = {
    {.name = "every",
     .kind = SETTING_DURATION,
     .offset = offsetof(struct cadence_rule, every_ms),
     .min = 60000,
     .max = INT64_C(366) * 86400000,
     .help = "how often it runs; left out: learnt, the longest pause among its last 8 runs"},
    {.name = "tolerance",
     .kind = SETTING_DURATION,
     .offset = offsetof(struct cadence_rule, tolerance_ms),
     .min = 1000,
     .max = INT64_C(366) * 86400000,
     .help = "how late it may be before tocsin/pipeline/silent is found; default: half of every"},
    {.name = "severity",
     .kind = SETTING_ENUM,
     .offset = offsetof(struct cadence_rule, severity),
     .names = severity_names,
     .fallback = "medium",
     .help = "of that finding"},
    {.name = "ignore",
     .kind = SETTING_BOOL,
     .offset = offsetof(struct cadence_rule, ignore),
     .fallback = "false",
     .help = "nobody expects these to run"},
    {.kind = SETTING_END},
};

const struct setting repository_settings[] = {
    {.name = "kind",
     .kind = SETTING_ENUM,
     .required = true,
     .offset = offsetof(struct repository_rule, forge),
     .names = forge_names,
     .help = "the service that holds it"},
    {.name = "url",
     .kind = SETTING_STRING,
     .required = true,
     .offset = offsetof(struct repository_rule, url),
     .help = "its address: https://git.example.com/{+repository}; {label} is percent-encoded, "
             "{+label} keeps its slashes"},
    {.kind = SETTING_END},
};

const struct setting link_settings[] = {
    {.name = "link",
     .kind = SETTING_ENUM,
     .required = true,
     .offset = offsetof(struct link_rule, link),
     .names = link_names,
     .help = "which link; the rule's takes the place of the finding's own"},
    {.name = "url",
     .kind = SETTING_STRING,
     .required = true,
     .offset = offsetof(struct link_rule, url),
     .help = "an address with {label}s, {commit} and {previous_commit}; where one of them has no "
             "value there is no link"},
    {.kind = SETTING_END},
};

const struct setting ticket_settings[] = {
    {.name = "kind",
     .kind = SETTING_ENUM,
     .required = true,
     .offset = offsetof(struct ticket_rule, tracker),
     .names = tracker_names,
     .help = "the tracker"},
    {.name = "url",
     .kind = SETTING_URL,
     .required = true,
     .offset = offsetof(struct ticket_rule, url),
     .help =
         "of the tracker, without the project; azure_devops: https://dev.azure.com/organisation"},
    {.name = "project",
     .kind = SETTING_STRING,
     .offset = offsetof(struct ticket_rule, project),
     .min = 1,
     .max = NAME_MAX_CHARS,
     .help = "jira: the project's number; github, gitlab, gitea: owner/repository; azure_devops: "
             "its name; servicenow: none"},
    {.name = "type",
     .kind = SETTING_STRING,
     .offset = offsetof(struct ticket_rule, type),
     .min = 1,
     .max = NAME_MAX_CHARS,
     .help = "jira: the issue type's number, required; azure_devops: default Bug; servicenow: the "
             "table, default incident"},
    {.name = "labels",
     .kind = SETTING_STRINGS,
     .offset = offsetof(struct ticket_rule, labels),
     .help = "of the ticket; not of gitlab, gitea and servicenow, whose addresses can't say any"},
    {.name = "assign",
     .kind = SETTING_BOOL,
     .offset = offsetof(struct ticket_rule, assign),
     .help = "to the alert's owner, whom the tracker has to know by that name (not of gitlab and "
             "gitea); default false"},
    {.name = "evidence",
     .kind = SETTING_BOOL,
     .offset = offsetof(struct ticket_rule, evidence),
     .help = "prompt and output become part of the address, which ends in logs; default false"},
    {.kind = SETTING_END},
};

static int bind_matchers(struct reader *reader, const struct node *key, const struct node *value,
                         void *object)
{
    return matchers_bind_list(reader, key, value, object);
}

static int bind_match(struct reader *reader, const struct node *key, const struct node *value,
                      void *object)
{
    return matchers_bind_map(reader, key, value, MATCH_EQ, object);
}

static int bind_match_re(struct reader *reader, const struct node *key, const struct node *value,
                         void *object)
{
    return matchers_bind_map(reader, key, value, MATCH_RE, object);
}

const struct section condition_sections[] = {
    {"matchers", bind_matchers, NULL,
     "conditions on labels, as in a route: model=helpbot, repository=~\"acme/pay.*\""},
    {"match", bind_match, NULL, "label: value, the old form of ="},
    {"match_re", bind_match_re, NULL, "label: regular expression, the old form of =~"},
    {NULL, NULL, NULL, NULL},
};

static int check_cadence(struct draft *draft, const struct node *node, void *object)
{
    const struct cadence_rule *rule = object;

    if (rule->ignore && (rule->every_ms > 0 || rule->tolerance_ms > 0))
        return reader_refuse(&draft->reader, node, "a pipeline that is ignored has no cadence");
    return 0;
}

static int check_owner(struct draft *draft, const struct node *node, void *object)
{
    struct owner_rule *rule = object;

    if (!rule->team && !rule->owner)
        return reader_refuse(&draft->reader, node, "an owner rule needs a team, an owner or both");
    rule->team = rule->team ? rule->team : "";
    rule->owner = rule->owner ? rule->owner : "";
    return 0;
}

/* {model="helpbot",target="prod"} */
static const char *conditions_text(struct arena *arena, const struct condition *when)
{
    char one[MATCHER_TEXT_BYTES_MAX];
    const char *text = "{";

    for (size_t i = 0; text && i < when->matchers_count; i++) {
        matcher_format(when->matchers[i], one, sizeof(one));
        text = arena_printf(arena, "%s%s%s", text, i > 0 ? "," : "", one);
    }
    text = text ? arena_printf(arena, "%s}", text) : NULL;
    return text ? arena_strndup(arena, text, utf8_prefix(text, NAME_MAX_CHARS)) : NULL;
}

static int check_severity(struct draft *draft, const struct node *node, void *object)
{
    struct severity_rule *rule = object;

    (void)node;
    if (!rule->name)
        rule->name = conditions_text(draft->reader.arena, &rule->when);
    return rule->name ? 0 : reader_out_of_memory(&draft->reader);
}

static int check_template(struct draft *draft, const struct node *node, const char *url)
{
    struct error err = {0};

    return address_template_check(url, &err)
               ? reader_refuse_error(&draft->reader, node_find(node, "url"), "url", &err)
               : 0;
}

static int check_repository(struct draft *draft, const struct node *node, void *object)
{
    return check_template(draft, node, ((const struct repository_rule *)object)->url);
}

static int check_link(struct draft *draft, const struct node *node, void *object)
{
    return check_template(draft, node, ((const struct link_rule *)object)->url);
}

static int check_ticket(struct draft *draft, const struct node *node, void *object)
{
    struct ticket_rule *rule = object;
    size_t bytes = strlen(rule->url);
    const char *lacks;

    rule->project = rule->project ? rule->project : "";
    rule->type = rule->type ? rule->type : "";
    if (rule->url[bytes - 1] == '/')
        rule->url = arena_strndup(draft->reader.arena, rule->url, bytes - 1);
    if (!rule->url)
        return reader_out_of_memory(&draft->reader);
    lacks = ticket_rule_lacks(rule);
    return lacks ? reader_refuse(&draft->reader, node, "%s needs a %s",
                                 tracker_names[rule->tracker], lacks)
                 : 0;
}

/* The lists of struct enrichment; each rule begins with its condition. */
enum { CADENCES, OWNERS, OVERRIDES, REPOSITORIES, LINKS, TICKETS };
static const struct kind {
    const char *what;
    const struct setting *settings;
    size_t size, offset;
    bool many; /* several count beside each other */
    int (*check)(struct draft *draft, const struct node *node, void *object);
} kinds[] = {
    [CADENCES] = {"expected pipeline", cadence_settings, sizeof(struct cadence_rule),
                  offsetof(struct enrichment, pipelines), false, check_cadence},
    [OWNERS] = {"owner rule", owner_settings, sizeof(struct owner_rule),
                offsetof(struct enrichment, owners), false, check_owner},
    [OVERRIDES] = {"severity override", override_settings, sizeof(struct severity_rule),
                   offsetof(struct enrichment, severities), false, check_severity},
    [REPOSITORIES] = {"repository rule", repository_settings, sizeof(struct repository_rule),
                      offsetof(struct enrichment, repositories), false, check_repository},
    [LINKS] = {"link rule", link_settings, sizeof(struct link_rule),
               offsetof(struct enrichment, links), true, check_link},
    [TICKETS] = {"ticket rule", ticket_settings, sizeof(struct ticket_rule),
                 offsetof(struct enrichment, tickets), false, check_ticket},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static int bind_rule(struct draft *draft, const struct kind *kind, const struct node *node,
                     void *object)
{
    struct matchers_draft matchers = {.count = 0};
    const struct schema schema = {
        .what = kind->what,
        .bindings = {{.settings = kind->settings, .object = object}},
        .sections = condition_sections,
        .object = &matchers,
    };
    struct condition *when = object;
    int rc = schema_bind(&draft->reader, node, &schema);

    when->line = node->line;
    rc |= matchers_keep(&draft->reader, &matchers, &when->matchers, &when->matchers_count);
    return rc ? rc : kind->check(draft, node, object);
}

static int bind_rules(struct draft *draft, const struct kind *kind, const struct node *node)
{
    struct list *rules = (void *)((char *)&draft->config->enrichment + kind->offset);
    struct reader *reader = &draft->reader;
    const struct condition *last = NULL;
    int rc = 0;

    if (!node || node_is_null(node))
        return 0;
    if (node->kind != NODE_SEQUENCE)
        return reader_refuse(reader, node, "expected a list: one item for each %s", kind->what);
    if (node->count > ENRICH_RULES_MAX)
        return reader_refuse(reader, node, "more than %d rules", ENRICH_RULES_MAX);
    rules->items = arena_alloc(reader->arena, (node->count + 1) * kind->size);
    if (!rules->items)
        return reader_out_of_memory(reader);
    for (size_t i = 0; i < node->count && !reader_full(reader); i++) {
        void *rule = (char *)rules->items + i * kind->size;

        if (rc == 0 && !kind->many && last && last->matchers_count == 0)
            return reader_refuse(reader, node->items[i],
                                 "this %s never counts: the one on line %zu has no conditions and "
                                 "holds always",
                                 kind->what, last->line);
        rules->count = i + 1;
        rc |= bind_rule(draft, kind, node->items[i], rule);
        last = rule;
    }
    return rc;
}

int owners_bind(struct draft *draft, const struct node *node)
{
    return bind_rules(draft, &kinds[OWNERS], node);
}

int overrides_bind(struct draft *draft, const struct node *node)
{
    return bind_rules(draft, &kinds[OVERRIDES], node);
}

int pipelines_bind(struct draft *draft, const struct node *node)
{
    return bind_rules(draft, &kinds[CADENCES], node);
}

int repositories_bind(struct draft *draft, const struct node *node)
{
    return bind_rules(draft, &kinds[REPOSITORIES], node);
}

int links_bind(struct draft *draft, const struct node *node)
{
    return bind_rules(draft, &kinds[LINKS], node);
}

int tickets_bind(struct draft *draft, const struct node *node)
{
    return bind_rules(draft, &kinds[TICKETS], node);
}

void enrichment_free(const struct enrichment *enrichment)
{
    for (size_t k = 0; k < KINDS; k++) {
        const struct list *rules = (const void *)((const char *)enrichment + kinds[k].offset);

        for (size_t i = 0; i < rules->count; i++) {
            const struct condition *when =
                (const void *)((const char *)rules->items + i * kinds[k].size);

            for (size_t m = 0; m < when->matchers_count; m++)
                matcher_free(when->matchers[m]);
        }
    }
}
