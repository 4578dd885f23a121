/*
 * fuzz_config - a configuration of any bytes is loaded or refused in words.
 */
#include <stdlib.h>

#include "consumer/config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config *config;
    struct error err = {0};

    if (config_parse("fuzz.yaml", (const char *)data, size, &config, &err) != 0 &&
        !error_is_set(&err))
        abort();
    config_free(config);
    return 0;
}
