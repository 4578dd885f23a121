/*
 * lines.c - a growing buffer with a window of unread bytes.
 */
#include "producer/reports/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BYTES ((size_t)64 << 10)

void lines_init(struct lines *lines, int fd)
{
    memset(lines, 0, sizeof(*lines));
    lines->fd = fd;
}

void lines_fini(struct lines *lines)
{
    free(lines->buffer);
    memset(lines, 0, sizeof(*lines));
}

/* Makes room behind the window, by moving it to the front or by growing. One byte is kept for a
 * NUL. */
static int make_room(struct lines *lines, struct error *err)
{
    char *grown;

    if (lines->buffer && lines->begin > 0) {
        memmove(lines->buffer, lines->buffer + lines->begin, lines->end - lines->begin);
        lines->end -= lines->begin;
        lines->begin = 0;
    }
    if (lines->room - lines->end > READ_BYTES)
        return 0;
    grown = realloc(lines->buffer, 2 * lines->room + 2 * READ_BYTES);
    if (!grown)
        return error_set(err, ERROR_MEMORY, "no memory for a line");
    lines->buffer = grown;
    lines->room = 2 * lines->room + 2 * READ_BYTES;
    return 0;
}

static int fill(struct lines *lines, struct error *err)
{
    ssize_t count;

    if (make_room(lines, err))
        return -1;
    do
        count = read(lines->fd, lines->buffer + lines->end, READ_BYTES);
    while (count == -1 && errno == EINTR);
    if (count == -1)
        return error_set(err, ERROR_IO, "cannot read: %s", strerror(errno));
    lines->end += (size_t)count;
    lines->is_over = count == 0;
    return 0;
}

/* The line feed of the line at the front; the end of the file where there is none. */
static int find_end(struct lines *lines, size_t bytes_max, char **ret_feed, bool *ret_too_long,
                    struct error *err)
{
    size_t searched = 0;

    *ret_too_long = false;
    for (;;) {
        size_t unread = lines->end - lines->begin;
        char *front = lines->buffer ? lines->buffer + lines->begin : NULL;
        char *feed =
            front && unread > searched ? memchr(front + searched, '\n', unread - searched) : NULL;

        if (feed || lines->is_over) {
            *ret_feed = feed;
            return 0;
        }
        searched = unread;
        if (unread > bytes_max) {
            *ret_too_long = true;
            lines->begin = lines->end;
            searched = 0;
        }
        if (fill(lines, err))
            return -1;
    }
}

/* Moves behind a byte order mark. */
static void skip_mark(const char **text, size_t *bytes)
{
    static const char mark[] = "\xef\xbb\xbf";

    if (*bytes >= strlen(mark) && memcmp(*text, mark, strlen(mark)) == 0) {
        *text += strlen(mark);
        *bytes -= strlen(mark);
    }
}

/* How many bytes the first `count_max` complete lines take. */
static size_t complete_bytes(const char *text, size_t bytes, size_t count_max)
{
    size_t at = 0;

    while (count_max-- > 0) {
        const char *feed = memchr(text + at, '\n', bytes - at);

        if (!feed)
            break;
        at = (size_t)(feed - text) + 1;
    }
    return at;
}

int lines_head(struct lines *lines, size_t count_max, size_t bytes_max, const char **ret_head,
               size_t *ret_bytes, struct error *err)
{
    size_t unread, complete = 0;

    do {
        if (fill(lines, err))
            return -1;
        unread = lines->end - lines->begin;
        complete = complete_bytes(lines->buffer + lines->begin, unread, count_max);
    } while (!lines->is_over && complete == 0 && unread <= bytes_max);
    *ret_head = lines->buffer + lines->begin;
    *ret_bytes = lines->is_over || complete == 0 ? unread : complete;
    skip_mark(ret_head, ret_bytes);
    return 0;
}

int lines_all(struct lines *lines, size_t bytes_max, const char **ret_text, size_t *ret_bytes,
              struct error *err)
{
    while (!lines->is_over) {
        if (fill(lines, err))
            return -1;
        if (lines->end - lines->begin > bytes_max)
            return error_set(err, ERROR_LIMIT, "a report of more than %zu bytes", bytes_max);
    }
    lines->buffer[lines->end] = '\0';
    *ret_text = lines->buffer + lines->begin;
    *ret_bytes = lines->end - lines->begin;
    skip_mark(ret_text, ret_bytes);
    return 0;
}

/* Looks at growing ends of the file until one holds a whole line. */
int lines_tail(const struct lines *lines, struct arena *arena, char **ret_text, size_t *ret_bytes)
{
    struct stat status;
    size_t bytes = READ_BYTES;
    char *text, *feed;

    if (fstat(lines->fd, &status) || !S_ISREG(status.st_mode) || status.st_size == 0)
        return 0;
    for (;; bytes *= 4) {
        bool is_whole = bytes >= (size_t)status.st_size;

        if (bytes > LINES_TAIL_BYTES_MAX)
            return 0;
        bytes = is_whole ? (size_t)status.st_size : bytes;
        text = arena_alloc(arena, bytes + 1);
        if (!text || pread(lines->fd, text, bytes, status.st_size - (off_t)bytes) != (ssize_t)bytes)
            return 0;
        while (bytes > 0 && strchr("\r\n ", text[bytes - 1]))
            text[--bytes] = '\0';
        feed = memrchr(text, '\n', bytes);
        if (feed || is_whole)
            break;
    }
    *ret_text = feed ? feed + 1 : text;
    *ret_bytes = bytes - (size_t)(*ret_text - text);
    return 1;
}

static void trim(struct lines *lines, struct line *line)
{
    static const char mark[] = "\xef\xbb\xbf";

    if (lines->number == 1 && line->bytes >= 3 && memcmp(line->text, mark, 3) == 0) {
        line->text += 3;
        line->bytes -= 3;
    }
    while (line->bytes > 0 && strchr(" \t\r", line->text[line->bytes - 1]))
        line->bytes--;
    while (line->bytes > 0 && strchr(" \t", *line->text)) {
        line->text++;
        line->bytes--;
    }
    line->text[line->bytes] = '\0';
}

int lines_next(struct lines *lines, size_t bytes_max, struct line *ret_line, struct error *err)
{
    bool too_long;
    char *feed;

    for (;;) {
        size_t bytes;

        if (find_end(lines, bytes_max, &feed, &too_long, err))
            return -1;
        if (!feed && lines->begin == lines->end && !too_long)
            return 0;
        lines->number++;
        *ret_line = (struct line){.text = lines->buffer + lines->begin, .number = lines->number};
        bytes = feed ? (size_t)(feed - ret_line->text) : lines->end - lines->begin;
        lines->begin += bytes + (feed != NULL);
        if (too_long || bytes > bytes_max)
            return error_set(err, ERROR_LIMIT, "a line of more than %zu bytes", bytes_max);
        ret_line->bytes = bytes;
        trim(lines, ret_line);
        if (ret_line->bytes > 0)
            return 1;
    }
}
