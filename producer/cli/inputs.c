/*
 * inputs.c - a list that grows, and a walk through folders.
 */
#include "producer/cli/inputs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void inputs_init(struct inputs *inputs, struct arena *arena)
{
    *inputs = (struct inputs){.arena = arena};
}

void inputs_fini(struct inputs *inputs)
{
    for (size_t i = 0; i < inputs->count; i++)
        input_close(&inputs->items[i]);
    free(inputs->items);
}

static int append(struct inputs *inputs, const struct input *input, struct error *err)
{
    if (inputs->count == INPUTS_MAX)
        return error_set(err, ERROR_LIMIT, "more than %d reports", INPUTS_MAX);
    if (inputs->count == inputs->room) {
        size_t room = inputs->room ? 2 * inputs->room : 16;
        struct input *grown = reallocarray(inputs->items, room, sizeof(*grown));

        if (!grown)
            return error_set(err, ERROR_MEMORY, "no memory for a report's name");
        inputs->items = grown;
        inputs->room = room;
    }
    inputs->items[inputs->count++] = *input;
    return 0;
}

int input_open(struct input *input, struct error *err)
{
    if (input->fd == -1)
        input->fd = open(input->path, O_RDONLY | O_CLOEXEC);
    return input->fd == -1 ? error_set(err, ERROR_IO, "%s", strerror(errno)) : 0;
}

void input_close(struct input *input)
{
    if (input->path && input->fd != -1)
        close(input->fd);
    input->fd = -1;
}

static int is_shown(const struct dirent *entry)
{
    return *entry->d_name != '.';
}

static int by_bytes(const struct dirent **one, const struct dirent **other)
{
    return strcmp((*one)->d_name, (*other)->d_name);
}

static int add_folder(struct inputs *inputs, const char *path, size_t depth, struct error *err);

static int add_entry(struct inputs *inputs, const char *folder, const char *name, size_t depth,
                     struct error *err)
{
    bool has_slash = *folder && folder[strlen(folder) - 1] == '/';
    const char *path = arena_printf(inputs->arena, "%s%s%s", folder, has_slash ? "" : "/", name);
    struct stat status;

    if (!path)
        return error_set(err, ERROR_MEMORY, "no memory for a report's name");
    if (lstat(path, &status))
        return 0; /* gone since it was listed */
    if (S_ISDIR(status.st_mode))
        return add_folder(inputs, path, depth + 1, err);
    if (S_ISLNK(status.st_mode) && stat(path, &status))
        return 0; /* leads nowhere */
    if (!S_ISREG(status.st_mode))
        return 0;
    return append(inputs,
                  &(struct input){.name = path, .path = path, .fd = -1, .is_of_folder = true}, err);
}

static int add_folder(struct inputs *inputs, const char *path, size_t depth, struct error *err)
{
    struct dirent **entries;
    int count, rc = 0;

    if (depth > INPUT_FOLDER_DEPTH_MAX)
        return error_set(err, ERROR_LIMIT, "folders nested deeper than %d", INPUT_FOLDER_DEPTH_MAX);
    count = scandir(path, &entries, is_shown, by_bytes);
    if (count == -1)
        return error_set(err, ERROR_IO, "cannot list a folder: %s", strerror(errno));
    for (int i = 0; i < count; i++) {
        if (rc == 0)
            rc = add_entry(inputs, path, entries[i]->d_name, depth, err);
        free(entries[i]);
    }
    free(entries);
    return rc;
}

int inputs_add(struct inputs *inputs, const char *name, struct error *err)
{
    struct input input = {.name = name, .path = name, .fd = -1};
    struct stat status;

    if (strcmp(name, "-") == 0) {
        input = (struct input){.name = "standard input", .fd = STDIN_FILENO};
        return append(inputs, &input, err);
    }
    if (stat(name, &status) == 0 && S_ISDIR(status.st_mode))
        return add_folder(inputs, name, 1, err);
    if (input_open(&input, err))
        return -1;
    if (append(inputs, &input, err)) {
        input_close(&input);
        return -1;
    }
    return 0;
}
