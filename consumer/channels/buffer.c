/*
 * buffer.c - text that grows in an arena up to a ceiling. See buffer.h.
 */
#include "consumer/channels/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CAPACITY_FIRST 256

void buffer_init(struct buffer *buffer, size_t bytes_max, struct arena *arena)
{
    *buffer = (struct buffer){.arena = arena, .bytes_max = bytes_max};
}

static bool buffer_reserve(struct buffer *buffer, size_t bytes)
{
    if (buffer->full || bytes > buffer->bytes_max - buffer->bytes) {
        buffer->full = true;
        return false;
    }
    size_t needed = buffer->bytes + bytes + 1;
    if (needed <= buffer->capacity)
        return true;
    size_t capacity = needed > CAPACITY_FIRST ? 2 * needed : CAPACITY_FIRST;
    char *text = arena_alloc(buffer->arena, capacity);
    if (!text) {
        buffer->full = buffer->failed = true;
        return false;
    }
    if (buffer->text)
        memcpy(text, buffer->text, buffer->bytes);
    buffer->text = text;
    buffer->capacity = capacity;
    return true;
}

void buffer_add(struct buffer *buffer, const char *text, size_t bytes)
{
    if (!buffer_reserve(buffer, bytes))
        return;
    memcpy(buffer->text + buffer->bytes, text, bytes);
    buffer->bytes += bytes;
    buffer->text[buffer->bytes] = '\0';
}

void buffer_text(struct buffer *buffer, const char *text)
{
    buffer_add(buffer, text, strlen(text));
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
    va_list arguments, again;

    va_start(arguments, format);
    va_copy(again, arguments);
    int bytes = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (bytes > 0 && buffer_reserve(buffer, (size_t)bytes)) {
        vsnprintf(buffer->text + buffer->bytes, (size_t)bytes + 1, format, again);
        buffer->bytes += (size_t)bytes;
    }
    va_end(again);
}

const char *buffer_get(const struct buffer *buffer)
{
    return buffer->text ? buffer->text : "";
}
