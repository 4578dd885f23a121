/*
 * gate_junit.c - the verdict as JUnit XML: what CI services show as tests.
 *
 * A problem that fails is a failed case, another one a skipped case with its standing, a rule that
 * was tried and held a passed case. Characters that XML cannot hold become U+FFFD.
 */
#include <string.h>

#include "producer/cli/gate.h"
#include "producer/text.h"

static void print_byte(FILE *file, unsigned char byte)
{
    if (strchr("<>&\"'", byte))
        fprintf(file, "&#%d;", byte);
    else if (byte >= 0x20 || strchr("\t\n\r", byte))
        putc(byte, file);
    else
        fputs(TEXT_REPLACEMENT, file);
}

/* U+FFFE and U+FFFF are no characters of XML either. */
static void print_text(FILE *file, const char *text)
{
    while (*text) {
        if (strncmp(text, "\xef\xbf\xbe", 3) == 0 || strncmp(text, "\xef\xbf\xbf", 3) == 0) {
            fputs(TEXT_REPLACEMENT, file);
            text += 3;
        } else {
            print_byte(file, (unsigned char)*text++);
        }
    }
}

static void print_case(FILE *file, const char *rule, const char *model, const char *target)
{
    fprintf(file, "  <testcase classname=\"");
    print_text(file, target);
    fprintf(file, "\" name=\"");
    print_text(file, rule);
    fprintf(file, " on ");
    print_text(file, model);
    fprintf(file, "\"");
}

static void print_problem(FILE *file, const struct problem *row)
{
    print_case(file, row->rule, row->model, row->target);
    if (!row->fails) {
        fprintf(file, "><skipped message=\"%s, %s\"/></testcase>\n",
                problem_standing_names[row->standing], severity_names[row->severity]);
        return;
    }
    fprintf(file, ">\n    <failure type=\"%s\" message=\"", severity_names[row->severity]);
    print_text(file, *row->title ? row->title : row->rule);
    fprintf(file, "\">%lld findings, %s, confidence %g, %s\nprompt: ", (long long)row->findings,
            problem_standing_names[row->standing], row->confidence, row->fingerprint);
    print_text(file, row->prompt);
    fprintf(file, "\noutput: ");
    print_text(file, row->output);
    if (row->link) {
        fprintf(file, "\n");
        print_text(file, row->link);
    }
    fprintf(file, "</failure>\n  </testcase>\n");
}

static bool held(const struct book_row *row)
{
    return row->is_tried && row->coverage.attempts > 0 && row->coverage.failures == 0 &&
           row->published == 0 && row->withheld == 0;
}

static void print_held(FILE *file, const struct run_book *book)
{
    for (const struct book_row *row = book->rows; row; row = row->hh.next) {
        if (!held(row))
            continue;
        print_case(file, row->coverage.rule, row->coverage.model,
                   row->coverage.target ? row->coverage.target : book->run.repository);
        fprintf(file, "/>\n");
    }
}

static size_t count_held(const struct run_book *book)
{
    size_t count = 0;

    for (const struct book_row *row = book->rows; row; row = row->hh.next)
        count += held(row);
    return count;
}

int gate_write_junit(const struct verdict *verdict, FILE *file)
{
    size_t problems = HASH_COUNT(verdict->problems->rows), all = problems;
    size_t failing = verdict->gate->failing;

    for (size_t i = 0; i < verdict->books_count; i++)
        all += count_held(&verdict->books[i]);
    fprintf(file,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"tocsin\" "
            "tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\">\n",
            all, failing, problems - failing);
    for (const struct problem *row = verdict->problems->rows; row; row = row->hh.next)
        print_problem(file, row);
    for (size_t i = 0; i < verdict->books_count; i++)
        print_held(file, &verdict->books[i]);
    fprintf(file, "</testsuite>\n</testsuites>\n");
    return ferror(file) ? -1 : 0;
}
