/*
 * completion.c - what bash and zsh complete: commands, options, and the words that an option takes.
 */
#include <string.h>

#include "producer/cli/manual.h"
#include "producer/cli/option_table.h"
#include "producer/reports/report.h"

/* The words that an option's value can be; files where there are none. */
static void print_values(FILE *file, const struct option_row *row)
{
    const char *const *names = row->kind == OPTION_SEVERITY ? severity_names
                               : row->kind == OPTION_STATUS ? run_status_names
                                                            : NULL;

    for (size_t i = 0; names && names[i]; i++)
        fprintf(file, "%s%s", i ? " " : "", names[i]);
    for (size_t i = 0; strcmp(row->name, "format") == 0 && report_formats[i]; i++)
        fprintf(file, "%s%s", i ? " " : "", report_formats[i]->name);
}

static bool has_values(const struct option_row *row)
{
    return row->kind == OPTION_SEVERITY || row->kind == OPTION_STATUS ||
           strcmp(row->name, "format") == 0;
}

static void print_value_cases(FILE *file)
{
    for (const struct option_row *row = option_rows; row->name; row++) {
        if (!has_values(row))
            continue;
        fprintf(file, "    --%s) COMPREPLY=($(compgen -W \"", row->name);
        print_values(file, row);
        fprintf(file, "\" -- \"$word\")); return ;;\n");
    }
}

static void print_command_cases(FILE *file)
{
    for (const struct manual_command *command = manual_commands; command->name; command++) {
        if (!command->command)
            continue;
        fprintf(file, "    '%s'*) words='", command->name);
        for (const struct option_row *row = option_rows; row->name; row++) {
            if (row->commands & command->command)
                fprintf(file, "--%s ", row->name);
        }
        fprintf(file, "' ;;\n");
    }
}

void manual_print_bash(FILE *file)
{
    fprintf(file, "# bash completion for tocsin: source <(tocsin completion bash)\n"
                  "_tocsin()\n{\n"
                  "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
                  "    local words=''\n"
                  "    COMPREPLY=()\n"
                  "    case $before in\n");
    print_value_cases(file);
    fprintf(file, "    esac\n"
                  "    if [ \"$COMP_CWORD\" = 1 ]; then\n"
                  "        COMPREPLY=($(compgen -W \"");
    for (const struct manual_command *row = manual_commands; row->name; row++) {
        if (!strchr(row->name, ' '))
            fprintf(file, "%s ", row->name);
    }
    fprintf(file, "run spool\" -- \"$word\"))\n"
                  "        return\n"
                  "    fi\n"
                  "    case \"${COMP_WORDS[*]:1}\" in\n"
                  "    'completion '*) words='bash zsh' ;;\n");
    print_command_cases(file);
    fprintf(file, "    'run '*) words='begin end show' ;;\n"
                  "    'spool '*) words='send list' ;;\n"
                  "    esac\n"
                  "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
                  "    case $word in -*) ;; *) COMPREPLY+=($(compgen -f -- \"$word\")) ;; esac\n"
                  "}\n"
                  "complete -o filenames -F _tocsin tocsin\n");
}

/* One quoted specification of _arguments; quotes and brackets of the help would end it. */
static void print_zsh_text(FILE *file, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", file);
        else if (strchr("[]:\\", *text))
            fprintf(file, "\\%c", *text);
        else
            putc(*text, file);
    }
}

static void print_zsh_option(FILE *file, const struct option_row *row)
{
    fprintf(file, "        '%s--%s%s[", row->kind == OPTION_LIST ? "*" : "", row->name,
            row->value ? "=" : "");
    print_zsh_text(file, row->help);
    putc(']', file);
    if (row->value) {
        putc(':', file);
        print_zsh_text(file, row->value);
        putc(':', file);
    }
    if (has_values(row)) {
        putc('(', file);
        print_values(file, row);
        putc(')', file);
    } else if (row->value) {
        fputs("_files", file);
    }
    fputs("' \\\n", file);
}

void manual_print_zsh(FILE *file)
{
    fprintf(file, "#compdef tocsin\n"
                  "# zsh completion for tocsin: a file _tocsin in $fpath\n"
                  "_tocsin()\n{\n"
                  "    if (( CURRENT == 2 )); then\n"
                  "        local -a commands=(\n");
    for (const struct manual_command *row = manual_commands; row->name; row++) {
        if (strchr(row->name, ' '))
            continue;
        fprintf(file, "            '%s:", row->name);
        print_zsh_text(file, row->help);
        fprintf(file, "'\n");
    }
    fprintf(file, "            'run:begin, end or show a run'\n"
                  "            'spool:send or list what was kept while Kafka was away'\n"
                  "        )\n"
                  "        _describe command commands\n"
                  "        return\n"
                  "    fi\n"
                  "    case \"${words[2]} ${words[3]}\" in\n");
    for (const struct manual_command *command = manual_commands; command->name; command++) {
        if (!command->command)
            continue;
        fprintf(file, "    '%s'*)\n        _arguments -s \\\n", command->name);
        for (const struct option_row *row = option_rows; row->name; row++) {
            if (row->commands & command->command)
                print_zsh_option(file, row);
        }
        fprintf(file, "        '*:report:_files' ;;\n");
    }
    fprintf(file, "    'run '*) _values subcommand begin end show ;;\n"
                  "    'spool '*) _values subcommand send list ;;\n"
                  "    'completion '*) _values shell bash zsh ;;\n"
                  "    esac\n"
                  "}\n"
                  "_tocsin \"$@\"\n");
}
