/*
 * mustache.c - renders a parsed template. See mustache.h.
 */
#include "consumer/channels/mustache.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "consumer/channels/mustache_private.h"

#define NUMBER_BYTES_MAX 32
#define REAL_PRECISION   15 /* decimals that read as they were written: 1.21 */

struct rendering {
    const struct mustache *mustache;
    const struct mustache_output *output;
    /* The innermost last; a section's value is one. */
    const json_t *frames[MUSTACHE_DEPTH_MAX + 1];
    size_t depth;
    size_t steps;
};

static const json_t *member(const json_t *value, const char *name, size_t bytes)
{
    return json_is_object(value) ? json_object_getn(value, name, bytes) : NULL;
}

/* The first part of a.b.c is looked for from the innermost value outwards, the others in it. */
static const json_t *look_up(const struct rendering *rendering, const char *name, size_t bytes)
{
    const char *dot = memchr(name, '.', bytes);
    size_t first = dot ? (size_t)(dot - name) : bytes;
    const json_t *value = NULL;

    if (bytes == 1 && dot)
        return rendering->frames[rendering->depth - 1];
    for (size_t i = rendering->depth; i > 0 && !value; i--)
        value = member(rendering->frames[i - 1], name, first);
    while (value && first < bytes) {
        const char *at = name + first + 1;
        size_t left = bytes - first - 1;
        dot = memchr(at, '.', left);
        size_t length = dot ? (size_t)(dot - at) : left;
        value = member(value, at, length);
        first += 1 + length;
    }
    return value;
}

static bool is_reason(const json_t *value)
{
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_NULL:
    case JSON_FALSE:
        return false;
    case JSON_STRING:
        return json_string_length(value) > 0;
    case JSON_INTEGER:
    case JSON_REAL:
        return json_number_value(value) != 0;
    case JSON_ARRAY:
        return json_array_size(value) > 0;
    default:
        return true;
    }
}

static void write_value(const struct rendering *rendering, const struct mustache_node *node)
{
    const json_t *value = look_up(rendering, node->text, node->bytes);
    const struct mustache_output *output = rendering->output;
    char number[NUMBER_BYTES_MAX];
    const char *text = json_string_value(value);
    size_t bytes = text ? json_string_length(value) : 0;

    if (json_is_boolean(value)) {
        text = json_is_true(value) ? "true" : "false";
        bytes = strlen(text);
    } else if (json_is_number(value)) {
        int length =
            json_is_integer(value)
                ? snprintf(number, sizeof(number), "%" PRIdMAX, (intmax_t)json_integer_value(value))
                : snprintf(number, sizeof(number), "%.*g", REAL_PRECISION, json_real_value(value));
        text = number;
        bytes = (size_t)length;
    }
    if (text)
        (node->kind == MUSTACHE_RAW ? output->raw : output->escaped)(output->ctx, text, bytes);
}

static int render_nodes(struct rendering *rendering, size_t begin, size_t end);

static int render_with(struct rendering *rendering, const json_t *value, size_t begin, size_t end)
{
    rendering->frames[rendering->depth++] = value;
    int rc = render_nodes(rendering, begin, end);
    rendering->depth--;
    return rc;
}

static int render_section(struct rendering *rendering, size_t at)
{
    const struct mustache_node *node = &rendering->mustache->nodes[at];
    const json_t *value = look_up(rendering, node->text, node->bytes);
    int rc = 0;

    if (node->kind == MUSTACHE_INVERTED)
        return is_reason(value) ? 0 : render_nodes(rendering, at + 1, node->end);
    if (!is_reason(value))
        return 0;
    if (!json_is_array(value))
        return render_with(rendering, value, at + 1, node->end);
    for (size_t i = 0; rc == 0 && i < json_array_size(value); i++)
        rc = render_with(rendering, json_array_get(value, i), at + 1, node->end);
    return rc;
}

static int render_nodes(struct rendering *rendering, size_t begin, size_t end)
{
    int rc = 0;

    for (size_t i = begin; rc == 0 && i < end;) {
        const struct mustache_node *node = &rendering->mustache->nodes[i];
        bool is_section = node->kind == MUSTACHE_SECTION || node->kind == MUSTACHE_INVERTED;

        if (rendering->steps++ == MUSTACHE_STEPS_MAX)
            return -1;
        if (node->kind == MUSTACHE_TEXT)
            rendering->output->raw(rendering->output->ctx, node->text, node->bytes);
        else if (is_section)
            rc = render_section(rendering, i);
        else
            write_value(rendering, node);
        i = is_section ? node->end : i + 1;
    }
    return rc;
}

int mustache_render(const struct mustache *mustache, const json_t *context,
                    const struct mustache_output *output, struct error *err)
{
    struct rendering rendering = {
        .mustache = mustache, .output = output, .frames = {context}, .depth = 1};

    if (render_nodes(&rendering, 0, mustache->count) == 0)
        return 0;
    return error_set(err, ERROR_LIMIT, "a template took more than %d steps", MUSTACHE_STEPS_MAX);
}
