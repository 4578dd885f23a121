/*
 * arena.c - a chain of blocks, each handed out from its front.
 *
 * A block is at least ARENA_BLOCK_BYTES; a larger request gets one of its own size. A reset keeps
 * the first blocks up to ARENA_KEEP_BYTES, so that a loop over records stops calling malloc after
 * its first rounds and one huge record does not stay in memory for ever.
 */
#include "producer/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BLOCK_BYTES     ((size_t)32 << 10)
#define ARENA_PIECE_BYTES_MAX ((size_t)PTRDIFF_MAX / 2) /* no sum below can overflow */

struct arena_block {
    struct arena_block *next;
    size_t room, used;
    alignas(max_align_t) unsigned char memory[];
};

void arena_init(struct arena *arena)
{
    *arena = (struct arena){.first = NULL};
}

static void free_blocks(struct arena_block *block)
{
    while (block) {
        struct arena_block *next = block->next;

        free(block);
        block = next;
    }
}

void arena_fini(struct arena *arena)
{
    free_blocks(arena->first);
    arena_init(arena);
}

void arena_reset(struct arena *arena)
{
    struct arena_block **link = &arena->first;
    size_t kept = 0;

    while (*link && kept + (*link)->room <= ARENA_KEEP_BYTES) {
        kept += (*link)->room;
        (*link)->used = 0;
        link = &(*link)->next;
    }
    free_blocks(*link);
    *link = NULL;
    arena->current = arena->first;
    arena->bytes = 0;
}

static struct arena_block *block_new(size_t bytes)
{
    size_t room = bytes > ARENA_BLOCK_BYTES ? bytes : ARENA_BLOCK_BYTES;
    struct arena_block *block = malloc(sizeof(*block) + room);

    if (block) {
        block->next = NULL;
        block->room = room;
        block->used = 0;
    }
    return block;
}

/* The block with room for so many bytes: the current one, one kept by a reset, or a new one. */
static struct arena_block *block_for(struct arena *arena, size_t bytes)
{
    struct arena_block *block = arena->current;

    while (block && block->room - block->used < bytes && block->next)
        block = block->next;
    if (!block || block->room - block->used < bytes) {
        struct arena_block *fresh = block_new(bytes);

        if (!fresh)
            return NULL;
        if (block)
            block->next = fresh;
        else
            arena->first = fresh;
        block = fresh;
    }
    arena->current = block;
    return block;
}

static void *take(struct arena *arena, size_t bytes)
{
    const size_t alignment = alignof(max_align_t);
    struct arena_block *block;
    size_t rounded;
    void *taken;

    if (bytes > ARENA_PIECE_BYTES_MAX)
        return NULL;
    rounded = bytes ? (bytes + alignment - 1) / alignment * alignment : alignment;
    if (arena->bytes_max && arena->bytes + rounded > arena->bytes_max)
        return NULL;
    block = block_for(arena, rounded);
    if (!block)
        return NULL;
    taken = block->memory + block->used;
    block->used += rounded;
    arena->bytes += rounded;
    return taken;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    void *taken = take(arena, bytes);

    if (taken)
        memset(taken, 0, bytes);
    return taken;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        return NULL;
    return arena_alloc(arena, count * size);
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return text ? arena_strndup(arena, text, strlen(text)) : NULL;
}

char *arena_strndup(struct arena *arena, const char *text, size_t bytes)
{
    char *copy;

    if (!text || bytes == SIZE_MAX)
        return NULL;
    copy = take(arena, bytes + 1);
    if (copy) {
        memcpy(copy, text, bytes);
        copy[bytes] = '\0';
    }
    return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    char *text;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        return NULL;
    text = take(arena, (size_t)length + 1);
    if (!text)
        return NULL;
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}
