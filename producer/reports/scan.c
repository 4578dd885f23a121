/*
 * scan.c - strings by their quotes, containers by their depth, the rest by what follows it.
 */
#include "producer/reports/scan.h"

#include <string.h>

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

bool scan_space(struct scan *scan)
{
    while (scan->at < scan->end && is_space(*scan->at))
        scan->at++;
    return scan->at < scan->end;
}

bool scan_byte(struct scan *scan, char byte)
{
    if (!scan_space(scan) || *scan->at != byte)
        return false;
    scan->at++;
    return true;
}

/* From its first quote to behind its last. */
static bool skip_string(struct scan *scan)
{
    for (scan->at++; scan->at < scan->end; scan->at++) {
        if (*scan->at == '"') {
            scan->at++;
            return true;
        }
        if (*scan->at == '\\')
            scan->at++;
    }
    scan->at = scan->end;
    return false;
}

static bool skip_container(struct scan *scan)
{
    size_t depth = 0;

    while (scan->at < scan->end) {
        switch (*scan->at) {
        case '"':
            if (!skip_string(scan))
                return false;
            continue;
        case '{':
        case '[':
            depth++;
            break;
        case '}':
        case ']':
            depth--;
            break;
        default:
            break;
        }
        scan->at++;
        if (depth == 0)
            return true;
    }
    return false;
}

/* A number or a word. One that ends with the text may go on behind it. */
static bool skip_word(struct scan *scan)
{
    const char *begin = scan->at;

    while (scan->at < scan->end && !is_space(*scan->at) &&
           (*scan->at == '\0' || !strchr(",:[]{}\"", *scan->at)))
        scan->at++;
    return scan->at > begin && scan->at < scan->end;
}

bool scan_value(struct scan *scan)
{
    if (!scan_space(scan))
        return false;
    if (*scan->at == '"')
        return skip_string(scan);
    if (*scan->at == '{' || *scan->at == '[')
        return skip_container(scan);
    return skip_word(scan);
}

bool scan_name(struct scan *scan, const char **ret_name, size_t *ret_bytes)
{
    const char *begin;

    if (!scan_space(scan) || *scan->at != '"')
        return false;
    begin = scan->at + 1;
    if (!skip_string(scan))
        return false;
    *ret_name = begin;
    *ret_bytes = (size_t)(scan->at - begin) - 1;
    return scan_byte(scan, ':');
}
