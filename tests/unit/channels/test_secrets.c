/*
 * test_secrets.c - credentials are found in what a service quotes, whole and in parts, and nothing
 * else is.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "consumer/channels/secrets.h"

struct guarded {
    const char *token, *url, *open_url, *name;
};

static const struct setting settings[] = {
    {.name = "token", .kind = SETTING_SECRET, .offset = offsetof(struct guarded, token)},
    {.name = "url", .kind = SETTING_SECRET_URL, .offset = offsetof(struct guarded, url)},
    {.name = "open_url", .kind = SETTING_URL, .offset = offsetof(struct guarded, open_url)},
    {.name = "name", .kind = SETTING_STRING, .offset = offsetof(struct guarded, name)},
    {.kind = SETTING_END},
};
static const struct channel_ops ops = {.name = "guarded", .settings = settings};
static const struct guarded guarded = {
    .token = "xoxb-1234",
    .url = "https://user:pass@x.example/workflows/0123456789ab/run?sp=%2Frun&sig=a-b_c%2B0123456",
    .open_url = "https://api.example/v2/alerts/1234567890",
    .name = "a-long-name-of-a-team",
};

static const struct {
    const char *text, *cut;
} rows[] = {
    {"", ""},
    {"nothing here", "nothing here"},
    {"xoxb-1234", "***"},
    {"bad token xoxb-1234, xoxb-1234!", "bad token ***, ***!"},
    {"no route x.example/workflows/0123456789ab/run?sp=%2Frun&sig=a-b_c%2B0123456",
     "no route x.example/***"},
    {"sig a-b_c%2B0123456 is wrong", "sig *** is wrong"},
    {"sig a-b_c+0123456 is wrong", "sig *** is wrong"},
    {"workflow 0123456789ab is off", "workflow *** is off"},
    {"user:pass", "***"},
    {"/workflows/ and /run", "/workflows/ and /run"},
    {"https://api.example/v2/alerts/1234567890 a-long-name-of-a-team",
     "https://api.example/v2/alerts/1234567890 a-long-name-of-a-team"},
};

Test(secrets, every_row)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[200];
        strcpy(text, rows[i].text);
        secrets_cut(text, &ops, &guarded);
        cr_expect_str_eq(text, rows[i].cut, "row %zu: %s", i, text);
    }
}

Test(secrets, what_is_not_set_hides_nothing)
{
    const struct guarded empty = {.token = "", .url = "https://x.example/"};
    char text[] = "https://x.example/ and a-long-name";

    secrets_cut(text, &ops, &empty);
    cr_expect_str_eq(text, "https://x.example/ and a-long-name");
    secrets_cut(text, &(struct channel_ops){.name = "bare"}, &empty);
    cr_expect_str_eq(text, "https://x.example/ and a-long-name");
}
