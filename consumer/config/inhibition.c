/*
 * inhibition.c - the section `inhibit_rules`: Alertmanager's, as it is.
 *
 * A side without conditions matches every alert, as in Alertmanager; since that is hardly ever
 * meant, the program is given a warning to say aloud.
 */
#include "consumer/config/draft.h"
#include "consumer/config/matchers.h"

/* A rule while it is read. */
struct rule_draft {
    struct inhibit_rule *rule;
    struct matchers_draft source, target;
    const char *name;
};

static const struct setting rule_settings[] = {
    {.name = "name",
     .kind = SETTING_STRING,
     .offset = offsetof(struct rule_draft, name),
     .help = "for people"},
    {.kind = SETTING_END},
};

static int bind_source(struct reader *reader, const struct node *key, const struct node *value,
                       void *object)
{
    return matchers_bind_list(reader, key, value, &((struct rule_draft *)object)->source);
}

static int bind_source_match(struct reader *reader, const struct node *key,
                             const struct node *value, void *object)
{
    return matchers_bind_map(reader, key, value, MATCH_EQ, &((struct rule_draft *)object)->source);
}

static int bind_source_match_re(struct reader *reader, const struct node *key,
                                const struct node *value, void *object)
{
    return matchers_bind_map(reader, key, value, MATCH_RE, &((struct rule_draft *)object)->source);
}

static int bind_target(struct reader *reader, const struct node *key, const struct node *value,
                       void *object)
{
    return matchers_bind_list(reader, key, value, &((struct rule_draft *)object)->target);
}

static int bind_target_match(struct reader *reader, const struct node *key,
                             const struct node *value, void *object)
{
    return matchers_bind_map(reader, key, value, MATCH_EQ, &((struct rule_draft *)object)->target);
}

static int bind_target_match_re(struct reader *reader, const struct node *key,
                                const struct node *value, void *object)
{
    return matchers_bind_map(reader, key, value, MATCH_RE, &((struct rule_draft *)object)->target);
}

static int bind_equal(struct reader *reader, const struct node *key, const struct node *value,
                      void *object)
{
    struct inhibit_rule *rule = ((struct rule_draft *)object)->rule;

    if (!reader_is_kind(reader, key, value, NODE_SEQUENCE))
        return -1;
    if (value->count > INHIBIT_EQUAL_MAX)
        return reader_refuse(reader, value, "equal: more than %d labels", INHIBIT_EQUAL_MAX);
    rule->equal = arena_array(reader->arena, value->count + 1, sizeof(*rule->equal));
    if (!rule->equal)
        return reader_out_of_memory(reader);
    for (size_t i = 0; i < value->count; i++) {
        if (reader_text(reader, key, value->items[i], &rule->equal[i]))
            return -1;
        if (*rule->equal[i] == '\0')
            return reader_refuse(reader, value->items[i], "equal: an empty label name");
    }
    rule->equal_count = value->count;
    return 0;
}

const struct section inhibit_sections[] = {
    {"source_matchers", bind_source, NULL, "which alerts inhibit others"},
    {"source_match", bind_source_match, NULL, "the old form of ="},
    {"source_match_re", bind_source_match_re, NULL, "the old form of =~"},
    {"target_matchers", bind_target, NULL, "which alerts they inhibit"},
    {"target_match", bind_target_match, NULL, "the old form of ="},
    {"target_match_re", bind_target_match_re, NULL, "the old form of =~"},
    {"equal", bind_equal, NULL, "labels that both have to have alike"},
    {NULL, NULL, NULL, NULL},
};

static void warn_of_empty_side(const struct draft *draft, const struct node *rule, bool source)
{
    struct config *config = draft->config;
    char *text = arena_printf(&config->arena, "line %zu: an inhibition rule without %s: %s",
                              rule->line, source ? "source_matchers" : "target_matchers",
                              source ? "every alert inhibits" : "every alert is inhibited");

    if (text && config->warnings_count < CONFIG_WARNINGS_MAX)
        config->warnings[config->warnings_count++] = text;
}

static int bind_rule(struct draft *draft, const struct node *node, struct inhibit_rule *rule)
{
    struct rule_draft rd = {.rule = rule};
    const struct schema schema = {
        .what = "inhibition rule",
        .bindings = {{.settings = rule_settings, .object = &rd}},
        .sections = inhibit_sections,
        .object = &rd,
    };
    struct reader *reader = &draft->reader;
    int rc = schema_bind(reader, node, &schema);

    rc |= matchers_keep(reader, &rd.source, &rule->source, &rule->source_count);
    rc |= matchers_keep(reader, &rd.target, &rule->target, &rule->target_count);
    if (!rc && (rule->source_count == 0 || rule->target_count == 0))
        warn_of_empty_side(draft, node, rule->source_count == 0);
    return rc;
}

int inhibition_bind(struct draft *draft, const struct node *node)
{
    struct config *config = draft->config;
    struct reader *reader = &draft->reader;
    int rc = 0;

    if (!node || node_is_null(node))
        return 0;
    if (node->kind != NODE_SEQUENCE)
        return reader_refuse(reader, node, "inhibit_rules: expected a list");
    if (node->count > INHIBIT_RULES_MAX)
        return reader_refuse(reader, node, "more than %d inhibition rules", INHIBIT_RULES_MAX);
    config->inhibit_rules =
        arena_array(reader->arena, node->count + 1, sizeof(*config->inhibit_rules));
    if (!config->inhibit_rules)
        return reader_out_of_memory(reader);
    for (size_t i = 0; i < node->count && !reader_full(reader); i++) {
        config->inhibit_rules_count = i + 1;
        rc |= bind_rule(draft, node->items[i], &config->inhibit_rules[i]);
    }
    return rc;
}
