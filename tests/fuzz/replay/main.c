/*
 * main.c - runs a fuzz target without libFuzzer: over every file of the folders that it is given,
 * and over some mutations of each, always the same ones. So an ordinary build and any compiler keep
 * what the fuzzer once found from coming back.
 *
 *   fuzz_replay_<target> [--mutations N] FOLDER...      exit 0: all were survived
 */
#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_BYTES_MAX   ((size_t)1 << 20)
#define MUTATIONS_DEFAULT 200
#define CHANGES_MAX       8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t inputs;
static char current[PATH_MAX + 32];

/* xorshift64 */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static size_t below(uint64_t *state, size_t end)
{
    return end > 0 ? (size_t)(next_random(state) % end) : 0;
}

/* In a block of its own, so that a sanitizer sees a read beyond it. */
static void run(const uint8_t *data, size_t bytes)
{
    uint8_t *copy = malloc(bytes > 0 ? bytes : 1);

    if (!copy)
        exit(1);
    memcpy(copy, data, bytes);
    LLVMFuzzerTestOneInput(copy, bytes);
    free(copy);
    inputs++;
}

/* A byte changed, a piece taken out, or a piece said twice. */
static size_t change(uint8_t *data, size_t bytes, uint64_t *random)
{
    size_t at = below(random, bytes), length = below(random, bytes - at) / 4 + 1;

    if (bytes == 0)
        return 0;
    switch (below(random, 4)) {
    case 0:
        data[at] = (uint8_t)next_random(random);
        return bytes;
    case 1:
        data[at] ^= (uint8_t)(1U << below(random, 8));
        return bytes;
    case 2:
        memmove(data + at, data + at + length, bytes - at - length);
        return bytes - length;
    default:
        if (bytes + length > INPUT_BYTES_MAX)
            return bytes;
        memmove(data + at + length, data + at, bytes - at);
        return bytes + length;
    }
}

static void mutate(const uint8_t *data, size_t bytes, size_t mutations)
{
    uint64_t random = 0x9E3779B97F4A7C15U ^ bytes;
    uint8_t *mutant = malloc(INPUT_BYTES_MAX);

    if (!mutant)
        exit(1);
    for (size_t i = 0; i < mutations; i++) {
        size_t count = below(&random, CHANGES_MAX) + 1, mutant_bytes = bytes;
        memcpy(mutant, data, bytes);
        while (count-- > 0)
            mutant_bytes = change(mutant, mutant_bytes, &random);
        run(mutant, mutant_bytes);
    }
    free(mutant);
}

static int replay_file(const char *path, size_t mutations)
{
    static uint8_t data[INPUT_BYTES_MAX];
    FILE *file = fopen(path, "rb");

    if (!file) {
        perror(path);
        return 1;
    }
    size_t bytes = fread(data, 1, sizeof data, file);
    fclose(file);
    snprintf(current, sizeof current, "while replaying %s\n", path);
    run(data, bytes);
    mutate(data, bytes, mutations);
    return 0;
}

static int replay_folder(const char *folder, size_t mutations)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort), rc = count < 0 ? 1 : 0;

    if (count < 0)
        perror(folder);
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.' && replay_file(path, mutations) != 0)
            rc = 1;
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return rc;
}

/* abort() ends in no atexit(): the input is named as it begins to matter. */
static void on_abort(int number)
{
    (void)number;
    fputs(current, stderr);
}

int main(int argc, char **argv)
{
    size_t mutations = MUTATIONS_DEFAULT;
    int rc = 0, at = 1;

    if (argc > 2 && strcmp(argv[1], "--mutations") == 0) {
        mutations = (size_t)strtoul(argv[2], NULL, 10);
        at = 3;
    }
    if (signal(SIGABRT, on_abort) == SIG_ERR)
        return 1;
    for (; at < argc; at++)
        rc |= replay_folder(argv[at], mutations);
    printf("%s: %zu inputs\n", argv[0], inputs);
    return rc == 0 && inputs > 0 ? 0 : 1;
}
