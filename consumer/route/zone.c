/*
 * zone.c - reads TZif files. See zone.h.
 *
 * Layout (RFC 8536): a header and a block with 32-bit times, then, from version 2 on, the same with
 * 64-bit times and a footer "\n<POSIX TZ string>\n". Only the second part is used; version 1 files
 * are refused. Every count is checked against the file's size before anything is read.
 */
#include "consumer/route/zone.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/route/zone_rule.h"

#define HEADER_BYTES     44
#define TYPE_BYTES       6
#define TRANSITIONS_MAX  4096
#define DATABASE_DEFAULT "/usr/share/zoneinfo"
#define LOCAL_FILE       "/etc/localtime"

struct zone {
    size_t count;     /* of transitions */
    int64_t *times_s; /* ascending */
    int32_t *offsets_s;
    int32_t first_offset_s; /* before the first transition */
    bool has_rule;
    struct zone_rule rule;
};

struct block {
    uint32_t isut, isstd, leap, times, types, chars;
    const unsigned char *data;
    size_t bytes;
};

static uint32_t read_u32(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t read_i64(const unsigned char *at)
{
    return (int64_t)((uint64_t)read_u32(at) << 32 | read_u32(at + 4));
}

static int malformed(struct error *err)
{
    error_set(err, ERROR_INPUT, "not a TZif file of version 2 or later");
    return -1;
}

/* A header and the extent of the data behind it, whose times have `time_bytes`. */
static int block_read(const unsigned char *bytes, size_t size, size_t time_bytes, struct block *ret,
                      struct error *err)
{
    if (size < HEADER_BYTES || memcmp(bytes, "TZif", 4) != 0 || bytes[4] < '2')
        return malformed(err);
    *ret = (struct block){
        .isut = read_u32(bytes + 20),
        .isstd = read_u32(bytes + 24),
        .leap = read_u32(bytes + 28),
        .times = read_u32(bytes + 32),
        .types = read_u32(bytes + 36),
        .chars = read_u32(bytes + 40),
        .data = bytes + HEADER_BYTES,
    };
    if (ret->times > TRANSITIONS_MAX || ret->types == 0 || ret->types > 256 || ret->chars > size ||
        ret->leap > size || ret->isut > size || ret->isstd > size)
        return malformed(err);
    ret->bytes = ret->times * (time_bytes + 1) + (size_t)ret->types * TYPE_BYTES + ret->chars +
                 ret->leap * (time_bytes + 4) + ret->isstd + ret->isut;
    return ret->bytes <= size - HEADER_BYTES ? 0 : malformed(err);
}

static int transitions_read(struct zone *zone, const struct block *block, struct error *err)
{
    const unsigned char *indexes = block->data + (size_t)block->times * 8;
    const unsigned char *types = indexes + block->times;

    zone->times_s = calloc(block->times + 1, sizeof(*zone->times_s));
    zone->offsets_s = calloc(block->times + 1, sizeof(*zone->offsets_s));
    if (zone->times_s == NULL || zone->offsets_s == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory");
    zone->count = block->times;
    zone->first_offset_s = (int32_t)read_u32(types);
    for (size_t i = 0; i < zone->count; i++) {
        if (indexes[i] >= block->types)
            return malformed(err);
        zone->times_s[i] = read_i64(block->data + i * 8);
        zone->offsets_s[i] = (int32_t)read_u32(types + (size_t)indexes[i] * TYPE_BYTES);
    }
    return 0;
}

static int footer_read(struct zone *zone, const unsigned char *at, size_t size, struct error *err)
{
    char text[ZONE_RULE_BYTES_MAX];
    const unsigned char *end = size > 1 && at[0] == '\n' ? memchr(at + 1, '\n', size - 1) : NULL;

    if (end == NULL || (size_t)(end - at) > sizeof(text))
        return malformed(err);
    size_t bytes = (size_t)(end - at - 1);
    memcpy(text, at + 1, bytes);
    text[bytes] = '\0';
    zone->has_rule = bytes > 0;
    return zone->has_rule ? zone_rule_parse(text, &zone->rule, err) : 0;
}

int zone_parse(const unsigned char *bytes, size_t size, struct zone **ret, struct error *err)
{
    struct block old = {0}, block = {0};
    int rc = -1;

    *ret = NULL;
    struct zone *zone = calloc(1, sizeof(*zone));
    if (zone == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory");
    if (block_read(bytes, size, 4, &old, err) != 0)
        goto out;
    size_t skip = HEADER_BYTES + old.bytes;
    if (block_read(bytes + skip, size - skip, 8, &block, err) != 0)
        goto out;
    skip += HEADER_BYTES + block.bytes;
    if (transitions_read(zone, &block, err) == 0)
        rc = footer_read(zone, bytes + skip, size - skip, err);

out:
    if (rc != 0)
        zone_free(zone);
    else
        *ret = zone;
    return rc;
}

/* Names are those of the database: letters, digits, "_", "-", "+" and "/" between parts. */
static bool name_is_valid(const char *name)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+/";
    size_t bytes = strlen(name);

    return bytes > 0 && bytes <= ZONE_NAME_BYTES_MAX && strspn(name, letters) == bytes &&
           name[0] != '/';
}

static int file_open(const char *path, struct zone **ret, struct error *err)
{
    unsigned char bytes[ZONE_FILE_BYTES_MAX];
    FILE *file = fopen(path, "rb");

    if (file == NULL)
        return error_set(err, ERROR_INPUT, "no time zone in %s: %s", path, strerror(errno));
    size_t size = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    return zone_parse(bytes, size, ret, err);
}

/* What $TZ says, as a path or a name; without it what the system says. */
static int local_open(struct zone **ret, struct error *err)
{
    const char *name = getenv("TZ");

    if (name == NULL)
        return file_open(LOCAL_FILE, ret, err);
    if (*name == ':')
        name++;
    if (*name == '/')
        return file_open(name, ret, err);
    return zone_open(*name && strcmp(name, ZONE_LOCAL) != 0 ? name : "UTC", ret, err);
}

int zone_open(const char *name, struct zone **ret, struct error *err)
{
    const char *database = getenv("TZDIR") ? getenv("TZDIR") : DATABASE_DEFAULT;
    char path[4096];

    *ret = NULL;
    if (strcmp(name, ZONE_LOCAL) == 0)
        return local_open(ret, err);
    if (!name_is_valid(name))
        return error_set(err, ERROR_INPUT, "\"%.128s\" is not the name of a time zone", name);
    snprintf(path, sizeof(path), "%s/%s", database, name);
    return file_open(path, ret, err);
}

void zone_free(struct zone *zone)
{
    if (zone == NULL)
        return;
    free(zone->times_s);
    free(zone->offsets_s);
    free(zone);
}

int32_t zone_offset_s(const struct zone *zone, int64_t time_s)
{
    size_t low = 0, high = zone->count;

    if (zone->count == 0 || time_s >= zone->times_s[zone->count - 1]) {
        if (zone->has_rule)
            return zone_rule_offset_s(&zone->rule, time_s);
        return zone->count == 0 ? zone->first_offset_s : zone->offsets_s[zone->count - 1];
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->times_s[middle] <= time_s)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? zone->first_offset_s : zone->offsets_s[low - 1];
}

void zone_local(const struct zone *zone, int64_t time_s, struct tm *ret)
{
    time_t local = (time_t)(time_s + (zone != NULL ? zone_offset_s(zone, time_s) : 0));

    gmtime_r(&local, ret);
}
