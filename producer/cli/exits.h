/*
 * exits.h - the exit codes of tocsin, for the manual: those of sysexits.h.
 */
#ifndef TOCSIN_PRODUCER_CLI_EXITS_H
#define TOCSIN_PRODUCER_CLI_EXITS_H

struct exit_row {
    int code;
    const char *text;
};

extern const struct exit_row exit_rows[]; /* ends with a NULL text */

#endif
