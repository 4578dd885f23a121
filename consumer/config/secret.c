/*
 * secret.c - where secrets come from: the environment (${NAME}) and files (`key_file: PATH`).
 *
 * A variable that is not set is an error, not an empty password. A file is read whole, its last
 * line end is taken off. Errors name the variable or the path, never the content.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/config/reader.h"

/* The value of the variable at `start` ("NAME}…"), *ret_bytes what it takes of the text. */
static const char *variable(struct reader *reader, const struct node *at, const char *start,
                            size_t *ret_bytes)
{
    size_t bytes = strspn(start, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
    const char *value;
    char *name;

    if (bytes == 0 || start[bytes] != '}') {
        reader_refuse(reader, at,
                      "${ has to be followed by the name of an environment variable "
                      "and }; a plain ${ is written $${");
        return NULL;
    }
    name = arena_strndup(reader->arena, start, bytes);
    if (!name) {
        reader_out_of_memory(reader);
        return NULL;
    }
    value = getenv(name);
    if (!value)
        reader_refuse(reader, at, "the environment variable %s is not set", name);
    *ret_bytes = bytes + 1;
    return value;
}

int reader_expand(struct reader *reader, const struct node *at, const char *text, const char **ret)
{
    const char *done = "";

    while (*text) {
        const char *sign = strstr(text, "${");
        size_t plain = sign ? (size_t)(sign - text) : strlen(text), taken = 0;
        bool literal = plain > 0 && text[plain - 1] == '$' && sign;
        const char *value = literal ? "{" : "";

        if (sign && !literal) {
            value = variable(reader, at, sign + 2, &taken);
            if (!value)
                return -1;
        }
        done = arena_printf(reader->arena, "%s%.*s%s", done, (int)plain, text, value);
        if (!done)
            return reader_out_of_memory(reader);
        text += plain + (sign ? 2 + taken : 0);
    }
    *ret = done;
    return 0;
}

/* Relative to the folder of the configuration. */
static char *path_of(const struct reader *reader, const char *path)
{
    const char *slash = strrchr(reader->name, '/');

    if (*path == '/' || !slash)
        return arena_strdup(reader->arena, path);
    return arena_printf(reader->arena, "%.*s/%s", (int)(slash - reader->name), reader->name, path);
}

static int read_all(struct reader *reader, const struct node *key, const struct node *value,
                    FILE *file, const char *path, char **ret)
{
    char *text = arena_alloc(reader->arena, SECRET_FILE_BYTES_MAX + 2);
    size_t bytes;

    if (!text)
        return reader_out_of_memory(reader);
    bytes = fread(text, 1, SECRET_FILE_BYTES_MAX + 1, file);
    if (ferror(file))
        return reader_refuse(reader, value, "%s: cannot read %s: %s", key->text, path,
                             strerror(errno));
    if (bytes > SECRET_FILE_BYTES_MAX)
        return reader_refuse(reader, value, "%s: %s holds more than %d bytes", key->text, path,
                             SECRET_FILE_BYTES_MAX);
    if (strlen(text) != bytes || !utf8_valid(text, bytes))
        return reader_refuse(reader, value, "%s: %s is not a text in UTF-8", key->text, path);
    if (bytes > 0 && text[bytes - 1] == '\n')
        text[--bytes] = '\0';
    if (bytes > 0 && text[bytes - 1] == '\r')
        text[--bytes] = '\0';
    *ret = text;
    return 0;
}

int reader_file(struct reader *reader, const struct node *key, const struct node *value,
                const char **ret)
{
    const char *text = NULL;
    char *path, *content = NULL;
    FILE *file;
    int rc;

    if (reader_text(reader, key, value, &text))
        return -1;
    path = path_of(reader, text);
    if (!path)
        return reader_out_of_memory(reader);
    file = fopen(path, "re");
    if (!file)
        return reader_refuse(reader, value, "%s: cannot open %s: %s", key->text, path,
                             strerror(errno));
    rc = read_all(reader, key, value, file, path, &content);
    fclose(file);
    *ret = content;
    return rc;
}
