/*
 * arena.h - memory that is given back all at once.
 *
 * One arena per record: reset at the top of the loop, so that what a decoder allocates needs no
 * free of its own. What outlives the record is copied on purpose. Not thread-safe.
 */
#ifndef TOCSIN_PRODUCER_ARENA_H
#define TOCSIN_PRODUCER_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *first;
    struct arena_block *current;
    size_t bytes;     /* handed out since the last reset */
    size_t bytes_max; /* what it may hand out until the next reset; 0: as much as there is */
};

void arena_init(struct arena *arena);
void arena_fini(struct arena *arena);

/* Keeps up to ARENA_KEEP_BYTES of blocks for reuse and frees the rest. */
#define ARENA_KEEP_BYTES ((size_t)1 << 20)
void arena_reset(struct arena *arena);

/* Zeroed, aligned for any type. NULL when memory is out or bytes_max is reached. */
void *arena_alloc(struct arena *arena, size_t bytes);
void *arena_array(struct arena *arena, size_t count, size_t size);

/* NULL in, NULL out. */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t bytes);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
