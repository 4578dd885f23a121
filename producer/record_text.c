/*
 * record_text.c - compact JSON: nothing escaped that need not be, no space, the shortest numbers.
 */
#include "producer/record_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "producer/record_check.h"

#define RECORD_TEXT_BYTES_FIRST 1024

void record_text_init(struct record_text *text, struct arena *arena)
{
    *text = (struct record_text){.arena = arena};
}

static bool make_room(struct record_text *text, size_t count)
{
    size_t room = text->room ? text->room : RECORD_TEXT_BYTES_FIRST;
    char *larger;

    if (text->failed)
        return false;
    if (text->room > text->bytes + count)
        return true;
    while (room <= text->bytes + count)
        room *= 2;
    larger = arena_alloc(text->arena, room);
    if (!larger) {
        text->failed = true;
        return false;
    }
    if (text->bytes)
        memcpy(larger, text->text, text->bytes);
    text->text = larger;
    text->room = room;
    return true;
}

void record_text_append(struct record_text *text, const char *bytes, size_t count)
{
    if (!make_room(text, count))
        return;
    memcpy(text->text + text->bytes, bytes, count);
    text->bytes += count;
    text->text[text->bytes] = '\0';
}

void record_text_byte(struct record_text *text, char byte)
{
    record_text_append(text, &byte, 1);
}

/* The letter behind the backslash; 'u' for \u00XX; 0 for what stands for itself. */
static char escape_of(unsigned char byte)
{
    static const char control[] = "uuuuuuuubtnufruuuuuuuuuuuuuuuuuu";

    if (byte < ' ')
        return control[byte];
    return byte == '"' || byte == '\\' ? (char)byte : 0;
}

static void append_escape(struct record_text *text, char letter, unsigned char byte)
{
    char escape[8];
    int length = letter == 'u' ? snprintf(escape, sizeof(escape), "\\u%04x", byte)
                               : snprintf(escape, sizeof(escape), "\\%c", letter);

    record_text_append(text, escape, (size_t)length);
}

void record_text_string(struct record_text *text, const char *string, size_t bytes)
{
    size_t start = 0;

    record_text_byte(text, '"');
    for (size_t i = 0; i < bytes; i++) {
        char letter = escape_of((unsigned char)string[i]);

        if (!letter)
            continue;
        record_text_append(text, string + start, i - start);
        append_escape(text, letter, (unsigned char)string[i]);
        start = i + 1;
    }
    record_text_append(text, string + start, bytes - start);
    record_text_byte(text, '"');
}

void record_text_integer(struct record_text *text, int64_t value)
{
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%" PRId64, value);

    record_text_append(text, digits, (size_t)length);
}

/* Turns the locale's decimal point, which may be several bytes, into a full stop. */
static void use_full_stop(char *text)
{
    size_t plain = strspn(text, "0123456789+-e");
    size_t point = strcspn(text + plain, "0123456789");

    if (text[plain] == '\0')
        return;
    text[plain] = '.';
    memmove(text + plain + 1, text + plain + point, strlen(text + plain + point) + 1);
}

void number_format(double value, char ret_text[NUMBER_TEXT_BYTES])
{
    /* A JSON reader may take -0 for the integer 0: it is written as that. */
    if (value == 0)
        value = 0;
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(ret_text, NUMBER_TEXT_BYTES, "%.*g", digits, value);
        if (strtod(ret_text, NULL) == value)
            break;
    }
    use_full_stop(ret_text);
}

void record_text_number(struct record_text *text, double value)
{
    char number[NUMBER_TEXT_BYTES];

    number_format(value, number);
    record_text_append(text, number, strlen(number));
}
