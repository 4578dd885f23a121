/*
 * gate.h - fails a build for what it just published, and says so where its people look.
 *
 * Everything is published before the gate is asked, and stays published. By default only new
 * problems count, so that a known or an accepted one does not fail every build; --fail-on-known
 * counts all but the accepted. A gate that cannot be asked is an error, never a pass.
 */
#ifndef TOCSIN_PRODUCER_CLI_GATE_H
#define TOCSIN_PRODUCER_CLI_GATE_H

#include "producer/cli/gate_rule.h"
#include "producer/cli/options.h"
#include "producer/run_book.h"

#define GATE_EXIT       1
#define GATE_SHOWN_MAX  20 /* problems on the terminal */
#define GATE_LISTED_MAX 50 /* problems in the Markdown of a step */

struct gate {
    struct gate_rule rules[GATE_RULES_MAX];
    size_t rules_count;
    bool counts_known;
    const char *fired;               /* the first rule that holds; NULL: the gate is open */
    size_t by[PROBLEM_ACCEPTED + 1]; /* problems by standing */
    size_t failing;                  /* problems */
};

/* Parses --fail-on. */
int gate_init(struct gate *gate, const struct options *options, struct arena *arena,
              struct error *err);

/* Whether the gate or one of its files was asked for, so that problems have to be collected. */
bool gate_is_wanted(const struct options *options);

/* Marks the problems that fail, when their standings are known. */
void gate_judge(struct gate *gate, struct problems *problems);

/* What a verdict is made of. */
struct verdict {
    const struct gate *gate;
    const struct problems *problems;
    const struct run_book *books; /* for rules that were tried and held */
    size_t books_count;
};

void gate_print(const struct verdict *verdict, FILE *file);

/* Markdown, every character of ours alone: what a model said can't be a link or a heading. */
void gate_write_markdown(const struct verdict *verdict, FILE *file);

/* SARIF 2.1.0, baselineState by standing; JUnit XML, a case a problem and a case a rule that held.
 */
int gate_write_sarif(const struct verdict *verdict, FILE *file);
int gate_write_junit(const struct verdict *verdict, FILE *file);

/* All files that were asked for: --sarif, --junit, and the step's summary where the CI has one. */
int gate_write_files(const struct verdict *verdict, const struct options *options,
                     struct error *err);

#endif
