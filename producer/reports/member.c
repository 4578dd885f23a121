/*
 * member.c - look-ups that never fail, only find nothing.
 */
#include "producer/reports/member.h"

#include <stdlib.h>
#include <string.h>

#include "producer/record.h"
#include "producer/record_text.h"

#define TIME_BYTES_MAX 64
#define SECONDS_MAX    253402300800.0 /* the year 10000 */

const char *member_string(const json_t *value, const char *path)
{
    const char *text = json_text_at(value, path);

    return text && *text ? text : NULL;
}

const char *member_first(const json_t *value, const char *const *paths)
{
    const char *text = NULL;

    for (; *paths && !text; paths++)
        text = member_string(value, *paths);
    return text;
}

const char *member_text(const json_t *value, const char *path, struct arena *arena)
{
    const json_t *at = json_at(value, path);
    const char *text;
    char *dumped;

    if (!at || json_is_null(at))
        return "";
    if (json_is_string(at))
        return json_string_value(at);
    dumped = json_dumps(at, JSON_ENCODE_ANY | JSON_COMPACT);
    text = arena_strdup(arena, dumped);
    free(dumped);
    return text;
}

bool member_number(const json_t *value, const char *path, double *ret_number)
{
    const json_t *at = json_at(value, path);

    if (!json_is_number(at))
        return false;
    *ret_number = json_number_value(at);
    return true;
}

int64_t member_integer(const json_t *value, const char *path)
{
    return json_integer_value(json_at(value, path));
}

bool member_is_true(const json_t *value, const char *path)
{
    return json_is_true(json_at(value, path));
}

static int64_t text_time(const char *text)
{
    char zoned[TIME_BYTES_MAX];
    int64_t time_ms;

    if (!text || strlen(text) + 2 > sizeof(zoned))
        return 0;
    memcpy(zoned, text, strlen(text) + 1);
    if (strlen(zoned) > 10 && zoned[10] == ' ')
        zoned[10] = 'T';
    if (time_parse(zoned, &time_ms) == 0)
        return time_ms;
    strcat(zoned, "Z");
    return time_parse(zoned, &time_ms) == 0 ? time_ms : 0;
}

int64_t member_time(const json_t *value, const char *path)
{
    const json_t *at = json_at(value, path);
    double seconds = json_number_value(at);

    if (json_is_number(at))
        return seconds > 0 && seconds < SECONDS_MAX ? (int64_t)(seconds * 1000) : 0;
    return text_time(json_string_value(at));
}

/* What was said: a string, or parts of which those with a text count. */
static const char *content_text(const json_t *content, struct arena *arena)
{
    struct record_text text;
    const json_t *part;
    size_t i;

    if (!json_is_array(content))
        return member_text(content, "", arena);
    record_text_init(&text, arena);
    json_array_foreach (content, i, part) {
        const char *said =
            json_is_string(part) ? json_string_value(part) : member_string(part, "/text");

        if (!said)
            said = member_text(part, "", arena);
        if (!said)
            return NULL;
        record_text_append(&text, "\n", i > 0 ? 1 : 0);
        record_text_append(&text, said, strlen(said));
    }
    if (text.failed)
        return NULL;
    return text.text ? text.text : "";
}

const char *member_conversation(const json_t *turns, const char *content_path, struct arena *arena)
{
    const char *first_role = member_string(turns, "/0/role");
    struct record_text text;
    const json_t *turn;
    size_t i;

    if (json_array_size(turns) == 1 && (!first_role || strcmp(first_role, "user") == 0))
        return content_text(json_at(json_array_get(turns, 0), content_path), arena);
    record_text_init(&text, arena);
    json_array_foreach (turns, i, turn) {
        const char *role = member_string(turn, "/role");
        const char *said = content_text(json_at(turn, content_path), arena);

        if (!said)
            return NULL;
        record_text_append(&text, i ? "\n\n[" : "[", i ? 3 : 1);
        record_text_append(&text, role ? role : "user", strlen(role ? role : "user"));
        record_text_append(&text, "]\n", 2);
        record_text_append(&text, said, strlen(said));
    }
    if (text.failed)
        return NULL;
    return text.text ? text.text : "";
}
