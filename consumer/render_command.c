/*
 * render_command.c - `tocsind render --receiver NAME FINDING... --config FILE`: what would be sent.
 *
 * FINDING is a file with records as `findings` has them, one after the other, or `-`. For each
 * integration of the receiver and each group that the findings make, the first request as it would
 * leave, with the configuration's secrets as ***; what follows it depends on what the service
 * answers. With
 * --resolve it is what ends the alerts. Nothing is sent and no broker is asked. Exit code 0; 64 for
 * a wrong call, 65 for what is no finding, 78 for a configuration that can't be loaded or has no
 * such receiver.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "consumer/channels/secrets.h"
#include "consumer/commands.h"
#include "consumer/deliver/moment.h"
#include "consumer/explain_routes.h"
#include "consumer/preview.h"
#include "consumer/receiver_arguments.h"

#define INPUT_BYTES_MAX (64 << 20)

/* The bytes of the first document in the text; all of it where there is none. */
static size_t document_bytes(const char *text, size_t bytes)
{
    json_error_t where;
    json_t *document = json_loadb(text, bytes, JSON_DISABLE_EOF_CHECK, &where);

    json_decref(document);
    return document ? (size_t)where.position : bytes;
}

static size_t count_lines(const char *text, const char *end)
{
    size_t lines = 1;

    for (const char *at = text; at < end; at++)
        lines += *at == '\n';
    return lines;
}

static int add_documents(struct preview *preview, const char *path, const char *text, size_t bytes,
                         struct error *err)
{
    static const char blank[] = " \t\r\n";
    const char *at = text + strspn(text, blank);

    while (at < text + bytes) {
        size_t taken = document_bytes(at, (size_t)(text + bytes - at));
        struct error why = {0};
        if (preview_add(preview, at, taken, &why) != 0)
            return error_set(err, why.kind, "%.200s:%zu: %s%s%.300s", path, count_lines(text, at),
                             why.pointer, why.pointer[0] ? ": " : "", why.text);
        at += taken;
        at += strspn(at, blank);
    }
    return 0;
}

static int read_documents(struct preview *preview, const char *path, FILE *file, struct error *err)
{
    char *text = NULL;
    size_t capacity = 0;
    ssize_t bytes = getdelim(&text, &capacity, '\0', file);
    int rc = 0;

    if (bytes > INPUT_BYTES_MAX)
        rc = error_set(err, ERROR_LIMIT, "%s is larger than %d bytes", path, INPUT_BYTES_MAX);
    else if (bytes > 0)
        rc = add_documents(preview, path, text, (size_t)bytes, err);
    free(text);
    return rc;
}

static int read_findings(struct preview *preview, const struct receiver_arguments *arguments,
                         struct error *err)
{
    for (size_t i = 0; i < arguments->rest_count; i++) {
        const char *path = arguments->rest[i];
        FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
        if (!file)
            return error_set(err, ERROR_INPUT, "cannot open %s: %s", path, strerror(errno));
        int rc = read_documents(preview, path, file, err);
        if (file != stdin)
            fclose(file);
        if (rc != 0)
            return -1;
    }
    return preview->alerts_count > 0 ? 0 : error_set(err, ERROR_INPUT, "there is no finding");
}

/* The first step, at the largest size that can be rendered. */
static int first_step(const struct integration *integration, const struct message *message,
                      struct arena *arena, struct step *ret_step, struct error *err)
{
    const struct stored nothing = {.count = 0};

    for (enum render_size size = RENDER_FULL; size <= RENDER_IDENTITY; size++) {
        *ret_step = (struct step){.kind = STEP_SKIP};
        error_clear(err);
        if (integration->ops->next(integration->ctx, message, &nothing, 0, NULL, size, arena,
                                   ret_step, err) == 0)
            return 0;
    }
    return -1;
}

/* A header's value; of one that authorises, its scheme alone. */
static void print_header(const struct integration *integration, const struct request_header *header,
                         struct arena *arena)
{
    char *value = arena_strdup(arena, header->value);

    if (!value)
        return;
    if (strcasecmp(header->name, "authorization") == 0)
        printf("%s: %.*s " SECRET_SHOWN "\n", header->name, (int)strcspn(value, " "),
               strchr(value, ' ') ? value : "");
    else {
        secrets_cut(value, integration->ops, integration->ctx);
        printf("%s: %s\n", header->name, value);
    }
}

static int print_request(const struct integration *integration, const struct request *request,
                         struct arena *arena, struct error *err)
{
    char *url = arena_strdup(arena, request->url ? request->url : "");
    char *body = arena_strndup(arena, request->body ? request->body : "", request->body_bytes);

    if (!url || !body)
        return error_set(err, ERROR_MEMORY, "out of memory");
    secrets_cut(url, integration->ops, integration->ctx);
    secrets_cut(body, integration->ops, integration->ctx);
    if (request->url)
        printf("%s %s\n", request->method, url);
    for (size_t i = 0; i < request->headers_count; i++)
        print_header(integration, &request->headers[i], arena);
    printf("%s%s\n\n", request->url ? "\n" : "", body);
    return 0;
}

static int render(const struct integration *integration, const struct message *message,
                  struct arena *arena, struct error *err)
{
    struct step step;

    if (first_step(integration, message, arena, &step, err) != 0)
        return -1;
    fputs("# ", stdout);
    explain_text(stdout, integration->id);
    fputs(", group ", stdout);
    explain_text(stdout, message->group_key);
    fputc('\n', stdout);
    if (step.kind == STEP_REQUEST || step.kind == STEP_PRINT)
        return print_request(integration, &step.request, arena, err);
    puts("nothing is sent\n");
    return 0;
}

static int render_all(struct preview *preview, const struct integration *first, size_t count,
                      bool resolve, struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        struct message *messages;
        size_t messages_count;
        if (preview_messages(preview, &first[i], resolve, &messages, &messages_count, err) != 0)
            return -1;
        for (size_t k = 0; k < messages_count; k++) {
            if (render(&first[i], &messages[k], preview->arena, err) != 0)
                return -1;
        }
    }
    if (preview->unrouted > 0)
        fprintf(stderr, "tocsind render: no route leads %zu of %zu problems to this receiver\n",
                preview->unrouted, preview->alerts_count);
    return 0;
}

int render_command(int argc, char **argv)
{
    struct receiver_arguments arguments;
    const struct integration *first;
    struct config *config = NULL;
    struct preview preview;
    struct arena arena;
    struct error err = {0};
    size_t count;
    int code = EX_CONFIG;

    if (!receiver_arguments_parse(argc, argv, &arguments) || arguments.rest_count == 0) {
        fprintf(stderr, "usage: tocsind render --receiver NAME FINDING...|- --config FILE "
                        "[--resolve]\n");
        return EX_USAGE;
    }
    arena_init(&arena);
    if (receiver_arguments_load(&arguments, &config, &first, &count, &err) == 0 &&
        preview_init(&preview, config, moment_now().wall_ms, &arena, &err) == 0) {
        code = EX_DATAERR;
        if (read_findings(&preview, &arguments, &err) == 0)
            code = render_all(&preview, first, count, arguments.resolve, &err) == 0 ? EX_OK
                                                                                    : EX_SOFTWARE;
    }
    if (error_is_set(&err))
        fprintf(stderr, "tocsind render: %s%s%s\n", err.pointer, err.pointer[0] ? ": " : "",
                err.text);
    config_free(config);
    arena_fini(&arena);
    return code;
}
