/*
 * interval_tool.c - asks the time intervals of a configuration: `interval_tool CONFIG`, then a line
 * "<name> <time in ms>" each on standard input; answers "<0 or 1> <ms when to ask again>".
 *
 * For the tests that hold them against a model. Exit code 78 when the configuration is refused.
 */
#include <inttypes.h>
#include <stdio.h>
#include <sysexits.h>

#include "consumer/config/config.h"

int main(int argc, char **argv)
{
    struct config *config = NULL;
    struct error err = {0};
    char name[256];
    int64_t time_ms;
    int code = EX_OK;

    if (argc != 2)
        return EX_USAGE;
    if (config_load(argv[1], &config, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return EX_CONFIG;
    }
    while (code == EX_OK && scanf("%255s %" SCNd64, name, &time_ms) == 2) {
        const struct named_interval *named = config_interval(config, name);
        int64_t change_ms = 0;
        bool contained =
            named && time_intervals_contain(named->intervals, named->count, time_ms, &change_ms);

        if (!named)
            code = EX_DATAERR;
        else
            printf("%d %" PRId64 "\n", contained, change_ms);
    }
    config_free(config);
    return code;
}
