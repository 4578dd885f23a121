/*
 * duration.c - durations as Prometheus writes them: numbers with y, w, d, h, m, s, ms, in that
 * order.
 *
 * A year has 365 days. Each unit at most once; a bare number is refused but for 0, since nobody can
 * tell its unit. What does not fit is refused, never wrapped.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "consumer/config/reader.h"

static const struct unit {
    const char *name;
    int64_t ms;
} units[] = {
    {"y", 365 * INT64_C(86400000)},
    {"w", 7 * INT64_C(86400000)},
    {"d", INT64_C(86400000)},
    {"h", 3600000},
    {"m", 60000},
    {"s", 1000},
    {"ms", 1},
};
#define UNITS (sizeof(units) / sizeof(units[0]))

/* The unit at `text`, which is followed by a digit or the end. */
static size_t unit_find(const char *text)
{
    size_t bytes = strcspn(text, "0123456789");

    for (size_t i = 0; i < UNITS; i++) {
        if (strlen(units[i].name) == bytes && strncmp(units[i].name, text, bytes) == 0)
            return i;
    }
    return UNITS;
}

static int number_parse(const char **text, int64_t *ret)
{
    const char *c = *text;
    int64_t number = 0;

    for (; *c >= '0' && *c <= '9'; c++) {
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, *c - '0', &number))
            return -1;
    }
    if (c == *text)
        return -1;
    *text = c;
    *ret = number;
    return 0;
}

int duration_parse(const char *text, int64_t *ret_ms)
{
    int64_t total = 0, number;
    size_t from = 0;

    if (strcmp(text, "0") == 0) {
        *ret_ms = 0;
        return 0;
    }
    if (*text == '\0')
        return -1;
    while (*text) {
        size_t unit;

        if (number_parse(&text, &number))
            return -1;
        unit = unit_find(text);
        if (unit == UNITS || unit < from)
            return -1;
        if (__builtin_mul_overflow(number, units[unit].ms, &number) ||
            __builtin_add_overflow(total, number, &total))
            return -1;
        text += strlen(units[unit].name);
        from = unit + 1;
    }
    *ret_ms = total;
    return 0;
}

void duration_format(int64_t ms, char text[DURATION_TEXT_BYTES])
{
    size_t length = 0;

    if (ms == 0) {
        snprintf(text, DURATION_TEXT_BYTES, "0s");
        return;
    }
    for (size_t i = 0; i < UNITS; i++) {
        if (ms < units[i].ms)
            continue;
        length += (size_t)snprintf(text + length, DURATION_TEXT_BYTES - length, "%" PRId64 "%s",
                                   ms / units[i].ms, units[i].name);
        ms %= units[i].ms;
    }
}
