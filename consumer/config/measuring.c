/*
 * measuring.c - the section `measurement_rules`: which changes of accuracy, refusals or fairness
 * are worth an alert.
 *
 * Without the section the rules of `usual_rules` hold; an empty list asks for none. What a rule
 * leaves out is what measure_rule_default() has for its kind. A key that means nothing for a rule's
 * kind is refused, so that nobody waits for it to work.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/config/draft.h"
#include "consumer/config/matchers.h"

static const char usual_rules[] = "- {name: drop, kind: drop}\n"
                                  "- {name: drift, kind: drift}\n"
                                  "- {name: refusal-spike, kind: spike, "
                                  "matchers: ['metric=~\"(?i).*refus.*\"']}\n"
                                  "- {name: disparate-impact, kind: bounds, min: 0.8, max: 1.25, "
                                  "matchers: ['metric=~\"(?i).*disparate.?impact.*\"']}\n";

/* A rule while it is read. */
struct rule_draft {
    struct measure_rule *rule;
    struct matchers_draft matchers;
    const char *change;
};

#define OF_DROP   (1 << MEASURE_DROP)
#define OF_SPIKE  (1 << MEASURE_SPIKE)
#define OF_BOUNDS (1 << MEASURE_BOUNDS)
#define OF_DRIFT  (1 << MEASURE_DRIFT)
#define OF_CHANGE (OF_DROP | OF_SPIKE)
#define OF_ALL    (OF_CHANGE | OF_BOUNDS | OF_DRIFT)

/* In the order of measure_settings. */
static const int kinds_of_settings[] = {OF_ALL,    OF_ALL,    OF_ALL,    OF_CHANGE,
                                        OF_CHANGE, OF_CHANGE, OF_CHANGE, OF_CHANGE,
                                        OF_BOUNDS, OF_BOUNDS, OF_DRIFT,  OF_DRIFT};

const struct setting measure_settings[] = {
    {.name = "name",
     .kind = SETTING_STRING,
     .required = true,
     .offset = offsetof(struct measure_rule, name),
     .min = 1,
     .max = MEASURE_NAME_CHARS_MAX,
     .help = "its alerts are of the rule tocsin/measure/<name>"},
    {.name = "kind",
     .kind = SETTING_ENUM,
     .required = true,
     .offset = offsetof(struct measure_rule, kind),
     .names = measure_kind_names,
     .help = "drop: worse than the baseline; spike: above it; bounds: outside min and max; drift: "
             "many small steps (CUSUM)"},
    {.name = "severity",
     .kind = SETTING_ENUM,
     .offset = offsetof(struct measure_rule, severity),
     .names = severity_names,
     .help = "of its alerts; default high"},
    {.name = "baseline",
     .kind = SETTING_ENUM,
     .offset = offsetof(struct measure_rule, baseline),
     .names = measure_baseline_names,
     .help = "drop, spike: the build before (default), the last on main_branch, the median of "
             "builds"},
    {.name = "builds",
     .kind = SETTING_INTEGER,
     .offset = offsetof(struct measure_rule, builds),
     .min = 1,
     .max = SERIES_POINTS_MAX,
     .help = "drop, spike: of the median; default 7"},
    {.name = "main_branch",
     .kind = SETTING_STRING,
     .offset = offsetof(struct measure_rule, main_branch),
     .min = 1,
     .max = NAME_MAX_CHARS,
     .help = "drop, spike: default main"},
    {.name = "significant",
     .kind = SETTING_BOOL,
     .offset = offsetof(struct measure_rule, significant),
     .help = "drop, spike: where the sample size is known, the two-proportion z-test has to agree; "
             "default true"},
    {.name = "level",
     .kind = SETTING_NUMBER,
     .offset = offsetof(struct measure_rule, level),
     .min = 0,
     .max = 1,
     .help = "drop, spike: of that test, one-sided; default 2e-5, a false alarm in over 1,000 "
             "months of one build a day"},
    {.name = "min",
     .kind = SETTING_NUMBER,
     .offset = offsetof(struct measure_rule, min),
     .help = "bounds: the least value that is well"},
    {.name = "max",
     .kind = SETTING_NUMBER,
     .offset = offsetof(struct measure_rule, max),
     .help = "bounds: the largest"},
    {.name = "reference",
     .kind = SETTING_NUMBER,
     .offset = offsetof(struct measure_rule, reference),
     .min = 0,
     .max = 10,
     .help = "drift: half of the shift to find, in standard deviations; default 0.5"},
    {.name = "interval",
     .kind = SETTING_NUMBER,
     .offset = offsetof(struct measure_rule, interval),
     .min = 1,
     .max = 1000,
     .help = "drift: the sum that decides, in standard deviations; default 8"},
    {.kind = SETTING_END},
};

const struct setting measure_change_settings[] = {
    {.name = "change",
     .kind = SETTING_STRING,
     .offset = offsetof(struct rule_draft, change),
     .help = "drop, spike: the least that counts: 2pt (a point is 0.01 of a value between 0 and 1, "
             "else 1) or 5% of the baseline; default 2pt, of a spike 5pt"},
    {.kind = SETTING_END},
};

static int read_change(struct draft *draft, const struct node *node, const struct rule_draft *rd)
{
    char *end = NULL;
    double amount;

    if (!rd->change)
        return 0;
    if (!(OF_CHANGE & 1 << rd->rule->kind))
        return reader_refuse(&draft->reader, node, "change means nothing for a rule of kind %s",
                             measure_kind_names[rd->rule->kind]);
    amount = strtod(rd->change, &end);
    if (end != rd->change && isfinite(amount) && amount > 0 &&
        (strcmp(end, "pt") == 0 || strcmp(end, "%") == 0)) {
        rd->rule->change =
            (struct measure_change){amount, *end == '%' ? UNIT_PERCENT : UNIT_POINTS};
        return 0;
    }
    return reader_refuse(&draft->reader, node,
                         "change: expected points as in 2pt or a share as in 5%%, not \"%.40s\"",
                         rd->change);
}

static int refuse_other_kinds(struct draft *draft, const struct node *node, int kind)
{
    int rc = 0;

    for (size_t i = 0; measure_settings[i].kind != SETTING_END; i++) {
        const struct node *given = node_find(node, measure_settings[i].name);
        if (given && !(kinds_of_settings[i] & 1 << kind))
            rc |= reader_refuse(&draft->reader, given, "%s means nothing for a rule of kind %s",
                                measure_settings[i].name, measure_kind_names[kind]);
    }
    return rc;
}

static int check_rule(struct draft *draft, const struct node *node, const struct rule_draft *rd)
{
    const struct measure_rule *rule = rd->rule;
    int rc = refuse_other_kinds(draft, node, rule->kind);

    rc |= read_change(draft, node, rd);
    if (rule->kind == MEASURE_BOUNDS && isinf(rule->min) && isinf(rule->max))
        rc |= reader_refuse(&draft->reader, node, "bounds need min, max or both");
    if (rule->min > rule->max)
        rc |= reader_refuse(&draft->reader, node, "min is above max");
    for (const struct measure_rule *other = draft->config->measure_rules; other < rule; other++) {
        if (rule->name && other->name && strcmp(other->name, rule->name) == 0)
            rc |= reader_refuse(&draft->reader, node, "two rules have the name \"%s\"", rule->name);
    }
    return rc;
}

/* What is left out depends on the kind, so that is looked at before the rest. */
static enum measure_kind kind_of(const struct node *node)
{
    const struct node *kind = node->kind == NODE_MAPPING ? node_find(node, "kind") : NULL;

    for (int i = 0; kind && kind->kind == NODE_SCALAR && measure_kind_names[i]; i++) {
        if (strcmp(measure_kind_names[i], kind->text) == 0)
            return (enum measure_kind)i;
    }
    return MEASURE_DROP;
}

static int bind_rule(struct draft *draft, const struct node *node, struct measure_rule *rule)
{
    struct rule_draft rd = {.rule = rule};
    const struct schema schema = {
        .what = "measurement rule",
        .bindings = {{.settings = measure_settings, .object = rule, .has_defaults = true},
                     {.settings = measure_change_settings, .object = &rd}},
        .sections = condition_sections,
        .object = &rd.matchers,
    };
    int rc;

    *rule = measure_rule_default(kind_of(node));
    rule->name = NULL;
    rc = schema_bind(&draft->reader, node, &schema);
    rc |= matchers_keep(&draft->reader, &rd.matchers, &rule->matchers, &rule->matchers_count);
    return rc ? rc : check_rule(draft, node, &rd);
}

static int bind_list(struct draft *draft, const struct node *node)
{
    struct config *config = draft->config;
    struct reader *reader = &draft->reader;
    int rc = 0;

    if (node->kind != NODE_SEQUENCE)
        return reader_refuse(reader, node, "measurement_rules: expected a list");
    if (node->count > MEASURE_RULES_MAX)
        return reader_refuse(reader, node, "more than %d measurement rules", MEASURE_RULES_MAX);
    config->measure_rules =
        arena_array(reader->arena, node->count + 1, sizeof(*config->measure_rules));
    if (!config->measure_rules)
        return reader_out_of_memory(reader);
    for (size_t i = 0; i < node->count && !reader_full(reader); i++) {
        config->measure_rules_count = i + 1;
        rc |= bind_rule(draft, node->items[i], &config->measure_rules[i]);
    }
    return rc;
}

int measuring_bind(struct draft *draft, const struct node *node)
{
    const struct node *usual = NULL;
    struct error err = {0};

    if (node && !node_is_null(node))
        return bind_list(draft, node);
    if (node_parse("usual rules", usual_rules, strlen(usual_rules), draft->reader.arena, &usual,
                   &err))
        return reader_out_of_memory(&draft->reader);
    return bind_list(draft, usual);
}

void measuring_free(const struct config *config)
{
    for (size_t i = 0; i < config->measure_rules_count; i++) {
        for (size_t m = 0; m < config->measure_rules[i].matchers_count; m++)
            matcher_free(config->measure_rules[i].matchers[m]);
    }
}
