/*
 * json_at.c - see json_at.h.
 */
#include "producer/reports/json_at.h"

#include <stdlib.h>
#include <string.h>

json_t *json_at(const json_t *value, const char *pointer)
{
    while (value && *pointer == '/') {
        const char *name = pointer + 1;
        size_t bytes = strcspn(name, "/");

        if (!json_is_array(value))
            value = json_object_getn(value, name, bytes);
        else if (bytes > 0 && strspn(name, "0123456789") == bytes)
            value = json_array_get(value, strtoul(name, NULL, 10));
        else
            value = NULL;
        pointer = name + bytes;
    }
    return (json_t *)value;
}

const char *json_text_at(const json_t *value, const char *pointer)
{
    return json_string_value(json_at(value, pointer));
}
