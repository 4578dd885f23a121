/*
 * send_test_command.c - `tocsind send-test --receiver NAME --config FILE`: sends a test alert, and
 * says what each service answered and what to do about it.
 *
 * The alert is marked as a test in its title and always the same one of a receiver, so that a
 * second test is the same incident or ticket where the service folds repeats; --resolve ends it.
 * Requests are made, sent and judged by what delivers alerts, each step after the answer to the one
 * before; where a service asks to come back soon, it is asked again a few times. No broker is
 * asked. Exit code 0: all delivered; 69: one was refused, 75: one could not be delivered now, 64,
 * 78 as everywhere.
 */
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "consumer/advice.h"
#include "consumer/channels/secrets.h"
#include "consumer/commands.h"
#include "consumer/deliver/http.h"
#include "consumer/deliver/moment.h"
#include "consumer/deliver/redact.h"
#include "consumer/deliver/verdict.h"
#include "consumer/receiver_arguments.h"

#define STEPS_MAX        12
#define WAITS_MAX        5
#define WAIT_MS_MAX      5000
#define TEST_KEY         "{}/{tocsin=\"send-test\"}:{fingerprint=\"" TEST_FINGERPRINT "\"}"
#define TEST_FINGERPRINT "v1:00000000000000000000000000000000"

/* One test on its way. */
struct test {
    const struct integration *integration;
    struct http *http;
    struct arena arena;
    struct message message;
    struct message_alert alert;
    struct picture picture;
    struct sample sample;
    struct label labels[3];
    struct stored stored;
    enum render_size size;
    struct verdict verdict;
    bool skipped;
};

static void make_message(struct test *test, const struct config *config, bool resolve)
{
    int64_t now_ms = moment_now().wall_ms;

    test->sample = (struct sample){
        .finding = "00000000-0000-5000-8000-000000000000",
        .severity = SEVERITY_INFO,
        .confidence = 1,
        .prompt = "This is a test of the way from tocsin to you.",
        .output = "Nobody has to do anything.",
        .time_ms = now_ms,
    };
    test->labels[0] = (struct label){"alertname", "tocsin/send-test"};
    test->labels[1] = (struct label){"fingerprint", TEST_FINGERPRINT};
    test->labels[2] = (struct label){"severity", "info"};
    test->picture = (struct picture){
        .fingerprint = TEST_FINGERPRINT,
        .version = now_ms,
        .status = resolve ? ALERT_RESOLVED : ALERT_OPEN,
        .resolved_reason = resolve ? RESOLVED_CLEAN : RESOLVED_NOT,
        .news = resolve ? NEWS_RESOLVED : NEWS_OPENED,
        .episode = 1,
        .rule = {.id = "tocsin/send-test",
                 .title = "TEST, nothing to do: sent by tocsind send-test"},
        .model = "no model",
        .target = "tocsin",
        .severity = SEVERITY_INFO,
        .confidence = 1,
        .count = 1,
        .episode_count = 1,
        .first_seen_ms = now_ms,
        .last_seen_ms = now_ms,
        .opened_ms = now_ms,
        .resolved_ms = resolve ? now_ms : 0,
        .labels = {.items = test->labels, .count = 3},
        .sample = resolve ? NULL : &test->sample,
    };
    test->alert = (struct message_alert){.picture = &test->picture, .changed = true};
    test->message = (struct message){
        .integration = test->integration->id,
        .receiver = test->integration->receiver,
        .group = "00000000000000000000000000000000",
        .group_key = TEST_KEY,
        .group_labels = &test->labels[1],
        .group_labels_count = 1,
        .common_labels = test->labels,
        .common_labels_count = 3,
        .alerts = &test->alert,
        .alerts_count = 1,
        .resolved = resolve,
        .version = now_ms,
        .now_ms = now_ms,
        .attempt = 1,
        .external_url = config->external_url,
        .texts = test->integration->texts,
    };
}

static void pause_ms(int64_t delay_ms)
{
    struct timespec left = {.tv_sec = delay_ms / 1000, .tv_nsec = delay_ms % 1000 * 1000000};

    nanosleep(&left, NULL);
}

/* Sends one request; *ret_response is valid until the next one. */
static int exchange(const struct test *test, const struct request *request,
                    struct response *ret_response, struct error *err)
{
    void *tag;

    if (http_start(test->http, request, test->integration->request_timeout_ms, NULL, err) != 0)
        return -1;
    while (!http_next(test->http, moment_now().wall_ms, &tag, ret_response)) {
        if (http_wait(test->http, NULL, 0, test->integration->request_timeout_ms, err) != 0)
            return -1;
    }
    ret_response->request = request;
    return 0;
}

static int print_body(const struct step *step, struct response *ret_response)
{
    size_t written = fwrite(step->request.body, 1, step->request.body_bytes, stdout);

    *ret_response = (struct response){
        .status = written == step->request.body_bytes ? 200 : 0,
        .transport_error = "standard output cannot be written",
        .body = "",
        .content_type = "",
        .retry_after_ms = -1,
    };
    return 0;
}

/* From the first step until it is done or an answer ends it. */
static int deliver_once(struct test *test, int64_t *ret_wait_ms, struct error *err)
{
    struct response response;

    *ret_wait_ms = -1;
    for (size_t n = 0; n < STEPS_MAX; n++) {
        struct step step = {.kind = STEP_DONE};
        if (test->integration->ops->next(test->integration->ctx, &test->message, &test->stored, n,
                                         n > 0 ? &response : NULL, test->size, &test->arena, &step,
                                         err) != 0)
            return -1;
        if (step.stored)
            test->stored = (struct stored){step.stored, step.stored_count};
        test->skipped = step.kind == STEP_SKIP;
        if (step.kind == STEP_LATER)
            *ret_wait_ms = step.delay_ms;
        if (step.kind != STEP_REQUEST && step.kind != STEP_PRINT)
            return 0;
        if ((step.kind == STEP_PRINT ? print_body(&step, &response)
                                     : exchange(test, &step.request, &response, err)) != 0)
            return -1;
        response.request = &step.request;
        verdict_judge(test->integration->ops, test->integration->ctx, &response, &test->verdict);
        response.request = NULL;
        redact(test->verdict.detail, sizeof(test->verdict.detail), &step.request);
        secrets_cut(test->verdict.detail, test->integration->ops, test->integration->ctx);
        if (test->verdict.outcome == DELIVERED)
            continue;
        if (test->verdict.outcome == RETRY)
            *ret_wait_ms = test->verdict.delay_ms;
        if (test->verdict.too_large && test->size < RENDER_IDENTITY) {
            test->size++;
            *ret_wait_ms = 0;
        }
        return 0;
    }
    return error_set(err, ERROR_LIMIT, "not done after %d requests", STEPS_MAX);
}

/* Again while the service asks for it and it is soon. */
static int deliver(struct test *test, struct error *err)
{
    int64_t wait_ms = -1;

    for (size_t i = 0; i <= WAITS_MAX; i++) {
        if (deliver_once(test, &wait_ms, err) != 0)
            return -1;
        if (wait_ms < 0 || wait_ms > WAIT_MS_MAX)
            return 0;
        pause_ms(wait_ms);
        test->message.attempt++;
    }
    return 0;
}

static void report(const struct test *test)
{
    const struct verdict *verdict = &test->verdict;

    if (test->skipped) {
        printf("%s: nothing is sent for this\n", test->integration->id);
        return;
    }
    if (verdict->outcome == DELIVERED)
        printf("%s: delivered: %s\n", test->integration->id, verdict->detail);
    else
        printf("%s: NOT delivered (%s): %s\n  %s\n", test->integration->id, verdict->why,
               verdict->detail, advice_of(test->integration->ops->name, verdict));
}

static int test_integration(const struct integration *integration, const struct config *config,
                            struct http *http, bool resolve, int *ret_outcome, struct error *err)
{
    struct test test = {.integration = integration, .http = http};

    arena_init(&test.arena);
    make_message(&test, config, resolve);
    int rc = deliver(&test, err);
    if (rc == 0)
        report(&test);
    *ret_outcome = test.verdict.outcome;
    arena_fini(&test.arena);
    return rc;
}

static int test_all(const struct integration *first, size_t count, const struct config *config,
                    bool resolve, struct error *err)
{
    static const int codes[] = {
        [DELIVERED] = EX_OK, [RETRY] = EX_TEMPFAIL, [DEAD] = EX_UNAVAILABLE};
    struct http *http;
    int code = EX_OK;

    if (http_new(&http, err) != 0)
        return EX_SOFTWARE;
    for (size_t i = 0; i < count; i++) {
        struct error why = {0};
        int outcome;
        if (test_integration(&first[i], config, http, resolve, &outcome, &why) != 0) {
            printf("%s: NOT delivered: %s\n", first[i].id, why.text);
            outcome = DEAD;
        }
        if (code != EX_UNAVAILABLE && outcome != DELIVERED)
            code = codes[outcome];
    }
    http_free(http);
    return code;
}

int send_test_command(int argc, char **argv)
{
    struct receiver_arguments arguments;
    const struct integration *first;
    struct config *config = NULL;
    struct error err = {0};
    size_t count;
    int code = EX_CONFIG;

    if (!receiver_arguments_parse(argc, argv, &arguments) || arguments.rest_count > 0) {
        fprintf(stderr, "usage: tocsind send-test --receiver NAME --config FILE [--resolve]\n");
        return EX_USAGE;
    }
    if (receiver_arguments_load(&arguments, &config, &first, &count, &err) == 0)
        code = test_all(first, count, config, arguments.resolve, &err);
    if (error_is_set(&err))
        fprintf(stderr, "tocsind send-test: %s%s%s\n", err.pointer, err.pointer[0] ? ": " : "",
                err.text);
    config_free(config);
    return code;
}
