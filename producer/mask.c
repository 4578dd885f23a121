/*
 * mask.c - finds what the rules describe and writes the text without it.
 *
 * Every rule says which places it would hide; places that touch are one, named by the first rule
 * that found it; then the text is written once. See mask.h for what is promised.
 */
#include "producer/mask.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "producer/mask_private.h"
#include "producer/record_text.h"

#define PLACES_GROW     8
#define PASSES_MAX      16 /* a text that always shows something new is hidden whole */
#define HIDDEN_BYTE     1  /* in the place of what is hidden: part of no word, number or space */
#define WHOLE_RULE_NAME "text-that-could-not-be-searched"

/* Which pairs of neighbouring bytes a text has: most rules are passed over by that alone. */
struct pairs {
    uint64_t bits[1 << 10];
};

static size_t pair_at(const char *text)
{
    return (size_t)(unsigned char)text[0] << 8 | (unsigned char)text[1];
}

static void pairs_of(const char *text, size_t bytes, struct pairs *ret_pairs)
{
    memset(ret_pairs, 0, sizeof(*ret_pairs));
    for (size_t i = 0; i + 1 < bytes; i++) {
        size_t pair = pair_at(text + i);
        ret_pairs->bits[pair >> 6] |= UINT64_C(1) << (pair & 63);
    }
}

static bool may_hold(const struct pairs *pairs, const char *needle)
{
    for (; needle[0] && needle[1]; needle++) {
        size_t pair = pair_at(needle);
        if (!(pairs->bits[pair >> 6] >> (pair & 63) & 1))
            return false;
    }
    return true;
}

struct place {
    size_t begin, end;
    const char *name;
};

struct places {
    struct arena *arena;
    struct place *list;
    size_t count, room;
};

static int place_add(struct places *places, size_t begin, size_t end, const char *name)
{
    if (places->count == places->room) {
        size_t room = places->room ? 2 * places->room : PLACES_GROW;
        struct place *list = arena_array(places->arena, room, sizeof(*list));
        if (!list)
            return -1;
        if (places->count)
            memcpy(list, places->list, places->count * sizeof(*list));
        places->list = list;
        places->room = room;
    }
    places->list[places->count++] = (struct place){begin, end, name};
    return 0;
}

/* Behind a match; behind its first character where it was none after all, since what was meant may
 * begin within, or where it matched nothing and would never get on. */
static size_t next_start(const char *text, const size_t *ovector, bool is_one)
{
    size_t start = ovector[0] + 1;

    if (is_one && ovector[1] > ovector[0])
        return ovector[1];
    while (((unsigned char)text[start - 1] & 0x80) != 0 &&
           ((unsigned char)text[start] & 0xC0) == 0x80)
        start++;
    return start;
}

/* The compiled code has a small stack; what is too deep for it is interpreted. */
static int match_at(const struct mask *mask, const struct mask_finder *finder, const char *text,
                    size_t bytes, size_t start, pcre2_match_data *match)
{
    int found = pcre2_match(finder->code, (PCRE2_SPTR)text, bytes, start, 0, match, mask->limits);

    if (found == PCRE2_ERROR_JIT_STACKLIMIT)
        found = pcre2_match(finder->code, (PCRE2_SPTR)text, bytes, start, PCRE2_NO_JIT, match,
                            mask->limits);
    return found;
}

/* -1 only when memory is out. */
static int find(const struct mask *mask, const struct mask_finder *finder,
                const struct pairs *pairs, const char *text, size_t bytes, struct places *places)
{
    pcre2_match_data *match;
    size_t start = 0;
    int rc = 0, found;

    if (finder->needle && !(may_hold(pairs, finder->needle) && strstr(text, finder->needle)))
        return 0;
    match = pcre2_match_data_create_from_pattern(finder->code, NULL);
    if (!match)
        return -1;
    while (rc == 0 && start <= bytes) {
        found = match_at(mask, finder, text, bytes, start, match);
        if (found == PCRE2_ERROR_NOMATCH)
            break;
        if (found < 0) {
            rc = place_add(places, 0, bytes, WHOLE_RULE_NAME);
            break;
        }
        const size_t *ovector = pcre2_get_ovector_pointer(match);
        const size_t *hidden = found > 1 && ovector[2] != PCRE2_UNSET ? ovector + 2 : ovector;
        bool is_one = !finder->is_one || finder->is_one(text, hidden[0], hidden[1]);
        if (is_one && hidden[1] > hidden[0])
            rc = place_add(places, hidden[0], hidden[1], finder->name);
        start = next_start(text, ovector, is_one);
    }
    pcre2_match_data_free(match);
    return rc;
}

static int find_value(const char *value, const char *text, size_t bytes, struct places *places)
{
    size_t length = strlen(value);
    const char *at = text;

    while ((at = memmem(at, bytes - (size_t)(at - text), value, length)) != NULL) {
        size_t begin = (size_t)(at - text);
        if (place_add(places, begin, begin + length, MASK_VALUE_NAME) != 0)
            return -1;
        at += length;
    }
    return 0;
}

/* By where they begin; qsort() is not stable, so that of two at one place the longer goes first. */
static int by_place(const void *left, const void *right)
{
    const struct place *a = left, *b = right;

    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    return (a->end < b->end) - (a->end > b->end);
}

static size_t unite(struct place *list, size_t count)
{
    size_t kept = 0;

    qsort(list, count, sizeof(*list), by_place);
    for (size_t i = 1; i < count; i++) {
        if (list[i].begin >= list[kept].end)
            list[++kept] = list[i];
        else if (list[i].end > list[kept].end)
            list[kept].end = list[i].end;
    }
    return kept + 1;
}

/* Letters, digits and what is not ASCII become stars. */
static void write_shape(struct record_text *out, const char *text, size_t bytes)
{
    size_t shown = 0;

    for (size_t i = 0; i < bytes; i++) {
        unsigned char byte = (unsigned char)text[i];
        if ((byte & 0xC0) == 0x80)
            continue;
        if (shown++ == MASK_SHAPE_BYTES_MAX) {
            record_text_append(out, "...", 3);
            return;
        }
        record_text_byte(out, strchr("@.- ()/", byte) ? (char)byte : '*');
    }
}

static void write_mask(struct record_text *out, const struct place *place, const char *text)
{
    static const char head[] = "[masked ";

    record_text_append(out, head, sizeof(head) - 1);
    record_text_append(out, place->name, strlen(place->name));
    record_text_append(out, ": ", 2);
    write_shape(out, text + place->begin, place->end - place->begin);
    record_text_byte(out, ']');
}

static const char *write_masked(const char *text, size_t bytes, const struct places *places,
                                struct arena *arena)
{
    struct record_text out;
    size_t at = 0;

    record_text_init(&out, arena);
    for (size_t i = 0; i < places->count; i++) {
        record_text_append(&out, text + at, places->list[i].begin - at);
        write_mask(&out, &places->list[i], text);
        at = places->list[i].end;
    }
    record_text_append(&out, text + at, bytes - at);
    if (out.failed)
        return NULL;
    out.text[out.bytes] = '\0';
    return out.text;
}

static int find_all(const struct mask *mask, const char *text, size_t bytes, struct places *places)
{
    struct pairs pairs;

    pairs_of(text, bytes, &pairs);
    for (size_t i = 0; i < mask->values_count; i++) {
        if (find_value(mask->values[i], text, bytes, places) != 0)
            return -1;
    }
    for (size_t i = 0; i < mask->finders_count; i++) {
        if (find(mask, &mask->finders[i], &pairs, text, bytes, places) != 0)
            return -1;
    }
    if (places->count > 0)
        places->count = unite(places->list, places->count);
    return 0;
}

static size_t hidden_bytes(const struct places *places)
{
    size_t bytes = 0;

    for (size_t i = 0; i < places->count; i++)
        bytes += places->list[i].end - places->list[i].begin;
    return bytes;
}

/* What is hidden no longer reaches into its neighbour: of "+49 30 1234567 4111 1111 1111 1111" the
 * telephone number is one only once the card is gone. So it is looked through without what was
 * found until nothing more is. */
static int find_rest(const struct mask *mask, const char *text, size_t bytes, struct places *places)
{
    for (int pass = 0; pass < PASSES_MAX; pass++) {
        char *rest = arena_strndup(places->arena, text, bytes);
        size_t before = hidden_bytes(places);
        if (!rest)
            return -1;
        for (size_t i = 0; i < places->count; i++)
            memset(rest + places->list[i].begin, HIDDEN_BYTE,
                   places->list[i].end - places->list[i].begin);
        if (find_all(mask, rest, bytes, places) != 0)
            return -1;
        if (hidden_bytes(places) == before)
            return 0;
    }
    places->list[0] = (struct place){0, bytes, WHOLE_RULE_NAME};
    places->count = 1;
    return 0;
}

const char *mask_text(const struct mask *mask, const char *text, struct arena *arena,
                      size_t *ret_count)
{
    struct places places = {.arena = arena};

    if (!text)
        return NULL;
    size_t bytes = strlen(text);
    if (find_all(mask, text, bytes, &places) != 0)
        return NULL;
    if (places.count == 0)
        return text;
    if (find_rest(mask, text, bytes, &places) != 0)
        return NULL;
    if (ret_count)
        *ret_count += places.count;
    return write_masked(text, bytes, &places, arena);
}
