/* The operator, fallbacks, and what a receiver takes in a time. */
#include <criterion/criterion.h>
#include <string.h>

#include "consumer/config/config.h"

#define ROUTE   "route: {receiver: a}\n"
#define WEBHOOK "webhook_configs: [{url: 'https://example.org/'}]"
#define SLACK   "slack_configs: [{api_url: 'https://example.org/'}]"

static struct error problem;

static struct config *parse(const char *text)
{
    struct config *config = NULL;

    problem = (struct error){0};
    config_parse("t.yaml", text, strlen(text), &config, &problem);
    return config;
}

static void refused(const char *text, const char *place, const char *words)
{
    cr_expect_null(parse(text), "%s", text);
    cr_expect(strstr(problem.text, place) && strstr(problem.text, words), "%s", problem.text);
}

Test(standins, are_nobody_where_none_is_named)
{
    struct config *config = parse("receivers: [{name: a, " WEBHOOK "}]\n" ROUTE);

    cr_assert(config, "%s", problem.text);
    cr_expect_null(config->operator_receiver);
    cr_expect_null(config->integrations[0].fallback);
    config_free(config);
}

Test(standins, are_receivers_that_no_route_need_lead_to)
{
    struct config *config =
        parse("global: {operator: ops, fallback: b}\n"
              "receivers: [{name: a, " WEBHOOK "},\n"
              "  {name: b, " WEBHOOK "}, {name: ops, " WEBHOOK ", fallback: ''}]\n" ROUTE);

    cr_assert(config, "%s", problem.text);
    cr_expect_str_eq(config->operator_receiver, "ops");
    cr_expect_str_eq(config->integrations[0].fallback, "b");
    cr_expect_null(config->integrations[1].fallback, "nobody falls back on itself");
    cr_expect_null(config->integrations[2].fallback, "taken back");
    cr_expect_eq(config->warnings_count, 0);
    config_free(config);
}

Test(standins, have_to_exist_and_not_to_go_round)
{
    refused("global: {operator: opz}\nreceivers: [{name: a}, {name: ops}]\n" ROUTE, "t.yaml:1:20",
            "undefined receiver \"opz\" in operator; did you mean \"ops\"?");
    refused("receivers: [{name: a, fallback: bb, " WEBHOOK "}]\n" ROUTE, "t.yaml:1:33",
            "undefined receiver \"bb\" in fallback");
    refused("receivers: [{name: a, fallback: a, " WEBHOOK "}]\n" ROUTE, "t.yaml:1:33",
            "receiver \"a\" falls back on itself");
    refused("receivers: [{name: a, fallback: b, " WEBHOOK "},\n"
            "            {name: b, fallback: a, " WEBHOOK "}]\n" ROUTE,
            "t.yaml:1:33", "falls back on itself");
}

static struct rate rate_of(const char *receiver)
{
    char text[300];
    struct config *config;
    struct rate rate;

    snprintf(text, sizeof(text), "receivers: [{name: a, %s}]\n" ROUTE, receiver);
    config = parse(text);
    cr_assert(config, "%s: %s", receiver, problem.text);
    rate = config->integrations[0].rate;
    config_free(config);
    return rate;
}

Test(rate, is_the_vendors_unless_it_is_set)
{
    static const struct {
        const char *receiver;
        struct rate rate;
    } cases[] = {
        {WEBHOOK, {0, 0, 0}},
        {SLACK, {1, 1000, 5}},
        {"burst: 2, " SLACK, {1, 1000, 2}},
        {"rate: none, " SLACK, {0, 1, 0}},
        {"rate: 120/m, " SLACK, {120, 60000, 1}},
        {"rate: 200/5m, burst: 20, " WEBHOOK, {200, 300000, 20}},
        {"burst: 20, rate: 1000000/1d, " WEBHOOK, {1000000, 86400000, 20}},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rate rate = rate_of(cases[i].receiver);

        cr_expect_eq(rate.requests, cases[i].rate.requests, "%s", cases[i].receiver);
        cr_expect_eq(rate.per_ms, cases[i].rate.per_ms, "%s", cases[i].receiver);
        cr_expect_eq(rate.burst, cases[i].rate.burst, "%s", cases[i].receiver);
    }
}

Test(rate, is_refused_with_an_example)
{
    static const char *const rates[] = {"1",   "/s",        "0/s",   "-1/s", "1/",   "1/x",
                                        "1/2", "1000001/s", "1/25h", "+1/s", "1 /s", "1/0s"};
    char text[200];

    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        snprintf(text, sizeof(text), "receivers: [{name: a, rate: '%s', " WEBHOOK "}]\n" ROUTE,
                 rates[i]);
        refused(text, "t.yaml:1:29", "rate: expected requests in a time, as 1/s");
    }
    refused("receivers: [{name: a, burst: 3, " WEBHOOK "}]\n" ROUTE, "t.yaml:1",
            "burst needs a rate");
}
