/*
 * check.c - `tocsind check FILE`: says what is wrong with a configuration, a line each, with its
 * place.
 *
 * Everything that can be known without a broker is checked, the properties of librdkafka included.
 * Exit code 0 when tocsind would start with it, 78 when not. `--help-config` prints the manual
 * instead.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "consumer/commands.h"
#include "consumer/config/config.h"
#include "consumer/kafka/properties.h"

#define CHECK_PROBLEMS_MAX 20

static size_t check_text(const char *path, const char *text, size_t bytes,
                         struct error problems[CHECK_PROBLEMS_MAX])
{
    struct config *config = NULL;
    size_t count = 0;

    if (config_check(path, text, bytes, &config, problems, CHECK_PROBLEMS_MAX, &count) == 0) {
        count = properties_check(config, problems, CHECK_PROBLEMS_MAX);
        for (size_t i = 0; i < config->warnings_count; i++)
            printf("%s: warning: %s\n", path, config->warnings[i]);
        if (count == 0)
            printf("%s: good: %zu integrations, topics %s*\n", path, config->integrations_count,
                   config->topics.prefix);
    }
    config_free(config);
    return count;
}

int check_command(int argc, char **argv)
{
    struct error problems[CHECK_PROBLEMS_MAX] = {0};
    struct error err = {0};
    char *text = NULL;
    size_t bytes = 0, count;

    if (argc == 1 && strcmp(argv[0], "--help-config") == 0) {
        config_print_reference(stdout);
        return EX_OK;
    }
    if (argc != 1 || argv[0][0] == '-') {
        fprintf(stderr, "usage: tocsind check FILE | --help-config\n");
        return EX_USAGE;
    }
    if (config_read(argv[0], &text, &bytes, &err)) {
        fprintf(stderr, "tocsind check: %s\n", err.text);
        return EX_CONFIG;
    }
    count = check_text(argv[0], text, bytes, problems);
    free(text);
    for (size_t i = 0; i < count; i++)
        fprintf(stderr, "%s\n", problems[i].text);
    return count ? EX_CONFIG : EX_OK;
}
