/*
 * text.c - neutralises, escapes and cuts text that someone else wrote. See text.h.
 *
 * A character goes through three tables: what must not be passed on as it is (invisible ranges,
 * controls), the channel's escapes, and the length that is left. Only whole results are appended.
 */
#include "consumer/channels/text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define REPLACEMENT     0xFFFDU
#define PIECE_BYTES_MAX 24 /* one character after neutralising */
#define UNITS_PER_BYTE_MAX                                                                         \
    12 /* "‹U+E0041›" is the longest sign; an escape of one character is shorter */
#define BYTES_PER_UNIT_MAX 3

struct range {
    uint32_t first, last;
};

/* Characters that show nothing, change the direction of what follows, or carry hidden data. */
static const struct range unseen[] = {
    {0x0080, 0x009F},   /* C1 controls, among them NEL and an 8-bit CSI */
    {0x00AD, 0x00AD},   /* soft hyphen */
    {0x034F, 0x034F},   /* combining grapheme joiner */
    {0x061C, 0x061C},   /* Arabic letter mark */
    {0x070F, 0x070F},   /* Syriac abbreviation mark */
    {0x115F, 0x1160},   /* Hangul fillers */
    {0x17B4, 0x17B5},   /* Khmer inherent vowels */
    {0x180B, 0x180F},   /* Mongolian selectors and separator */
    {0x200B, 0x200B},   /* zero width space */
    {0x200E, 0x200F},   /* direction marks */
    {0x2028, 0x202E},   /* line and paragraph separator, embeddings and overrides */
    {0x2060, 0x206F},   /* word joiner, invisible operators, isolates */
    {0x3164, 0x3164},   /* Hangul filler */
    {0xFE00, 0xFE0D},   /* variation selectors that no emoji needs */
    {0xFEFF, 0xFEFF},   /* byte order mark */
    {0xFFA0, 0xFFA0},   /* halfwidth Hangul filler */
    {0xFFF0, 0xFFFC},   /* interlinear annotation, object replacement */
    {0x13430, 0x1343F}, /* hieroglyph joiners and segments */
    {0x1BCA0, 0x1BCA3}, /* shorthand format controls */
    {0x1D173, 0x1D17A}, /* musical format controls */
    {0xE0000, 0xE0FFF}, /* tags and further variation selectors: text smuggled past a reader */
};

size_t text_next(const char *text, size_t bytes, uint32_t *ret_code)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *at = (const unsigned char *)text;
    size_t length = at[0] < 0x80    ? 1
                    : at[0] >= 0xF0 ? 4
                    : at[0] >= 0xE0 ? 3
                    : at[0] >= 0xC0 ? 2
                                    : 0;

    if (length == 0 || length > bytes || at[0] > 0xF4)
        return 0;
    uint32_t code = length == 1 ? at[0] : at[0] & (0x7FU >> length);
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (at[i] & 0x3FU);
    }
    if (code < smallest[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return 0;
    *ret_code = code;
    return length;
}

size_t text_units(const char *text)
{
    size_t units = 0;

    for (const unsigned char *at = (const unsigned char *)text; *at; at++)
        units += (*at & 0xC0) == 0x80 ? 0 : *at >= 0xF0 ? 2 : 1;
    return units;
}

static void encode(uint32_t code, char piece[PIECE_BYTES_MAX])
{
    size_t at = 0;

    if (code < 0x80) {
        piece[at++] = (char)code;
    } else if (code < 0x800) {
        piece[at++] = (char)(0xC0 | code >> 6);
        piece[at++] = (char)(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        piece[at++] = (char)(0xE0 | code >> 12);
        piece[at++] = (char)(0x80 | (code >> 6 & 0x3F));
        piece[at++] = (char)(0x80 | (code & 0x3F));
    } else {
        piece[at++] = (char)(0xF0 | code >> 18);
        piece[at++] = (char)(0x80 | (code >> 12 & 0x3F));
        piece[at++] = (char)(0x80 | (code >> 6 & 0x3F));
        piece[at++] = (char)(0x80 | (code & 0x3F));
    }
    piece[at] = '\0';
}

static bool is_unseen(uint32_t code)
{
    for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++) {
        if (code >= unseen[i].first && code <= unseen[i].last)
            return true;
    }
    return (code & 0xFFFE) == 0xFFFE;
}

/* Joiners are part of Persian, of Indic scripts and of emoji: they stay between two characters of
 * these. */
static bool is_stray_joiner(uint32_t code, uint32_t previous, uint32_t next)
{
    if (code == 0xFE0E || code == 0xFE0F)
        return previous == 0 || (previous >= 0xFE00 && previous <= 0xFE0F);
    return (code == 0x200C || code == 0x200D) &&
           (previous < 0x80 || next < 0x80 || is_unseen(next) || next == code);
}

/* The character as it may be shown: itself, a space, a picture of the control (U+2400 …), or
 * ‹U+202E›. */
static void neutralise(enum text_shape shape, uint32_t code, uint32_t previous, uint32_t next,
                       char piece[PIECE_BYTES_MAX])
{
    bool line_break = code == '\n' || code == '\r';

    if (code == '\r' && next == '\n') {
        code = 0;
    } else if (code == '\t' || line_break) {
        if (shape == TEXT_LINE)
            code = ' ';
        else if (code == '\r')
            code = 0x240D;
    } else if (code < 0x20) {
        code += 0x2400;
    } else if (code == 0x7F) {
        code = 0x2421;
    } else if (is_unseen(code) || is_stray_joiner(code, previous, next)) {
        snprintf(piece, PIECE_BYTES_MAX, "\u2039U+%04" PRIX32 "\u203A", code);
        return;
    }
    encode(code, piece);
}

struct output {
    char *text;
    size_t used, units, units_max;
};

static bool output_add(struct output *output, const char *piece)
{
    size_t units = text_units(piece), bytes = strlen(piece);

    if (output->units + units > output->units_max)
        return false;
    memcpy(output->text + output->used, piece, bytes);
    output->used += bytes;
    output->units += units;
    return true;
}

static size_t step(const char *text, size_t bytes, uint32_t *ret_code)
{
    size_t length = bytes > 0 ? text_next(text, bytes, ret_code) : 0;

    if (length == 0)
        *ret_code = bytes > 0 ? REPLACEMENT : 0;
    return length > 0 ? length : (bytes > 0 ? 1 : 0);
}

/* Appends what fits; the last place that leaves room for the mark is kept. Returns the bytes not
 * taken. */
static size_t fill(struct output *output, const struct text_style *style, const char *text,
                   size_t bytes, size_t room_for_mark, struct output *ret_fit, size_t *ret_fit_left)
{
    uint32_t previous = 0, code = 0, next = 0;
    char piece[PIECE_BYTES_MAX];
    size_t left = bytes, length = step(text, left, &code);

    *ret_fit = *output;
    *ret_fit_left = left;
    while (left > 0) {
        const char *at = text + (bytes - left) + length;
        size_t next_length = step(at, left - length, &next);

        neutralise(style->shape, code, previous, next, piece);
        const char *escaped = style->escape ? style->escape(code, previous) : NULL;
        if (!output_add(output, escaped ? escaped : piece))
            return left;
        left -= length;
        if (output->units + room_for_mark <= output->units_max) {
            *ret_fit = *output;
            *ret_fit_left = left;
        }
        previous = code;
        code = next;
        length = next_length;
    }
    return 0;
}

char *text_render(const struct text_style *style, const char *text, int64_t missing_bytes,
                  struct arena *arena)
{
    size_t bytes = text ? strlen(text) : 0;
    size_t room = style->shape == TEXT_LINE ? 1 : TEXT_MARK_UNITS_MAX;
    size_t longest = bytes > style->units_max / UNITS_PER_BYTE_MAX ? style->units_max
                                                                   : bytes * UNITS_PER_BYTE_MAX;
    char mark[BYTES_PER_UNIT_MAX * TEXT_MARK_UNITS_MAX] = "\u2026";
    struct output output = {.units_max = style->units_max}, fit;
    size_t fit_left = 0;
    bool was_cut = style->shape == TEXT_BLOCK && missing_bytes > 0;

    output.text = arena_alloc(arena, (longest + TEXT_MARK_UNITS_MAX) * BYTES_PER_UNIT_MAX + 1);
    if (!output.text)
        return NULL;
    size_t left = fill(&output, style, text ? text : "", bytes, room, &fit, &fit_left);
    if (left > 0 || (was_cut && fit_left > 0)) {
        output = fit;
        left = fit_left;
    }
    if (left > 0 || was_cut) {
        if (style->shape == TEXT_BLOCK)
            snprintf(mark, sizeof mark, "%s\u2026 (%" PRId64 " more bytes)",
                     output.used > 0 ? "\n" : "", (int64_t)left + missing_bytes);
        if (!output_add(&output, mark))
            output_add(&output, "\u2026");
    }
    output.text[output.used] = '\0';
    return output.text;
}

char *text_line(const char *text, size_t units_max, struct arena *arena)
{
    const struct text_style style = {.shape = TEXT_LINE, .units_max = units_max};

    return text_render(&style, text, 0, arena);
}
