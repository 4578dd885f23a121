/*
 * lines.c - wraps text for a terminal. See lines.h.
 */
#include "consumer/channels/lines.h"

#include <stdint.h>
#include <string.h>

#include "consumer/channels/text.h"

#define TAB_COLUMNS 4

struct width_range {
    uint32_t first, last;
    size_t columns;
};

/* What is not one column wide: combining marks and joiners, and East Asian wide characters with the
 * emoji. */
static const struct width_range widths[] = {
    {0x09, 0x09, TAB_COLUMNS}, {0x0300, 0x036F, 0}, {0x0483, 0x0489, 0}, {0x0591, 0x05BD, 0},
    {0x0610, 0x061A, 0},       {0x064B, 0x065F, 0}, {0x1100, 0x115E, 2}, {0x1AB0, 0x1AFF, 0},
    {0x1DC0, 0x1DFF, 0},       {0x200C, 0x200D, 0}, {0x20D0, 0x20FF, 0}, {0x2E80, 0xA4CF, 2},
    {0xAC00, 0xD7A3, 2},       {0xF900, 0xFAFF, 2}, {0xFE0E, 0xFE0F, 0}, {0xFE20, 0xFE2F, 0},
    {0xFE30, 0xFE6F, 2},       {0xFF00, 0xFF60, 2}, {0xFFE0, 0xFFE6, 2}, {0x1F300, 0x1FAFF, 2},
    {0x20000, 0x3FFFD, 2},
};

static size_t columns_of(uint32_t code)
{
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        if (code >= widths[i].first && code <= widths[i].last)
            return widths[i].columns;
    }
    return 1;
}

size_t lines_columns(const char *text, size_t bytes)
{
    size_t columns = 0;
    uint32_t code = 0;

    for (size_t at = 0; at < bytes;) {
        size_t length = text_next(text + at, bytes - at, &code);
        columns += length > 0 ? columns_of(code) : 1;
        at += length > 0 ? length : 1;
    }
    return columns;
}

/* How many bytes of the paragraph stand on one line: up to the last space that fits, else as much
 * as fits. */
static size_t line_bytes(const char *text, size_t bytes, size_t columns_max)
{
    size_t columns = 0, last_space = 0;
    uint32_t code = 0;

    for (size_t at = 0; at < bytes;) {
        size_t length = text_next(text + at, bytes - at, &code);
        columns += length > 0 ? columns_of(code) : 1;
        if (columns > columns_max && at > 0)
            return last_space > 0 ? last_space : at;
        if (code == ' ' && at > 0)
            last_space = at;
        at += length > 0 ? length : 1;
    }
    return bytes;
}

static void add_expanded(struct buffer *out, const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes;) {
        size_t plain = 0;
        while (i + plain < bytes && text[i + plain] != '\t')
            plain++;
        buffer_add(out, text + i, plain);
        i += plain;
        if (i < bytes) {
            buffer_add(out, "    ", TAB_COLUMNS);
            i++;
        }
    }
}

void lines_wrap(struct buffer *out, const char *text, struct lines lines)
{
    const char *indent = lines.first_indent ? lines.first_indent : "";

    for (;;) {
        size_t paragraph = strcspn(text, "\n");
        do {
            size_t indent_columns = lines_columns(indent, strlen(indent));
            size_t room = lines.width > indent_columns ? lines.width - indent_columns : 1;
            size_t bytes = line_bytes(text, paragraph, room);
            buffer_text(out, indent);
            add_expanded(out, text, bytes);
            buffer_text(out, "\n");
            text += bytes;
            paragraph -= bytes;
            if (paragraph > 0 && *text == ' ') {
                text++;
                paragraph--;
            }
            indent = lines.next_indent ? lines.next_indent : "";
        } while (paragraph > 0);
        if (*text == '\0')
            return;
        text++;
    }
}
