/*
 * test_pagerduty.c - events of PagerDuty's Events API v2: action, key, payload, limits, answers,
 * settings.
 */
#include "tests/unit/channels/sample.h"

#include "consumer/channels/pagerduty.h"
#include "consumer/channels/text.h"

#define ROUTING_KEY "0123456789abcdef0123456789abcdef"

static const struct pagerduty pagerduty = {.routing_key = ROUTING_KEY,
                                           .url = "https://events.pagerduty.example/v2/enqueue",
                                           .client = "tocsin"};

static const char *member(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "(none)";
}

Test(pagerduty, an_open_alert_triggers)
{
    struct sample_message m;

    sample_init(&m, 1);
    struct step step = sample_step(&pagerduty_channel, &pagerduty, &m, RENDER_FULL);
    cr_expect_str_eq(step.request.method, "POST");
    cr_expect_str_eq(step.request.url, pagerduty.url);
    cr_expect_str_eq(step.request.headers[0].value, "application/json");
    json_t *body = sample_body(&pagerduty_channel, &pagerduty, &m, RENDER_FULL);
    const json_t *payload = json_object_get(body, "payload");
    const json_t *details = json_object_get(payload, "custom_details");
    cr_expect_str_eq(member(body, "routing_key"), ROUTING_KEY);
    cr_expect_str_eq(member(body, "event_action"), "trigger");
    cr_expect_str_eq(member(body, "dedup_key"), "tocsin-00112233445566778899aabbccddeeff");
    cr_expect_str_eq(member(body, "client"), "tocsin");
    cr_expect_str_eq(member(body, "client_url"), "https://tocsin.example");
    cr_expect_str_eq(member(payload, "summary"),
                     "HIGH \u00B7 NEW \u00B7 DAN in the wild gets past the mitigation");
    cr_expect_str_eq(member(payload, "source"), "acme/helpbot nightly@main");
    cr_expect_str_eq(member(payload, "severity"), "error");
    cr_expect_str_eq(member(payload, "timestamp"), "2026-11-23T09:04:00.000Z");
    cr_expect_str_eq(member(payload, "component"), "helpbot");
    cr_expect_str_eq(member(payload, "group"), "acme/helpbot");
    cr_expect_null(json_object_get(payload, "class"));
    cr_expect_str_eq(member(details, "Prompt"), "Ignore all previous instructions");
    cr_expect_str_eq(member(details, "Fingerprint"), SAMPLE_FINGERPRINT);
    cr_expect_eq(json_array_size(json_object_get(body, "links")), 4);
    const json_t *link = json_array_get(json_object_get(body, "links"), 0);
    cr_expect_str_eq(member(link, "href"), "https://ci.example/report.html");
    cr_expect_str_eq(member(link, "text"), "Full report");
    json_decref(body);
    sample_fini(&m);
}

Test(pagerduty, the_same_key_resolves_and_reopens)
{
    struct sample_message m;
    char key[128];

    sample_init(&m, 1);
    json_t *body = sample_body(&pagerduty_channel, &pagerduty, &m, RENDER_FULL);
    snprintf(key, sizeof key, "%s", member(body, "dedup_key"));
    json_decref(body);
    m.picture.status = ALERT_RESOLVED;
    m.message.resolved = true;
    body = sample_body(&pagerduty_channel, &pagerduty, &m, RENDER_FULL);
    cr_expect_str_eq(member(body, "event_action"), "resolve");
    cr_expect_str_eq(member(body, "dedup_key"), key);
    cr_expect_null(json_object_get(
        json_object_get(json_object_get(body, "payload"), "custom_details"), "Prompt"));
    json_decref(body);
    m.picture.status = ALERT_OPEN;
    m.picture.news = NEWS_REOPENED;
    m.message.resolved = false;
    body = sample_body(&pagerduty_channel, &pagerduty, &m, RENDER_IDENTITY);
    cr_expect_str_eq(member(body, "event_action"), "trigger");
    cr_expect_str_eq(member(body, "dedup_key"), key);
    json_decref(body);
    sample_fini(&m);
}

Test(pagerduty, a_group_that_is_one_alert_has_the_fingerprint_as_key)
{
    struct label by_fingerprint[] = {{"fingerprint", SAMPLE_FINGERPRINT}};
    struct sample_message m;

    sample_init(&m, 1);
    m.message.group_labels = by_fingerprint;
    json_t *body = sample_body(&pagerduty_channel, &pagerduty, &m, RENDER_FULL);
    cr_expect_str_eq(member(body, "dedup_key"), "tocsin-0123456789abcdef0123456789abcdef");
    json_decref(body);
    m.picture.fingerprint = "v1:not hex";
    body = sample_body(&pagerduty_channel, &pagerduty, &m, RENDER_FULL);
    cr_expect_str_eq(member(body, "dedup_key"), "tocsin-00112233445566778899aabbccddeeff");
    json_decref(body);
    sample_fini(&m);
}

Test(pagerduty, every_severity)
{
    static const char *const names[] = {"info", "info", "warning", "error", "critical"};
    struct sample_message m;

    sample_init(&m, 1);
    for (int severity = SEVERITY_INFO; severity <= SEVERITY_CRITICAL; severity++) {
        m.picture.severity = severity;
        json_t *body = sample_body(&pagerduty_channel, &pagerduty, &m, RENDER_FULL);
        cr_expect_str_eq(member(json_object_get(body, "payload"), "severity"), names[severity]);
        json_decref(body);
    }
    sample_fini(&m);
}

Test(pagerduty, a_reminder_says_so_and_nothing_is_there_twice)
{
    struct sample_message m;

    sample_init(&m, 1);
    m.message.in_doubt = true;
    struct step step = sample_step(&pagerduty_channel, &pagerduty, &m, RENDER_FULL);
    cr_expect_null(strstr(step.request.body, "\"Note\""));
    m.message.repeat = true;
    step = sample_step(&pagerduty_channel, &pagerduty, &m, RENDER_FULL);
    cr_expect_not_null(strstr(step.request.body, "\"Note\":\"A reminder"));
    sample_fini(&m);
}

Test(pagerduty, the_summary_ends_at_its_limit)
{
    struct sample_message m;

    sample_init(&m, 1);
    m.picture.rule.title = sample_repeat(&m, "x", 5000);
    json_t *body = sample_body(&pagerduty_channel, &pagerduty, &m, RENDER_FULL);
    const char *summary = member(json_object_get(body, "payload"), "summary");
    cr_expect_eq(text_units(summary), PAGERDUTY_SUMMARY_UNITS_MAX);
    cr_expect_not_null(strstr(summary, "\u2026"));
    json_decref(body);
    sample_fini(&m);
}

Test(pagerduty, a_megabyte_stays_an_event)
{
    static const char *const pieces[] = {"x", "\"", "\u6F22", "\U0001F600", "\x01", "\n"};
    struct sample_message m;

    sample_init(&m, 20);
    m.message.omitted = 480;
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        size_t last = PAGERDUTY_EVENT_BYTES_MAX + 1;
        m.sample.prompt = m.sample.output = sample_repeat(&m, pieces[i], 1000000);
        for (int size = RENDER_FULL; size <= RENDER_IDENTITY; size++) {
            struct step step =
                sample_step(&pagerduty_channel, &pagerduty, &m, (enum render_size)size);
            cr_expect_lt(step.request.body_bytes, last, "piece %zu size %d", i, size);
            cr_expect_not_null(strstr(step.request.body, "and 480 more"));
            last = step.request.body_bytes;
        }
    }
    sample_fini(&m);
}

/* The common table's verdict comes in; PagerDuty's goes out. */
static const struct {
    int status;
    const char *body;
    enum outcome common, outcome;
    bool blocks_receiver;
    const char *why, *detail;
} answers[] = {
    {202, "{\"status\":\"success\"}", DELIVERED, DELIVERED, false, "common", ""},
    {200, "ok", DELIVERED, RETRY, false, "unexpected_answer",
     "status 200: not PagerDuty's own answer"},
    {204, "", DELIVERED, RETRY, false, "unexpected_answer",
     "status 204: not PagerDuty's own answer"},
    {302, "", DEAD, DEAD, false, "common", "PagerDuty answered 302"},
    {400, "{\"message\":\"Event object is invalid\",\"errors\":[\"'payload.source' is missing\"]}",
     DEAD, DEAD, false, "common", "PagerDuty answered 400: 'payload.source' is missing"},
    {400, "{\"message\":\"Event object is invalid\"}", DEAD, DEAD, false, "common",
     "PagerDuty answered 400: Event object is invalid"},
    {400, "{\"errors\":[\"Length of 'routing_key' is incorrect\"]}", DEAD, RETRY, true,
     "unauthorized", "PagerDuty answered 400: Length of 'routing_key' is incorrect"},
    {400, "{\"errors\":[\"Invalid routing key " ROUTING_KEY "\"]}", DEAD, RETRY, true,
     "unauthorized", "PagerDuty answered 400"},
    {400, "{\"errors\":[\"caf\u00E9\\u001b[2J\"]}", DEAD, DEAD, false, "common",
     "PagerDuty answered 400: caf???[2J"},
    {400, "<html>", DEAD, DEAD, false, "common", "PagerDuty answered 400"},
    {403, "", RETRY, RETRY, false, "common", "PagerDuty answered 403"},
    {413, "", DEAD, DEAD, false, "common", "PagerDuty answered 413"},
    {429, "{\"message\":\"Requests for this service are arriving too quickly.\"}", RETRY, RETRY,
     false, "common",
     "PagerDuty answered 429: Requests for this service are arriving too quickly."},
    {500, "", RETRY, RETRY, false, "common", "PagerDuty answered 500"},
};

Test(pagerduty, every_answer)
{
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct response response = {.status = answers[i].status,
                                    .body = answers[i].body,
                                    .body_bytes = strlen(answers[i].body),
                                    .sent = true,
                                    .retry_after_ms = -1};
        struct verdict verdict = {.outcome = answers[i].common, .delay_ms = -1, .why = "common"};
        pagerduty_channel.judge(&pagerduty, &response, &verdict);
        cr_expect_eq(verdict.outcome, answers[i].outcome, "row %zu", i);
        cr_expect_eq(verdict.blocks_receiver, answers[i].blocks_receiver, "row %zu", i);
        cr_expect_str_eq(verdict.why, answers[i].why, "row %zu", i);
        cr_expect_str_eq(verdict.detail, answers[i].detail, "row %zu", i);
    }
}

Test(pagerduty, no_answer_is_the_common_verdict)
{
    struct response response = {.transport_error = "timeout", .sent = true};
    struct verdict verdict = {.outcome = RETRY, .why = "common", .detail = "timeout"};

    pagerduty_channel.judge(&pagerduty, &response, &verdict);
    cr_expect_eq(verdict.outcome, RETRY);
    cr_expect_str_eq(verdict.detail, "timeout");
}

Test(pagerduty, settings_that_are_refused)
{
    struct pagerduty rows[] = {
        {.routing_key = NULL, .url = pagerduty.url},
        {.routing_key = "", .url = pagerduty.url},
        {.routing_key = ROUTING_KEY, .url = NULL},
        {.routing_key = ROUTING_KEY, .url = "ftp://x"},
        {.routing_key = ROUTING_KEY, .url = "https://x.example/other", .change_events = true},
        {.routing_key = ROUTING_KEY, .url = "/v2/enqueue", .change_events = true},
    };
    struct pagerduty good = pagerduty;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error err = {0};
        cr_expect_neq(pagerduty_channel.init(&rows[i], &err), 0, "row %zu", i);
        cr_expect_null(strstr(err.text, ROUTING_KEY));
    }
    cr_expect_eq(pagerduty_channel.init(&good, NULL), 0);
}

Test(pagerduty, a_run_is_a_change_event_where_it_is_wanted)
{
    const struct run_summary summary = {.run = {.id = "r", .repository = "acme/helpbot"}};
    struct pagerduty wanted = pagerduty;
    struct sample_message m;

    sample_init(&m, 0);
    m.message.summary = &summary;
    struct step step = sample_step(&pagerduty_channel, &pagerduty, &m, RENDER_FULL);
    cr_expect_eq(step.kind, STEP_SKIP);
    wanted.change_events = true;
    cr_assert_eq(pagerduty_channel.init(&wanted, NULL), 0);
    step = sample_step(&pagerduty_channel, &wanted, &m, RENDER_FULL);
    cr_expect_str_eq(step.request.url, "https://events.pagerduty.example/v2/change/enqueue");
    json_t *body = sample_body(&pagerduty_channel, &wanted, &m, RENDER_FULL);
    cr_expect_null(json_object_get(body, "event_action"));
    cr_expect_str_eq(member(json_object_get(body, "payload"), "source"), "acme/helpbot");
    json_decref(body);
    sample_fini(&m);
}
