/*
 * publish.h - the command `tocsin publish`.
 */
#ifndef TOCSIN_PRODUCER_CLI_PUBLISH_H
#define TOCSIN_PRODUCER_CLI_PUBLISH_H

/* `arguments` follow the command's name. Returns the exit code. */
int publish_command(int count, char *const *arguments);

#endif
