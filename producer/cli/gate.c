/*
 * gate.c - the verdict and its words; see gate.h.
 */
#include "producer/cli/gate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int gate_init(struct gate *gate, const struct options *options, struct arena *arena,
              struct error *err)
{
    memset(gate, 0, sizeof(*gate));
    gate->counts_known = options->fail_on_known;
    if (options->fail_on.count > GATE_RULES_MAX)
        return error_set(err, ERROR_LIMIT, "--fail-on: expected at most %d", GATE_RULES_MAX);
    for (size_t i = 0; i < options->fail_on.count; i++) {
        if (gate_rule_parse(options->fail_on.items[i], arena, &gate->rules[gate->rules_count++],
                            err))
            return -1;
    }
    return 0;
}

bool gate_is_wanted(const struct options *options)
{
    return options->fail_on.count > 0 || options->sarif || options->junit;
}

static bool counts(const struct gate *gate, const struct problem *problem)
{
    return problem->standing == PROBLEM_NEW ||
           (gate->counts_known && problem->standing == PROBLEM_KNOWN);
}

static void judge_by(struct gate *gate, const struct gate_rule *rule, struct problems *problems)
{
    int64_t matching = 0, findings = 0;

    for (struct problem *row = problems->rows; row; row = row->hh.next) {
        if (counts(gate, row) && gate_rule_matches(rule, row)) {
            matching++;
            findings += row->findings;
        }
    }
    if (matching < rule->problems_min || findings < rule->findings_min)
        return;
    gate->fired = gate->fired ? gate->fired : rule->text;
    for (struct problem *row = problems->rows; row; row = row->hh.next)
        row->fails |= counts(gate, row) && gate_rule_matches(rule, row);
}

void gate_judge(struct gate *gate, struct problems *problems)
{
    for (size_t i = 0; i < gate->rules_count; i++)
        judge_by(gate, &gate->rules[i], problems);
    if (!gate->fired && gate->rules_count > 0 && problems->left_out > 0)
        gate->fired = "more problems than a gate can look at";
    for (struct problem *row = problems->rows; row; row = row->hh.next) {
        gate->by[row->standing]++;
        gate->failing += row->fails;
    }
    problems_sort(problems);
}

/* One line whatever the text holds: a terminal obeys control characters. */
static void print_plain(FILE *file, const char *text)
{
    for (; *text; text++)
        putc((unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text, file);
}

void gate_print(const struct verdict *verdict, FILE *file)
{
    const struct gate *gate = verdict->gate;
    size_t shown = 0;

    if (gate->rules_count == 0)
        return;
    fprintf(file, "tocsin: gate: %s: %zu new, %zu known, %zu accepted problems",
            gate->fired ? "failed" : "passed", gate->by[PROBLEM_NEW], gate->by[PROBLEM_KNOWN],
            gate->by[PROBLEM_ACCEPTED]);
    if (gate->fired) {
        fprintf(file, "; --fail-on ");
        print_plain(file, gate->fired);
    }
    putc('\n', file);
    for (const struct problem *row = verdict->problems->rows; row && row->fails;
         row = row->hh.next) {
        if (shown++ == GATE_SHOWN_MAX)
            break;
        fprintf(file, "  %-8s %-8s %6lld  ", severity_names[row->severity],
                problem_standing_names[row->standing], (long long)row->findings);
        print_plain(file, row->rule);
        fprintf(file, " on ");
        print_plain(file, row->model);
        putc('\n', file);
    }
    if (gate->failing > GATE_SHOWN_MAX)
        fprintf(file, "  and %zu more\n", gate->failing - GATE_SHOWN_MAX);
}

typedef int write_fn(const struct verdict *verdict, FILE *file);

static int write_summary(const struct verdict *verdict, FILE *file)
{
    gate_write_markdown(verdict, file);
    return 0;
}

static int write_file(const struct verdict *verdict, const char *path, const char *mode,
                      write_fn *with, struct error *err)
{
    FILE *file = path && *path ? fopen(path, mode) : NULL;
    int rc;

    if (!path || !*path)
        return 0;
    if (!file)
        return error_set(err, ERROR_IO, "%s: cannot be written: %s", path, strerror(errno));
    rc = with(verdict, file) || ferror(file);
    if (fclose(file) || rc)
        return error_set(err, ERROR_IO, "%s: cannot be written: %s", path, strerror(errno));
    return 0;
}

int gate_write_files(const struct verdict *verdict, const struct options *options,
                     struct error *err)
{
    return write_file(verdict, options->sarif, "we", gate_write_sarif, err) ||
                   write_file(verdict, options->junit, "we", gate_write_junit, err) ||
                   write_file(verdict, getenv("GITHUB_STEP_SUMMARY"), "ae", write_summary, err)
               ? -1
               : 0;
}
