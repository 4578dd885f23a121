/*
 * enrichment.c - the sections `owners` and `severity_overrides`: rules that say more of an alert
 * than its finding did.
 *
 * Each section is a list of rules, read through a row of `kinds`; a rule has the conditions of a
 * route and what it says. One without conditions holds always, so rules behind it could never
 * count: they are refused.
 */
#include <string.h>

#include "consumer/config/draft.h"
#include "consumer/config/matchers.h"

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

/* The lists of struct enrichment; each rule begins with its condition. */
static const struct kind {
    const char *what;
    const struct setting *settings;
    size_t size, offset;
    int (*check)(struct draft *draft, const struct node *node, void *object);
} owners = {"owner rule", owner_settings, sizeof(struct owner_rule),
            offsetof(struct enrichment, owners), check_owner},
  severities = {"severity override", override_settings, sizeof(struct severity_rule),
                offsetof(struct enrichment, severities), check_severity};

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

        if (rc == 0 && last && last->matchers_count == 0)
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
    return bind_rules(draft, &owners, node);
}

int overrides_bind(struct draft *draft, const struct node *node)
{
    return bind_rules(draft, &severities, node);
}

static void free_rules(const struct list *rules, size_t size)
{
    for (size_t i = 0; i < rules->count; i++) {
        const struct condition *when = (const void *)((const char *)rules->items + i * size);

        for (size_t m = 0; m < when->matchers_count; m++)
            matcher_free(when->matchers[m]);
    }
}

void enrichment_free(const struct enrichment *enrichment)
{
    free_rules(&enrichment->owners, owners.size);
    free_rules(&enrichment->severities, severities.size);
}
