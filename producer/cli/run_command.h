/*
 * run_command.h - the commands `tocsin run begin`, `tocsin run end` and `tocsin run show`.
 */
#ifndef TOCSIN_PRODUCER_CLI_RUN_COMMAND_H
#define TOCSIN_PRODUCER_CLI_RUN_COMMAND_H

#include "producer/cli/options.h"

/* `arguments` follow "run". Returns the exit code. */
int run_command(int count, char *const *arguments);

/* How a run that is published in several parts is written down: `run end` has shard 1 of all, each
 * part the shard behind its own. So nothing ends before it, whoever counts the parts. */
int run_leave_open(struct run *run, struct error *err);

#endif
