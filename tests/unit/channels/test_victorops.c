/*
 * test_victorops.c - Splunk On-Call: message types, the entity, limits, answers, settings.
 */
#include "tests/unit/channels/sample.h"

#include "consumer/channels/text.h"
#include "consumer/channels/victorops.h"

#define API_KEY "11111111-2222-3333-4444-555555555555"

static const struct victorops victorops = {
    .api_key = API_KEY, .api_url = "https://alert.example/alert/", .routing_key = "team x/y"};

static const char *member(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "(none)";
}

Test(victorops, an_open_alert_and_its_recovery)
{
    struct sample_message m;

    sample_init(&m, 1);
    struct step step = sample_step(&victorops_channel, &victorops, &m, RENDER_FULL);
    cr_expect_str_eq(step.request.url, "https://alert.example/alert/" API_KEY "/team%20x%2Fy");
    cr_expect_null(strstr(step.request.body, API_KEY));
    json_t *body = sample_body(&victorops_channel, &victorops, &m, RENDER_FULL);
    cr_expect_str_eq(member(body, "message_type"), "CRITICAL");
    cr_expect_str_eq(member(body, "entity_id"), "tocsin-00112233445566778899aabbccddeeff");
    cr_expect_str_eq(member(body, "entity_display_name"),
                     "helpbot: DAN in the wild gets past the mitigation");
    cr_expect_str_eq(member(body, "monitoring_tool"), "tocsin");
    cr_expect_str_eq(member(body, "fingerprint"), SAMPLE_FINGERPRINT);
    cr_expect_str_eq(member(body, "vo_annotate.u.Full report"), "https://ci.example/report.html");
    cr_expect_eq(json_integer_value(json_object_get(body, "state_start_time")),
                 SAMPLE_OPENED_MS / 1000);
    cr_expect_not_null(strstr(member(body, "state_message"), "Ignore all previous instructions"));
    json_decref(body);
    m.message.resolved = true;
    m.picture.status = ALERT_RESOLVED;
    m.picture.resolved_ms = SAMPLE_NOW_MS;
    body = sample_body(&victorops_channel, &victorops, &m, RENDER_FULL);
    cr_expect_str_eq(member(body, "message_type"), "RECOVERY");
    cr_expect_str_eq(member(body, "entity_id"), "tocsin-00112233445566778899aabbccddeeff");
    cr_expect_eq(json_integer_value(json_object_get(body, "state_start_time")),
                 SAMPLE_NOW_MS / 1000);
    json_decref(body);
    sample_fini(&m);
}

Test(victorops, every_severity)
{
    static const char *const types[] = {"INFO", "WARNING", "WARNING", "CRITICAL", "CRITICAL"};
    struct sample_message m;

    sample_init(&m, 1);
    for (int severity = SEVERITY_INFO; severity <= SEVERITY_CRITICAL; severity++) {
        m.picture.severity = severity;
        json_t *body = sample_body(&victorops_channel, &victorops, &m, RENDER_FULL);
        cr_expect_str_eq(member(body, "message_type"), types[severity]);
        json_decref(body);
    }
    sample_fini(&m);
}

Test(victorops, state_message_ends_at_its_limit)
{
    static const char *const pieces[] = {"x", "<", "\"", "\U0001F600", "\x01"};
    struct sample_message m;

    sample_init(&m, 1);
    m.picture.rule.title = sample_repeat(&m, "t", 2000);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        m.sample.prompt = m.sample.output = sample_repeat(&m, pieces[i], 1000000);
        json_t *body = sample_body(&victorops_channel, &victorops, &m, RENDER_FULL);
        size_t units = text_units(member(body, "state_message"));
        cr_expect(units <= VICTOROPS_STATE_MESSAGE_UNITS_MAX &&
                      units > VICTOROPS_STATE_MESSAGE_UNITS_MAX - 200,
                  "piece %zu: %zu", i, units);
        cr_expect_eq(text_units(member(body, "entity_display_name")), VICTOROPS_NAME_UNITS_MAX);
        json_decref(body);
    }
    sample_fini(&m);
}

/* The common table's verdict comes in; Splunk On-Call's goes out. */
static const struct {
    int status;
    const char *body;
    enum outcome common, outcome;
    const char *why, *detail;
} answers[] = {
    {200, "{\"result\":\"success\",\"entity_id\":\"e\"}", DELIVERED, DELIVERED, "common", ""},
    {200, "{\"result\":\"failure\",\"message\":\"bad type\"}", DELIVERED, DEAD, "refused",
     "Splunk On-Call answered 200: bad type"},
    {200, "{\"result\":\"failure\",\"messages\":[\"bad type\"]}", DELIVERED, DEAD, "refused",
     "Splunk On-Call answered 200: bad type"},
    {200, "{\"result\":\"failure\",\"messages\":\"bad type\"}", DELIVERED, DEAD, "refused",
     "Splunk On-Call answered 200: bad type"},
    {200, "{\"result\":\"failure\",\"message\":\"no key " API_KEY "\"}", DELIVERED, DEAD, "refused",
     "Splunk On-Call answered 200"},
    {200, "ok", DELIVERED, RETRY, "unexpected_answer",
     "status 200: not Splunk On-Call's own answer"},
    {202, "", DELIVERED, RETRY, "unexpected_answer", "status 202: not Splunk On-Call's own answer"},
    {404, "{\"result\":\"failure\",\"message\":\"unknown\"}", DEAD, DEAD, "common",
     "Splunk On-Call answered 404: unknown"},
    {403, "", RETRY, RETRY, "common", "Splunk On-Call answered 403"},
    {429, "", RETRY, RETRY, "common", "Splunk On-Call answered 429"},
    {500, "<html>", RETRY, RETRY, "common", "Splunk On-Call answered 500"},
    {0, "", RETRY, RETRY, "common", ""},
};

Test(victorops, every_answer)
{
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct response response = {.status = answers[i].status,
                                    .body = answers[i].body,
                                    .body_bytes = strlen(answers[i].body),
                                    .retry_after_ms = -1};
        struct verdict verdict = {.outcome = answers[i].common, .delay_ms = -1, .why = "common"};
        victorops_channel.judge(&victorops, &response, &verdict);
        cr_expect_eq(verdict.outcome, answers[i].outcome, "row %zu", i);
        cr_expect_str_eq(verdict.why, answers[i].why, "row %zu", i);
        cr_expect_str_eq(verdict.detail, answers[i].detail, "row %zu", i);
    }
}

Test(victorops, settings_that_are_refused)
{
    struct victorops rows[] = {
        {.api_url = victorops.api_url, .routing_key = "x"},
        {.api_key = "", .api_url = victorops.api_url, .routing_key = "x"},
        {.api_key = API_KEY, .api_url = victorops.api_url},
        {.api_key = API_KEY, .api_url = victorops.api_url, .routing_key = ""},
        {.api_key = API_KEY, .routing_key = "x"},
        {.api_key = API_KEY, .api_url = "ftp://x", .routing_key = "x"},
    };
    struct victorops good = victorops;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error err = {0};
        cr_expect_neq(victorops_channel.init(&rows[i], &err), 0, "row %zu", i);
        cr_expect_null(strstr(err.text, API_KEY));
    }
    cr_expect_eq(victorops_channel.init(&good, NULL), 0);
}
