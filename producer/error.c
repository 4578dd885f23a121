/*
 * error.c - keeps the first error, in one line.
 *
 * Texts and pointers are cut on a character boundary; control characters in a text become spaces,
 * so that what came from outside can never start a line of its own in somebody's log.
 */
#include "producer/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "producer/record.h"

static void copy_cut(char *to, size_t to_bytes, const char *from)
{
    size_t bytes = utf8_prefix(from, to_bytes - 1);

    memcpy(to, from, bytes);
    to[bytes] = '\0';
}

static void make_one_line(char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = ' ';
    }
}

static void set(struct error *err, enum error_kind kind, const char *pointer, const char *format,
                va_list arguments)
{
    /* One byte more than fits, so that the cut can tell whether it splits a character. */
    char text[ERROR_TEXT_BYTES_MAX + 1];

    if (!err || error_is_set(err))
        return;
    vsnprintf(text, sizeof(text), format, arguments);
    make_one_line(text);
    err->kind = kind;
    copy_cut(err->pointer, sizeof(err->pointer), pointer);
    copy_cut(err->text, sizeof(err->text), text);
}

int error_set(struct error *err, enum error_kind kind, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    set(err, kind, "", format, arguments);
    va_end(arguments);
    return -1;
}

int error_set_at(struct error *err, enum error_kind kind, const char *pointer, const char *format,
                 ...)
{
    va_list arguments;

    va_start(arguments, format);
    set(err, kind, pointer, format, arguments);
    va_end(arguments);
    return -1;
}

void error_clear(struct error *err)
{
    *err = (struct error){.kind = ERROR_NONE};
}

bool error_is_set(const struct error *err)
{
    return err && err->kind != ERROR_NONE;
}
