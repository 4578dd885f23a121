/*
 * victorops.c - Splunk On-Call (VictorOps) by its REST endpoint: one POST, folded by entity_id.
 *
 * Delivered is 200 with result "success"; the service reports failures with 200 as well. API key
 * and routing key are parts of the URL, so the URL is a secret: it stands in the request alone. A
 * RECOVERY ends the incident; a CRITICAL after it begins a new one under the same entity.
 */
#include "consumer/channels/victorops.h"

#include <string.h>

#include "consumer/channels/answer.h"
#include "consumer/channels/post.h"
#include "consumer/channels/url.h"

#define SERVICE "Splunk On-Call"

#define LAYOUT "tocsin fills in the alert itself; leave it out"

static const struct setting victorops_settings[] = {
    {.name = "api_key",
     .kind = SETTING_SECRET,
     .offset = offsetof(struct victorops, api_key),
     .required = true,
     .help = "the key of the REST endpoint integration"},
    {.name = "api_url",
     .kind = SETTING_URL,
     .offset = offsetof(struct victorops, api_url),
     .fallback = "https://alert.victorops.com/integrations/generic/20131114/alert/",
     .help = "what stands before the keys in the integration's URL"},
    {.name = "routing_key",
     .kind = SETTING_STRING,
     .offset = offsetof(struct victorops, routing_key),
     .required = true,
     .help = "the service's routing key of a team"},
    {.name = "message_type",
     .kind = SETTING_REFUSED,
     .help = "it follows the alert's severity; leave it out"},
    {.name = "entity_display_name", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "state_message", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "monitoring_tool", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.name = "custom_fields", .kind = SETTING_REFUSED, .help = LAYOUT},
    {.kind = SETTING_END},
};

static int victorops_init(void *ctx, struct error *err)
{
    struct victorops *victorops = ctx;

    if (!victorops->api_key || victorops->api_key[0] == '\0')
        return error_set(err, ERROR_INPUT, "api_key is missing: the key of a REST endpoint");
    if (!victorops->routing_key || victorops->routing_key[0] == '\0')
        return error_set(err, ERROR_INPUT, "routing_key is missing: the one of a team");
    if (!url_is_http(victorops->api_url))
        return error_set(err, ERROR_INPUT, "api_url is not an http or https URL");
    return 0;
}

static const char *url_of(const struct victorops *victorops, struct arena *arena)
{
    const char *api_key = url_encode(victorops->api_key, arena);
    const char *routing_key = url_encode(victorops->routing_key, arena);

    if (!api_key || !routing_key)
        return NULL;
    const char *path = arena_printf(arena, "/%s/%s", api_key, routing_key);
    return path ? post_url(victorops->api_url, path, arena) : NULL;
}

static int victorops_next(const void *ctx, const struct message *message,
                          const struct stored *stored, size_t step_number,
                          const struct response *last, enum render_size size, struct arena *arena,
                          struct step *ret_step, struct error *err)
{
    const struct victorops *victorops = ctx;
    struct step step = {.kind = STEP_DONE};
    size_t body_bytes;

    (void)stored;
    (void)last;
    if (step_number == 0) {
        step.kind = STEP_REQUEST;
        const char *url = url_of(victorops, arena);
        if (!url)
            return error_set(err, ERROR_MEMORY, "no memory for a request");
        const char *body = victorops_alert(message, size, arena, &body_bytes, err);
        if (!body)
            return -1;
        step.request = post_json(url, body, body_bytes);
    }
    *ret_step = step;
    return 0;
}

/* The service writes `message`, or `messages` with one string in it. */
static const char *words_of(const json_t *answer)
{
    const char *words = answer_text(answer, "message");
    const json_t *messages = json_object_get(answer, "messages");
    const char *first = json_string_value(json_array_get(messages, 0));

    if (words[0] != '\0')
        return words;
    return first ? first : answer_text(answer, "messages");
}

static void victorops_judge(const void *ctx, const struct response *response,
                            struct verdict *verdict)
{
    const struct victorops *victorops = ctx;

    if (response->status == 0)
        return;
    json_t *answer = answer_parse(response);
    const char *result = answer_text(answer, "result");
    if (verdict->outcome != DELIVERED) {
        answer_quote(verdict, SERVICE, response->status, words_of(answer), victorops->api_key);
    } else if (strcmp(result, "failure") == 0) {
        verdict->outcome = DEAD;
        verdict->why = "refused";
        answer_quote(verdict, SERVICE, response->status, words_of(answer), victorops->api_key);
    } else if (strcmp(result, "success") != 0) {
        answer_unexpected(verdict, SERVICE, response->status);
    }
    json_decref(answer);
}

const struct channel_ops victorops_channel = {
    .name = "victorops",
    .ctx_size = sizeof(struct victorops),
    .settings = victorops_settings,
    .has_identity = true,
    .one_alert = true,
    .init = victorops_init,
    .next = victorops_next,
    .judge = victorops_judge,
};
