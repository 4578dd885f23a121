/*
 * spool_command.h - the commands `tocsin spool send` and `tocsin spool list`.
 */
#ifndef TOCSIN_PRODUCER_CLI_SPOOL_COMMAND_H
#define TOCSIN_PRODUCER_CLI_SPOOL_COMMAND_H

/* `arguments` follow "spool". Returns the exit code. */
int spool_command(int count, char *const *arguments);

#endif
