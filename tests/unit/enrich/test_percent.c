/* Texts and labels inside of addresses. */
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "consumer/enrich/address_template.h"
#include "consumer/enrich/percent.h"
#include "producer/limits.h"

static struct arena arena;

static void setup(void)
{
    arena_init(&arena);
}

static void teardown(void)
{
    arena_fini(&arena);
}

TestSuite(percent, .init = setup, .fini = teardown);

Test(percent, only_unreserved_characters_stay)
{
    cr_assert_str_eq(percent_encode("aZ0-._~ /?&=%+\n\xc3\xa9", PERCENT_TEXT, SIZE_MAX, &arena),
                     "aZ0-._~%20%2F%3F%26%3D%25%2B%0A%C3%A9");
    cr_assert_str_eq(percent_encode("a b/c", PERCENT_PATH, SIZE_MAX, &arena), "a%20b/c");
    cr_assert_str_eq(percent_encode("<b> & \"\n", PERCENT_HTML, SIZE_MAX, &arena),
                     "%26lt%3Bb%26gt%3B%20%26amp%3B%20%26quot%3B%3Cbr%3E");
    cr_assert_str_eq(percent_encode("", PERCENT_TEXT, 0, &arena), "");
}

Test(percent, a_cut_is_between_characters)
{
    for (size_t max = 0; max < 6; max++)
        cr_assert_str_eq(percent_encode("\xc3\xa9", PERCENT_TEXT, max, &arena), "");
    cr_assert_str_eq(percent_encode("\xc3\xa9", PERCENT_TEXT, 6, &arena), "%C3%A9");
    cr_assert_str_eq(percent_encode("a<", PERCENT_HTML, 8, &arena), "a");
    cr_assert_str_eq(percent_encode("a<", PERCENT_HTML, 9, &arena), "a%26lt%3B");
}

Test(percent, templates_that_are_refused)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"ftp://a/", "begins with http"},
        {"https://", "begins with http"},
        {"https://{host}/", "begins with http"},
        {"https://wiki{host}/", "no label chooses"},
        {"https://wiki@{x}/", "no label chooses"},
        {"https://a/{", "expected {label}"},
        {"https://a/{}", "expected {label}"},
        {"https://a/{{ .Labels.x }}", "expected {label}"},
        {"https://a/{{x}}", "expected {label}"},
        {"https://a/{x-y}", "expected {label}"},
        {"https://a/x}", "a } without"},
        {"https://a/b c", "spaces"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct error err = {0};

        cr_assert_eq(address_template_check(rows[i].text, &err), -1, "%s", rows[i].text);
        cr_assert(strstr(err.text, rows[i].why), "%s: %s", rows[i].text, err.text);
    }
}

Test(percent, the_longest_template)
{
    static char text[URL_MAX_CHARS + 2] = "https://a/";
    const struct list none = {NULL, 0};
    struct error err = {0};

    memset(text + strlen(text), 'x', URL_MAX_CHARS - strlen(text));
    cr_assert_eq(address_template_check(text, &err), 0);
    cr_assert_str_eq(address_template_fill(text, &none, &arena), text);
    strcat(text, "x");
    cr_assert_eq(address_template_check(text, &err), -1);
}

Test(percent, templates_are_filled_whole_or_not_at_all)
{
    static struct label items[] = {{"rule", "a/b c"},      {"repository", "acme/help bot"},
                                   {"up", "acme/../../x"}, {"dot", "."},
                                   {"dots", "..."},        {"empty", ""}};
    const struct list labels = {items, sizeof(items) / sizeof(items[0])};
    static const struct {
        const char *text, *filled;
    } rows[] = {
        {"https://wiki/x", "https://wiki/x"},
        {"https://wiki/{rule}?r={+repository}", "https://wiki/a%2Fb%20c?r=acme/help%20bot"},
        {"https://wiki/{+repository}/x{rule}", "https://wiki/acme/help%20bot/xa%2Fb%20c"},
        {"https://wiki/{absent}", NULL},
        {"https://wiki/{empty}", NULL},
        {"https://wiki/{+up}", NULL},
        {"https://wiki/{dot}/", NULL},
        {"https://wiki/{dots}", "https://wiki/..."},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *filled = address_template_fill(rows[i].text, &labels, &arena);
        struct error err = {0};

        cr_assert_eq(address_template_check(rows[i].text, &err), 0, "%s", err.text);
        if (rows[i].filled)
            cr_assert_str_eq(filled, rows[i].filled);
        else
            cr_assert_null(filled, "%s", rows[i].text);
    }
}

Test(percent, an_address_that_gets_too_long_is_none)
{
    static char value[URL_MAX_CHARS];
    static struct label label = {"x", value};
    const struct list labels = {&label, 1};

    memset(value, 'v', URL_MAX_CHARS - strlen("https://a/"));
    cr_assert(address_template_fill("https://a/{x}", &labels, &arena));
    value[strlen(value)] = 'v';
    cr_assert_null(address_template_fill("https://a/{x}", &labels, &arena));
}
