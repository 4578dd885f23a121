/*
 * log.c - builds a line in a buffer of fixed size and writes it with one call.
 *
 * A line that is full loses its last pairs, never its end. Bytes that are no printable ASCII or
 * valid UTF-8 are escaped. A write that fails is dropped: a log cannot stop the work.
 */
#include "consumer/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "producer/record.h"

#define LOG_PAIRS_MAX 32

const char *const log_level_names[] = {"debug", "info", "warning", "error", NULL};

static struct {
    enum log_level level_min;
    enum log_format format;
    int fd;
} setup = {.level_min = LOG_INFO, .format = LOG_LOGFMT, .fd = STDERR_FILENO};

void log_setup(enum log_level level_min, enum log_format format, int fd)
{
    setup.level_min = level_min;
    setup.format = format;
    setup.fd = fd;
}

struct line {
    char *text;
    size_t bytes, room;
    bool full;
};

static void put(struct line *line, const char *text, size_t bytes)
{
    if (line->full || bytes > line->room - line->bytes) {
        line->full = true;
        return;
    }
    memcpy(line->text + line->bytes, text, bytes);
    line->bytes += bytes;
}

static void put_text(struct line *line, const char *text)
{
    put(line, text, strlen(text));
}

static bool plain(const char *value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        unsigned char byte = (unsigned char)value[i];

        if (byte <= ' ' || byte == '"' || byte == '=' || byte == '\\' || byte >= 0x7f)
            return false;
    }
    return bytes > 0;
}

/* Between quotes; the same escapes in logfmt and in JSON. */
static void put_quoted(struct line *line, const char *value, size_t bytes)
{
    bool valid = utf8_valid(value, bytes);

    put_text(line, "\"");
    for (size_t i = 0; i < bytes; i++) {
        unsigned char byte = (unsigned char)value[i];
        char escaped[8];

        if (byte == '"' || byte == '\\')
            snprintf(escaped, sizeof(escaped), "\\%c", byte);
        else if (byte == '\n')
            snprintf(escaped, sizeof(escaped), "\\n");
        else if (byte < ' ' || byte == 0x7f || (byte >= 0x80 && !valid))
            snprintf(escaped, sizeof(escaped), "\\u%04x", byte);
        else
            snprintf(escaped, sizeof(escaped), "%c", byte);
        put_text(line, escaped);
    }
    put_text(line, "\"");
}

static void put_pair(struct line *line, enum log_format format, const char *name, const char *value)
{
    size_t before = line->bytes;
    size_t bytes = utf8_prefix(value, LOG_VALUE_BYTES_MAX);
    bool first = line->bytes <= 1;

    if (format == LOG_JSON) {
        put_text(line, first ? "\"" : ",\"");
        put_text(line, name);
        put_text(line, "\":");
    } else {
        put_text(line, first ? "" : " ");
        put_text(line, name);
        put_text(line, "=");
    }
    if (format == LOG_LOGFMT && plain(value, bytes))
        put(line, value, bytes);
    else
        put_quoted(line, value, bytes);
    if (line->full)
        line->bytes = before;
}

size_t log_line(char text[LOG_LINE_BYTES_MAX], enum log_format format, int64_t time_ms,
                enum log_level level, const char *event, const char *const *pairs)
{
    struct line line = {.text = text, .room = LOG_LINE_BYTES_MAX - 3};
    char time[TIME_TEXT_BYTES];

    time_format(time_ms, time);
    if (format == LOG_JSON)
        put_text(&line, "{");
    put_pair(&line, format, "ts", time);
    put_pair(&line, format, "level", log_level_names[level]);
    put_pair(&line, format, "event", event);
    for (; *pairs; pairs += 2)
        put_pair(&line, format, pairs[0], pairs[1]);
    if (format == LOG_JSON)
        text[line.bytes++] = '}';
    text[line.bytes++] = '\n';
    text[line.bytes] = '\0';
    return line.bytes;
}

void log_event(enum log_level level, const char *event, ...)
{
    const char *pairs[2 * LOG_PAIRS_MAX + 1];
    char line[LOG_LINE_BYTES_MAX];
    struct timespec now;
    size_t count = 0;
    va_list arguments;

    if (level < setup.level_min)
        return;
    va_start(arguments, event);
    /* NOLINTBEGIN(clang-analyzer-valist.Uninitialized): clang 14 does not see va_start */
    for (const char *name = va_arg(arguments, const char *); name && count < LOG_PAIRS_MAX;
         name = va_arg(arguments, const char *)) {
        const char *value = va_arg(arguments, const char *);

        if (!value)
            continue;
        pairs[2 * count] = name;
        pairs[2 * count + 1] = value;
        count++;
    }
    /* NOLINTEND(clang-analyzer-valist.Uninitialized) */
    va_end(arguments);
    pairs[2 * count] = NULL;
    clock_gettime(CLOCK_REALTIME, &now);
    size_t bytes = log_line(line, setup.format, now.tv_sec * 1000 + now.tv_nsec / 1000000, level,
                            event, pairs);
    ssize_t written = write(setup.fd, line, bytes);
    (void)written;
}

const char *log_number(char text[LOG_NUMBER_BYTES], int64_t number)
{
    snprintf(text, LOG_NUMBER_BYTES, "%" PRId64, number);
    return text;
}
