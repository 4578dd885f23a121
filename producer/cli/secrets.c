/*
 * secrets.c - see secrets.h.
 */
#include "producer/cli/secrets.h"

#include <unistd.h>

static int add_properties(const struct option_list *list, struct arena *arena,
                          struct property *properties, size_t *count, struct error *err)
{
    for (size_t i = 0; i < list->count; i++) {
        struct property *property = &properties[(*count)++];

        if (options_pair(list->items[i], arena, &property->name, &property->value, err))
            return -1;
    }
    return 0;
}

int secrets_open(const struct options *options, const struct run *run, struct arena *arena,
                 struct scrub **ret, struct error *err)
{
    struct property properties[2 * OPTION_LIST_MAX];
    struct secret_sources sources = {.environment = environ,
                                     .names = options->secret_env.items,
                                     .names_count = options->secret_env.count,
                                     .properties = properties,
                                     .run = run};

    *ret = NULL;
    if (options->no_mask)
        return 0;
    if (add_properties(&options->config_properties, arena, properties, &sources.properties_count,
                       err) ||
        add_properties(&options->properties, arena, properties, &sources.properties_count, err))
        return -1;
    return scrub_new(options->redact ? MASK_SECRETS | MASK_PERSONAL : MASK_SECRETS, &sources, ret,
                     err);
}
