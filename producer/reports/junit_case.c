/*
 * junit_case.c - see junit_case.h.
 */
#include "producer/reports/junit_case.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "producer/reports/severity.h"

#define TOOL               "junit"
#define CONFIDENCE_DEFAULT 0.9

static const struct {
    const char *property;
    size_t offset;
} facts_by_name[] = {
    {"model", offsetof(struct junit_facts, model)},
    {"model_version", offsetof(struct junit_facts, version)},
    {"target", offsetof(struct junit_facts, target)},
    {"severity", offsetof(struct junit_facts, severity)},
    {"confidence", offsetof(struct junit_facts, confidence)},
    {"prompt", offsetof(struct junit_facts, prompt)},
    {"input", offsetof(struct junit_facts, prompt)},
    {"output", offsetof(struct junit_facts, output)},
};

static const char **fact_at(struct junit_facts *facts, size_t row)
{
    return (const char **)((char *)facts + facts_by_name[row].offset);
}

bool junit_fact(struct junit_facts *facts, const char *name, const char *value)
{
    for (size_t i = 0; i < sizeof(facts_by_name) / sizeof(facts_by_name[0]); i++) {
        if (strcasecmp(name, facts_by_name[i].property) != 0)
            continue;
        *fact_at(facts, i) = value;
        return true;
    }
    return false;
}

/* A case's own facts over those of its suite. */
static struct junit_facts facts_of(const struct junit_suite *suite, const struct junit_case *test)
{
    struct junit_facts facts = suite->facts, own = test->facts;

    for (size_t i = 0; i < sizeof(facts_by_name) / sizeof(facts_by_name[0]); i++) {
        const char *value = *fact_at(&own, i);

        if (value)
            *fact_at(&facts, i) = value;
    }
    return facts;
}

/* "[helpbot] prompt 1" -> "helpbot". */
static const char *model_of(const struct report *report, const struct junit_suite *suite,
                            const struct junit_facts *facts)
{
    const char *close = *suite->name == '[' ? strchr(suite->name, ']') : NULL;

    if (facts->model && *facts->model)
        return facts->model;
    if (report->defaults->model.name)
        return report->defaults->model.name;
    if (close && close > suite->name + 1)
        return arena_strndup(report->arena, suite->name + 1, (size_t)(close - suite->name - 1));
    return *suite->name ? suite->name : TOOL;
}

static double confidence_of(const struct junit_facts *facts)
{
    char *end;
    double confidence = facts->confidence ? strtod(facts->confidence, &end) : -1;

    return confidence >= 0 && confidence <= 1 ? confidence : CONFIDENCE_DEFAULT;
}

static int rule_of(struct report *report, const struct junit_suite *suite,
                   const struct junit_case *test, struct rule *ret_rule, struct error *err)
{
    bool has_class =
        test->class_name && *test->class_name && strcmp(test->class_name, suite->name) != 0;
    const char *probe = has_class ? arena_printf(report->arena, "%s%s%s", suite->name,
                                                 *suite->name ? "/" : "", test->class_name)
                                  : suite->name;
    const char *title = arena_printf(report->arena, "%s failed", test->name);

    if (!probe || !title)
        return error_set(err, ERROR_MEMORY, "no memory for a test case");
    return outcome_rule(report, TOOL, probe, test->name, title, ret_rule, err);
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* What the test's author recorded as the output; else what the runner wrote. */
static const char *output_of(const struct report *report, const struct junit_case *test,
                             const struct junit_facts *facts)
{
    const char *message = or_empty(test->message), *text = or_empty(test->text);

    if (facts->output)
        return facts->output;
    if (!*text || strncmp(text, message, strlen(message)) == 0)
        return *text ? text : message;
    return arena_printf(report->arena, "%s%s%s", message, *message ? "\n" : "", text);
}

int junit_tell(struct report *report, const struct junit_suite *suite, struct junit_case *test,
               struct error *err)
{
    struct junit_facts facts = facts_of(suite, test);
    struct finding finding = {
        .model = {.name = model_of(report, suite, &facts), .version = facts.version},
        .target = facts.target,
        .severity = (int)severity_of(facts.severity, SEVERITY_MEDIUM),
        .confidence = confidence_of(&facts),
        .prompt = or_empty(facts.prompt),
        .output = output_of(report, test, &facts),
    };

    labels_add(&test->labels, "file", test->file);
    if (!finding.model.name || !finding.output)
        return error_set(err, ERROR_MEMORY, "no memory for a test case");
    return rule_of(report, suite, test, &finding.rule, err) ||
                   labels_list(&test->labels, &finding.labels, err) ||
                   outcome_tell(report, &finding, test->outcome, err)
               ? -1
               : 0;
}
