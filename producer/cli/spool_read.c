/*
 * spool_read.c - the reading side of spool_file.h.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "producer/cli/spool_file.h"

/* The next line without its end. 1: no more; a line without an end was being written. */
static int read_line(struct spool_reader *reader, size_t *ret_bytes, struct error *err)
{
    ssize_t bytes = getline(&reader->line, &reader->line_room, reader->file);

    if (bytes <= 0)
        return ferror(reader->file)
                   ? error_set(err, ERROR_IO, "cannot be read: %s", strerror(errno))
                   : 1;
    reader->line_number++;
    if (reader->line[bytes - 1] != '\n')
        return error_set(err, ERROR_INPUT, "line %zu: expected a whole line", reader->line_number);
    if ((size_t)bytes > SPOOL_LINE_BYTES_MAX)
        return error_set(err, ERROR_INPUT, "line %zu: expected at most %zu bytes",
                         reader->line_number, SPOOL_LINE_BYTES_MAX);
    *ret_bytes = (size_t)bytes - 1;
    return 0;
}

static json_t *read_object(struct spool_reader *reader, int *ret_rc, struct error *err)
{
    json_t *object;
    size_t bytes;

    *ret_rc = read_line(reader, &bytes, err);
    if (*ret_rc)
        return NULL;
    object = json_loadb(reader->line, bytes, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(object))
        return object;
    json_decref(object);
    *ret_rc = error_set(err, ERROR_INPUT, "line %zu: expected a JSON object", reader->line_number);
    return NULL;
}

static int read_topic(struct spool_reader *reader, struct error *err)
{
    const char *type = NULL, *topic = NULL;
    int rc;
    json_t *object = read_object(reader, &rc, err);

    if (rc > 0)
        return error_set(err, ERROR_INPUT, "expected a first line that names the topic");
    if (!object)
        return rc;
    if (json_unpack(object, "{ss ss}", "type", &type, "topic", &topic) ||
        strcmp(type, SPOOL_TYPE) != 0)
        rc = error_set(err, ERROR_INPUT, "line 1: expected type " SPOOL_TYPE " and a topic");
    else if (!(reader->topic = strdup(topic)))
        rc = error_set(err, ERROR_MEMORY, "no memory for the spool");
    json_decref(object);
    return rc;
}

int spool_open(const char *path, struct spool_reader *ret_reader, struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), rc;
    struct stat info;

    memset(ret_reader, 0, sizeof(*ret_reader));
    if (fd < 0)
        return errno == ENOENT ? 1
                               : error_set(err, ERROR_IO, "cannot be opened: %s", strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) || fstat(fd, &info) || info.st_nlink == 0) {
        close(fd);
        return 1;
    }
    ret_reader->bytes = (uint64_t)info.st_size;
    ret_reader->file = fdopen(fd, "r");
    if (!ret_reader->file) {
        close(fd);
        return error_set(err, ERROR_MEMORY, "no memory for the spool");
    }
    rc = read_topic(ret_reader, err);
    if (rc)
        spool_end(ret_reader);
    return rc;
}

void spool_end(struct spool_reader *reader)
{
    if (reader->file)
        fclose(reader->file);
    free(reader->topic);
    free(reader->line);
    memset(reader, 0, sizeof(*reader));
}

void spool_rewind(struct spool_reader *reader)
{
    struct error ignored;
    size_t bytes;

    rewind(reader->file);
    reader->line_number = 0;
    read_line(reader, &bytes, &ignored);
}

static int headers_of(const json_t *object, struct arena *arena, struct envelope *envelope)
{
    const char *name;
    json_t *value;

    json_object_foreach ((json_t *)(uintptr_t)object, name, value) {
        struct header *header = &envelope->headers[envelope->count];

        if (envelope->count == ENVELOPE_HEADERS_MAX || !json_is_string(value))
            return -1;
        header->bytes = json_string_length(value);
        header->name = arena_strdup(arena, name);
        header->value = arena_strndup(arena, json_string_value(value), header->bytes);
        if (!header->name || !header->value)
            return -1;
        envelope->count++;
    }
    return 0;
}

int spool_next(struct spool_reader *reader, struct arena *arena, struct sink_record *ret_record,
               struct error *err)
{
    struct envelope *envelope = arena_alloc(arena, sizeof(*envelope));
    const char *key, *value;
    json_t *object, *headers;
    int rc;

    if (!envelope)
        return error_set(err, ERROR_MEMORY, "no memory for the spool");
    object = read_object(reader, &rc, err);
    if (!object)
        return rc;
    *ret_record = (struct sink_record){.envelope = envelope, .partition = SINK_BY_KEY};
    if (json_unpack(object, "{ss so ss%}", "key", &key, "headers", &headers, "value", &value,
                    &ret_record->value_bytes) ||
        headers_of(headers, arena, envelope))
        rc = error_set(err, ERROR_INPUT, "line %zu: expected key, headers and value",
                       reader->line_number);
    else if (!(ret_record->key = arena_strdup(arena, key)) ||
             !(ret_record->value = arena_strndup(arena, value, ret_record->value_bytes)))
        rc = error_set(err, ERROR_MEMORY, "no memory for the spool");
    json_decref(object);
    return rc;
}

static bool is_spool_file(const char *name)
{
    static const char *const suffixes[] = {SPOOL_SUFFIX, SPOOL_PART_SUFFIX};
    size_t bytes = strlen(name);

    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        size_t suffix = strlen(suffixes[i]);

        if (bytes > suffix && strcmp(name + bytes - suffix, suffixes[i]) == 0)
            return true;
    }
    return false;
}

static int by_name(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

int spool_names(const char *folder, struct arena *arena, struct list *ret_names, struct error *err)
{
    const char **names = arena_array(arena, SPOOL_FILES_MAX, sizeof(*names));
    DIR *entries = opendir(folder);
    const struct dirent *entry;
    size_t count = 0;
    int rc = 0;

    *ret_names = (struct list){.items = names};
    if (!entries)
        return errno == ENOENT ? 0
                               : error_set(err, ERROR_IO, "spool %s: cannot be read: %s", folder,
                                           strerror(errno));
    while (rc == 0 && names && count < SPOOL_FILES_MAX && (entry = readdir(entries))) {
        if (!is_spool_file(entry->d_name))
            continue;
        names[count] = arena_strdup(arena, entry->d_name);
        rc = names[count++] ? 0 : -1;
    }
    closedir(entries);
    if (!names || rc)
        return error_set(err, ERROR_MEMORY, "no memory for the spool");
    qsort(names, count, sizeof(*names), by_name);
    ret_names->count = count;
    return 0;
}
