/*
 * measure_command.h - the command `tocsin measure`.
 */
#ifndef TOCSIN_PRODUCER_CLI_MEASURE_COMMAND_H
#define TOCSIN_PRODUCER_CLI_MEASURE_COMMAND_H

/* `arguments` follow the command's name. Returns the exit code. */
int measure_command(int count, char *const *arguments);

#endif
