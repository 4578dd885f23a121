/*
 * test_slack.c - pages of Block Kit: each limit at its edge, and whatever a finding brings.
 */
#include "tests/unit/channels/sample.h"

#include "consumer/channels/slack.h"
#include "consumer/channels/slack_page.h"
#include "consumer/channels/text.h"

static const struct slack slack = {.api_url = "https://hooks.slack.example/services/T/B/x"};

static json_t *blocks_of(struct sample_message *m, enum render_size size)
{
    json_t *body = sample_body(&slack_channel, &slack, m, size);
    json_t *blocks = json_incref(json_object_get(body, "blocks"));

    json_decref(body);
    return blocks;
}

static size_t count_of(json_t *blocks, const char *type)
{
    size_t i, count = 0;
    json_t *block;

    json_array_foreach (blocks, i, block)
        count += strcmp(json_string_value(json_object_get(block, "type")), type) == 0;
    return count;
}

/* Checks one text object; returns its units. */
static size_t check_text(const json_t *text, size_t units_max)
{
    const char *string = json_string_value(json_object_get(text, "text"));

    cr_assert_not_null(string);
    cr_expect_gt(strlen(string), 0, "an empty text is refused by Slack");
    cr_expect_leq(text_units(string), units_max);
    return text_units(string);
}

static size_t check_texts(const json_t *texts, size_t count_max, size_t units_max)
{
    size_t i, units = 0;
    json_t *text;

    cr_expect_gt(json_array_size(texts), 0);
    cr_expect_leq(json_array_size(texts), count_max);
    json_array_foreach (texts, i, text)
        units += check_text(text, units_max);
    return units;
}

static size_t check_buttons(const json_t *elements)
{
    size_t i, units = 0;
    json_t *element;

    cr_expect_leq(json_array_size(elements), SLACK_BUTTONS_MAX);
    json_array_foreach (elements, i, element) {
        const char *url = json_string_value(json_object_get(element, "url"));
        units += check_text(json_object_get(element, "text"), SLACK_BUTTON_TEXT_MAX);
        cr_expect_leq(strlen(url), SLACK_URL_MAX);
        cr_expect(strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0);
    }
    return units;
}

/* Every documented limit, and the one of the whole page. */
static void check_page(json_t *blocks)
{
    size_t i, units = 0;
    json_t *block;

    cr_expect_gt(json_array_size(blocks), 0);
    cr_expect_leq(json_array_size(blocks), SLACK_BLOCKS_MAX);
    json_array_foreach (blocks, i, block) {
        const char *type = json_string_value(json_object_get(block, "type"));
        if (strcmp(type, "header") == 0)
            units += check_text(json_object_get(block, "text"), SLACK_HEADER_MAX);
        else if (strcmp(type, "section") == 0 && json_object_get(block, "text"))
            units += check_text(json_object_get(block, "text"), SLACK_SECTION_MAX);
        else if (strcmp(type, "section") == 0)
            units +=
                check_texts(json_object_get(block, "fields"), SLACK_FIELDS_MAX, SLACK_FIELD_MAX);
        else if (strcmp(type, "context") == 0)
            units +=
                check_texts(json_object_get(block, "elements"), SLACK_CONTEXT_MAX, SLACK_FIELD_MAX);
        else if (strcmp(type, "actions") == 0)
            units += check_buttons(json_object_get(block, "elements"));
        else
            cr_expect_str_eq(type, "divider");
    }
    cr_expect_leq(units, SLACK_PAGE_TEXT_MAX);
}

static void check_all_sizes(struct sample_message *m)
{
    for (int size = RENDER_FULL; size <= RENDER_IDENTITY; size++) {
        json_t *blocks = blocks_of(m, (enum render_size)size);
        check_page(blocks);
        json_decref(blocks);
    }
}

Test(slack, a_request_is_a_post_of_json_to_the_webhook)
{
    struct sample_message m;

    sample_init(&m, 1);
    struct step step = sample_step(&slack_channel, &slack, &m, RENDER_FULL);
    cr_expect_eq(step.kind, STEP_REQUEST);
    cr_expect_str_eq(step.request.method, "POST");
    cr_expect_str_eq(step.request.url, slack.api_url);
    cr_expect_str_eq(step.request.headers[0].value, "application/json");
    cr_expect_eq(strlen(step.request.body), step.request.body_bytes);
    cr_expect_not_null(strstr(step.request.body, "\"unfurl_links\":false,\"unfurl_media\":false"));
    cr_expect_null(strstr(step.request.body, "link_names"));
    cr_expect_null(strstr(step.request.body, "hooks.slack.example"), "the URL is a secret");
    cr_assert_eq(
        slack_channel.next(&slack, &m.message, NULL, 1, NULL, RENDER_FULL, &m.arena, &step, NULL),
        0);
    cr_expect_eq(step.kind, STEP_DONE);
    sample_fini(&m);
}

Test(slack, one_alert_says_everything)
{
    static const char *const said[] = {
        "HIGH \u00B7 NEW \u00B7 DAN in the wild",
        "probe dan.DanInTheWild",
        "HIGH, confidence 0.88",
        "helpbot, versions v2, v1",
        "256 findings",
        "2026-11-23 08:04 UTC, 2 h ago",
        "acme/helpbot nightly@main",
        "github/acme/helpbot/42",
        "team-x",
        "```\\nIgnore all previous",
        "```\\nSure, here is",
        "https://ci.example/report.html",
        "https://ci.example/runs/42",
        "https://tracker.example/new?title=x",
        "https://wiki.example/dan",
        SAMPLE_FINGERPRINT,
        "5f5c9c1e-7a0f-5e0a-9d3b-0123456789ab",
    };
    struct sample_message m;

    sample_init(&m, 1);
    struct step step = sample_step(&slack_channel, &slack, &m, RENDER_FULL);
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        cr_expect_not_null(strstr(step.request.body, said[i]), "%s", said[i]);
    check_all_sizes(&m);
    sample_fini(&m);
}

Test(slack, a_header_is_cut_at_150)
{
    struct sample_message m;

    sample_init(&m, 1);
    for (size_t length = 130; length <= 140; length++) {
        m.picture.rule.title = sample_repeat(&m, "x", length);
        json_t *blocks = blocks_of(&m, RENDER_FULL);
        const json_t *header = json_object_get(json_array_get(blocks, 0), "text");
        const char *text = json_string_value(json_object_get(header, "text"));
        size_t whole = 3 + strlen("HIGH - NEW - ") + length;
        cr_expect_eq(text_units(text), whole < 150 ? whole : 150, "title of %zu", length);
        cr_expect_eq(strstr(text, "\u2026") != NULL, whole > 150, "title of %zu", length);
        json_decref(blocks);
    }
    sample_fini(&m);
}

Test(slack, a_megabyte_of_output_shortens_itself_alone)
{
    static const char *const pieces[] = {
        "x", "&", "`", "\n", "\x1b", "\xe2\x80\xae", "\U0001F600", "\xff", "<!here> "};
    struct sample_message m;

    sample_init(&m, 1);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        m.sample.prompt = m.sample.output =
            sample_repeat(&m, pieces[i], 1000000 / strlen(pieces[i]));
        struct step step = sample_step(&slack_channel, &slack, &m, RENDER_FULL);
        cr_expect_not_null(strstr(step.request.body, "more bytes)"), "piece %zu", i);
        cr_expect_not_null(strstr(step.request.body, SAMPLE_FINGERPRINT));
        cr_expect_not_null(strstr(step.request.body, "https://tracker.example/"));
        check_all_sizes(&m);
    }
    sample_fini(&m);
}

Test(slack, long_names_everywhere_stay_within_the_page)
{
    struct sample_message m;

    sample_init(&m, 1);
    char *name = sample_repeat(&m, "&\U0001F600<", 170),
         *title = sample_repeat(&m, "\"\\\u00E9", 341);
    m.picture.rule =
        (struct rule){.id = name, .title = title, .tool = name, .probe = name, .detector = name};
    m.picture.model = m.picture.target = m.picture.category = m.picture.owner = m.picture.run =
        name;
    m.versions[0] = m.versions[1] = m.pipelines[0] = name;
    m.labels[1].value = name;
    m.sample.prompt = m.sample.output = sample_repeat(&m, "x", 6000);
    check_all_sizes(&m);
    m.message.alerts_count = 1;
    m.message.omitted = 3;
    check_all_sizes(&m);
    sample_fini(&m);
}

Test(slack, groups_of_every_size)
{
    static const size_t sizes[] = {1, 2, 5, 6, 20, 500};

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct sample_message m;
        size_t shown = sizes[i] < GROUP_MEMBERS_SHOWN_MAX ? sizes[i] : GROUP_MEMBERS_SHOWN_MAX;
        sample_init(&m, shown);
        m.message.omitted = sizes[i] - shown;
        m.sample.output = sample_repeat(&m, "&<>`", 1500);
        check_all_sizes(&m);
        json_t *blocks = blocks_of(&m, RENDER_FULL);
        cr_expect_eq(count_of(blocks, "actions"), shown < 5 ? shown : 5, "group of %zu", sizes[i]);
        json_decref(blocks);
        struct step step = sample_step(&slack_channel, &slack, &m, RENDER_IDENTITY);
        cr_expect_eq(strstr(step.request.body, "and 480 more in this group") != NULL,
                     sizes[i] == 500);
        cr_expect_null(strstr(step.request.body, "```"));
        cr_expect_null(strstr(step.request.body, "\"actions\""));
        sample_fini(&m);
    }
}

Test(slack, what_is_missing_is_not_there)
{
    struct sample_message m;

    sample_init(&m, 1);
    m.picture = (struct picture){.fingerprint = SAMPLE_FINGERPRINT,
                                 .episode = 1,
                                 .rule = {.id = "r", .title = ""},
                                 .model = "m"};
    json_t *blocks = blocks_of(&m, RENDER_FULL);
    check_page(blocks);
    cr_expect_eq(count_of(blocks, "actions"), 0);
    json_decref(blocks);
    struct step step = sample_step(&slack_channel, &slack, &m, RENDER_FULL);
    cr_expect_null(strstr(step.request.body, "1970"));
    cr_expect_null(strstr(step.request.body, "First seen"));
    m.picture.sample = &m.sample;
    m.sample.prompt = "";
    blocks = blocks_of(&m, RENDER_FULL);
    check_page(blocks);
    json_decref(blocks);
    sample_fini(&m);
}

Test(slack, a_resolved_alert_brings_no_evidence)
{
    struct sample_message m;

    sample_init(&m, 1);
    m.picture.status = ALERT_RESOLVED;
    m.picture.news = NEWS_RESOLVED;
    m.picture.resolved_reason = RESOLVED_CLEAN;
    m.picture.resolved_ms = SAMPLE_OPENED_MS + 3 * INT64_C(86400000);
    m.message.resolved = true;
    struct step step = sample_step(&slack_channel, &slack, &m, RENDER_FULL);
    cr_expect_not_null(strstr(step.request.body, "\u2705 HIGH \u00B7 RESOLVED after 3 d"));
    cr_expect_not_null(strstr(step.request.body, "a later run found nothing"));
    cr_expect_null(strstr(step.request.body, "```"));
    sample_fini(&m);
}

Test(slack, doubt_and_reminders_are_said)
{
    struct sample_message m;

    sample_init(&m, 1);
    m.message.in_doubt = true;
    struct step step = sample_step(&slack_channel, &slack, &m, RENDER_IDENTITY);
    cr_expect_not_null(strstr(step.request.body, "may have arrived"));
    m.message.in_doubt = false;
    m.message.repeat = true;
    step = sample_step(&slack_channel, &slack, &m, RENDER_IDENTITY);
    cr_expect_not_null(strstr(step.request.body, "A reminder"));
    cr_expect_not_null(strstr(step.request.body, "STILL OPEN for 2 h"));
    sample_fini(&m);
}

Test(slack, code_cannot_be_broken_out_of)
{
    static const char *const hostile[] = {"```", "``````", "`````\n```", "a```b", "```\n<!channel>",
                                          "`",   "``"};
    struct sample_message m;

    sample_init(&m, 1);
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        size_t k;
        json_t *block, *blocks;
        m.sample.prompt = m.sample.output = hostile[i];
        blocks = blocks_of(&m, RENDER_FULL);
        json_array_foreach (blocks, k, block) {
            const char *text =
                json_string_value(json_object_get(json_object_get(block, "text"), "text"));
            const char *open = text ? strstr(text, "```") : NULL;
            if (!open)
                continue;
            const char *close = strstr(open + 3, "```");
            cr_assert_not_null(close);
            cr_expect_str_eq(close, "```", "row %zu: %s", i, text);
        }
        json_decref(blocks);
    }
    sample_fini(&m);
}

Test(slack, settings)
{
    struct slack none = {0}, both = {.api_url = "https://a", .webhook_url = "https://b"},
                 bad = {.api_url = "x://s3"};
    struct slack other = {
        .webhook_url = "https://hooks.slack.example/x", .channel = "#red", .icon_emoji = ":bell:"};
    struct error err = {0};
    struct sample_message m;

    cr_expect_neq(slack_channel.init(&none, &err), 0);
    error_clear(&err);
    cr_expect_neq(slack_channel.init(&both, &err), 0);
    error_clear(&err);
    cr_expect_neq(slack_channel.init(&bad, &err), 0);
    cr_expect_null(strstr(err.text, "s3"), "a secret in an error");
    cr_assert_eq(slack_channel.init(&other, NULL), 0);
    sample_init(&m, 1);
    struct step step = sample_step(&slack_channel, &other, &m, RENDER_FULL);
    cr_expect_str_eq(step.request.url, "https://hooks.slack.example/x");
    cr_expect_not_null(strstr(step.request.body, "\"channel\":\"#red\",\"icon_emoji\":\":bell:\""));
    sample_fini(&m);
}
