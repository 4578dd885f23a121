/*
 * receiver_arguments.c - see receiver_arguments.h.
 */
#include "consumer/receiver_arguments.h"

#include <string.h>

bool receiver_arguments_parse(int argc, char **argv, struct receiver_arguments *ret)
{
    *ret = (struct receiver_arguments){.rest = argv};
    for (int i = 0; i < argc; i++) {
        bool is_config = strcmp(argv[i], "--config") == 0 || strcmp(argv[i], "-c") == 0;
        bool is_receiver = strcmp(argv[i], "--receiver") == 0 || strcmp(argv[i], "-r") == 0;
        const char **value = is_config ? &ret->config_path : &ret->receiver;

        if (strcmp(argv[i], "--resolve") == 0) {
            ret->resolve = true;
        } else if (is_config || is_receiver) {
            if (++i == argc || *value)
                return false;
            *value = argv[i];
        } else if (argv[i][0] == '-' && argv[i][1] != '\0') {
            return false;
        } else {
            ret->rest[ret->rest_count++] = argv[i];
        }
    }
    return ret->config_path && ret->receiver;
}

int receiver_arguments_load(const struct receiver_arguments *arguments, struct config **ret_config,
                            const struct integration **ret_first, size_t *ret_count,
                            struct error *err)
{
    char names[sizeof(err->text)] = "";
    const char *last = "";

    if (config_load(arguments->config_path, ret_config, err))
        return -1;
    *ret_count = config_receiver(*ret_config, arguments->receiver, ret_first);
    if (*ret_count > 0)
        return 0;
    for (size_t i = 0; i < (*ret_config)->integrations_count; i++) {
        const char *name = (*ret_config)->integrations[i].receiver;
        size_t used = strlen(names);
        if (strcmp(name, last) != 0)
            snprintf(names + used, sizeof(names) - used, "%s%s", used ? ", " : "", name);
        last = name;
    }
    return error_set(err, ERROR_INPUT, "%.100s is not a receiver with *_configs; these are: %.300s",
                     arguments->receiver, names);
}
