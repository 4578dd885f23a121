/*
 * webhook.c - Alertmanager's webhook to any receiver: one POST, any 2xx is delivered.
 *
 * Each request carries Standard Webhooks' id, so that a receiver can drop a repeat: the id is of
 * the integration, the group and its version, the same however often a delivery is tried. A
 * reminder is news of its own: its id is made at its first try and kept with the intent. With a
 * `secret` the request is signed as well.
 */
#include "consumer/channels/webhook.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "consumer/channels/post.h"
#include "consumer/channels/url.h"

#define STORED_ID      "webhook_id"
#define STORED_VERSION "webhook_version"

static const struct setting webhook_settings[] = {
    {.name = "url",
     .kind = SETTING_SECRET_URL,
     .offset = offsetof(struct webhook, url),
     .required = true,
     .help = "where to post"},
    {.name = "secret",
     .kind = SETTING_SECRET,
     .offset = offsetof(struct webhook, secret),
     .help = "signs requests as Standard Webhooks says: whsec_ and base64 of 24 to 64 bytes"},
    {.name = "authorization",
     .kind = SETTING_SECRET,
     .offset = offsetof(struct webhook, authorization),
     .help = "the whole value of the header Authorization, e.g. \"Bearer …\""},
    {.name = "headers",
     .kind = SETTING_MAP,
     .offset = offsetof(struct webhook, headers),
     .help = "further headers, none of them a secret"},
    {.name = "max_alerts",
     .kind = SETTING_INTEGER,
     .offset = offsetof(struct webhook, max_alerts),
     .max = 1000000,
     .fallback = "0",
     .help = "alerts in one request, 0: all"},
    {.name = "payload",
     .kind = SETTING_REFUSED,
     .help =
         "the body is Alertmanager's version 4 with an object tocsin in each alert; leave it out"},
    {.kind = SETTING_END},
};

/* Set by us or by the transport. */
static const char *const own_headers[] = {"authorization",     "connection", "content-length",
                                          "content-type",      "host",       "transfer-encoding",
                                          "user-agent",        "webhook-id", "webhook-signature",
                                          "webhook-timestamp", NULL};

static bool is_header_name(const char *name)
{
    static const char token[] =
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    return name[0] != '\0' && strspn(name, token) == strlen(name);
}

/* One line of visible characters, spaces and tabs: nothing that starts another header. */
static bool is_header_value(const char *value)
{
    for (const char *at = value; *at; at++) {
        unsigned char c = (unsigned char)*at;
        if ((c < 0x20 && c != '\t') || c == 0x7F)
            return false;
    }
    return true;
}

static int check_headers(const struct webhook *webhook, struct error *err)
{
    const struct label *headers = webhook->headers.items;

    if (webhook->headers.count > WEBHOOK_HEADERS_MAX)
        return error_set(err, ERROR_LIMIT, "headers has %zu entries, at most %d",
                         webhook->headers.count, WEBHOOK_HEADERS_MAX);
    for (size_t i = 0; i < webhook->headers.count; i++) {
        if (!is_header_name(headers[i].name) || !is_header_value(headers[i].value))
            return error_set(err, ERROR_INPUT, "headers: \"%s\" is not a header's name and value",
                             is_header_name(headers[i].name) ? headers[i].name : "?");
        for (size_t k = 0; own_headers[k]; k++) {
            if (strcasecmp(headers[i].name, own_headers[k]) == 0)
                return error_set(err, ERROR_INPUT, "headers: %s is set by tocsin%s", own_headers[k],
                                 k == 0 ? ": use authorization" : "");
        }
    }
    return 0;
}

static int webhook_init(void *ctx, struct error *err)
{
    struct webhook *webhook = ctx;

    if (!webhook->url)
        return error_set(err, ERROR_INPUT, "url is missing: where to post");
    if (!url_is_http(webhook->url))
        return error_set(err, ERROR_INPUT, "url is not an http or https URL");
    if (webhook->authorization && !is_header_value(webhook->authorization))
        return error_set(err, ERROR_INPUT, "authorization is not the value of a header");
    if (check_headers(webhook, err) != 0)
        return -1;
    return webhook->secret ? signature_key_read(webhook->secret, &webhook->key, err) : 0;
}

static void webhook_fini(void *ctx)
{
    struct webhook *webhook = ctx;

    signature_key_wipe(&webhook->key);
}

/* The id of this delivery, and what to keep so that its next try has the same. */
static int identify(const struct message *message, const struct stored *stored, struct arena *arena,
                    const char **ret_id, struct step *step, struct error *err)
{
    char version[32], moment[32], made[MESSAGE_ID_BYTES];
    bool tried = message->attempt > 1 || message->in_doubt;
    const char *parts[] = {message->integration, message->group, version, moment};

    snprintf(version, sizeof version, "%" PRId64 "%s", message->version,
             message->repeat ? "r" : "");
    snprintf(moment, sizeof moment, "%" PRId64, message->repeat ? message->now_ms : 0);
    const char *id = stored_value(stored, STORED_ID);
    if (!tried || id[0] == '\0' || strcmp(stored_value(stored, STORED_VERSION), version) != 0) {
        if (message_id(parts, 4, arena, made, err) != 0)
            return -1;
        id = made;
    }
    struct label *kept = arena_array(arena, 2, sizeof *kept);
    const char *id_copy = arena_strdup(arena, id), *version_copy = arena_strdup(arena, version);
    if (!kept || !id_copy || !version_copy)
        return error_set(err, ERROR_MEMORY, "no memory for a request's id");
    kept[0] = (struct label){STORED_ID, id_copy};
    kept[1] = (struct label){STORED_VERSION, version_copy};
    step->stored = kept;
    step->stored_count = 2;
    *ret_id = id_copy;
    return 0;
}

static int add_headers(const struct webhook *webhook, const char *id, int64_t now_ms,
                       struct arena *arena, struct request *request, struct error *err)
{
    char signature[SIGNATURE_BYTES];
    const struct label *extra = webhook->headers.items;

    post_header(request, "webhook-id", id);
    if (webhook->authorization)
        post_header(request, "Authorization", webhook->authorization);
    for (size_t i = 0; i < webhook->headers.count; i++)
        post_header(request, extra[i].name, extra[i].value);
    if (webhook->key.count == 0)
        return 0;
    if (signature_make(&webhook->key, id, now_ms / 1000, request->body, request->body_bytes, arena,
                       signature, err) != 0)
        return -1;
    post_header(request, "webhook-timestamp", arena_printf(arena, "%" PRId64, now_ms / 1000));
    post_header(request, "webhook-signature", arena_strdup(arena, signature));
    return 0;
}
_Static_assert(6 + WEBHOOK_HEADERS_MAX <= REQUEST_HEADERS_MAX, "every header has a place");

static int webhook_next(const void *ctx, const struct message *message, const struct stored *stored,
                        size_t step_number, const struct response *last, enum render_size size,
                        struct arena *arena, struct step *ret_step, struct error *err)
{
    const struct webhook *webhook = ctx;
    struct step step = {.kind = STEP_DONE};
    const char *id = NULL;
    size_t body_bytes;

    (void)last;
    if (step_number > 0) {
        step.stored = stored ? stored->values : NULL;
        step.stored_count = stored ? stored->count : 0;
        *ret_step = step;
        return 0;
    }
    step.kind = STEP_REQUEST;
    if (identify(message, stored, arena, &id, &step, err) != 0)
        return -1;
    const char *body = webhook_body(webhook, message, size, arena, &body_bytes, err);
    if (!body)
        return -1;
    step.request = post_json(webhook->url, body, body_bytes);
    if (add_headers(webhook, id, message->now_ms, arena, &step.request, err) != 0)
        return -1;
    *ret_step = step;
    return 0;
}

const struct channel_ops webhook_channel = {
    .name = "webhook",
    .ctx_size = sizeof(struct webhook),
    .settings = webhook_settings,
    .has_identity = false,
    .shows_summary = true,
    .init = webhook_init,
    .next = webhook_next,
    .fini = webhook_fini,
};
