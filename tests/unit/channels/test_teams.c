/*
 * test_teams.c - cards for Microsoft Teams: never above what Teams counts, identity always there.
 */
#include "tests/unit/channels/sample.h"

#include "consumer/channels/teams.h"
#include "consumer/channels/teams_page.h"

static const struct teams teams = {.webhook_url = "https://x.example/workflows/1?sig=s"};

static json_t *card_of(struct sample_message *m, enum render_size size)
{
    return sample_body(&teams_channel, &teams, m, size);
}

static bool says(const json_t *body, const char *words)
{
    char *text = json_dumps(body, JSON_COMPACT);
    bool found = strstr(text, words) != NULL;

    free(text);
    return found;
}

Test(teams, cost_counts_what_is_not_ascii_twice)
{
    json_t *text = json_string("a\u00E9\"\U0001F600");

    cr_expect_eq(teams_cost(text), 2 + 1 + 4 + 2 + 8);
    json_decref(text);
}

Test(teams, a_megabyte_of_output_shortens_itself_alone)
{
    static const char *const pieces[] = {"x",          "\\",   "\"", "\u6F22",
                                         "\U0001F600", "\x01", "\n", "*"};

    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct sample_message m;
        sample_init(&m, 1);
        m.sample.prompt = m.sample.output =
            sample_repeat(&m, pieces[i], 1000000 / strlen(pieces[i]));
        for (enum render_size size = RENDER_FULL; size <= RENDER_IDENTITY; size++) {
            json_t *body = card_of(&m, size);
            cr_expect_leq(teams_cost(body), TEAMS_BODY_COST_MAX);
            cr_expect(says(body, SAMPLE_FINGERPRINT) && says(body, "helpbot"), "piece %zu", i);
            cr_expect_eq(says(body, "more bytes"), size < RENDER_NO_EVIDENCE, "piece %zu", i);
            json_decref(body);
        }
        sample_fini(&m);
    }
}

Test(teams, the_budget_is_used_to_its_edge)
{
    struct sample_message m;

    sample_init(&m, 1);
    m.sample.output = sample_repeat(&m, "x", 1000000);
    json_t *body = card_of(&m, RENDER_FULL);
    cr_expect_gt(teams_cost(body), TEAMS_BODY_COST_MAX - 3000);
    json_decref(body);
    sample_fini(&m);
}

Test(teams, every_name_of_the_largest_group_is_there)
{
    struct sample_message m;

    sample_init(&m, 20);
    m.picture.rule.title = sample_repeat(&m, "\u6F22", 1000);
    m.picture.model = m.picture.target = sample_repeat(&m, "\U0001F600", 250);
    m.message.omitted = 480;
    json_t *body = card_of(&m, RENDER_IDENTITY);
    cr_expect_leq(teams_cost(body), TEAMS_BODY_COST_MAX);
    cr_expect(says(body, "and 480 more in this group"));
    const json_t *attachment = json_array_get(json_object_get(body, "attachments"), 0);
    const json_t *elements = json_object_get(json_object_get(attachment, "content"), "body");
    size_t i, lines = 0;
    json_t *element;
    json_array_foreach (elements, i, element) {
        const char *text = json_string_value(json_object_get(element, "text"));
        lines += text && strncmp(text, "HIGH \u00B7 NEW", strlen("HIGH \u00B7 NEW")) == 0;
    }
    cr_expect_eq(lines, 20);
    json_decref(body);
    sample_fini(&m);
}

Test(teams, settings_that_are_refused)
{
    struct teams none = {NULL}, other = {"ftp://x"}, good = teams;
    struct error err = {0}, why = {0};

    cr_expect_neq(teams_channel.init(&none, &err), 0);
    cr_expect_neq(teams_channel.init(&other, &why), 0);
    cr_expect_eq(teams_channel.init(&good, NULL), 0);
}
