/*
 * gate_sarif.c - the problems as SARIF 2.1.0, for code scanning.
 *
 * A result a problem: level and security-severity by its severity, the fingerprint as
 * partialFingerprints, baselineState by its standing, an accepted one suppressed. GitHub wants a
 * place for each: the report that told of it.
 */
#include <jansson.h>

#include "producer/cli/gate.h"

#define SARIF_SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

/* GitHub's bounds are 9.0, 7.0, 4.0 and 0.1. */
static const struct weight {
    const char *level, *security;
} weights[] = {
    [SEVERITY_INFO] = {"note", "0.0"},      [SEVERITY_LOW] = {"note", "2.0"},
    [SEVERITY_MEDIUM] = {"warning", "5.0"}, [SEVERITY_HIGH] = {"error", "8.0"},
    [SEVERITY_CRITICAL] = {"error", "9.5"},
};

static json_t *rule_of(const struct problem *row)
{
    return json_pack("{ss s{ss} s{ss ss*}}", "id", row->rule, "shortDescription", "text",
                     *row->title ? row->title : row->rule, "properties", "security-severity",
                     weights[row->severity].security, "link", row->link);
}

static json_t *location_of(const struct problem *row)
{
    return json_pack("[{s{s{ss} s{si}}}]", "physicalLocation", "artifactLocation", "uri",
                     row->report ? row->report : "tocsin", "region", "startLine", 1);
}

static json_t *suppressions_of(const struct problem *row)
{
    return row->standing == PROBLEM_ACCEPTED
               ? json_pack("[{ss ss}]", "kind", "external", "status", "accepted")
               : NULL;
}

static json_t *result_of(const struct problem *row, size_t index)
{
    json_t *message = json_sprintf("%s on %s: %lld findings", *row->title ? row->title : row->rule,
                                   row->model, (long long)row->findings);

    return json_pack("{ss sI ss s{so} so s{ss} ss so* s{ss ss ss sI sf sb}}", "ruleId", row->rule,
                     "ruleIndex", (json_int_t)index, "level", weights[row->severity].level,
                     "message", "text", message, "locations", location_of(row),
                     "partialFingerprints", "tocsin/v1", row->fingerprint, "baselineState",
                     row->standing == PROBLEM_NEW ? "new" : "unchanged", "suppressions",
                     suppressions_of(row), "properties", "model", row->model, "target", row->target,
                     "severity", severity_names[row->severity], "findings",
                     (json_int_t)row->findings, "confidence", row->confidence, "fails", row->fails);
}

/* Rules of several problems stand once; *ret_index is where. */
static int add_rule(json_t *rules, json_t *indexes, const struct problem *row, size_t *ret_index)
{
    const json_t *known = json_object_get(indexes, row->rule);

    *ret_index = known ? (size_t)json_integer_value(known) : json_array_size(rules);
    if (known)
        return 0;
    return json_array_append_new(rules, rule_of(row)) ||
           json_object_set_new(indexes, row->rule, json_integer((json_int_t)*ret_index));
}

int gate_write_sarif(const struct verdict *verdict, FILE *file)
{
    json_t *rules = json_array(), *results = json_array(), *indexes = json_object(), *log;
    int rc = 0;

    for (const struct problem *row = verdict->problems->rows; rc == 0 && row; row = row->hh.next) {
        size_t index;

        rc = add_rule(rules, indexes, row, &index) ||
             json_array_append_new(results, result_of(row, index));
    }
    json_decref(indexes);
    log = json_pack("{ss ss s[{s{s{ss ss ss so}} so s[{sb}]}]}", "$schema", SARIF_SCHEMA, "version",
                    "2.1.0", "runs", "tool", "driver", "name", "tocsin", "version", TOCSIN_VERSION,
                    "informationUri", "https://tocsin.dev", "rules", rules, "results", results,
                    "invocations", "executionSuccessful", 1);
    rc = rc || !log || json_dumpf(log, file, JSON_INDENT(1)) ? -1 : 0;
    json_decref(log);
    return rc;
}
