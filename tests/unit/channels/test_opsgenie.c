/*
 * test_opsgenie.c - Opsgenie: its steps and what they store, bodies at their limits, answers,
 * settings.
 */
#include "tests/unit/channels/sample.h"

#include "consumer/channels/opsgenie.h"
#include "consumer/channels/text.h"

#define API_KEY "11111111-2222-3333-4444-555555555555"
#define ALERT   "https://api.opsgenie.example/v2/alerts/tocsin-00112233445566778899aabbccddeeff"
#define TAKEN   "{\"result\":\"Request will be processed\",\"requestId\":\"r/1\"}"

static const struct opsgenie opsgenie = {
    .api_key = API_KEY, .api_url = "https://api.opsgenie.example/", .follow_up = true};

static const char *member(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "(none)";
}

static const char *kept(const struct stored *stored, const char *name)
{
    for (size_t i = 0; i < stored->count; i++) {
        if (strcmp(stored->values[i].name, name) == 0)
            return stored->values[i].value;
    }
    return "";
}

/* One step, its stored values taken over as deliver does. */
static struct step walk(struct sample_message *m, struct stored *stored, size_t number,
                        const struct opsgenie *ctx)
{
    static const struct response taken = {
        .status = 202, .body = TAKEN, .body_bytes = sizeof TAKEN - 1};
    struct error err = {0};
    struct step step = {0};

    int rc = opsgenie_channel.next(ctx, &m->message, stored, number, number > 0 ? &taken : NULL,
                                   RENDER_FULL, &m->arena, &step, &err);
    cr_assert_eq(rc, 0, "%s", err.text);
    if (step.stored)
        *stored = (struct stored){step.stored, step.stored_count};
    return step;
}

static void expect_request(const struct step *step, const char *method, const char *url)
{
    cr_assert_eq(step->kind, STEP_REQUEST);
    cr_expect_str_eq(step->request.method, method);
    cr_expect_str_eq(step->request.url, url);
    cr_expect_str_eq(step->request.headers[2].name, "Authorization");
    cr_expect_str_eq(step->request.headers[2].value, "GenieKey " API_KEY);
}

Test(opsgenie, opened_escalated_resolved)
{
    struct sample_message m;
    struct stored stored = {0};
    struct step step;

    sample_init(&m, 1);
    step = walk(&m, &stored, 0, &opsgenie);
    expect_request(&step, "POST", "https://api.opsgenie.example/v2/alerts");
    step = walk(&m, &stored, 1, &opsgenie);
    expect_request(&step, "GET", "https://api.opsgenie.example/v2/alerts/requests/r%2F1");
    cr_expect_null(step.request.body);
    cr_expect_str_eq(kept(&stored, "opsgenie_request"), "r/1");
    cr_expect_eq(walk(&m, &stored, 2, &opsgenie).kind, STEP_DONE);
    cr_expect_eq(stored.count, 1);
    cr_expect_str_eq(kept(&stored, "opsgenie_open"), "P2");

    m.message.version++;
    m.picture.news = NEWS_ESCALATED;
    m.picture.severity = SEVERITY_CRITICAL;
    step = walk(&m, &stored, 0, &opsgenie);
    expect_request(&step, "POST", "https://api.opsgenie.example/v2/alerts");
    walk(&m, &stored, 1, &opsgenie);
    step = walk(&m, &stored, 2, &opsgenie);
    expect_request(&step, "POST", ALERT "/notes?identifierType=alias");
    cr_expect_not_null(strstr(step.request.body, "ESCALATED"));
    step = walk(&m, &stored, 3, &opsgenie);
    expect_request(&step, "PUT", ALERT "/priority?identifierType=alias");
    cr_expect_str_eq(step.request.body, "{\"priority\":\"P1\"}");
    cr_expect_eq(walk(&m, &stored, 4, &opsgenie).kind, STEP_DONE);
    cr_expect_str_eq(kept(&stored, "opsgenie_open"), "P1");

    m.message.version++;
    m.message.resolved = true;
    m.picture.status = ALERT_RESOLVED;
    step = walk(&m, &stored, 0, &opsgenie);
    expect_request(&step, "POST", ALERT "/close?identifierType=alias");
    cr_expect_not_null(strstr(step.request.body, "RESOLVED"));
    walk(&m, &stored, 1, &opsgenie);
    cr_expect_eq(walk(&m, &stored, 2, &opsgenie).kind, STEP_DONE);
    cr_expect_eq(stored.count, 0);
    sample_fini(&m);
}

Test(opsgenie, a_later_try_asks_again_and_then_sends_again)
{
    struct sample_message m;
    struct stored stored = {0};
    struct step step;

    sample_init(&m, 1);
    walk(&m, &stored, 0, &opsgenie);
    walk(&m, &stored, 1, &opsgenie);
    for (int tries = 2; tries <= 5; tries++) {
        step = walk(&m, &stored, 0, &opsgenie);
        expect_request(&step, "GET", "https://api.opsgenie.example/v2/alerts/requests/r%2F1");
    }
    struct stored confirmed = stored;
    cr_expect_eq(walk(&m, &confirmed, 1, &opsgenie).kind, STEP_DONE);
    step = walk(&m, &stored, 0, &opsgenie);
    expect_request(&step, "POST", "https://api.opsgenie.example/v2/alerts");
    cr_expect_eq(stored.count, 0, "the lost request is forgotten");
    step = walk(&m, &stored, 1, &opsgenie);
    cr_expect_str_eq(step.request.method, "GET");
    m.message.version++;
    step = walk(&m, &stored, 0, &opsgenie);
    cr_expect_str_eq(step.request.method, "POST", "other news is not that request's");
    sample_fini(&m);
}

Test(opsgenie, a_reminder_counts_up_without_a_note)
{
    struct label open[] = {{"opsgenie_open", "P2"}};
    struct opsgenie trusting = {.api_key = API_KEY, .api_url = opsgenie.api_url};
    struct stored stored = {open, 1};
    struct sample_message m;

    sample_init(&m, 1);
    m.message.repeat = true;
    cr_expect_eq(walk(&m, &stored, 0, &trusting).kind, STEP_REQUEST);
    cr_expect_eq(walk(&m, &stored, 1, &trusting).kind, STEP_DONE);
    sample_fini(&m);
}

Test(opsgenie, every_base_url_has_one_slash)
{
    static const char *const urls[] = {"https://api.atlassian.com/jsm/ops/integration",
                                       "https://api.atlassian.com/jsm/ops/integration/",
                                       "https://api.atlassian.com/jsm/ops/integration//"};
    struct sample_message m;

    sample_init(&m, 1);
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct opsgenie jsm = {.api_key = API_KEY, .api_url = urls[i]};
        struct step step = sample_step(&opsgenie_channel, &jsm, &m, RENDER_FULL);
        expect_request(&step, "POST", "https://api.atlassian.com/jsm/ops/integration/v2/alerts");
    }
    sample_fini(&m);
}

static size_t details_units(const json_t *body)
{
    const char *name;
    json_t *value;
    size_t units = 0;

    json_object_foreach (json_object_get(body, "details"), name, value)
        units += text_units(name) + text_units(json_string_value(value));
    return units;
}

Test(opsgenie, every_field_ends_at_its_limit)
{
    struct opsgenie tagged = opsgenie;
    struct sample_message m;

    sample_init(&m, 1);
    char *text = sample_repeat(&m, "<", 1000000);
    tagged.tags =
        sample_repeat(&m, "a very long tag indeed, of more than fifty units! and on,", 30);
    m.picture.rule = (struct rule){.id = text, .title = text, .tool = text, .probe = text};
    m.picture.model = m.picture.target = m.picture.owner = m.picture.run = text;
    m.sample.prompt = m.sample.output = text;
    json_t *body = sample_body(&opsgenie_channel, &tagged, &m, RENDER_FULL);
    cr_expect_eq(text_units(member(body, "message")), OPSGENIE_MESSAGE_UNITS_MAX);
    size_t units = text_units(member(body, "description"));
    cr_expect(units <= OPSGENIE_DESCRIPTION_UNITS_MAX &&
                  units > OPSGENIE_DESCRIPTION_UNITS_MAX - 200,
              "%zu", units);
    cr_expect_leq(details_units(body), OPSGENIE_DETAILS_UNITS_MAX);
    cr_expect_eq(text_units(member(body, "entity")), 512);
    const json_t *tags = json_object_get(body, "tags");
    cr_expect_eq(json_array_size(tags), OPSGENIE_TAGS_MAX);
    for (size_t i = 0; i < json_array_size(tags); i++)
        cr_expect_leq(text_units(json_string_value(json_array_get(tags, i))),
                      OPSGENIE_TAG_UNITS_MAX);
    cr_expect_null(strchr(member(body, "description"), '<'));
    json_decref(body);
    sample_fini(&m);
}

Test(opsgenie, a_note_ends_at_its_limit)
{
    struct sample_message m;
    struct error err = {0};
    size_t bytes;

    sample_init(&m, 20);
    m.message.omitted = 480;
    m.sample.prompt = m.sample.output = sample_repeat(&m, "x", 1000000);
    json_t *body =
        json_loads(opsgenie_note(&m.message, RENDER_FULL, &m.arena, &bytes, &err), 0, NULL);
    size_t units = text_units(member(body, "note"));
    cr_expect(units <= OPSGENIE_NOTE_UNITS_MAX && units > OPSGENIE_NOTE_UNITS_MAX - 200, "%zu",
              units);
    cr_expect_not_null(strstr(member(body, "note"), "and 480 more"));
    json_decref(body);
    sample_fini(&m);
}

Test(opsgenie, every_priority)
{
    static const char *const priorities[] = {"P5", "P4", "P3", "P2", "P1"};
    struct sample_message m;

    sample_init(&m, 1);
    for (int severity = SEVERITY_INFO; severity <= SEVERITY_CRITICAL; severity++) {
        m.picture.severity = severity;
        cr_expect_str_eq(opsgenie_priority(&m.message), priorities[severity]);
    }
    sample_fini(&m);
}

#define STATUS(action, success, words)                                                             \
    "{\"requestId\":\"r\",\"data\":{\"action\":\"" action "\",\"isSuccess\":" success              \
    ",\"status\":\"" words "\"}}"

/* The common table's verdict comes in; Opsgenie's goes out. */
static const struct {
    int status;
    const char *body;
    enum outcome common, outcome;
    int64_t delay_ms;
    const char *why, *detail;
} answers[] = {
    {202, TAKEN, DELIVERED, DELIVERED, -1, "common", ""},
    {202, "{}", DELIVERED, RETRY, -1, "unexpected_answer", "status 202: not Opsgenie's own answer"},
    {200, "<html>", DELIVERED, RETRY, -1, "unexpected_answer",
     "status 200: not Opsgenie's own answer"},
    {200, STATUS("Create", "true", "Created alert"), DELIVERED, DELIVERED, -1, "common", ""},
    {200, STATUS("Create", "false", "Alert message is too long"), DELIVERED, DEAD, -1, "refused",
     "Opsgenie answered 200: Alert message is too long"},
    {200, STATUS("Create", "false", "Team does not exist"), DELIVERED, DEAD, -1, "refused",
     "Opsgenie answered 200: Team does not exist"},
    {200, STATUS("Close", "false", "Alert does not exist"), DELIVERED, DELIVERED, -1, "common", ""},
    {200, STATUS("Close", "false", "Alert is already closed"), DELIVERED, DELIVERED, -1, "common",
     ""},
    {200, STATUS("Close", "false", "No " API_KEY), DELIVERED, DEAD, -1, "refused",
     "Opsgenie answered 200"},
    {200, "{\"requestId\":\"r\",\"data\":{\"success\":false,\"status\":\"No\"}}", DELIVERED, DEAD,
     -1, "refused", "Opsgenie answered 200: No"},
    {404, "{\"message\":\"Request not found. It might not be processed, yet.\"}", DEAD, RETRY, 2000,
     "not_processed_yet",
     "Opsgenie answered 404: Request not found. It might not be processed, yet."},
    {404, "", DEAD, DEAD, -1, "common", "Opsgenie answered 404"},
    {400, "{\"message\":\"Bad\\u001b " API_KEY "\"}", DEAD, DEAD, -1, "common",
     "Opsgenie answered 400"},
    {401, "{\"message\":\"Could not authenticate\"}", RETRY, RETRY, -1, "common",
     "Opsgenie answered 401: Could not authenticate"},
    {402, "", DEAD, DEAD, -1, "common", "Opsgenie answered 402"},
    {403, "", RETRY, RETRY, -1, "common", "Opsgenie answered 403"},
    {422, "{\"message\":\"Request body is not processable\"}", DEAD, DEAD, -1, "common",
     "Opsgenie answered 422: Request body is not processable"},
    {429, "{\"message\":\"You are making too many requests!\"}", RETRY, RETRY, 60000, "common",
     "Opsgenie answered 429: You are making too many requests!"},
    {503, "", RETRY, RETRY, -1, "common", "Opsgenie answered 503"},
    {0, "", RETRY, RETRY, -1, "common", ""},
};

Test(opsgenie, every_answer)
{
    static const struct request_header period[] = {{"x-ratelimit-period-in-sec", "60"}};

    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct response response = {.status = answers[i].status,
                                    .body = answers[i].body,
                                    .body_bytes = strlen(answers[i].body),
                                    .sent = true,
                                    .retry_after_ms = -1,
                                    .headers = period,
                                    .headers_count = 1};
        struct verdict verdict = {.outcome = answers[i].common, .delay_ms = -1, .why = "common"};
        opsgenie_channel.judge(&opsgenie, &response, &verdict);
        cr_expect_eq(verdict.outcome, answers[i].outcome, "row %zu", i);
        cr_expect_eq(verdict.delay_ms, answers[i].delay_ms, "row %zu", i);
        cr_expect_str_eq(verdict.why, answers[i].why, "row %zu", i);
        cr_expect_str_eq(verdict.detail, answers[i].detail, "row %zu", i);
    }
}

Test(opsgenie, settings_that_are_refused)
{
    struct opsgenie rows[] = {
        {.api_key = NULL, .api_url = opsgenie.api_url},
        {.api_key = "", .api_url = opsgenie.api_url},
        {.api_key = API_KEY "\r\nX: y", .api_url = opsgenie.api_url},
        {.api_key = API_KEY, .api_url = NULL},
        {.api_key = API_KEY, .api_url = "ftp://x"},
    };
    struct opsgenie good = opsgenie;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error err = {0};
        cr_expect_neq(opsgenie_channel.init(&rows[i], &err), 0, "row %zu", i);
        cr_expect_null(strstr(err.text, API_KEY));
    }
    cr_expect_eq(opsgenie_channel.init(&good, NULL), 0);
}
