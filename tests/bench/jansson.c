/*
 * bench/jansson.c - what parsing a report costs at the least: every line by Jansson, and no more.
 *
 *   bench_jansson FILE
 *
 * Prints the CPU time of it in seconds. tests/bench/producer puts tocsin beside it.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv)
{
    FILE *file = argc == 2 ? fopen(argv[1], "re") : NULL;
    size_t room = 0, lines = 0;
    struct timespec cpu;
    char *line = NULL;
    ssize_t bytes;

    if (!file) {
        fprintf(stderr, "usage: bench_jansson FILE\n");
        return 1;
    }
    while ((bytes = getline(&line, &room, file)) > 0) {
        json_t *document = json_loadb(line, (size_t)bytes, 0, NULL);

        lines += document != NULL;
        json_decref(document);
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    printf("%.6f %zu\n", (double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9, lines);
    free(line);
    fclose(file);
    return 0;
}
