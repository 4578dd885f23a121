/* Nothing of a request's secrets stays in a text. */
#include <criterion/criterion.h>
#include <string.h>

#include "consumer/deliver/redact.h"

static const struct request request = {
    .url = "https://user:pass-word@hooks.example.test/services/T0/B0/XyZ?sig=abcdef&v=1",
    .headers = {{"Authorization", "Bearer xoxb-secret"},
                {"Content-Type", "application/json"},
                {"webhook-signature", "v1,c2lnbmF0dXJl"}},
    .headers_count = 3,
};

static const char *of(const char *text)
{
    static char buffer[256];

    snprintf(buffer, sizeof(buffer), "%s", text);
    redact(buffer, sizeof(buffer), &request);
    return buffer;
}

Test(redact, rows)
{
    cr_expect_str_eq(of("no such hook /services/T0/B0/XyZ here"), "no such hook *** here");
    cr_expect_str_eq(of("/services/T0/B0/XyZ?sig=abcdef&v=1 and /services/T0/B0/XyZ"),
                     "*** and ***");
    cr_expect_str_eq(of("bad sig=abcdef&v=1"), "bad ***");
    cr_expect_str_eq(of("user:pass-word@hooks.example.test"), "***@hooks.example.test");
    cr_expect_str_eq(of("token xoxb-secret unknown"), "token *** unknown");
    cr_expect_str_eq(of("got Bearer xoxb-secret"), "got ***");
    cr_expect_str_eq(of("v1,c2lnbmF0dXJl"), "***");
    cr_expect_str_eq(of("wants application/json"), "wants application/json");
    cr_expect_str_eq(of("a\nb\tc\x7f"), "a b c ");
    cr_expect_str_eq(of(""), "");
}

Test(redact, short_paths_are_no_secret)
{
    const struct request plain = {.url = "https://example.test/v2"};
    char text[] = "see /v2 of the manual";

    redact(text, sizeof(text), &plain);
    cr_expect_str_eq(text, "see /v2 of the manual");
}

Test(redact, never_longer_and_always_ended)
{
    char text[8] = {'/', 'a', 'b', 'c', '/', 'a', 'b', 'c'};
    const struct request plain = {.url = "http://h/abc"};

    redact(text, sizeof(text), &plain);
    cr_expect_str_eq(text, "***/ab");
}
