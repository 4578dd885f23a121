/*
 * config_file.c - see config_file.h.
 */
#include "producer/cli/config_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Ends a text before the blanks at its end; returns it without those at its beginning. */
static char *trim(char *text)
{
    size_t bytes;

    text += strspn(text, " \t");
    bytes = strlen(text);
    while (bytes > 0 && strchr(" \t\r", text[bytes - 1]))
        bytes--;
    text[bytes] = '\0';
    return text;
}

static int take_line(char *line, struct arena *arena, struct options *options, struct error *err)
{
    struct option_list *properties = &options->config_properties;
    char *equals = strchr(line, '=');
    const char *name, *value;
    int rc;

    if (!equals)
        return error_set(err, ERROR_INPUT, "expected NAME=VALUE");
    *equals = '\0';
    name = trim(line);
    value = trim(equals + 1);
    if (!*name)
        return error_set(err, ERROR_INPUT, "expected NAME=VALUE");
    rc = options_take_line(options, name, value, err);
    if (rc <= 0)
        return rc;
    if (properties->count == OPTION_LIST_MAX)
        return error_set(err, ERROR_LIMIT, "at most %d properties", OPTION_LIST_MAX);
    properties->items[properties->count] = arena_printf(arena, "%s=%s", name, value);
    return properties->items[properties->count++]
               ? 0
               : error_set(err, ERROR_MEMORY, "no memory for properties");
}

static int read_lines(FILE *file, const char *path, struct arena *arena, struct options *options,
                      struct error *err)
{
    char *text = arena_alloc(arena, CONFIG_FILE_BYTES_MAX + 1), *next;
    size_t bytes = text ? fread(text, 1, CONFIG_FILE_BYTES_MAX, file) : 0;

    if (!text)
        return error_set(err, ERROR_MEMORY, "no memory for %s", path);
    if (ferror(file))
        return error_set(err, ERROR_IO, "%s: %s", path, strerror(errno));
    if (getc(file) != EOF)
        return error_set(err, ERROR_LIMIT, "%s: expected at most %zu bytes", path,
                         CONFIG_FILE_BYTES_MAX);
    text[bytes] = '\0';
    for (int number = 1; text; text = next, number++) {
        struct error why = {0};
        char *line;

        next = strchr(text, '\n');
        if (next)
            *next++ = '\0';
        line = trim(text);
        if (*line && *line != '#' && take_line(line, arena, options, &why))
            return error_set(err, why.kind, "%s:%d: %s", path, number, why.text);
    }
    return 0;
}

int config_file_read(const char *path, struct arena *arena, struct options *options,
                     struct error *err)
{
    FILE *file = fopen(path, "re");
    int rc;

    if (!file)
        return error_set(err, ERROR_INPUT, "%s: %s", path, strerror(errno));
    rc = read_lines(file, path, arena, options, err);
    fclose(file);
    return rc;
}
