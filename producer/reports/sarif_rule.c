/*
 * sarif_rule.c - see sarif_rule.h.
 */
#include "producer/reports/sarif_rule.h"

#include <stdlib.h>
#include <string.h>

#include "producer/reports/member.h"
#include "producer/reports/severity.h"

static const json_t *item(const json_t *array, const json_t *index)
{
    return json_is_integer(index) && json_integer_value(index) >= 0
               ? json_array_get(array, (size_t)json_integer_value(index))
               : NULL;
}

/* By its id, else by what stands before a slash of a hierarchical one. */
static const json_t *rule_by_id(const json_t *rules, const char *id)
{
    size_t bytes = id ? strlen(id) : 0, i;
    const json_t *rule;

    while (bytes > 0) {
        json_array_foreach (rules, i, rule) {
            const char *name = member_string(rule, "/id");

            if (name && strlen(name) == bytes && memcmp(name, id, bytes) == 0)
                return rule;
        }
        do
            bytes--;
        while (bytes > 0 && id[bytes] != '/');
    }
    return NULL;
}

const json_t *sarif_rule(const json_t *run, const json_t *result)
{
    const json_t *extension =
        item(json_at(run, "/tool/extensions"), json_at(result, "/rule/toolComponent/index"));
    const json_t *rules = json_at(extension ? extension : json_at(run, "/tool/driver"), "/rules");
    const json_t *rule = item(rules, json_at(result, "/ruleIndex"));
    const char *id = member_string(result, "/ruleId");

    if (!rule)
        rule = item(rules, json_at(result, "/rule/index"));
    return rule ? rule : rule_by_id(rules, id ? id : member_string(result, "/rule/id"));
}

/* Whether an override's descriptor is this rule. */
static bool is_of_rule(const json_t *descriptor, const json_t *result, const json_t *rule)
{
    const char *id = member_string(descriptor, "/id"), *ours = member_string(rule, "/id");
    const json_t *index = json_at(descriptor, "/index"), *of = json_at(result, "/ruleIndex");

    if (id && ours)
        return strcmp(id, ours) == 0;
    return json_is_integer(index) && json_is_integer(of) &&
           json_integer_value(index) == json_integer_value(of);
}

/* What the invocation that made the result has set for its rule; NULL for nothing. */
static const char *override_of(const json_t *run, const json_t *result, const json_t *rule)
{
    const json_t *invocations = json_at(run, "/invocations"), *override;
    const json_t *index = json_at(result, "/provenance/invocationIndex");
    const json_t *invocation = index                               ? item(invocations, index)
                               : json_array_size(invocations) == 1 ? json_array_get(invocations, 0)
                                                                   : NULL;
    size_t i;

    json_array_foreach (json_at(invocation, "/ruleConfigurationOverrides"), i, override) {
        if (is_of_rule(json_at(override, "/descriptor"), result, rule))
            return member_string(override, "/configuration/level");
    }
    return NULL;
}

const char *sarif_level(const json_t *run, const json_t *result, const json_t *rule)
{
    const char *level = member_string(result, "/level");

    if (!level)
        level = override_of(run, result, rule);
    if (!level)
        level = member_string(rule, "/defaultConfiguration/level");
    return level ? level : "warning";
}

/* A number, or one written as a string; 0 for none. */
static double score_of(const json_t *properties)
{
    const json_t *score = json_object_get(properties, "security-severity");

    return json_is_string(score) ? strtod(json_string_value(score), NULL)
                                 : json_number_value(score);
}

enum severity sarif_severity(const json_t *run, const json_t *result, const json_t *rule)
{
    double score = score_of(json_at(result, "/properties"));

    if (!(score > 0))
        score = score_of(json_at(rule, "/properties"));
    return score > 0 ? severity_of_cvss(score)
                     : severity_of(sarif_level(run, result, rule), SEVERITY_MEDIUM);
}
