/*
 * gate_rule.c - see gate_rule.h.
 */
#include "producer/cli/gate_rule.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define SIGNS(sign) (1U << (sign))

static const struct field_row {
    const char *name;
    enum gate_field field;
    unsigned signs;
    const char *value; /* what is expected */
} field_rows[] = {
    {"severity", GATE_SEVERITY, SIGNS(GATE_AT_LEAST) | SIGNS(GATE_IS),
     "info, low, medium, high or critical"},
    {"confidence", GATE_CONFIDENCE, SIGNS(GATE_AT_LEAST), "a number from 0 to 1"},
    {"rule", GATE_RULE_ID, SIGNS(GATE_IS) | SIGNS(GATE_IS_NOT), "a pattern"},
    {"model", GATE_MODEL, SIGNS(GATE_IS) | SIGNS(GATE_IS_NOT), "a pattern"},
    {"target", GATE_TARGET, SIGNS(GATE_IS) | SIGNS(GATE_IS_NOT), "a pattern"},
    {"category", GATE_CATEGORY, SIGNS(GATE_IS) | SIGNS(GATE_IS_NOT), "a pattern"},
    {"problems", GATE_PROBLEMS, SIGNS(GATE_AT_LEAST), "a number from 1"},
    {"findings", GATE_FINDINGS, SIGNS(GATE_AT_LEAST), "a number from 1"},
};

static const struct sign_row {
    const char *text;
    enum gate_sign sign;
} sign_rows[] = {{">=", GATE_AT_LEAST}, {"!=", GATE_IS_NOT}, {"=", GATE_IS}};

static int severity_of(const char *name)
{
    for (int i = 0; severity_names[i]; i++) {
        if (strcmp(severity_names[i], name) == 0)
            return i;
    }
    return -1;
}

static const struct field_row *row_of(const char *text, size_t bytes)
{
    for (size_t i = 0; i < sizeof(field_rows) / sizeof(field_rows[0]); i++) {
        if (strlen(field_rows[i].name) == bytes && memcmp(field_rows[i].name, text, bytes) == 0)
            return &field_rows[i];
    }
    return NULL;
}

static const struct sign_row *sign_of(const char *text)
{
    for (size_t i = 0; i < sizeof(sign_rows) / sizeof(sign_rows[0]); i++) {
        if (strncmp(text, sign_rows[i].text, strlen(sign_rows[i].text)) == 0)
            return &sign_rows[i];
    }
    return NULL;
}

static int read_number(const char *text, double least, double most, double *ret)
{
    char *end;
    double number = strtod(text, &end);

    *ret = number;
    return end == text || *end || !(number >= least && number <= most) ? -1 : 0;
}

static int read_value(const char *value, struct gate_term *term)
{
    switch (term->field) {
    case GATE_SEVERITY:
        term->number = severity_of(value);
        return term->number < 0 ? -1 : 0;
    case GATE_CONFIDENCE:
        return read_number(value, 0, 1, &term->number);
    case GATE_PROBLEMS:
    case GATE_FINDINGS:
        return read_number(value, 1, RECORD_INTEGER_MAX, &term->number);
    default:
        term->glob = value;
        return *value ? 0 : -1;
    }
}

static int read_term(const char *text, struct gate_term *ret_term, struct error *err)
{
    size_t name_bytes = strcspn(text, "<>=!");
    const struct field_row *row = row_of(text, name_bytes);
    const struct sign_row *sign = row ? sign_of(text + name_bytes) : NULL;
    int severity = severity_of(text);

    if (severity >= 0) {
        *ret_term = (struct gate_term){.field = GATE_SEVERITY, .number = severity};
        return 0;
    }
    if (!row)
        return error_set(err, ERROR_INPUT,
                         "--fail-on: expected a severity, or severity, confidence, rule, model, "
                         "target, category, problems or findings with a value");
    if (!sign || !(row->signs & SIGNS(sign->sign)))
        return error_set(err, ERROR_INPUT, "--fail-on: expected %s%s%s%s", row->name,
                         row->signs & SIGNS(GATE_AT_LEAST) ? " >=" : "",
                         row->signs & SIGNS(GATE_IS) ? " =" : "",
                         row->signs & SIGNS(GATE_IS_NOT) ? " !=" : "");
    *ret_term = (struct gate_term){.field = row->field, .sign = sign->sign};
    return read_value(text + name_bytes + strlen(sign->text), ret_term)
               ? error_set(err, ERROR_INPUT, "--fail-on: %s: expected %s", row->name, row->value)
               : 0;
}

static int add_term(struct gate_rule *rule, const char *text, struct error *err)
{
    struct gate_term term;

    if (read_term(text, &term, err))
        return -1;
    if (term.field == GATE_PROBLEMS) {
        rule->problems_min = (int64_t)term.number;
        return 0;
    }
    if (term.field == GATE_FINDINGS) {
        rule->findings_min = (int64_t)term.number;
        return 0;
    }
    if (rule->terms_count == GATE_TERMS_MAX)
        return error_set(err, ERROR_LIMIT, "--fail-on: expected at most %d terms", GATE_TERMS_MAX);
    rule->terms[rule->terms_count++] = term;
    return 0;
}

int gate_rule_parse(const char *text, struct arena *arena, struct gate_rule *ret_rule,
                    struct error *err)
{
    struct gate_rule rule = {.text = text, .problems_min = 1, .findings_min = 1};
    char *terms = arena_strdup(arena, text), *rest = terms, *term;

    if (strlen(text) > GATE_RULE_BYTES_MAX)
        return error_set(err, ERROR_LIMIT, "--fail-on: expected at most %d bytes",
                         GATE_RULE_BYTES_MAX);
    if (!terms)
        return error_set(err, ERROR_MEMORY, "no memory for --fail-on");
    while ((term = strsep(&rest, ","))) {
        if (add_term(&rule, term, err))
            return -1;
    }
    *ret_rule = rule;
    return 0;
}

static bool holds(const struct gate_term *term, const struct problem *problem)
{
    const char *text = "";

    switch (term->field) {
    case GATE_SEVERITY:
        return term->sign == GATE_IS ? problem->severity == (int)term->number
                                     : problem->severity >= (int)term->number;
    case GATE_CONFIDENCE:
        return problem->confidence >= term->number;
    case GATE_RULE_ID:
        text = problem->rule;
        break;
    case GATE_MODEL:
        text = problem->model;
        break;
    case GATE_TARGET:
        text = problem->target;
        break;
    case GATE_CATEGORY:
        text = problem->category;
        break;
    case GATE_PROBLEMS:
    case GATE_FINDINGS:
        return true;
    }
    return (fnmatch(term->glob, text, 0) == 0) == (term->sign == GATE_IS);
}

bool gate_rule_matches(const struct gate_rule *rule, const struct problem *problem)
{
    for (size_t i = 0; i < rule->terms_count; i++) {
        if (!holds(&rule->terms[i], problem))
            return false;
    }
    return true;
}
