/*
 * test_console.c - the print: complete, wrapped, and deaf to what a model says to terminals.
 */
#include "tests/unit/channels/sample.h"

#include <stdlib.h>

#include "consumer/channels/console.h"
#include "consumer/channels/lines.h"

static const struct console console = {.colour = COLOUR_NEVER, .width = 100};

static const char *print(const struct console *to, struct sample_message *m, enum render_size size)
{
    struct step step = sample_step(&console_channel, to, m, size);

    cr_expect_eq(step.kind, STEP_PRINT);
    cr_expect_eq(strlen(step.request.body), step.request.body_bytes);
    return step.request.body;
}

static void check_lines(const char *text, size_t width)
{
    while (*text) {
        size_t bytes = strcspn(text, "\n");
        cr_expect_leq(lines_columns(text, bytes), width, "%.*s", (int)bytes, text);
        for (size_t i = 0; i < bytes; i++)
            cr_expect((unsigned char)text[i] >= 0x20 && text[i] != 0x7F);
        text += bytes + (text[bytes] == '\n');
    }
}

Test(console, one_alert_says_everything)
{
    static const char *const said[] = {
        "HIGH \u00B7 NEW \u00B7 DAN in the wild",
        "probe dan.DanInTheWild",
        "HIGH, confidence 0.88",
        "helpbot, versions v2, v1",
        "256 findings",
        "2026-11-23 08:04 UTC, 2 h ago",
        "acme/helpbot nightly@main",
        "\u2502 Ignore all previous",
        "\u2502 Sure, here is",
        "https://ci.example/report.html",
        "https://tracker.example/new?title=x",
        SAMPLE_FINGERPRINT,
    };
    struct sample_message m;

    sample_init(&m, 1);
    const char *text = print(&console, &m, RENDER_FULL);
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        cr_expect_not_null(strstr(text, said[i]), "%s", said[i]);
    check_lines(text, 100);
    sample_fini(&m);
}

Test(console, nothing_that_a_finding_brings_drives_the_terminal)
{
    static const char *const pieces[] = {
        "\x1b[31m", "\x1b]0;title\x07", "\xc2\x9b", "\r\b", "\xe2\x80\xae", "\x7f", "\xff"};
    struct sample_message m;

    sample_init(&m, 20);
    m.message.omitted = 480;
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        char *text = sample_repeat(&m, pieces[i], 100);
        m.picture.rule.title = m.picture.model = m.picture.owner = m.picture.run =
            m.picture.rule.probe = text;
        m.picture.links.report = sample_repeat(&m, pieces[i], 3);
        m.sample.prompt = m.sample.output = text;
        for (int size = RENDER_FULL; size <= RENDER_IDENTITY; size++)
            check_lines(print(&console, &m, (enum render_size)size), 100);
    }
    cr_expect_not_null(strstr(print(&console, &m, RENDER_FULL), "and 480 more in this group"));
    sample_fini(&m);
}

Test(console, a_megabyte_is_cut)
{
    struct sample_message m;

    sample_init(&m, 20);
    m.sample.prompt = m.sample.output = sample_repeat(&m, "\u6F22", 300000);
    const char *text = print(&console, &m, RENDER_FULL);
    cr_expect_not_null(strstr(text, "more bytes)"));
    check_lines(text, 100);
    sample_fini(&m);
}

Test(console, colour_is_of_the_severity_and_decided_once)
{
    struct console always = {.colour = COLOUR_ALWAYS},
                   automatic = {.colour = COLOUR_AUTO, .width = 40};
    struct console wide = {.width = CONSOLE_WIDTH_MAX + 1},
                   narrow = {.width = CONSOLE_WIDTH_MIN - 1};
    struct sample_message m;

    sample_init(&m, 1);
    cr_assert_eq(console_channel.init(&always, NULL), 0);
    cr_expect_eq(always.width, 100);
    const char *text = print(&always, &m, RENDER_FULL);
    cr_expect_eq(strncmp(text, "\033[31mHIGH", 9), 0);
    cr_expect_not_null(strstr(text, "\033[0m\n"));
    setenv("NO_COLOR", "1", 1);
    cr_assert_eq(console_channel.init(&automatic, NULL), 0);
    cr_expect_not(automatic.is_coloured);
    cr_expect_neq(console_channel.init(&wide, NULL), 0);
    cr_expect_neq(console_channel.init(&narrow, NULL), 0);
    sample_fini(&m);
}

Test(console, every_kind_of_channel_is_found_by_its_name)
{
    for (size_t i = 0; channels[i]; i++)
        cr_expect_eq(channel_find(channels[i]->name, strlen(channels[i]->name)), channels[i]);
    cr_expect_null(channel_find("slac", 4));
    cr_expect_null(channel_find("slack_configs", 13));
    cr_expect_eq(channel_find("slack_configs", 5), channels[0]);
}
