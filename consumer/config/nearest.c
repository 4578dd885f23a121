/*
 * nearest.c - which known name somebody may have meant: "recieve" is near "receiver".
 *
 * Damerau's distance in its simple form (insert, delete, replace, swap neighbours) over names of a
 * bounded length; a name further away than a third of its length is no suggestion.
 */
#include <string.h>

#include "consumer/config/reader.h"

#define NEAREST_BYTES_MAX 64

static size_t min(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t distance(const char *a, size_t a_bytes, const char *b, size_t b_bytes)
{
    size_t rows[3][NEAREST_BYTES_MAX + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];

    for (size_t j = 0; j <= b_bytes; j++)
        last[j] = before[j] = j;
    for (size_t i = 1; i <= a_bytes; i++) {
        size_t *free_row = before;

        now[0] = i;
        for (size_t j = 1; j <= b_bytes; j++) {
            now[j] = min(last[j - 1] + (a[i - 1] != b[j - 1]), min(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = min(now[j], before[j - 2] + 1);
        }
        before = last;
        last = now;
        now = free_row;
    }
    return last[b_bytes];
}

const char *nearest_name(const char *name, const char *const *known, size_t count)
{
    size_t bytes = strlen(name), best = bytes / 3 + 1;
    const char *found = NULL;

    for (size_t i = 0; i < count; i++) {
        size_t known_bytes = strlen(known[i]), d;

        if (bytes > NEAREST_BYTES_MAX || known_bytes > NEAREST_BYTES_MAX)
            continue;
        d = distance(name, bytes, known[i], known_bytes);
        if (d < best) {
            best = d;
            found = known[i];
        }
    }
    return found;
}
