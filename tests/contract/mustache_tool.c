/*
 * mustache_tool.c - templates for test_mustache.py: a line of JSON in, {"template": …, "data": …},
 * a line out, {"text": …} or {"error": …}. Escapes as HTML, since Mustache's specification does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/channels/buffer.h"
#include "consumer/channels/mustache.h"

#define OUTPUT_BYTES_MAX ((size_t)1 << 20)

static void write_raw(void *ctx, const char *text, size_t bytes)
{
    buffer_add(ctx, text, bytes);
}

static void write_escaped(void *ctx, const char *text, size_t bytes)
{
    static const struct {
        char from;
        const char *to;
    } rows[] = {{'&', "&amp;"}, {'"', "&quot;"}, {'<', "&lt;"}, {'>', "&gt;"}};

    for (size_t i = 0; i < bytes; i++) {
        size_t row = 0;
        while (row < 4 && rows[row].from != text[i])
            row++;
        buffer_add(ctx, row < 4 ? rows[row].to : text + i, row < 4 ? strlen(rows[row].to) : 1);
    }
}

static void answer(const char *line)
{
    json_t *question = json_loads(line, 0, NULL);
    const char *template = json_string_value(json_object_get(question, "template"));
    const struct mustache *mustache;
    struct error err = {0};
    struct arena arena;
    struct buffer out;

    arena_init(&arena);
    buffer_init(&out, OUTPUT_BYTES_MAX, &arena);
    const struct mustache_output output = {&out, write_escaped, write_raw};
    bool done = mustache_parse(template ? template : "", &arena, &mustache, &err) == 0 &&
                mustache_render(mustache, json_object_get(question, "data"), &output, &err) == 0;
    json_t *said = json_pack("{s:s}", done ? "text" : "error", done ? buffer_get(&out) : err.text);
    json_dumpf(said, stdout, 0);
    putchar('\n');
    json_decref(said);
    json_decref(question);
    arena_fini(&arena);
}

int main(void)
{
    char *line = NULL;
    size_t room = 0;

    while (getline(&line, &room, stdin) > 0)
        answer(line);
    free(line);
    return 0;
}
