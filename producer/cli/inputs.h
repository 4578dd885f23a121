/*
 * inputs.h - the reports of one call: files, standard input, and all files of folders.
 *
 * A folder stands for its files and those of its folders, by name in the order of their bytes;
 * hidden ones (whose names begin with a dot) are none of them, nor is a symbolic link to a folder.
 * Named files are opened at once, so that a wrong name is found before anything is sent; those of
 * folders when they are read.
 */
#ifndef TOCSIN_PRODUCER_CLI_INPUTS_H
#define TOCSIN_PRODUCER_CLI_INPUTS_H

#include <stdbool.h>
#include <stddef.h>

#include "producer/arena.h"
#include "producer/error.h"

#define INPUTS_MAX             65536
#define INPUT_FOLDER_DEPTH_MAX 32

struct input {
    const char *name; /* for messages */
    const char *path; /* NULL: standard input */
    int fd;           /* -1: not open yet */
    bool is_of_folder;
};

struct inputs {
    struct input *items;
    size_t count, room;
    struct arena *arena; /* names and paths */
};

void inputs_init(struct inputs *inputs, struct arena *arena);
void inputs_fini(struct inputs *inputs); /* closes what is open */

/* A name from the command line, "-" for standard input. ERROR_IO: it cannot be opened. */
int inputs_add(struct inputs *inputs, const char *name, struct error *err);

/* Opens what is not open yet. */
int input_open(struct input *input, struct error *err);
void input_close(struct input *input);

#endif
