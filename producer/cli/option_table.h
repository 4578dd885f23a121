/*
 * option_table.h - the rows behind options.h, for the parser and the help.
 */
#ifndef TOCSIN_PRODUCER_CLI_OPTION_TABLE_H
#define TOCSIN_PRODUCER_CLI_OPTION_TABLE_H

#include "producer/cli/options.h"

enum option_kind {
    OPTION_FLAG,     /* bool */
    OPTION_TEXT,     /* const char * */
    OPTION_LIST,     /* struct option_list */
    OPTION_SECONDS,  /* int64_t, ms */
    OPTION_SEVERITY, /* int */
    OPTION_STATUS,   /* int */
    OPTION_COUNT,    /* int64_t, 1..SHARDS_MAX */
    OPTION_INTEGER,  /* int64_t, 1..2^53-1 */
    OPTION_FRACTION, /* double, 0..1 */
    OPTION_NUMBER,   /* double, finite */
};

struct option_row {
    unsigned commands; /* that have it: enum option_command */
    const char *name;  /* without dashes */
    char letter;       /* '\0' for none */
    enum option_kind kind;
    size_t offset;
    const char *value; /* how the help calls it; NULL for a flag */
    const char *help;
    const char *group; /* a heading before this row, or NULL */
};

extern const struct option_row option_rows[]; /* ends with a NULL name */

/* -1: it is full. */
int option_list_add(struct option_list *list, const char *text);

/* Sets the row's member; a list grows. An error names the option, never the value. */
int option_set(struct options *options, const struct option_row *row, const char *text,
               struct error *err);

#define OPTION_VARIABLE_BYTES 64

/* "TOCSIN_MIN_SEVERITY"; false for an option that has none. */
bool option_variable(const struct option_row *row, char ret_name[OPTION_VARIABLE_BYTES]);

#endif
