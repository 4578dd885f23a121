/*
 * option_value.c - the text of an option into its member, by the option's kind.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "producer/cli/option_table.h"

static int set_name(int *to, const char *const *names, const char *text)
{
    for (int i = 0; names[i]; i++) {
        if (strcmp(names[i], text) == 0) {
            *to = i;
            return 0;
        }
    }
    return -1;
}

static int set_count(int64_t *count, const char *text)
{
    char *end;
    long long value = strtoll(text, &end, 10);

    if (end == text || *end || value < 1 || value > SHARDS_MAX)
        return -1;
    *count = value;
    return 0;
}

static int set_integer(int64_t *integer, const char *text)
{
    char *end;
    long long value = strtoll(text, &end, 10);

    if (end == text || *end || value < 1 || (double)value > RECORD_INTEGER_MAX)
        return -1;
    *integer = value;
    return 0;
}

static int set_number(double *number, const char *text)
{
    char *end;
    double value = strtod(text, &end);

    if (end == text || *end || !isfinite(value))
        return -1;
    *number = value;
    return 0;
}

static int set_fraction(double *fraction, const char *text)
{
    char *end;
    double value = strtod(text, &end);

    if (end == text || *end || !(value >= 0 && value <= 1))
        return -1;
    *fraction = value;
    return 0;
}

static int set_seconds(int64_t *milliseconds, const char *text)
{
    char *end;
    double value = strtod(text, &end);

    if (end == text || *end || !(value >= 0.1 && value <= SINK_TIMEOUT_MS_MAX / 1000.0))
        return -1;
    *milliseconds = llround(value * 1000);
    return 0;
}

int option_list_add(struct option_list *list, const char *text)
{
    if (list->count == OPTION_LIST_MAX)
        return -1;
    list->items[list->count++] = text;
    return 0;
}

static int set_text(const char **to, const char *text)
{
    *to = text;
    return 0;
}

static const char *const expected[] = {
    [OPTION_FLAG] = "no value",
    [OPTION_TEXT] = "a value",
    [OPTION_LIST] = "no more values than 256",
    [OPTION_SECONDS] = "seconds from 0.1 to 86400",
    [OPTION_SEVERITY] = "info, low, medium, high or critical",
    [OPTION_STATUS] = "complete, partial or crashed",
    [OPTION_COUNT] = "a number from 1 to 4096",
    [OPTION_INTEGER] = "a number from 1 to 9007199254740991",
    [OPTION_NUMBER] = "a finite number",
    [OPTION_FRACTION] = "a number from 0 to 1",
};

int option_set(struct options *options, const struct option_row *row, const char *text,
               struct error *err)
{
    void *member = (char *)options + row->offset;
    int rc = 0;

    switch (row->kind) {
    case OPTION_FLAG:
        *(bool *)member = true;
        break;
    case OPTION_TEXT:
        rc = set_text(member, text);
        break;
    case OPTION_LIST:
        rc = option_list_add(member, text);
        break;
    case OPTION_SECONDS:
        rc = set_seconds(member, text);
        break;
    case OPTION_SEVERITY:
        rc = set_name(member, severity_names, text);
        break;
    case OPTION_STATUS:
        rc = set_name(member, run_status_names, text);
        break;
    case OPTION_COUNT:
        rc = set_count(member, text);
        break;
    case OPTION_INTEGER:
        rc = set_integer(member, text);
        break;
    case OPTION_NUMBER:
        rc = set_number(member, text);
        break;
    case OPTION_FRACTION:
        rc = set_fraction(member, text);
        break;
    }
    return rc ? error_set(err, ERROR_INPUT, "--%s: expected %s", row->name, expected[row->kind])
              : 0;
}
