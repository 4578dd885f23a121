/*
 * manual.h - what the tables of commands, options, formats, CI providers and exit codes say, as
 * help, as a manual page and as completions for bash and zsh. Nothing is written twice.
 */
#ifndef TOCSIN_PRODUCER_CLI_MANUAL_H
#define TOCSIN_PRODUCER_CLI_MANUAL_H

#include <stdio.h>

#include "producer/cli/options.h"

struct manual_command {
    unsigned command;  /* enum option_command; 0: it has no options */
    const char *name;  /* "run begin" */
    const char *usage; /* what follows the name; a second line begins anew */
    const char *help;  /* one line */
    const char *text;  /* a paragraph */
};

extern const struct manual_command manual_commands[]; /* ends with a NULL name */

const char *manual_command_name(enum option_command command);

void manual_print_commands(FILE *file); /* tocsin help */
void manual_print_help(FILE *file, enum option_command command);
void manual_print_page(FILE *file); /* tocsin.1, for man */
void manual_print_bash(FILE *file);
void manual_print_zsh(FILE *file);

#endif
