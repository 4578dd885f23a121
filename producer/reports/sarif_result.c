/*
 * sarif_result.c - one result of a SARIF run into a finding.
 */
#include <ctype.h>
#include <string.h>

#include "producer/record_text.h"
#include "producer/reports/labels.h"
#include "producer/reports/member.h"
#include "producer/reports/outcome.h"
#include "producer/reports/sarif.h"
#include "producer/reports/sarif_rule.h"

#define CONFIDENCE_DEFAULT 0.7

static const struct {
    const char *precision;
    double confidence;
} precisions[] = {{"very-high", 0.95}, {"high", 0.9}, {"medium", 0.7}, {"low", 0.4}};

static const struct {
    const char *kind;
    enum sarif_fate fate;
} kinds[] = {
    {"fail", SARIF_FOUND},
    {"pass", SARIF_CLEAN},
    {"open", SARIF_WITHHELD},
    {"review", SARIF_WITHHELD},
    {"notApplicable", SARIF_IGNORED},
    {"informational", SARIF_IGNORED},
};

/* Suppressed is what has suppressions that are all accepted. */
static bool is_suppressed(const json_t *result)
{
    const json_t *suppressions = json_at(result, "/suppressions"), *suppression;
    size_t i;

    json_array_foreach (suppressions, i, suppression) {
        const char *status = member_string(suppression, "/status");

        if (status && strcmp(status, "accepted") != 0)
            return false;
    }
    return json_array_size(suppressions) > 0;
}

enum sarif_fate sarif_fate(const json_t *result)
{
    const char *kind = member_string(result, "/kind");
    const char *baseline = member_string(result, "/baselineState");
    enum sarif_fate fate = SARIF_FOUND;

    for (size_t i = 0; kind && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kind, kinds[i].kind) == 0)
            fate = kinds[i].fate;
    }
    if (baseline && strcmp(baseline, "absent") == 0)
        return SARIF_CLEAN;
    return fate == SARIF_FOUND && is_suppressed(result) ? SARIF_WITHHELD : fate;
}

const char *sarif_tool(struct report *report, const json_t *run)
{
    const char *name = member_string(run, "/tool/driver/name");

    return outcome_tool(report, name ? name : "sarif");
}

/* What stands behind a base path; the uri itself where it is not below it. */
static const char *below(const char *uri, const char *base)
{
    size_t bytes = base ? strlen(base) : 0;

    while (bytes > 0 && base[bytes - 1] == '/')
        bytes--;
    return bytes > 0 && strncmp(uri, base, bytes) == 0 && uri[bytes] == '/' && uri[bytes + 1]
               ? uri + bytes + 1
               : uri;
}

/* Each runner checks out elsewhere: an absolute path is made relative to what the log says was the
 * working directory or a base. */
static const char *relative(const char *uri, const json_t *run)
{
    json_t *bases = json_at(run, "/originalUriBaseIds"), *base;
    const json_t *invocation;
    const char *name;
    size_t i;

    json_array_foreach (json_at(run, "/invocations"), i, invocation)
        uri = below(uri, member_string(invocation, "/workingDirectory/uri"));
    json_object_foreach (bases, name, base)
        uri = below(uri, member_string(base, "/uri"));
    return uri;
}

/* Scanners of binary files write "weights.pkl (pos 42)": the offset moves with every build. */
static const char *without_offset(const char *uri, struct arena *arena)
{
    static const char *const marks[] = {" (pos ", "%20%28pos%20", "%20(pos%20"};

    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        const char *at = strstr(uri, marks[i]);
        const char *digits = at ? at + strlen(marks[i]) : NULL;

        if (digits && isdigit((unsigned char)*digits))
            return arena_strndup(arena, uri, (size_t)(at - uri));
    }
    return uri;
}

/* Where it was found: a file, else something of the program; "" for nowhere. */
static const char *place_of(const json_t *run, const json_t *result, struct arena *arena)
{
    static const char *const others[] = {"/locations/0/logicalLocations/0/fullyQualifiedName",
                                         "/locations/0/logicalLocations/0/decoratedName",
                                         "/locations/0/logicalLocations/0/name",
                                         "/analysisTarget/uri", NULL};
    const json_t *artifact = json_at(result, "/locations/0/physicalLocation/artifactLocation");
    const json_t *index = json_at(artifact, "/index");
    const char *uri = member_string(artifact, "/uri"), *other;

    if (!uri && json_is_integer(index) && json_integer_value(index) >= 0)
        uri = member_string(
            json_array_get(json_at(run, "/artifacts"), (size_t)json_integer_value(index)),
            "/location/uri");
    if (uri)
        return without_offset(relative(uri, run), arena);
    other = member_first(result, others);
    return other ? other : "";
}

/* GitHub's own partial fingerprint before others; that of a whole file changes with each edit. */
static const char *fingerprint_of(json_t *result)
{
    const char *known = member_string(result, "/partialFingerprints/primaryLocationLineHash");
    json_t *sets[] = {json_at(result, "/fingerprints"), json_at(result, "/partialFingerprints")};

    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        const char *name, *first = NULL;
        json_t *value;

        if (i == 1 && known)
            return known;
        json_object_foreach (sets[i], name, value) {
            if (json_string_length(value) > 0 && !strcasestr(name, "filehash") &&
                (!first || strcmp(name, first) < 0))
                first = name;
        }
        if (first)
            return json_string_value(json_object_get(sets[i], first));
    }
    return NULL;
}

/* A message's text, with {0} replaced by its first argument. */
static const char *fill_in(const char *text, const json_t *arguments, struct arena *arena)
{
    struct record_text filled;

    if (json_array_size(arguments) == 0)
        return text;
    record_text_init(&filled, arena);
    while (*text) {
        const char *argument =
            *text == '{' && isdigit((unsigned char)text[1]) && text[2] == '}'
                ? json_string_value(json_array_get(arguments, (size_t)(text[1] - '0')))
                : NULL;

        if (argument)
            record_text_append(&filled, argument, strlen(argument));
        else
            record_text_byte(&filled, *text);
        text += argument ? 3 : 1;
    }
    if (filled.failed)
        return NULL;
    return filled.text ? filled.text : "";
}

static const char *message_of(const json_t *run, const json_t *result, const json_t *rule,
                              struct arena *arena)
{
    static const char *const own[] = {"/message/text", "/message/markdown", NULL};
    static const char *const described[] = {"/fullDescription/text", "/shortDescription/text",
                                            "/name", NULL};
    const char *text = member_first(result, own), *id = member_string(result, "/message/id");
    const json_t *strings = json_at(rule, "/messageStrings");

    if (!text && id)
        text = member_string(json_object_get(strings, id), "/text");
    if (!text && id)
        text = member_string(json_object_get(json_at(run, "/tool/driver/globalMessageStrings"), id),
                             "/text");
    if (!text)
        text = member_first(rule, described);
    return fill_in(text ? text : "", json_at(result, "/message/arguments"), arena);
}

/* The message, the place with its line, and the code there. */
static const char *output_of(const json_t *result, const char *message, const char *place,
                             struct arena *arena)
{
    const json_t *region = json_at(result, "/locations/0/physicalLocation/region");
    const char *given = member_string(result, "/properties/output");
    const char *snippet = member_string(region, "/snippet/text");
    int64_t line = member_integer(region, "/startLine");

    if (given)
        return given;
    if (line > 0)
        place = arena_printf(arena, "%s:%lld", place, (long long)line);
    return place ? arena_printf(arena, "%s%s%s%s%s", message, *place ? "\n\n" : "", place,
                                snippet ? "\n" : "", snippet ? snippet : "")
                 : NULL;
}

static double confidence_of(const json_t *result, const json_t *rule)
{
    static const char *const own[] = {"/properties/precision", NULL};
    const char *precision = member_first(result, own);

    if (!precision)
        precision = member_first(rule, own);
    for (size_t i = 0; precision && i < sizeof(precisions) / sizeof(precisions[0]); i++) {
        if (strcmp(precision, precisions[i].precision) == 0)
            return precisions[i].confidence;
    }
    return CONFIDENCE_DEFAULT;
}

/* "external/cwe/cwe-703" is a weakness, other tags are words. */
static void add_tags(struct labels *labels, const json_t *tags)
{
    static const char cwe[] = "external/cwe/cwe-";
    const json_t *tag;
    size_t i;

    json_array_foreach (tags, i, tag) {
        const char *text = json_string_value(tag);

        if (text && strncmp(text, cwe, strlen(cwe)) == 0)
            labels_add(labels, "cwe", text + strlen(cwe));
        else if (text && !labels_add_tag(labels, text))
            labels_add(labels, "tags", text);
    }
}

static int labels_of(const json_t *result, const json_t *rule, const char *place,
                     struct arena *arena, struct list *ret_labels, struct error *err)
{
    struct labels labels;

    labels_init(&labels, arena);
    labels_add(&labels, "file", place);
    labels_add_json(&labels, "line",
                    json_at(result, "/locations/0/physicalLocation/region/startLine"));
    labels_add_json(&labels, "baseline", json_at(result, "/baselineState"));
    labels_add_json(&labels, "security_severity", json_at(rule, "/properties/security-severity"));
    labels_add_json(&labels, "cwe", json_at(result, "/properties/cwe"));
    labels_add_json(&labels, "owasp", json_at(result, "/properties/owasp"));
    add_tags(&labels, json_at(rule, "/properties/tags"));
    add_tags(&labels, json_at(result, "/properties/tags"));
    return labels_list(&labels, ret_labels, err);
}

static const char *model_of(const struct report *report, const json_t *run, const json_t *result,
                            const char *tool)
{
    const char *name = member_string(result, "/properties/model");

    if (!name)
        name = member_string(run, "/properties/model");
    if (!name)
        name = report->defaults->model.name;
    return name && *name ? name : tool;
}

int sarif_finding(struct report *report, const json_t *run, const json_t *result,
                  struct finding *ret_finding, struct error *err)
{
    static const char *const titles[] = {"/shortDescription/text", "/fullDescription/text", "/name",
                                         NULL};
    static const char *const ids[] = {"/ruleId", "/rule/id", NULL};
    const json_t *rule = sarif_rule(run, result);
    const char *tool = sarif_tool(report, run), *id = member_first(result, ids);
    const char *place = place_of(run, result, report->arena), *title = member_first(rule, titles);
    const char *message = message_of(run, result, rule, report->arena), *fingerprint;
    struct finding finding = {.severity = (int)sarif_severity(run, result, rule),
                              .confidence = confidence_of(result, rule)};

    if (!tool || !place || !message)
        return error_set(err, ERROR_MEMORY, "no memory for a result");
    if (!id)
        id = member_string(rule, "/id");
    if (!id)
        return error_set_at(err, ERROR_INPUT, "/ruleId", "expected a rule's id");
    fingerprint = fingerprint_of((json_t *)result);
    finding.category =
        fingerprint ? arena_printf(report->arena, "%s#%s", place, fingerprint) : place;
    finding.model.name = model_of(report, run, result, tool);
    finding.prompt = member_string(result, "/properties/prompt");
    if (!finding.prompt)
        finding.prompt = "";
    finding.output = output_of(result, message, place, report->arena);
    finding.links = (struct links){.report = member_string(result, "/hostedViewerUri"),
                                   .runbook = member_string(rule, "/helpUri"),
                                   .ticket = member_string(result, "/workItemUris/0")};
    if (!finding.category || !finding.output)
        return error_set(err, ERROR_MEMORY, "no memory for a result");
    if (outcome_rule(report, tool, id, "", title ? title : id, &finding.rule, err) ||
        labels_of(result, rule, place, report->arena, &finding.labels, err))
        return -1;
    *ret_finding = finding;
    return 0;
}
