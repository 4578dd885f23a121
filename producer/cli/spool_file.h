/*
 * spool_file.h - records in a folder, for a time when Kafka is there again.
 *
 * A file is JSON Lines: first the topic, then a record a line with its key, headers and value. It
 * is written as NAME.part under a lock, and renamed to NAME.spool when all of it is on the disk; a
 * .part whose writer died is read as far as its lines are whole. Folder 0700, files 0600: they hold
 * prompts and outputs. What all files of a folder take together is bounded.
 */
#ifndef TOCSIN_PRODUCER_CLI_SPOOL_FILE_H
#define TOCSIN_PRODUCER_CLI_SPOOL_FILE_H

#include <stdio.h>

#include "producer/sink.h"

#define SPOOL_TYPE           "tocsin.spool.v1"
#define SPOOL_SUFFIX         ".spool"
#define SPOOL_PART_SUFFIX    ".part"
#define SPOOL_BAD_SUFFIX     ".bad"
#define SPOOL_MIB_DEFAULT    256
#define SPOOL_LINE_BYTES_MAX ((size_t)4 << 20) /* a record's value, escaped, and its headers */
#define SPOOL_FILES_MAX      4096

struct spool_writer {
    const char *folder, *topic;
    uint64_t bytes_max; /* of the whole folder */
    uint64_t bytes;     /* of the whole folder by now */
    size_t records;     /* in this file */
    bool is_whole;      /* has its final name */
    FILE *file;         /* NULL: nothing was kept yet */
    char *path;
};

/* All zero but folder, topic and bytes_max is an empty writer; strings are not copied. The folder
 * is made when the first record comes. ERROR_RETRIABLE: the folder is full. */
int spool_write(struct spool_writer *writer, const struct sink_record *record, struct error *err);

/* Returns when everything written is on the disk. */
int spool_sync(struct spool_writer *writer, struct error *err);

/* Also of a writer that never wrote. */
void spool_close(struct spool_writer *writer);

struct spool_reader {
    FILE *file;
    char *topic;
    char *line;
    size_t line_room, line_number;
    uint64_t bytes; /* of the file */
};

/* Opens and locks a file. 1: somebody else is writing or sending it, or it is gone. */
int spool_open(const char *path, struct spool_reader *ret_reader, struct error *err);
void spool_end(struct spool_reader *reader);

/* Back to the first record. */
void spool_rewind(struct spool_reader *reader);

/* The next record, in the arena. 1: no more. ERROR_INPUT: this line is none, and the next may be.
 */
int spool_next(struct spool_reader *reader, struct arena *arena, struct sink_record *ret_record,
               struct error *err);

/* Names of a folder's spool files, by age, in the arena. A folder that is not there has none. */
int spool_names(const char *folder, struct arena *arena, struct list *ret_names, struct error *err);

#endif
