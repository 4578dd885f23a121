/*
 * best_effort.h - --best-effort: a build that must not fail because of us does not.
 *
 * Looked for in the arguments themselves, so that it also holds when these cannot be parsed.
 */
#ifndef TOCSIN_PRODUCER_CLI_BEST_EFFORT_H
#define TOCSIN_PRODUCER_CLI_BEST_EFFORT_H

/* The exit code to end with, and a line on standard error where that is not `code`. */
int best_effort(int code, int count, char *const *arguments);

#endif
