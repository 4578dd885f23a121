/*
 * secrets.c - see secrets.h.
 */
#include "producer/cli/secrets.h"

#include <unistd.h>

int secrets_open(const struct options *options, const struct run *run, struct arena *arena,
                 struct scrub **ret, struct error *err)
{
    struct property properties[OPTION_PROPERTIES_MAX];
    struct secret_sources sources = {.environment = environ,
                                     .names = options->secret_env.items,
                                     .names_count = options->secret_env.count,
                                     .properties = properties,
                                     .run = run};

    *ret = NULL;
    if (options->no_mask)
        return 0;
    if (options_properties(options, arena, properties, &sources.properties_count, err))
        return -1;
    return scrub_new(options->redact ? MASK_SECRETS | MASK_PERSONAL : MASK_SECRETS, &sources, ret,
                     err);
}
