/*
 * test_texts.c - a receiver's own title and text: what they see, when they are as none, limits.
 */
#include "tests/unit/channels/sample.h"

#include "consumer/channels/mustache.h"
#include "consumer/channels/text.h"
#include "consumer/channels/texts.h"
#include "consumer/channels/words.h"

static const struct mustache *template_of(struct sample_message *m, const char *text)
{
    const struct mustache *template = NULL;
    struct error err = {0};

    cr_assert_eq(mustache_parse(text, &m->arena, &template, &err), 0, "%s", err.text);
    return template;
}

Test(texts, titles)
{
    static const struct {
        const char *template, *headline;
    } rows[] = {
        {"{{severity}} {{model}}: {{{rule.title}}} ({{count}})",
         "high helpbot: DAN in the wild gets past the mitigation (256)"},
        {"{{headline}}", "HIGH \u00B7 NEW \u00B7 DAN in the wild gets past the mitigation"},
        {"{{#alerts}}{{headline}}{{/alerts}}",
         "HIGH \u00B7 NEW \u00B7 DAN in the wild gets past the mitigation"},
        {"one\n two{{#resolved}} over{{/resolved}}", "one  two"},
        {" {{missing}}\n", "HIGH \u00B7 NEW \u00B7 DAN in the wild gets past the mitigation"},
    };
    struct sample_message m;

    sample_init(&m, 1);
    m.sample.run = "github/acme/helpbot/42";
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        m.message.texts.title = template_of(&m, rows[i].template);
        cr_expect_str_eq(words_headline(&m.message, 200, &m.arena), rows[i].headline);
    }
    sample_fini(&m);
}

Test(texts, body_is_cut_at_its_limits_and_gone_where_identity_alone_is_shown)
{
    char lines[4 * TEXTS_LINES_MAX] = "", longest[TEXTS_UNITS_MAX + 2];
    struct sample_message m;

    sample_init(&m, 1);
    m.sample.run = "github/acme/helpbot/42";
    cr_expect_null(texts_body(&m.message, RENDER_FULL, &m.arena));
    for (size_t i = 0; i < TEXTS_LINES_MAX + 1; i++)
        strcat(lines, "x\n");
    m.message.texts.text = template_of(&m, lines);
    cr_expect_eq(strlen(texts_body(&m.message, RENDER_FULL, &m.arena)), 2 * TEXTS_LINES_MAX - 1);
    cr_expect_null(texts_body(&m.message, RENDER_IDENTITY, &m.arena));
    for (size_t units = TEXTS_UNITS_MAX; units <= TEXTS_UNITS_MAX + 1; units++) {
        memset(longest, 'x', units);
        longest[units] = '\0';
        m.message.texts.text = template_of(&m, longest);
        const char *body = texts_body(&m.message, RENDER_FULL, &m.arena);
        cr_expect_leq(text_units(body), TEXTS_UNITS_MAX);
        cr_expect_eq(strcmp(body, longest) == 0, units == TEXTS_UNITS_MAX);
    }
    sample_fini(&m);
}
