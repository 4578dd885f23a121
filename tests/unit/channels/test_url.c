/*
 * test_url.c - which links are taken, and that nothing in them ends the markup around them.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "consumer/channels/url.h"

static struct arena arena;

static void setup(void)
{
    arena_init(&arena);
}

static void teardown(void)
{
    arena_fini(&arena);
}

TestSuite(url, .init = setup, .fini = teardown);

/* `link` NULL: refused. */
static const struct {
    const char *from, *link;
} rows[] = {
    {"https://ci.example/a?b=c#d", "https://ci.example/a?b=c#d"},
    {"HTTP://ci.example", "HTTP://ci.example"},
    {"http://[::1]:8080/x", "http://[::1]:8080/x"},
    {"https://ci.example/a b", "https://ci.example/a%20b"},
    {"https://ci.example/<x>|\"y\"", "https://ci.example/%3Cx%3E%7C%22y%22"},
    {"https://ci.example/a)b(c]d[", "https://ci.example/a%29b%28c%5Dd%5B"},
    {"https://ci.example/`'\\^{}", "https://ci.example/%60%27%5C%5E%7B%7D"},
    {"https://ci.example/\n\x1b", "https://ci.example/%0A%1B"},
    {"https://ci.example/\xc3\xa9", "https://ci.example/%C3%A9"},
    {"https://ci.example/%20x", "https://ci.example/%20x"},
    {"javascript:alert(1)", NULL},
    {"ftp://ci.example/", NULL},
    {"//ci.example/", NULL},
    {"https://", NULL},
    {"https:///path", NULL},
    {"https://good.example@evil.example/", NULL},
    {"https://user:secret@ci.example/", NULL},
    {"https://ci.ex ample/", NULL},
    {"https://\xd1\x81i.example/", NULL},
    {" https://ci.example/", NULL},
    {"", NULL},
    {NULL, NULL},
};

Test(url, every_row)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *link = url_link(rows[i].from, 3000, &arena);
        if (rows[i].link)
            cr_expect_str_eq(link ? link : "(refused)", rows[i].link, "row %zu", i);
        else
            cr_expect_null(link, "row %zu: %s", i, link);
    }
}

Test(url, a_link_is_whole_or_not_there)
{
    char url[3002] = "https://ci.example/";

    memset(url + strlen(url), 'x', 3001 - strlen(url));
    url[2999] = '\0';
    cr_expect_not_null(url_link(url, 3000, &arena));
    url[2999] = 'x';
    url[3000] = '\0';
    cr_expect_str_eq(url_link(url, 3000, &arena), url);
    url[2999] = ' ';
    cr_expect_null(url_link(url, 3000, &arena), "three bytes longer when encoded");
    url[2999] = url[3000] = 'x';
    cr_expect_null(url_link(url, 3000, &arena));
}

Test(url, a_value_keeps_only_unreserved_characters)
{
    cr_expect_str_eq(url_encode("a-b._~c", &arena), "a-b._~c");
    cr_expect_str_eq(url_encode("a b&c=d/\xc3\xa9\n", &arena), "a%20b%26c%3Dd%2F%C3%A9%0A");
    cr_expect_str_eq(url_encode("", &arena), "");
}
