/*
 * repair.c - one pass over the text, knowing only strings from the rest.
 */
#include "producer/reports/repair.h"

#include <ctype.h>
#include <string.h>

#include "producer/record.h"
#include "producer/text.h"

#define ESCAPE_BYTES       6 /* backslash, u, four hex digits */
#define ESCAPE_REPLACEMENT "\\ufffd"

struct repair {
    const char *from, *end;
    char *to;
    bool in_string;
    size_t places;
};

/* By the first byte of the word, which is rare: memmem() goes by every byte. */
static bool holds(const char *json, size_t bytes, const char *word)
{
    size_t word_bytes = strlen(word);
    const char *end = json + bytes;

    while ((json = memchr(json, *word, (size_t)(end - json)))) {
        if ((size_t)(end - json) >= word_bytes && memcmp(json, word, word_bytes) == 0)
            return true;
        json++;
    }
    return false;
}

bool repair_is_needed(const char *json, size_t bytes)
{
    return holds(json, bytes, "\\u") || holds(json, bytes, "NaN") ||
           holds(json, bytes, "Infinity") || memchr(json, '\0', bytes) || !utf8_valid(json, bytes);
}

/* The code unit of an escape, -1 where there is none. */
static long unit_of(const char *text, const char *end)
{
    long unit = 0;

    if (end - text < ESCAPE_BYTES || text[0] != '\\' || text[1] != 'u')
        return -1;
    for (size_t i = 2; i < ESCAPE_BYTES; i++) {
        int digit = tolower((unsigned char)text[i]);

        if (!isxdigit(digit))
            return -1;
        unit = unit * 16 + (isdigit(digit) ? digit - '0' : digit - 'a' + 10);
    }
    return unit;
}

static bool is_high(long unit)
{
    return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low(long unit)
{
    return unit >= 0xdc00 && unit <= 0xdfff;
}

static void copy(struct repair *repair, size_t bytes)
{
    memcpy(repair->to, repair->from, bytes);
    repair->to += bytes;
    repair->from += bytes;
}

static void replace(struct repair *repair, size_t bytes, const char *text)
{
    memcpy(repair->to, text, strlen(text));
    repair->to += strlen(text);
    repair->from += bytes;
    repair->places++;
}

static void escape(struct repair *repair)
{
    long unit = unit_of(repair->from, repair->end);

    if (unit == -1)
        copy(repair, repair->end - repair->from < 2 ? 1 : 2);
    else if (is_high(unit) && is_low(unit_of(repair->from + ESCAPE_BYTES, repair->end)))
        copy(repair, 2 * (size_t)ESCAPE_BYTES);
    else if (unit == 0 || is_high(unit) || is_low(unit))
        replace(repair, ESCAPE_BYTES, ESCAPE_REPLACEMENT);
    else
        copy(repair, ESCAPE_BYTES);
}

/* A word of Python that is no JSON; false where there is none. */
static bool word(struct repair *repair)
{
    static const char *const words[] = {"NaN", "-Infinity", "Infinity"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t bytes = strlen(words[i]);

        if ((size_t)(repair->end - repair->from) >= bytes &&
            memcmp(repair->from, words[i], bytes) == 0) {
            replace(repair, bytes, "null");
            return true;
        }
    }
    return false;
}

static void step(struct repair *repair)
{
    unsigned char byte = (unsigned char)*repair->from;
    size_t bytes = 1;

    if (byte == '"')
        repair->in_string = !repair->in_string;
    if (repair->in_string && byte == '\\') {
        escape(repair);
        return;
    }
    if (!repair->in_string && strchr("NI-", byte) && byte && word(repair))
        return;
    while (byte >= 0x80 && bytes <= 4 && (ptrdiff_t)bytes <= repair->end - repair->from &&
           !utf8_valid(repair->from, bytes))
        bytes++;
    if (byte == '\0' ||
        (byte >= 0x80 && (bytes > 4 || (ptrdiff_t)bytes > repair->end - repair->from)))
        replace(repair, 1, TEXT_REPLACEMENT);
    else
        copy(repair, bytes);
}

char *repair_json(const char *json, size_t bytes, struct arena *arena, size_t *ret_bytes,
                  size_t *ret_places)
{
    char *text = arena_alloc(arena, bytes * strlen(TEXT_REPLACEMENT) + 1);
    struct repair repair = {.from = json, .end = json + bytes, .to = text};

    if (!text)
        return NULL;
    while (repair.from < repair.end)
        step(&repair);
    *repair.to = '\0';
    *ret_bytes = (size_t)(repair.to - text);
    *ret_places = repair.places;
    return text;
}
