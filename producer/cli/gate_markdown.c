/*
 * gate_markdown.c - the verdict as GitHub's Markdown.
 *
 * Whatever is not a letter, a digit or a space goes out as a character reference, so that nothing
 * that a report holds is markup, a mention or a link.
 */
#include <ctype.h>

#include "producer/cli/gate.h"

static void print_text(FILE *file, const char *text)
{
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;

        if (isalnum(byte) || byte >= 0x80)
            putc(byte, file);
        else if (byte <= 0x20 || byte == 0x7f)
            putc(' ', file);
        else
            fprintf(file, "&#%d;", byte);
    }
}

static void print_row(FILE *file, const struct problem *row)
{
    fprintf(file, "| %s%s | %s | ", row->fails ? "❌ " : "", problem_standing_names[row->standing],
            severity_names[row->severity]);
    print_text(file, row->rule);
    fprintf(file, " | ");
    print_text(file, row->model);
    fprintf(file, " | %lld |\n", (long long)row->findings);
}

void gate_write_markdown(const struct verdict *verdict, FILE *file)
{
    const struct gate *gate = verdict->gate;
    size_t count = HASH_COUNT(verdict->problems->rows), listed = 0;

    fprintf(file, "### tocsin: %s\n\n%zu new, %zu known, %zu accepted problems",
            gate->fired              ? "gate failed"
            : gate->rules_count == 0 ? "published"
                                     : "gate passed",
            gate->by[PROBLEM_NEW], gate->by[PROBLEM_KNOWN], gate->by[PROBLEM_ACCEPTED]);
    if (gate->fired) {
        fprintf(file, "; fails on ");
        print_text(file, gate->fired);
    }
    fprintf(file, "\n\n");
    if (count == 0)
        return;
    fprintf(file, "| | severity | rule | model | findings |\n| --- | --- | --- | --- | ---: |\n");
    for (const struct problem *row = verdict->problems->rows; row && listed < GATE_LISTED_MAX;
         row = row->hh.next, listed++)
        print_row(file, row);
    if (count > GATE_LISTED_MAX)
        fprintf(file, "\nand %zu more\n", count - GATE_LISTED_MAX);
    fprintf(file, "\n");
}
