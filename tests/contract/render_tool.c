/*
 * render_tool.c - what a channel would send, without sending it.
 *
 * Reads a JSON array of deliveries from standard input, each with `channel`, `settings`, `message`
 * (its alerts' pictures as in the notification schema), and optionally `stored`, `size`,
 * `responses`. Walks the channel's steps, judging each response, and prints an array with the steps
 * of each delivery and their verdicts. Exit 1 with words on standard error when a channel or the
 * input is refused. With --lines each line of input is one delivery and each line of output its
 * steps, or an object with `error`.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/channels/channel.h"
#include "consumer/channels/mustache.h"
#include "consumer/deliver/verdict.h"

#define STEPS_MAX       16
#define INPUT_BYTES_MAX ((size_t)64 << 20)

struct tool {
    struct arena arena;
    json_t *input;
    const struct channel_ops *ops;
    void *ctx;
    struct message message;
    struct stored stored;
    enum render_size size;
};

static const char *const size_names[] = {"full", "short_evidence", "no_evidence", "identity", NULL};

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static json_t *read_input(struct error *err)
{
    char *text = malloc(INPUT_BYTES_MAX);
    size_t bytes = text ? fread(text, 1, INPUT_BYTES_MAX, stdin) : 0;
    json_t *input = record_parse(text ? text : "", bytes, err);

    free(text);
    return input;
}

/* An object of strings as labels in the arena. */
static struct list labels_of(struct arena *arena, json_t *object)
{
    struct label *labels = arena_array(arena, json_object_size(object) + 1, sizeof *labels);
    struct list list = {.items = labels};
    const char *name;
    json_t *value;

    json_object_foreach (object, name, value) {
        const char *text = json_string_value(value);
        labels[list.count++] =
            (struct label){arena_strdup(arena, name), arena_strdup(arena, text ? text : "")};
    }
    return list;
}

/* An array of strings in the arena. */
static struct list strings_of(struct arena *arena, const json_t *array)
{
    const char **items = arena_array(arena, json_array_size(array) + 1, sizeof *items);

    for (size_t i = 0; i < json_array_size(array); i++)
        items[i] = json_string_value(json_array_get(array, i));
    return (struct list){.items = items, .count = json_array_size(array)};
}

static int enum_of(const char *const *names, const char *word)
{
    for (int i = 0; names[i]; i++) {
        if (word && strcmp(names[i], word) == 0)
            return i;
    }
    return -1;
}

static int set_setting(struct tool *tool, const struct setting *setting, json_t *value,
                       struct error *err)
{
    char *at = (char *)tool->ctx + setting->offset;

    switch (setting->kind) {
    case SETTING_STRING:
    case SETTING_SECRET:
    case SETTING_URL:
    case SETTING_SECRET_URL:
        *(const char **)(void *)at = json_string_value(value);
        return 0;
    case SETTING_BOOL:
        *(bool *)at = json_is_true(value);
        return 0;
    case SETTING_INTEGER:
    case SETTING_DURATION:
        *(int64_t *)(void *)at = json_integer_value(value);
        return 0;
    case SETTING_ENUM:
        *(int *)(void *)at = enum_of(setting->names, json_string_value(value));
        return 0;
    case SETTING_MAP:
        *(struct list *)(void *)at = labels_of(&tool->arena, value);
        return 0;
    case SETTING_STRINGS:
        *(struct list *)(void *)at = strings_of(&tool->arena, value);
        return 0;
    default:
        return error_set(err, ERROR_INPUT, "%s: %s", setting->name, setting->help);
    }
}

static int set_settings(struct tool *tool, struct error *err)
{
    const char *name;
    json_t *value;

    json_object_foreach (json_object_get(tool->input, "settings"), name, value) {
        const struct setting *setting = tool->ops->settings;
        while (setting->kind != SETTING_END && strcmp(setting->name, name) != 0)
            setting++;
        if (setting->kind == SETTING_END)
            return error_set(err, ERROR_INPUT, "%s has no setting %s", tool->ops->name, name);
        if (set_setting(tool, setting, value, err) != 0)
            return -1;
    }
    return tool->ops->init ? tool->ops->init(tool->ctx, err) : 0;
}

static int read_alerts(struct tool *tool, json_t *alerts, struct error *err)
{
    size_t count = json_array_size(alerts);
    struct message_alert *read = arena_array(&tool->arena, count + 1, sizeof *read);

    for (size_t i = 0; i < count; i++) {
        json_t *alert = json_array_get(alerts, i);
        struct picture *picture = arena_alloc(&tool->arena, sizeof *picture);
        if (record_decode_value(&picture_type, json_object_get(alert, "picture"), "/picture",
                                &tool->arena, picture, err) != 0)
            return -1;
        read[i].picture = picture;
        read[i].changed = !json_is_false(json_object_get(alert, "changed"));
    }
    tool->message.alerts = read;
    tool->message.alerts_count = count;
    return 0;
}

/* {"title": "{{severity}}", "text": …} */
static int read_texts(struct tool *tool, const json_t *from, struct texts *ret, struct error *err)
{
    const struct {
        const char *name;
        const struct mustache **template;
    } rows[] = {{"title", &ret->title},
                {"text", &ret->text},
                {"summary_title", &ret->summary_title},
                {"summary_text", &ret->summary_text}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *text = text_of(from, rows[i].name);
        if (text && mustache_parse(text, &tool->arena, rows[i].template, err) != 0)
            return -1;
    }
    return 0;
}

static int read_message(struct tool *tool, struct error *err)
{
    json_t *from = json_object_get(tool->input, "message");
    struct message *message = &tool->message;
    struct list group = labels_of(&tool->arena, json_object_get(from, "group_labels"));
    struct list common = labels_of(&tool->arena, json_object_get(from, "common_labels"));

    message->integration =
        text_of(from, "integration") ? text_of(from, "integration") : "team/channel/0";
    message->receiver = text_of(from, "receiver") ? text_of(from, "receiver") : "team";
    message->group =
        text_of(from, "group") ? text_of(from, "group") : "00000000000000000000000000000000";
    message->group_key = text_of(from, "group_key") ? text_of(from, "group_key") : "{}:{}";
    message->group_labels = group.items;
    message->group_labels_count = group.count;
    message->common_labels = common.items;
    message->common_labels_count = common.count;
    message->omitted = (size_t)json_integer_value(json_object_get(from, "omitted"));
    message->resolved = json_is_true(json_object_get(from, "resolved"));
    message->repeat = json_is_true(json_object_get(from, "repeat"));
    message->in_doubt = json_is_true(json_object_get(from, "in_doubt"));
    message->version = json_integer_value(json_object_get(from, "version"));
    message->attempt = json_integer_value(json_object_get(from, "attempt"));
    message->external_url = text_of(from, "external_url");
    if (read_texts(tool, json_object_get(from, "texts"), &message->texts, err) != 0)
        return -1;
    json_t *summary = json_object_get(from, "summary");
    if (summary) {
        struct run_summary *read = arena_alloc(&tool->arena, sizeof *read);
        if (record_decode_value(&run_summary_type, summary, "/summary", &tool->arena, read, err) !=
            0)
            return -1;
        message->summary = read;
    }
    if (text_of(from, "now") && time_parse(text_of(from, "now"), &message->now_ms) != 0)
        return error_set(err, ERROR_INPUT, "message.now is not a time");
    return read_alerts(tool, json_object_get(from, "alerts"), err);
}

static json_t *labels_json(const struct label *labels, size_t count)
{
    json_t *object = json_object();

    for (size_t i = 0; i < count; i++)
        json_object_set_new(object, labels[i].name, json_string(labels[i].value));
    return object;
}

static json_t *step_json(const struct step *step)
{
    static const char *const kinds[] = {"request", "print", "done", "skip", "later"};
    const struct request *request = &step->request;
    json_t *object = json_pack("{s:s, s:o, s:b, s:I}", "kind", kinds[step->kind], "stored",
                               labels_json(step->stored, step->stored_count), "settles_doubt",
                               step->settles_doubt, "delay_ms", (json_int_t)step->delay_ms);
    json_t *headers = json_array();

    for (size_t i = 0; i < request->headers_count; i++)
        json_array_append_new(
            headers, json_pack("[s, s]", request->headers[i].name, request->headers[i].value));
    json_object_set_new(object, "headers", headers);
    if (request->method)
        json_object_set_new(object, "method", json_string(request->method));
    if (request->url)
        json_object_set_new(object, "url", json_string(request->url));
    if (request->body)
        json_object_set_new(object, "body", json_stringn(request->body, request->body_bytes));
    return object;
}

static json_t *verdict_json(const struct verdict *verdict)
{
    static const char *const outcomes[] = {"delivered", "retry", "dead"};

    return json_pack("{s:s, s:I, s:b, s:b, s:b, s:b, s:s, s:s}", "outcome",
                     outcomes[verdict->outcome], "delay_ms", (json_int_t)verdict->delay_ms,
                     "blocks_receiver", verdict->blocks_receiver, "too_large", verdict->too_large,
                     "in_doubt", verdict->in_doubt, "spares_receiver", verdict->spares_receiver,
                     "why", verdict->why, "detail", verdict->detail);
}

static const struct request_header *response_headers(struct arena *arena, const struct list *list)
{
    struct request_header *headers = arena_array(arena, list->count + 1, sizeof *headers);
    const struct label *labels = list->items;

    for (size_t i = 0; i < list->count; i++)
        headers[i] = (struct request_header){labels[i].name, labels[i].value};
    return headers;
}

/* The response to step n: the one given, else 200 with `ok`. */
static struct response response_to(struct tool *tool, size_t n)
{
    const json_t *given = json_array_get(json_object_get(tool->input, "responses"), n);
    const char *body = given ? text_of(given, "body") : "ok";
    const char *type = given ? text_of(given, "content_type") : NULL;
    struct response response = {
        .status = given ? (int)json_integer_value(json_object_get(given, "status")) : 200,
        .sent = true,
        .body = body ? body : "",
        .content_type = type ? type : "text/plain",
        .retry_after_ms = -1,
    };
    const struct list headers = labels_of(&tool->arena, json_object_get(given, "headers"));

    response.headers = response_headers(&tool->arena, &headers);
    response.headers_count = headers.count;
    response.body_bytes = strlen(response.body);
    return response;
}

/* As deliver does it: the largest size that can be rendered. */
static int next_that_fits(struct tool *tool, size_t n, const struct response *last,
                          struct step *ret_step, struct error *err)
{
    while (tool->ops->next(tool->ctx, &tool->message, &tool->stored, n, last, tool->size,
                           &tool->arena, ret_step, err) != 0) {
        if (err->kind != ERROR_LIMIT || tool->size == RENDER_IDENTITY)
            return -1;
        error_clear(err);
        tool->size++;
    }
    return 0;
}

static int walk(struct tool *tool, json_t *steps, struct error *err)
{
    struct response response;
    struct step step = {.kind = STEP_REQUEST};

    for (size_t n = 0; n < STEPS_MAX && step.kind < STEP_DONE; n++) {
        if (next_that_fits(tool, n, n > 0 ? &response : NULL, &step, err) != 0)
            return -1;
        json_t *object = step_json(&step);
        json_array_append_new(steps, object);
        if (step.kind != STEP_REQUEST)
            continue;
        struct verdict verdict;
        if (step.stored)
            tool->stored = (struct stored){step.stored, step.stored_count};
        response = response_to(tool, n);
        response.request = &step.request;
        verdict_judge(tool->ops, tool->ctx, &response, &verdict);
        response.request = NULL;
        json_object_set_new(object, "verdict", verdict_json(&verdict));
        if (verdict.outcome != DELIVERED)
            return 0;
    }
    return 0;
}

/* One delivery; its steps are appended to `deliveries`. */
static int run(json_t *input, json_t *deliveries, struct error *err)
{
    struct tool tool = {.input = input};
    const char *channel = text_of(input, "channel");
    int size = enum_of(size_names, text_of(input, "size"));
    int rc = -1;

    arena_init(&tool.arena);
    struct list stored = labels_of(&tool.arena, json_object_get(input, "stored"));
    tool.size = size < 0 ? RENDER_FULL : (enum render_size)size;
    tool.stored = (struct stored){stored.items, stored.count};
    tool.ops = channel ? channel_find(channel, strlen(channel)) : NULL;
    if (!tool.ops) {
        error_set(err, ERROR_INPUT, "there is no channel %s", channel ? channel : "without a name");
        goto out;
    }
    tool.ctx = arena_alloc(&tool.arena, tool.ops->ctx_size);
    json_t *steps = json_array();
    json_array_append_new(deliveries, steps);
    if (set_settings(&tool, err) == 0 && read_message(&tool, err) == 0)
        rc = walk(&tool, steps, err);
    if (tool.ops->fini)
        tool.ops->fini(tool.ctx);
out:
    arena_fini(&tool.arena);
    return rc;
}

static int print_line(json_t *value)
{
    int rc = json_dumpf(value, stdout, JSON_COMPACT);

    json_decref(value);
    return rc != 0 || putchar('\n') == EOF || fflush(stdout) != 0 ? 1 : 0;
}

static int serve_lines(void)
{
    char *line = NULL;
    size_t capacity = 0;
    int rc = 0;

    for (ssize_t bytes; rc == 0 && (bytes = getline(&line, &capacity, stdin)) > 0;) {
        struct error err = {0};
        json_t *input = record_parse(line, (size_t)bytes - 1, &err), *deliveries = json_array();
        bool done = input && run(input, deliveries, &err) == 0;
        rc = print_line(done ? json_incref(json_array_get(deliveries, 0))
                             : json_pack("{s:s+}", "error", err.pointer, err.text));
        json_decref(deliveries);
        json_decref(input);
    }
    free(line);
    return rc;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--lines") == 0)
        return serve_lines();
    struct error err = {0};
    json_t *input = read_input(&err), *deliveries = json_array();
    int rc = input ? 0 : -1;

    for (size_t i = 0; rc == 0 && i < json_array_size(input); i++)
        rc = run(json_array_get(input, i), deliveries, &err);
    if (rc == 0)
        json_dumpf(deliveries, stdout, JSON_INDENT(1));
    else
        fprintf(stderr, "render_tool: %s %s\n", err.pointer, err.text);
    json_decref(deliveries);
    json_decref(input);
    return rc == 0 ? 0 : 1;
}
