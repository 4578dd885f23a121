/*
 * fuzz_render - any alert that the notification's table takes is rendered by every channel, at
 * every size, into a request that is whole: a body of valid UTF-8 below the limit, and JSON where
 * it says so; or refused in words.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/channels/channel.h"
#include "consumer/config/config.h"

#define ALERTS    2
#define STEPS_MAX 8
#define NOW_MS    INT64_C(1795421040000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every channel as it is configured; one without a row ends the fuzzer. */
static const char configuration[] =
    "kafka: {bootstrap.servers: nowhere}\n"
    "global: {slack_api_url: 'https://hooks.example/slack'}\n"
    "route: {receiver: all}\n"
    "receivers:\n"
    "  - name: all\n"
    "    slack_configs: [{}]\n"
    "    msteamsv2_configs: [{webhook_url: 'https://prod.example/workflows/1'}]\n"
    "    pagerduty_configs: [{routing_key: 0123456789abcdef0123456789abcdef}]\n"
    "    opsgenie_configs: [{api_key: 01234567-89ab-cdef-0123-456789abcdef}]\n"
    "    victorops_configs: [{api_key: 0123456789abcdef, routing_key: team}]\n"
    "    jira_configs: [{api_url: 'https://acme.example', bearer_token: t, project: RED}]\n"
    "    azure_devops_configs: [{url: 'https://dev.example/acme', project: P, token: t}]\n"
    "    servicenow_configs: [{url: 'https://acme.example', username: u, password: p}]\n"
    "    webhook_configs: [{url: 'https://hook.example/x'}]\n"
    "    console_configs: [{}]\n";

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz_render: %s\n", what);
    abort();
}

static const struct config *the_config(void)
{
    static struct config *config;
    struct error err = {0};

    if (config)
        return config;
    must(config_parse("fuzz.yaml", configuration, strlen(configuration), &config, &err) == 0,
         err.text);
    for (size_t i = 0; channels[i]; i++) {
        bool found = false;
        for (size_t k = 0; k < config->integrations_count; k++)
            found = found || config->integrations[k].ops == channels[i];
        must(found, channels[i]->name);
    }
    return config;
}

static void check_request(const struct request *request)
{
    const char *body = request->body ? request->body : "";

    must(utf8_valid(body, request->body_bytes), "a body that is not UTF-8");
    for (size_t i = 0; i < request->headers_count; i++) {
        must(strpbrk(request->headers[i].value, "\r\n") == NULL, "a header of two lines");
        if (strcmp(request->headers[i].name, "Content-Type") == 0 &&
            strncmp(request->headers[i].value, "application/json", 16) == 0) {
            json_t *json = json_loadb(body, request->body_bytes, JSON_REJECT_DUPLICATES, NULL);
            must(json != NULL, "a body that is no JSON");
            json_decref(json);
        }
    }
}

/* All steps of a delivery, each request answered with 200. */
static void deliver(const struct integration *integration, const struct message *message,
                    enum render_size size, struct arena *arena)
{
    const struct stored stored = {.count = 0};
    const struct response ok = {.status = 200,
                                .sent = true,
                                .body = "{}",
                                .body_bytes = 2,
                                .content_type = "application/json",
                                .retry_after_ms = -1};
    struct step step = {.kind = STEP_REQUEST};
    struct error err = {0};

    for (size_t n = 0; n < STEPS_MAX && step.kind < STEP_DONE; n++) {
        if (integration->ops->next(integration->ctx, message, &stored, n, n > 0 ? &ok : NULL, size,
                                   arena, &step, &err) != 0) {
            must(error_is_set(&err), "a refusal without words");
            return;
        }
        if (step.kind == STEP_REQUEST || step.kind == STEP_PRINT)
            check_request(&step.request);
    }
}

static void render_all(const struct picture *picture)
{
    const struct config *config = the_config();
    const struct message_alert alerts[ALERTS] = {{.picture = picture, .changed = true},
                                                 {.picture = picture}};
    const struct label *labels = picture->labels.items;
    struct message message = {.integration = "all/channel/0",
                              .receiver = "all",
                              .group = "00112233445566778899aabbccddeeff",
                              .group_key = "{}:{}",
                              .group_labels = labels,
                              .group_labels_count = picture->labels.count,
                              .common_labels = labels,
                              .common_labels_count = picture->labels.count,
                              .alerts = alerts,
                              .resolved = picture->status == ALERT_RESOLVED,
                              .version = picture->version,
                              .now_ms = NOW_MS,
                              .attempt = 1};

    for (size_t i = 0; i < config->integrations_count; i++) {
        const struct integration *integration = &config->integrations[i];
        message.alerts_count = integration->ops->one_alert ? 1 : ALERTS;
        for (enum render_size size = RENDER_FULL; size <= RENDER_IDENTITY; size++) {
            struct arena arena;
            arena_init(&arena);
            deliver(integration, &message, size, &arena);
            arena_fini(&arena);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct picture picture;
    struct error err = {0};

    arena_init(&arena);
    json_t *json = record_parse((const char *)data, size, &err);
    if (json && record_decode_value(&picture_type, json, "", &arena, &picture, &err) == 0)
        render_all(&picture);
    json_decref(json);
    arena_fini(&arena);
    return 0;
}
