/*
 * gate_rule.h - what --fail-on says: which problems, and how many of them, are too many.
 *
 *   RULE  = SEVERITY | TERM { "," TERM }        every term has to hold
 *   TERM  = "severity" (">=" | "=") SEVERITY | "confidence" ">=" 0..1
 *         | ("rule" | "model" | "target" | "category") ("=" | "!=") GLOB
 *         | ("problems" | "findings") ">=" N    of those that the other terms leave; default: 1
 *
 * "critical" alone is "severity>=critical". A GLOB is the shell's: garak/dan.*
 */
#ifndef TOCSIN_PRODUCER_CLI_GATE_RULE_H
#define TOCSIN_PRODUCER_CLI_GATE_RULE_H

#include "producer/cli/problems.h"

#define GATE_RULES_MAX      64
#define GATE_TERMS_MAX      16
#define GATE_RULE_BYTES_MAX 1024

enum gate_field {
    GATE_SEVERITY,
    GATE_CONFIDENCE,
    GATE_RULE_ID,
    GATE_MODEL,
    GATE_TARGET,
    GATE_CATEGORY,
    GATE_PROBLEMS,
    GATE_FINDINGS,
};

enum gate_sign { GATE_AT_LEAST, GATE_IS, GATE_IS_NOT };

struct gate_term {
    enum gate_field field;
    enum gate_sign sign;
    double number; /* severity's index too */
    const char *glob;
};

struct gate_rule {
    const char *text; /* as it was given */
    struct gate_term terms[GATE_TERMS_MAX];
    size_t terms_count;
    int64_t problems_min, findings_min;
};

/* Strings lie in the arena. */
int gate_rule_parse(const char *text, struct arena *arena, struct gate_rule *ret_rule,
                    struct error *err);

/* All terms but those that count. */
bool gate_rule_matches(const struct gate_rule *rule, const struct problem *problem);

#endif
