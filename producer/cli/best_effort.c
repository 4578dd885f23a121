/*
 * best_effort.c - see best_effort.h.
 */
#include "producer/cli/best_effort.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static bool is_asked_for(int count, char *const *arguments)
{
    const char *value = getenv("TOCSIN_BEST_EFFORT");

    if (value && *value && strcmp(value, "0") != 0 && strcmp(value, "false") != 0)
        return true;
    for (int i = 0; i < count && strcmp(arguments[i], "--") != 0; i++) {
        if (strcmp(arguments[i], "--best-effort") == 0)
            return true;
    }
    return false;
}

int best_effort(int code, int count, char *const *arguments)
{
    if (code == EX_OK || !is_asked_for(count, arguments))
        return code;
    fprintf(stderr, "tocsin: best effort: exit code 0 instead of %d\n", code);
    return EX_OK;
}
