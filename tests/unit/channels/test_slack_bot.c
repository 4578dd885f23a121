/*
 * test_slack_bot.c - Slack by a bot's token: one message a group, updated in place, a reply for
 * every change, posted anew where it is gone.
 */
#include "tests/unit/channels/sample.h"

#include "consumer/channels/slack.h"
#include "consumer/channels/slack_page.h"
#include "consumer/channels/text.h"

#define DONE "{\"ok\":true,\"channel\":\"C7\",\"ts\":\"2.5\"}"
#define GONE "{\"ok\":false,\"error\":\"message_not_found\"}"

static const struct slack bot = {.app_token = "xoxb-1",
                                 .app_url = "https://slack.example/api/",
                                 .channel = "red-team",
                                 .update_message = true,
                                 .reply_broadcast = true};
static const struct label posted_labels[] = {
    {"slack_target", "red-team"}, {"slack_channel", "C1"}, {"slack_ts", "1.2"}};
static const struct stored posted = {posted_labels, 3}, nothing = {NULL, 0};

static struct step step_of(const struct slack *slack, struct sample_message *m,
                           const struct stored *stored, size_t number, const char *answer)
{
    struct response last = {
        .status = 200, .body = answer, .body_bytes = answer ? strlen(answer) : 0};
    struct error err = {0};
    struct step step = {.kind = STEP_SKIP};

    cr_assert_eq(slack_channel.next(slack, &m->message, stored, number, answer ? &last : NULL,
                                    RENDER_FULL, &m->arena, &step, &err),
                 0, "%s", err.text);
    return step;
}

static const char *text_of(const json_t *body, const char *name)
{
    const char *text = json_string_value(json_object_get(body, name));

    return text ? text : "(none)";
}

static json_t *body_of(const struct step *step)
{
    json_t *body = json_loadb(step->request.body, step->request.body_bytes, 0, NULL);

    cr_assert_not_null(body);
    return body;
}

static void check_call(const struct step *step, const char *method, const char *channel,
                       const char *ts, const char *thread_ts)
{
    const char *url = step->request.url ? step->request.url : "";
    json_t *body = body_of(step);

    cr_expect_eq(step->kind, STEP_REQUEST);
    cr_expect_str_eq(url + strlen("https://slack.example/api/"), method);
    cr_expect_str_eq(text_of(body, "channel"), channel);
    cr_expect_str_eq(text_of(body, "ts"), ts);
    cr_expect_str_eq(text_of(body, "thread_ts"), thread_ts);
    json_decref(body);
}

static const char *kept(const struct step *step, const char *name)
{
    const struct stored stored = {step->stored, step->stored_count};

    return stored_value(&stored, name);
}

Test(slack_bot, the_first_message_is_posted_and_kept)
{
    struct sample_message m;

    sample_init(&m, 1);
    struct step step = step_of(&bot, &m, &nothing, 0, NULL);
    check_call(&step, "chat.postMessage", "red-team", "(none)", "(none)");
    cr_expect_str_eq(step.request.headers[0].value, "application/json; charset=utf-8");
    cr_expect_str_eq(step.request.headers[2].name, "Authorization");
    cr_expect_str_eq(step.request.headers[2].value, "Bearer xoxb-1");
    step = step_of(&bot, &m, &nothing, 1, DONE);
    cr_expect_eq(step.kind, STEP_DONE);
    cr_expect_str_eq(kept(&step, "slack_target"), "red-team");
    cr_expect_str_eq(kept(&step, "slack_channel"), "C7");
    cr_expect_str_eq(kept(&step, "slack_ts"), "2.5");
    sample_fini(&m);
}

Test(slack_bot, a_change_updates_it_and_replies)
{
    struct sample_message m;

    sample_init(&m, 1);
    struct step step = step_of(&bot, &m, &posted, 0, NULL);
    check_call(&step, "chat.update", "C1", "1.2", "(none)");
    step = step_of(&bot, &m, &posted, 1, DONE);
    check_call(&step, "chat.postMessage", "C1", "(none)", "1.2");
    step = step_of(&bot, &m, &posted, 2, DONE);
    cr_expect_eq(step.kind, STEP_DONE);
    cr_expect_null(step.stored, "what is stored stays");
    sample_fini(&m);
}

Test(slack_bot, a_message_that_is_gone_is_posted_anew)
{
    struct sample_message m;

    sample_init(&m, 1);
    struct step step = step_of(&bot, &m, &posted, 1, GONE);
    check_call(&step, "chat.postMessage", "red-team", "(none)", "(none)");
    cr_expect_str_eq(kept(&step, "slack_ts"), "", "a crash now must not update it again");
    const struct stored forgot = {step.stored, step.stored_count};
    step = step_of(&bot, &m, &forgot, 1, GONE); /* the same once more, rendered smaller */
    check_call(&step, "chat.postMessage", "red-team", "(none)", "(none)");
    step = step_of(&bot, &m, &forgot, 2, DONE);
    cr_expect_eq(step.kind, STEP_DONE);
    cr_expect_str_eq(kept(&step, "slack_ts"), "2.5");
    sample_fini(&m);
}

Test(slack_bot, another_channel_or_no_updates_make_a_new_message)
{
    struct slack moved = bot, plain = bot;
    struct sample_message m;

    sample_init(&m, 1);
    moved.channel = "other";
    struct step step = step_of(&moved, &m, &posted, 0, NULL);
    check_call(&step, "chat.postMessage", "other", "(none)", "(none)");
    plain.update_message = false;
    step = step_of(&plain, &m, &posted, 0, NULL);
    check_call(&step, "chat.postMessage", "red-team", "(none)", "(none)");
    step = step_of(&plain, &m, &posted, 1, DONE);
    cr_expect_eq(step.kind, STEP_DONE);
    sample_fini(&m);
}

Test(slack_bot, a_runs_summary_is_a_message_of_its_own)
{
    const struct run_summary summary = {.run = {.id = "r", .repository = "acme/helpbot"}};
    struct sample_message m;

    sample_init(&m, 0);
    m.message.summary = &summary;
    struct step step = step_of(&bot, &m, &posted, 0, NULL);
    check_call(&step, "chat.postMessage", "red-team", "(none)", "(none)");
    step = step_of(&bot, &m, &posted, 1, DONE);
    cr_expect_eq(step.kind, STEP_DONE);
    cr_expect_null(step.stored);
    sample_fini(&m);
}

Test(slack_bot, alerts_of_many_groups_are_a_message_of_their_own)
{
    struct sample_message m;

    sample_init(&m, 3);
    m.message.storm = "Many at once.";
    struct step step = step_of(&bot, &m, &posted, 0, NULL);
    check_call(&step, "chat.postMessage", "red-team", "(none)", "(none)");
    cr_expect_not_null(strstr(step.request.body, "Many at once."));
    step = step_of(&bot, &m, &posted, 1, DONE);
    cr_expect_eq(step.kind, STEP_DONE);
    cr_expect_null(step.stored);
    sample_fini(&m);
}

static bool is_marked(const struct step *step)
{
    return strstr(step->request.body, "may have arrived") != NULL;
}

Test(slack_bot, only_what_can_be_there_twice_says_so)
{
    struct sample_message m;

    sample_init(&m, 1);
    m.message.in_doubt = true;
    struct step step = step_of(&bot, &m, &nothing, 0, NULL);
    cr_expect(is_marked(&step));
    step = step_of(&bot, &m, &posted, 0, NULL);
    cr_expect_not(is_marked(&step));
    step = step_of(&bot, &m, &posted, 1, DONE);
    cr_expect(is_marked(&step));
    sample_fini(&m);
}

static bool broadcasts(const struct slack *slack, struct sample_message *m)
{
    struct step step = step_of(slack, m, &posted, 1, DONE);
    json_t *body = body_of(&step);
    bool broadcast = json_is_true(json_object_get(body, "reply_broadcast"));

    json_decref(body);
    return broadcast;
}

Test(slack_bot, what_someone_should_see_now_shows_in_the_channel)
{
    static const struct {
        int news, status;
        bool changed, repeat, expected;
    } rows[] = {
        {NEWS_OPENED, ALERT_OPEN, true, false, true},
        {NEWS_ESCALATED, ALERT_OPEN, true, false, true},
        {NEWS_REOPENED, ALERT_OPEN, true, false, true},
        {NEWS_VERSION, ALERT_OPEN, true, false, false},
        {NEWS_RESOLVED, ALERT_RESOLVED, true, false, false},
        {NEWS_OPENED, ALERT_OPEN, false, false, false},
        {NEWS_OPENED, ALERT_OPEN, false, true, true},
    };
    struct slack quiet = bot;
    struct sample_message m;

    quiet.reply_broadcast = false;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sample_init(&m, 1);
        m.picture.news = rows[i].news;
        m.picture.status = rows[i].status;
        m.alerts[0].changed = rows[i].changed;
        m.message.repeat = rows[i].repeat;
        cr_expect_eq(broadcasts(&bot, &m), rows[i].expected, "row %zu", i);
        cr_expect_not(broadcasts(&quiet, &m), "row %zu", i);
        sample_fini(&m);
    }
}

Test(slack_bot, a_reply_of_many_changes_is_one_section)
{
    struct sample_message m;

    sample_init(&m, 20);
    m.picture.rule.title = sample_repeat(&m, "x", 1000);
    struct step step = step_of(&bot, &m, &posted, 1, DONE);
    json_t *body = body_of(&step);
    const json_t *section = json_array_get(json_object_get(body, "blocks"), 0);
    const char *text = text_of(json_object_get(section, "text"), "text");
    cr_expect_leq(text_units(text), SLACK_SECTION_MAX);
    cr_expect_not_null(strstr(text, "\n\u2026 and 10 more"));
    cr_expect_leq(text_units(text_of(body, "text")), SLACK_NOTIFICATION_MAX);
    json_decref(body);
    sample_fini(&m);
}

Test(slack_bot, settings_that_are_refused)
{
    struct slack rows[] = {
        {.app_token = "xoxb-1", .app_url = bot.app_url},
        {.app_token = "xoxb-1", .app_url = bot.app_url, .channel = ""},
        {.app_token = "xoxb 1", .app_url = bot.app_url, .channel = "c"},
        {.app_token = "", .app_url = bot.app_url, .channel = "c"},
        {.app_token = "xoxb-1", .app_url = "ftp://x", .channel = "c"},
        {.app_token = "xoxb-1", .app_url = bot.app_url, .channel = "c", .api_url = "https://x.y"},
        {.app_token = "xoxb-1", .app_url = bot.app_url, .channel = "c", .webhook_url = "https://x"},
    };
    struct slack good = bot;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error err = {0};
        cr_expect_neq(slack_channel.init(&rows[i], &err), 0, "row %zu", i);
        cr_expect_null(strstr(err.text, "xoxb"));
    }
    cr_expect_eq(slack_channel.init(&good, NULL), 0);
}
