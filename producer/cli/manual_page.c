/*
 * manual_page.c - tocsin.1 in man's macros.
 *
 * What comes from a table is escaped: backslashes and hyphens, and a dot or quote at the beginning
 * of a line.
 */
#include <string.h>

#include "producer/ci.h"
#include "producer/cli/exits.h"
#include "producer/cli/manual.h"
#include "producer/cli/option_table.h"
#include "producer/reports/report.h"

static void print_text(FILE *file, const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", file);
    for (; *text; text++) {
        if (*text == '\\')
            fputs("\\e", file);
        else if (*text == '-')
            fputs("\\-", file);
        else
            putc(*text, file);
    }
}

static void print_line(FILE *file, const char *text)
{
    print_text(file, text);
    putc('\n', file);
}

static void print_synopsis(FILE *file)
{
    fprintf(file, ".SH SYNOPSIS\n");
    for (const struct manual_command *row = manual_commands; row->name; row++) {
        for (const char *line = row->usage; line;) {
            size_t bytes = strcspn(line, "\n");

            fprintf(file, ".B tocsin %s\n%.*s\n.br\n", row->name, (int)bytes, line);
            line = line[bytes] ? line + bytes + 1 : NULL;
        }
    }
}

static void print_commands(FILE *file)
{
    fprintf(file, ".SH COMMANDS\n");
    for (const struct manual_command *row = manual_commands; row->name; row++) {
        fprintf(file, ".TP\n.B %s\n", row->name);
        print_line(file, row->text);
    }
}

static void print_option(FILE *file, const struct option_row *row)
{
    char variable[OPTION_VARIABLE_BYTES];

    fprintf(file, ".TP\n");
    if (row->letter)
        fprintf(file, "\\fB\\-%c\\fR, ", row->letter);
    fputs("\\fB\\-\\-", file);
    print_text(file, row->name);
    fprintf(file, "\\fR \\fI%s\\fR\n", row->value ? row->value : "");
    print_line(file, row->help);
    if (option_variable(row, variable))
        fprintf(file, ".br\nVariable: \\fB%s\\fR\n", variable);
    for (const struct manual_command *command = manual_commands; command->name; command++) {
        if (row->commands == command->command)
            fprintf(file, ".br\nOnly of \\fBtocsin %s\\fR\n", command->name);
    }
}

static void print_options(FILE *file)
{
    fprintf(file, ".SH OPTIONS\nWhat stands on the command line wins over the variables, and these "
                  "over the file of\n\\-\\-config. A variable holds one value a line where the "
                  "option may be given more than once.\n");
    for (const struct option_row *row = option_rows; row->name; row++) {
        if (row->group)
            fprintf(file, ".SS %s\n", row->group);
        print_option(file, row);
    }
}

static void print_formats(FILE *file)
{
    fprintf(file, ".SH REPORTS\n.nf\n");
    report_help(file);
    fprintf(file, ".fi\n");
}

static void print_providers(FILE *file)
{
    fprintf(file, ".SH CI\nRecognised by its environment, in this order. What a service does not "
                  "pass on by itself\nstands with it; every other fact can be given by an option "
                  "or its variable.\n");
    for (size_t i = 0; ci_tables[i]; i++) {
        for (const struct ci_provider *row = ci_tables[i]; row->name; row++) {
            fprintf(file, ".TP\n.B %s\n", row->name);
            print_line(file, row->title);
            if (row->needs) {
                fputs(".br\nPass on: ", file);
                print_line(file, row->needs);
            }
        }
    }
}

static void print_exits(FILE *file)
{
    fprintf(file, ".SH EXIT STATUS\n");
    for (const struct exit_row *row = exit_rows; row->text; row++) {
        fprintf(file, ".TP\n.B %d\n", row->code);
        print_line(file, row->text);
    }
}

void manual_print_page(FILE *file)
{
    fprintf(file, ".TH TOCSIN 1 \"\" \"tocsin " TOCSIN_VERSION "\"\n"
                  ".SH NAME\ntocsin \\- publish the findings of AI red-team runs to Kafka\n");
    print_synopsis(file);
    print_commands(file);
    print_options(file);
    print_formats(file);
    print_providers(file);
    print_exits(file);
    fprintf(file, ".SH SEE ALSO\n.BR tocsind (1),\n.BR kcat (1)\n");
}
