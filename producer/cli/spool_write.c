/*
 * spool_write.c - the writing side of spool_file.h.
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
#include "producer/publisher.h"

#define FOLDER_MODE 0700
#define FILE_MODE   0600
#define MIB_SHIFT   20

static int fail(struct error *err, const char *path, const char *what)
{
    return error_set(err, ERROR_IO, "spool %s: %s: %s", path, what, strerror(errno));
}

/* A folder that everybody may write to would let anybody put records in our name into it. */
static int make_folder(const char *folder, struct error *err)
{
    struct stat info;

    if (mkdir(folder, FOLDER_MODE) && errno != EEXIST)
        return fail(err, folder, "cannot be made");
    if (stat(folder, &info))
        return fail(err, folder, "cannot be looked at");
    if (!S_ISDIR(info.st_mode))
        return error_set(err, ERROR_IO, "spool %s: expected a folder", folder);
    if (info.st_uid != geteuid() || info.st_mode & (S_IWGRP | S_IWOTH))
        return error_set(err, ERROR_IO,
                         "spool %s: expected a folder of this user that nobody else may write to",
                         folder);
    return 0;
}

static int measure_folder(struct spool_writer *writer, struct error *err)
{
    DIR *folder = opendir(writer->folder);
    const struct dirent *entry;
    struct stat info;

    if (!folder)
        return fail(err, writer->folder, "cannot be read");
    while ((entry = readdir(folder))) {
        if (fstatat(dirfd(folder), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(info.st_mode))
            writer->bytes += (uint64_t)info.st_size;
    }
    closedir(folder);
    return 0;
}

static int write_line(struct spool_writer *writer, const char *line, struct error *err)
{
    size_t bytes = strlen(line);

    if (writer->bytes + bytes + 1 > writer->bytes_max)
        return error_set(err, ERROR_RETRIABLE, "spool %s: it would hold more than %llu MiB",
                         writer->folder, (unsigned long long)(writer->bytes_max >> MIB_SHIFT));
    if (fwrite(line, 1, bytes, writer->file) != bytes || putc('\n', writer->file) == EOF)
        return fail(err, writer->path, "cannot be written");
    writer->bytes += bytes + 1;
    return 0;
}

static int write_json(struct spool_writer *writer, json_t *object, struct error *err)
{
    char *line = object ? json_dumps(object, JSON_COMPACT) : NULL;
    int rc = line ? write_line(writer, line, err)
                  : error_set(err, ERROR_MEMORY, "no memory for the spool");

    free(line);
    json_decref(object);
    return rc;
}

static int open_file(struct spool_writer *writer, struct error *err)
{
    int fd;

    if (make_folder(writer->folder, err) || measure_folder(writer, err))
        return -1;
    if (asprintf(&writer->path, "%s/%013lld-%ld" SPOOL_PART_SUFFIX, writer->folder,
                 (long long)publisher_now_ms(), (long)getpid()) < 0) {
        writer->path = NULL;
        return error_set(err, ERROR_MEMORY, "no memory for the spool");
    }
    fd = open(writer->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (fd < 0)
        return fail(err, writer->path, "cannot be made");
    writer->file = fdopen(fd, "w");
    if (!writer->file || flock(fd, LOCK_EX | LOCK_NB))
        return fail(err, writer->path, "cannot be locked");
    return write_json(writer, json_pack("{ss ss}", "type", SPOOL_TYPE, "topic", writer->topic),
                      err);
}

static json_t *headers_of(const struct envelope *envelope)
{
    json_t *headers = json_object();

    for (size_t i = 0; headers && envelope && i < envelope->count; i++) {
        const struct header *header = &envelope->headers[i];

        json_object_set_new(headers, header->name, json_stringn(header->value, header->bytes));
    }
    return headers;
}

int spool_write(struct spool_writer *writer, const struct sink_record *record, struct error *err)
{
    if (!writer->file && open_file(writer, err))
        return -1;
    if (write_json(writer,
                   json_pack("{ss so ss%}", "key", record->key, "headers",
                             headers_of(record->envelope), "value", record->value,
                             record->value_bytes),
                   err))
        return -1;
    writer->records++;
    return 0;
}

static int sync_folder(const char *folder, struct error *err)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd < 0 || fsync(fd) ? fail(err, folder, "cannot be made safe") : 0;

    if (fd >= 0)
        close(fd);
    return rc;
}

/* "NAME.part" becomes "NAME.spool", and the folder knows it. */
static int make_whole(struct spool_writer *writer, struct error *err)
{
    char *whole = NULL;
    int stem = (int)(strlen(writer->path) - strlen(SPOOL_PART_SUFFIX));

    if (asprintf(&whole, "%.*s" SPOOL_SUFFIX, stem, writer->path) < 0)
        return error_set(err, ERROR_MEMORY, "no memory for the spool");
    if (rename(writer->path, whole)) {
        free(whole);
        return fail(err, writer->path, "cannot be renamed");
    }
    free(writer->path);
    writer->path = whole;
    writer->is_whole = true;
    return sync_folder(writer->folder, err);
}

int spool_sync(struct spool_writer *writer, struct error *err)
{
    if (!writer->file)
        return 0;
    if (fflush(writer->file) || fsync(fileno(writer->file)))
        return fail(err, writer->path, "cannot be made safe");
    return writer->is_whole ? 0 : make_whole(writer, err);
}

void spool_close(struct spool_writer *writer)
{
    if (writer->file)
        fclose(writer->file);
    free(writer->path);
    writer->file = NULL;
    writer->path = NULL;
}
