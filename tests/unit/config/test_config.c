/* Whole configurations: what a good one becomes, and where and why a bad one is refused. */
#include "consumer/config/config.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct error problems[4];
static size_t problems_count;

static struct config *parse(const char *text)
{
    struct config *config = NULL;

    config_check("f", text, strlen(text), &config, problems, 4, &problems_count);
    return config;
}

static struct config *parse_good(const char *text)
{
    struct config *config = parse(text);

    cr_assert(config, "%s", problems[0].text);
    return config;
}

static const char smallest[] = "route: {receiver: a}\nreceivers: [{name: a}]\n";

Test(config, defaults_are_design_md_s)
{
    struct config *c = parse_good("route: {receiver: a}\n"
                                  "receivers: [{name: a, console_configs: [{}]}]\n");
    const struct integration *i = &c->integrations[0];
    const struct retry_tier *tiers = c->topics.retry_tiers.items;

    cr_assert_str_eq(c->topics.prefix, "tocsin.");
    cr_assert_eq(c->topics.partitions, 6);
    cr_assert_eq(c->topics.notification_partitions, 6);
    cr_assert_eq(c->topics.replication, 3);
    cr_assert_eq(c->topics.retry_tiers.count, 4);
    cr_assert_str_eq(tiers[1].name, "10m");
    cr_assert_eq(tiers[3].delay_ms, 6 * 3600000);
    cr_assert(c->topics.create);
    cr_assert_eq(c->lifecycle.dedupe_window_ms, INT64_C(3) * 86400000);
    cr_assert_eq(c->lifecycle.seen_ids_max, 4 << 20);
    cr_assert_eq(c->lifecycle.run_time_limit_ms, 6 * 3600000);
    cr_assert_eq(c->lifecycle.clean_runs, 1);
    cr_assert_eq(c->lifecycle.stale_after_ms, INT64_C(30) * 86400000);
    cr_assert(!c->lifecycle.notify_model_version);
    cr_assert_eq(c->route->timing.group_wait_ms, 30000);
    cr_assert_eq(c->route->timing.group_interval_ms, 300000);
    cr_assert_eq(c->route->timing.repeat_interval_ms, 86400000);
    cr_assert_eq(c->route->group_by_count, 0);
    cr_assert(!c->static_membership);
    cr_assert_null(c->external_url);
    cr_assert_eq(c->integrations_count, 1);
    cr_assert_str_eq(i->id, "a/console/0");
    cr_assert_str_eq(i->receiver, "a");
    cr_assert(i->send_resolved);
    cr_assert_eq(i->flush, FLUSH_TIMERS);
    cr_assert_eq(i->max_wait_ms, 3600000);
    cr_assert_eq(i->shards, 1);
    cr_assert_eq(i->concurrency, 4);
    cr_assert_eq(i->request_timeout_ms, 5000);
    cr_assert_eq(i->attempts_max, 0);
    cr_assert_eq(i->age_max_ms, INT64_C(3) * 86400000);
    cr_assert_eq(i->backoff_min_ms, 1000);
    cr_assert_eq(i->backoff_max_ms, 600000);
    cr_assert_eq(i->retry_after_max_ms, 3600000);
    cr_assert_eq(i->on_doubt, DOUBT_SEND_AGAIN);
    config_free(c);
}

Test(config, integrations_of_a_receiver_are_one_range)
{
    struct config *c =
        parse_good("receivers:\n"
                   "- name: a\n"
                   "  console_configs: [{}, {send_resolved: false}]\n"
                   "  flush: run_end\n"
                   "- name: none\n"
                   "- name: b\n"
                   "  webhook_configs: [{url: 'http://h/'}]\n"
                   "  on_doubt: dead_letter\n"
                   "  console_configs: [~]\n"
                   "route: {receiver: a, routes: [{receiver: b}, {receiver: none}]}\n"
                   "global: {concurrency: 9, flush: timers}\n");
    const struct integration *first = NULL;

    cr_assert_eq(config_receiver(c, "a", &first), 2);
    cr_assert_eq(first, config_integration(c, "a/console/0"));
    cr_assert_eq(first[0].flush, FLUSH_RUN_END);
    cr_assert(first[0].send_resolved && !first[1].send_resolved);
    cr_assert_eq(config_receiver(c, "b", &first), 2);
    cr_assert_str_eq(first[0].id, "b/webhook/0");
    cr_assert_eq(first[0].on_doubt, DOUBT_DEAD_LETTER);
    cr_assert_eq(first[1].concurrency, 9);
    cr_assert_eq(first[1].flush, FLUSH_TIMERS);
    cr_assert_eq(config_receiver(c, "none", &first), 0);
    cr_assert_null(first);
    cr_assert_eq(config_receiver(c, "unknown", &first), 0);
    cr_assert_null(config_integration(c, "a/console/2"));
    cr_assert_eq(c->warnings_count, 0);
    config_free(c);
}

Test(config, children_inherit_and_overwrite)
{
    struct config *c =
        parse_good("receivers: [{name: a}, {name: b}]\n"
                   "route:\n"
                   "  receiver: a\n"
                   "  routes:\n"
                   "  - routes: [{group_by: ['...']}, {group_by: []}, {continue: on}]\n"
                   "    receiver: b\n"
                   "    continue: true\n"
                   "    matchers: [b=2, 'a=~\"1\"']\n"
                   "    match: {c: 3}\n"
                   "    match_re: {d: '4'}\n"
                   "    group_wait: 0s\n"
                   "  - receiver: ''\n"
                   "  group_by: [y, x]\n"
                   "  repeat_interval: 1h\n");
    const struct route *child = &c->route->children[0], *grandchildren = child->children;
    static const char *const names[] = {"a", "b", "c", "d"};

    cr_assert_eq(c->route->children_count, 2);
    cr_assert_str_eq(child->receiver, "b");
    cr_assert(child->continues);
    cr_assert_eq(child->line, 5);
    cr_assert_eq(child->parent, c->route);
    cr_assert_eq(child->matchers_count, 4);
    for (size_t i = 0; i < 4; i++)
        cr_assert_str_eq(matcher_name(child->matchers[i]), names[i]);
    cr_assert_str_eq(matcher_value(child->matchers[3]), "^(?:4)$");
    cr_assert_eq(child->group_by_count, 2);
    cr_assert_str_eq(child->group_by[0], "x");
    cr_assert_eq(child->timing.group_wait_ms, 0);
    cr_assert_eq(child->timing.repeat_interval_ms, 3600000);
    cr_assert(grandchildren[0].group_by_all && grandchildren[0].group_by_count == 0);
    cr_assert_eq(grandchildren[0].matchers_count, 0);
    cr_assert(!grandchildren[0].continues);
    cr_assert(grandchildren[1].group_by_count == 0 && !grandchildren[1].group_by_all);
    cr_assert_eq(grandchildren[2].group_by_count, 2);
    cr_assert(grandchildren[2].continues);
    cr_assert_str_eq(grandchildren[2].receiver, "b");
    cr_assert_eq(grandchildren[2].timing.group_wait_ms, 0);
    cr_assert_str_eq(c->route->children[1].receiver, "a");
    config_free(c);
}

Test(config, kafka_keeps_properties_and_their_places)
{
    struct config *c;
    const struct label *kafka;

    setenv("CONFIG_TEST", "pw", 1);
    c = parse_good("kafka:\n  bootstrap.servers: h:1\n  sasl.password: ${CONFIG_TEST}\n"
                   "  debug: ~\n  linger.ms: 5\n"
                   "route: {receiver: a}\nreceivers: [{name: a}]\n");
    kafka = c->kafka.items;
    cr_assert_eq(c->kafka.count, 3);
    cr_assert_str_eq(kafka[1].name, "sasl.password");
    cr_assert_str_eq(kafka[1].value, "pw");
    cr_assert_str_eq(kafka[2].value, "5");
    cr_assert_eq(c->kafka_places[2].line, 5);
    cr_assert_eq(c->kafka_places[2].column, 3);
    config_free(c);
}

Test(config, instance_is_unique_or_given)
{
    struct config *one, *two;

    unsetenv("TOCSIN_INSTANCE");
    unsetenv("POD_NAME");
    unsetenv("KUBERNETES_SERVICE_HOST");
    one = parse_good(smallest);
    two = parse_good(smallest);
    cr_assert_str_neq(one->instance, two->instance);
    cr_assert_str_eq(one->hash, two->hash);
    cr_assert_eq(strlen(one->hash), 64);
    config_free(one);
    config_free(two);

    cr_assert_null(
        parse("static_membership: true\nroute: {receiver: a}\nreceivers: [{name: a}]\n"));
    cr_assert_eq(strncmp(problems[0].text, "f:1:20: static_membership needs", 31), 0);
    setenv("POD_NAME", "tocsind-3", 1);
    one = parse_good("static_membership: true\nroute: {receiver: a}\nreceivers: [{name: a}]\n");
    cr_assert_str_eq(one->instance, "tocsind-3");
    config_free(one);
    setenv("TOCSIN_INSTANCE", "mine", 1);
    one = parse_good(smallest);
    cr_assert_str_eq(one->instance, "mine");
    config_free(one);
    one = parse_good("instance: said\nroute: {receiver: a}\nreceivers: [{name: a}]\n");
    cr_assert_str_eq(one->instance, "said");
    config_free(one);
}

Test(config, global_fills_what_an_entry_leaves_out)
{
    struct config *c = parse_good("global: {slack_api_url: 'https://g/'}\n"
                                  "route: {receiver: a}\n"
                                  "receivers:\n"
                                  "- {name: a, slack_configs: [{}, ~, {webhook_url: 'https://w/'},"
                                  " {api_url: 'https://e/'}]}\n");

    cr_assert_eq(c->integrations_count, 4);
    config_free(c);
    cr_assert_null(parse("route: {receiver: a}\nreceivers: [{name: a, slack_configs: [{}]}]\n"));
    cr_assert_eq(strncmp(problems[0].text, "f:2:39: slack_configs: api_url is missing", 41), 0,
                 "%s", problems[0].text);
}

Test(config, warns_of_a_receiver_that_nobody_uses)
{
    struct config *c = parse_good("route: {receiver: a}\nreceivers: [{name: a}, {name: b}]\n");

    cr_assert_eq(c->warnings_count, 1);
    cr_assert_str_eq(c->warnings[0], "no route leads to receiver \"b\"");
    config_free(c);
}

#define ROUTE     "route: {receiver: a}\n"
#define RECEIVERS "receivers: [{name: a}]\n"

Test(config, inhibition_rules_in_both_forms)
{
    struct config *c = parse_good(
        "inhibit_rules:\n"
        "- {source_matchers: [severity=critical], target_matchers: ['severity=~\"low|info\"'],\n"
        "   equal: [model, target], name: n}\n"
        "- {source_match: {a: b}, source_match_re: {c: d}, target_match: {e: f},\n"
        "   target_match_re: {g: h}}\n" ROUTE RECEIVERS);
    const struct inhibit_rule *rules = c->inhibit_rules;

    cr_assert_eq(c->inhibit_rules_count, 2);
    cr_assert_eq(c->warnings_count, 0);
    cr_assert_eq(rules[0].source_count, 1);
    cr_assert_eq(matcher_operator(rules[0].target[0]), MATCH_RE);
    cr_assert_eq(rules[0].equal_count, 2);
    cr_assert_str_eq(rules[0].equal[1], "target");
    cr_assert_eq(rules[1].source_count, 2);
    cr_assert_eq(matcher_operator(rules[1].source[0]), MATCH_EQ);
    cr_assert_eq(matcher_operator(rules[1].source[1]), MATCH_RE);
    cr_assert_eq(rules[1].target_count, 2);
    cr_assert_eq(rules[1].equal_count, 0);
    config_free(c);
}

Test(config, warns_of_a_side_without_conditions)
{
    struct config *c = parse_good(ROUTE RECEIVERS "inhibit_rules:\n- source_matchers: [a=b]\n");

    cr_assert_eq(c->warnings_count, 1);
    cr_assert_str_eq(c->warnings[0], "line 4: an inhibition rule without target_matchers: every "
                                     "alert is inhibited");
    config_free(c);
}

Test(config, refuses)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"", "f:1:1: there is no route: nobody would be told"},
        {"[]", "f:1:1: the configuration: expected a mapping, not a list"},
        {"routes: []\n" ROUTE RECEIVERS, "f:1:1: unknown key \"routes\" in the configuration; did "
                                         "you mean \"route\"?"},
        {RECEIVERS "route: {}\n", "f:2:8: the root route needs a receiver"},
        {RECEIVERS "route: {receiver: b}\n", "f:2:19: undefined receiver \"b\" in route"},
        {RECEIVERS "route: {receiver: a, routes: [{receiver: aa}]}\n",
         "f:2:42: undefined receiver \"aa\" in route"},
        {"receivers: [{name: oncall}]\nroute: {receiver: on-call}\n",
         "f:2:19: undefined receiver \"on-call\" in route; did you mean \"oncall\"?"},
        {RECEIVERS "route: {receiver: a, routes: [~]}\n", "f:2:31: a route without anything in it"},
        {RECEIVERS "route: {receiver: a, matchers: [x=y]}\n",
         "f:2:8: the root route can't have matchers"},
        {RECEIVERS "route: {receiver: a, match: {x: y}}\n",
         "f:2:8: the root route can't have matchers"},
        {RECEIVERS "route: {receiver: a, continue: true}\n",
         "f:2:8: the root route can't continue"},
        {RECEIVERS "route: {receiver: a, mute_time_intervals: [n]}\n",
         "f:2:22: the root route can't have mute_time_intervals"},
        {RECEIVERS "route: {receiver: a, routes: [{active_time_intervals: [n]}]}\n",
         "f:2:56: undefined time interval \"n\" in active_time_intervals"},
        {RECEIVERS "route: {receiver: a, routes: [{matchers: [x]}]}\n",
         "f:2:43: matchers: matcher `x`: expected a label's name"},
        {RECEIVERS "route: {receiver: a, routes: [{matchers: x=y}]}\n",
         "f:2:42: matchers: expected a list, not a text"},
        {RECEIVERS "route: {receiver: a, routes: [{match: {x-y: z}}]}\n",
         "f:2:40: invalid label name \"x-y\""},
        {RECEIVERS "route: {receiver: a, routes: [{match_re: {x: '('}}]}\n",
         "f:2:46: x: x=~: bad regular expression"},
        {RECEIVERS "route: {receiver: a, group_by: [x, x]}\n",
         "f:2:32: group_by: label \"x\" stands twice"},
        {RECEIVERS "route: {receiver: a, group_by: ['...', x]}\n",
         "f:2:32: group_by: `...` and other labels can't stand together"},
        {RECEIVERS "route: {receiver: a, group_by: ['']}\n",
         "f:2:33: group_by: an empty label name"},
        {RECEIVERS "route: {receiver: a, routes: [{match_re: {x: ~}}]}\n",
         "f:2:43: x: expected a regular expression"},
        {RECEIVERS "route: {receiver: a, labels: {x: '{{ .Status }}'}}\n",
         "f:2:22: labels is not supported"},
        {RECEIVERS "route: {receiver: a, group_interval: 0s}\n",
         "f:2:38: group_interval: expected 1ms to 1y, not 0s"},
        {RECEIVERS "route: {receiver: a, repeat_interval: 0s}\n",
         "f:2:39: repeat_interval: expected 1ms to 1y, not 0s"},
        {ROUTE "receivers: [{name: a}, {name: a}]\n", "f:2:31: receiver name \"a\" is not unique"},
        {ROUTE "receivers: [{name: a}, {}]\n", "f:2:24: receiver needs the key name"},
        {ROUTE "receivers: [{name: a}, {name: 'x|y'}]\n", "f:2:31: name: a receiver's name can't"},
        {ROUTE "receivers: [{name: a, email_configs: []}]\n",
         "f:2:23: unknown key \"email_configs\" in receiver"},
        {ROUTE "receivers: [{name: a, console_configs: {}}]\n",
         "f:2:40: console_configs: expected a list, not a mapping"},
        {ROUTE "receivers: [{name: a, console_configs: [{}], request_timeout: 10s}]\n",
         "f:2:41: receiver \"a\": request_timeout has to be below Kafka's session.timeout.ms, "
         "10000"},
        {"kafka: {session.timeout.ms: 5000}\n" ROUTE
         "receivers: [{name: a, console_configs: [{}]}]\n",
         "f:3:41: receiver \"a\": request_timeout has to be below"},
        {ROUTE "receivers: [{name: a, console_configs: [{}], backoff_min: 11m}]\n",
         "f:2:41: receiver \"a\": backoff_min is above backoff_max"},
        {ROUTE "receivers: [{name: a, console_configs: [{}], shards: 7}]\n",
         "f:2:41: receiver \"a\": shards is above topics.notification_partitions"},
        {"kafka: {a: [b]}\n" ROUTE RECEIVERS, "f:1:12: a: expected a text, not a list"},
        {"kafka: {a: b, a_file: c}\n" ROUTE RECEIVERS, "f:1:23: a_file: cannot open c"},
        {"topics: {prefix: 'a b'}\n" ROUTE RECEIVERS, "f:1:18: prefix: expected at most"},
        {"topics: {partitions: 0}\n" ROUTE RECEIVERS, "f:1:22: partitions: expected 1 to 10000"},
        {"topics: {retry_tiers: []}\n" ROUTE RECEIVERS, "f:1:23: retry_tiers: expected 1 to 8"},
        {"topics: {retry_tiers: [1m, 1m]}\n" ROUTE RECEIVERS,
         "f:1:28: retry_tiers: expected durations above 0 that grow, not 1m"},
        {"topics: {retry_tiers: [0s]}\n" ROUTE RECEIVERS,
         "f:1:24: retry_tiers: expected durations above 0"},
        {"instance: 'a b'\n" ROUTE RECEIVERS, "f:1:11: instance: expected 1 to 120 letters"},
        {"external_url: nowhere\n" ROUTE RECEIVERS, "f:1:15: external_url: expected an http"},
        {"templates: ['*.tmpl']\n" ROUTE RECEIVERS, "f:1:1: templates is not supported"},
        {"inhibit_rules: {}\n" ROUTE RECEIVERS, "f:1:16: inhibit_rules: expected a list"},
        {"inhibit_rules: [{equal: ['']}]\n" ROUTE RECEIVERS, "f:1:26: equal: an empty label name"},
        {"inhibit_rules: [{source_matchers: ['a=~(']}]\n" ROUTE RECEIVERS,
         "f:1:36: source_matchers: matcher `a=~(`: a=~: bad regular expression"},
        {"inhibit_rules: [{target_match: {a-b: c}}]\n" ROUTE RECEIVERS,
         "f:1:33: invalid label name \"a-b\""},
        {"inhibit_rules: [{sources: []}]\n" ROUTE RECEIVERS,
         "f:1:18: unknown key \"sources\" in inhibition rule"},
        {"global: {resolve_timeout: 5m}\n" ROUTE RECEIVERS,
         "f:1:10: resolve_timeout is not supported"},
        {"global: {flush: never}\n" ROUTE RECEIVERS, "f:1:17: flush: expected one of timers"},
        {"route: {receiver: r}\n"
         "receivers: [{name: r, run_summary: true, victorops_configs: [{api_key: k, routing_key: "
         "x}]}]",
         "f:2:36: run_summary: no channel of receiver \"r\" shows a run's summary"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_assert_null(parse(rows[i].text), "%s", rows[i].text);
        cr_assert_eq(problems_count, 1, "%s", rows[i].text);
        cr_assert_eq(strncmp(problems[0].text, rows[i].why, strlen(rows[i].why)), 0, "%s\n%s",
                     problems[0].text, rows[i].why);
    }
}

#define NAMED(interval)                                                                            \
    "time_intervals: [{name: n, time_intervals: [" interval "]}]\n" ROUTE RECEIVERS

Test(config, refuses_time_intervals)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"time_intervals: {}\n" ROUTE RECEIVERS,
         "f:1:17: expected a list of named time intervals, not a mapping"},
        {"time_intervals: [{}]\n" ROUTE RECEIVERS,
         "f:1:18: named time interval needs the key name"},
        {"time_intervals: [~]\n" ROUTE RECEIVERS, "f:1:18: named time interval needs the key name"},
        {"time_intervals: [{name: ''}]\n" ROUTE RECEIVERS, "f:1:25: name: expected 1 to 200"},
        {"time_intervals: [{name: n}, {name: n}]\n" ROUTE RECEIVERS,
         "f:1:36: the name \"n\" of a time interval is not unique"},
        {"mute_time_intervals: [{name: n}]\ntime_intervals: [{name: n}]\n" ROUTE RECEIVERS,
         "f:1:30: the name \"n\" of a time interval is not unique"},
        {"time_intervals: [{name: n, time_intervals: {}}]\n" ROUTE RECEIVERS,
         "f:1:44: time_intervals: expected a list"},
        {NAMED("{days: [1]}"), "f:1:46: unknown key \"days\" in time interval"},
        {NAMED("{weekdays: monday}"), "f:1:56: weekdays: expected a list, not a text"},
        {NAMED("{weekdays: [mon]}"), "f:1:57: weekdays: \"mon\" where a day's name"},
        {NAMED("{days_of_month: ['25:-5']}"), "f:1:62: days_of_month: \"25:-5\" where 1 to 31"},
        {NAMED("{months: [mai]}"), "f:1:55: months: \"mai\" where a month's name"},
        {NAMED("{years: [MMXXVI]}"), "f:1:54: years: \"MMXXVI\" where a year"},
        {NAMED("{times: ['09:00']}"), "f:1:54: a range of times: expected a mapping, not a text"},
        {NAMED("{times: [{start_time: 09:00}]}"),
         "f:1:54: a range of times needs the key end_time"},
        {NAMED("{times: [{start_time: 9:00, end_time: 10:00}]}"),
         "f:1:54: times: \"9:00:10:00\" where HH:MM"},
        {NAMED("{location: Europe/Berlins}"), "f:1:56: location: "},
        {"time_intervals: [{name: nights}]\n" RECEIVERS
         "route: {receiver: a, routes: [{mute_time_intervals: [night]}]}\n",
         "f:3:54: undefined time interval \"night\" in mute_time_intervals; did you mean "
         "\"nights\"?"},
        {"time_intervals: [{name: n}]\n" RECEIVERS
         "route: {receiver: a, active_time_intervals: [n]}\n",
         "f:3:22: the root route can't have active_time_intervals"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_assert_null(parse(rows[i].text), "%s", rows[i].text);
        cr_expect_eq(strncmp(problems[0].text, rows[i].why, strlen(rows[i].why)), 0, "%s\n%s",
                     problems[0].text, rows[i].why);
        cr_expect_eq(problems_count, 1, "%s", rows[i].text);
    }
}

/* 23 November 2026 is a Monday. */
#define MONDAY_8_UTC_MS INT64_C(1795420800000)

Test(config, routes_are_muted_and_active_by_named_intervals)
{
    struct config *c = parse_good(
        "mute_time_intervals:\n"
        "- name: weekends\n"
        "  time_intervals: [{weekdays: ['Saturday', sunday]}, {days_of_month: [1], months: "
        "[may]}]\n"
        "time_intervals:\n"
        "- {name: office, time_intervals: [{times: [{start_time: 09:00, end_time: 17:00}],\n"
        "                                   weekdays: ['monday:friday'], years: ['2026:2030'],\n"
        "                                   location: Europe/Berlin}]}\n"
        "- {name: always, time_intervals: [{}, ~]}\n"
        "- {name: never, time_intervals: []}\n"
        "- {name: nor-this, time_intervals: [{weekdays: []}]}\n" RECEIVERS "route:\n"
        "  receiver: a\n"
        "  routes:\n"
        "  - {mute_time_intervals: [weekends, office]}\n"
        "  - {active_time_intervals: [office], routes: [{receiver: a}]}\n"
        "  - {mute_time_intervals: [never, nor-this], active_time_intervals: [always]}\n"
        "  - {active_time_intervals: [never]}\n"
        "  - {mute_time_intervals: [], active_time_intervals: ~}\n");
    const struct route *routes = c->route->children;
    static const bool muted[] = {true, false, false, true, false};
    static const char *const names[] = {"office", NULL, NULL, NULL, NULL};
    const char *name;
    int64_t change_ms;

    cr_assert_eq(c->intervals_count, 5);
    cr_assert_eq(config_interval(c, "weekends")->count, 2);
    cr_assert_eq(config_interval(c, "weekends")->line, 2);
    cr_assert_null(config_interval(c, "week"));
    for (size_t i = 0; i < 5; i++) {
        cr_expect_eq(route_muted(&routes[i], MONDAY_8_UTC_MS, &name, &change_ms), muted[i], "%zu",
                     i);
        cr_expect_eq(name == NULL, names[i] == NULL, "%zu", i);
        if (name && names[i])
            cr_expect_str_eq(name, names[i]);
    }
    cr_expect_eq(routes[1].children[0].active_count, 0, "not inherited");
    cr_expect_not(route_muted(&routes[0], MONDAY_8_UTC_MS - 1, &name, &change_ms));
    cr_expect_eq(change_ms, MONDAY_8_UTC_MS);
    cr_expect(route_muted(&routes[1], MONDAY_8_UTC_MS - 1, &name, &change_ms));
    cr_expect_eq(change_ms, MONDAY_8_UTC_MS);
    config_free(c);
}

Test(config, many_time_intervals_at_their_limit)
{
    static char text[INTERVALS_MAX * 24 + 200];
    size_t length = 0;

    for (size_t count = INTERVALS_MAX; count <= INTERVALS_MAX + 1; count++) {
        length = (size_t)snprintf(text, sizeof(text),
                                  "time_intervals: [{name: n, time_intervals: ["
                                  "{},");
        for (size_t i = 1; i < INTERVALS_MAX; i++)
            length += (size_t)snprintf(text + length, sizeof(text) - length, "{},");
        length += (size_t)snprintf(text + length, sizeof(text) - length,
                                   count > INTERVALS_MAX ? "]}, {name: m, time_intervals: [{}]}]\n"
                                                         : "]}]\n");
        snprintf(text + length, sizeof(text) - length, "%s", ROUTE RECEIVERS);
        struct config *c = parse(text);

        cr_assert_eq(c != NULL, count == INTERVALS_MAX, "%s", problems[0].text);
        config_free(c);
    }
}

Test(config, utf8_names_are_labels_like_others)
{
    struct config *c =
        parse_good(RECEIVERS "route: {receiver: a, group_by: [cl\xc3\xa9, 'a b', x-y], routes: "
                             "[{matchers: ['\"a b\"=~\"c|d\"', 'cl\xc3\xa9=x,y-z!=\"1\"']}]}\n"
                             "inhibit_rules: [{equal: [x-y, cl\xc3\xa9]}]\n");
    const struct route *child = &c->route->children[0];

    cr_assert_eq(c->route->group_by_count, 3);
    cr_assert_str_eq(c->route->group_by[0], "a b");
    cr_assert_eq(child->matchers_count, 3);
    cr_assert_str_eq(matcher_name(child->matchers[0]), "a b");
    cr_assert_str_eq(matcher_name(child->matchers[2]), "y-z");
    config_free(c);
}

Test(config, an_alertmanager_configuration_without_a_wish_for_what_we_lack_loads)
{
    config_free(parse_good("templates: []\ninhibit_rules: []\ntime_intervals: []\n"
                           "global: {}\nroute: {receiver: 'null'}\nreceivers: [{name: 'null'}]\n"));
}

Test(config, load_says_first_what_is_wrong)
{
    struct config *config = NULL;
    struct error err = {0};

    cr_assert_eq(config_parse("f", "a: 1\nb: 2\n", 10, &config, &err), -1);
    cr_assert_null(config);
    cr_assert_eq(strncmp(err.text, "f:1:1: unknown key \"a\"", 22), 0);
    error_clear(&err);
    cr_assert_eq(config_load("/no/such/file", &config, &err), -1);
    cr_assert_str_eq(err.text, "cannot open /no/such/file: No such file or directory");
    config_free(NULL);
}

/* A chain of routes, each the only child of the one before. */
static struct config *parse_chain(size_t depth)
{
    char *text = calloc(1, depth * 16 + 100);
    struct config *config;

    strcpy(text, RECEIVERS "route: {receiver: a, ");
    for (size_t i = 1; i < depth; i++)
        strcat(text, "routes: [{");
    for (size_t i = 1; i < depth; i++)
        strcat(text, "}]");
    strcat(text, "}\n");
    config = parse(text);
    free(text);
    return config;
}

Test(config, depth_of_routes_at_its_edge)
{
    struct config *config = parse_chain(ROUTE_DEPTH_MAX);

    cr_assert(config, "%s", problems[0].text);
    config_free(config);
    cr_assert_null(parse_chain(ROUTE_DEPTH_MAX + 1));
    cr_assert(strstr(problems[0].text, "routes are nested deeper than 32"));
}

static struct config *parse_wide(size_t count)
{
    char *text = calloc(1, count * 24 + 100);
    struct config *config;

    strcpy(text, RECEIVERS "route: {receiver: a, routes: [");
    for (size_t i = 0; i < count; i++)
        strcat(text, "{continue: true}, ");
    strcat(text, "]}\n");
    config = parse(text);
    free(text);
    return config;
}

Test(config, answers_for_one_alert_at_their_edge)
{
    struct config *config = parse_wide(ROUTE_MATCHES_MAX);

    cr_assert(config, "%s", problems[0].text);
    config_free(config);
    cr_assert_null(parse_wide(ROUTE_MATCHES_MAX + 1));
    cr_assert(strstr(problems[0].text, "one alert could match 257 routes"));
}

Test(config, rules_that_enrich)
{
    struct config *c = parse_good("route: {receiver: a}\nreceivers: [{name: a}]\n"
                                  "owners:\n"
                                  "  - {matchers: [model=m], team: t, owner: o, override: true}\n"
                                  "  - {owner: everyone}\n"
                                  "severity_overrides:\n"
                                  "  - {match: {target: prod}, match_re: {tool: 'g.*'}, severity: "
                                  "high}\n"
                                  "  - {name: quiet, matchers: [branch!=main], severity: low}\n");
    const struct owner_rule *owners = c->enrichment.owners.items;
    const struct severity_rule *severities = c->enrichment.severities.items;

    cr_assert_eq(c->enrichment.owners.count, 2);
    cr_assert_str_eq(owners[0].team, "t");
    cr_assert(owners[0].over_run);
    cr_assert_eq(owners[0].when.line, 4);
    cr_assert_str_eq(owners[1].team, "");
    cr_assert(!owners[1].over_run);
    cr_assert_eq(c->enrichment.severities.count, 2);
    cr_assert_eq(severities[0].severity, SEVERITY_HIGH);
    cr_assert_str_eq(severities[0].name, "{target=\"prod\",tool=~\"^(?:g.*)$\"}");
    cr_assert_str_eq(severities[1].name, "quiet");
    config_free(c);
}

Test(config, rules_of_links_and_tickets)
{
    struct config *c = parse_good("route: {receiver: a}\nreceivers: [{name: a}]\n"
                                  "repositories: [{kind: gitlab, url: 'https://g/{+repository}'}]\n"
                                  "links:\n"
                                  "  - {link: runbook, url: 'https://w/{alertname}'}\n"
                                  "  - {link: report, url: 'https://r/{run}', matchers: [a=b]}\n"
                                  "tickets:\n"
                                  "  - {kind: github, url: 'https://github.com/', project: a/b, "
                                  "labels: [x, y], matchers: [a=b]}\n"
                                  "  - {kind: servicenow, url: 'https://s', evidence: true}\n");
    const struct repository_rule *repositories = c->enrichment.repositories.items;
    const struct link_rule *links = c->enrichment.links.items;
    const struct ticket_rule *tickets = c->enrichment.tickets.items;

    cr_assert_eq(repositories[0].forge, FORGE_GITLAB);
    cr_assert_eq(c->enrichment.links.count, 2, "one without conditions hides no other kind");
    cr_assert_eq(links[1].link, LINK_REPORT);
    cr_assert_eq(c->enrichment.tickets.count, 2);
    cr_assert_str_eq(tickets[0].url, "https://github.com");
    cr_assert_eq(tickets[0].labels.count, 2);
    cr_assert(!tickets[0].evidence && !tickets[0].assign);
    cr_assert(tickets[1].evidence);
    cr_assert_str_eq(tickets[1].project, "");
    config_free(c);
}

Test(config, rules_at_their_limit)
{
    static char text[64 * (ENRICH_RULES_MAX + 2)];
    char *at = text + sprintf(text, "%sowners:\n", smallest);

    for (int i = 0; i < ENRICH_RULES_MAX; i++)
        at += sprintf(at, "  - {team: t, matchers: [a=b]}\n");
    config_free(parse_good(text));
    sprintf(at, "  - {team: t, matchers: [a=b]}\n");
    cr_assert_null(parse(text));
    cr_assert(strstr(problems[0].text, "more than 1024 rules"), "%s", problems[0].text);
}

Test(config, refuses_rules_that_say_nothing)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"owners: {}\n", "f:3:9: expected a list: one item for each owner rule"},
        {"owners: [{matchers: [a=b]}]\n", "f:3:10: an owner rule needs a team, an owner or both"},
        {"owners: [{team: t}, {matchers: [a=b], team: u}]\n",
         "f:3:21: this owner rule never counts: the one on line 3 has no conditions"},
        {"owners: [{team: t, matcher: [a=b]}]\n", "f:3:20: unknown key \"matcher\" in owner rule"},
        {"severity_overrides: [{matchers: [a=b]}]\n", "severity"},
        {"severity_overrides: [{matchers: [a=b], severity: urgent}]\n",
         "f:3:50: severity: expected"},
        {"severity_overrides: [{matchers: ['='], severity: low}]\n", "f:3:34: matchers: "},
        {"links: [{link: wiki, url: 'https://w'}]\n", "f:3:16: link: expected"},
        {"links: [{link: runbook, url: 'https://{x}'}]\n", "f:3:30: url: expected an address"},
        {"links: [{link: runbook, url: 'https://w/{{ x }}'}]\n", "f:3:30: url: Go templates"},
        {"repositories: [{kind: github, url: 'https://w/{'}]\n", "f:3:36: url: expected {label}"},
        {"tickets: [{kind: jira, url: 'https://w', project: '1'}]\n", "f:3:11: jira needs a type"},
        {"tickets: [{kind: github, url: 'https://w'}]\n", "f:3:11: github needs a project"},
        {"tickets: [{kind: github, project: a/b}]\n", "url"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[512];

        snprintf(text, sizeof(text), "%s%s", smallest, rows[i].text);
        cr_assert_null(parse(text), "%s", rows[i].text);
        cr_assert(strstr(problems[0].text, rows[i].why), "%s\n%s", rows[i].text, problems[0].text);
    }
}

Test(config, texts_of_a_receiver_are_those_of_its_entries_that_have_none)
{
    struct config *c = parse("route: {receiver: a}\n"
                             "receivers:\n"
                             "  - name: a\n"
                             "    title: '{{severity}}'\n"
                             "    console_configs: [{}, {title: '{{model}}', text: x}]\n"
                             "  - name: b\n"
                             "    console_configs: [{}]\n");

    cr_assert_not_null(c);
    const struct texts *first = &c->integrations[0].texts, *second = &c->integrations[1].texts;
    cr_assert(first->title && !first->text && second->title && second->text);
    cr_assert(first->title != second->title && !c->integrations[2].texts.title);
    config_free(c);
    cr_assert_null(parse("route: {receiver: a}\n"
                         "receivers: [{name: a, title: '{{ .Labels }}'}]\n"));
    cr_assert(strstr(problems[0].text, "f:2:30: title: line 1, column 1 of the template: this is "
                                       "a Go template"),
              "%s", problems[0].text);
}

Test(config, the_manual_names_every_table)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    static const char *const words[] = {
        "retry_tiers",       "clean_runs",         "group_wait",      "on_doubt",
        "send_resolved",     "slack_api_url",      "webhook_configs", "console_configs",
        "static_membership", "severity_overrides", "owners",          "tickets",
        "repositories"};

    config_print_reference(out);
    fclose(out);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        cr_assert(strstr(text, words[i]), "%s", words[i]);
    free(text);
}

Test(config, measurement_rules_are_the_usual_ones_unless_said)
{
    struct config *c = parse_good(smallest);

    cr_assert_eq(c->measure_rules_count, 4);
    cr_assert_str_eq(c->measure_rules[0].name, "drop");
    cr_assert_eq(c->measure_rules[1].kind, MEASURE_DRIFT);
    cr_assert_eq(c->measure_rules[2].change.amount, 5);
    cr_assert_eq(c->measure_rules[3].max, 1.25);
    config_free(c);
    c = parse_good("route: {receiver: a}\nreceivers: [{name: a}]\nmeasurement_rules: []\n");
    cr_assert_eq(c->measure_rules_count, 0);
    config_free(c);
}

Test(config, measurement_rules)
{
    struct config *c = parse_good("route: {receiver: a}\nreceivers: [{name: a}]\n"
                                  "measurement_rules:\n"
                                  "- {name: acc, kind: drop, change: 5%, baseline: median, builds: "
                                  "5, level: 0.001, severity: critical}\n"
                                  "- name: floor\n"
                                  "  kind: bounds\n"
                                  "  min: 0.85\n"
                                  "  matchers: [metric=acc]\n");
    const struct measure_rule *rule = c->measure_rules;

    cr_assert_eq(c->measure_rules_count, 2);
    cr_assert_eq(rule->change.amount, 5);
    cr_assert_eq(rule->change.unit, UNIT_PERCENT);
    cr_assert_eq(rule->baseline, BASELINE_MEDIAN);
    cr_assert_eq(rule->builds, 5);
    cr_assert_eq(rule->level, .001);
    cr_assert_eq(rule->severity, SEVERITY_CRITICAL);
    cr_assert(rule->significant);
    cr_assert_eq(rule[1].min, .85);
    cr_assert_gt(rule[1].max, 1e300);
    cr_assert_eq(rule[1].severity, SEVERITY_HIGH);
    cr_assert_eq(rule[1].matchers_count, 1);
    config_free(c);
}

Test(config, measurement_rules_that_make_no_sense)
{
    static const struct {
        const char *rule, *words;
    } cases[] = {
        {"{kind: drop}", "name"},
        {"{name: a}", "kind"},
        {"{name: a, kind: fall}", "one of drop, spike, bounds, drift"},
        {"{name: a, kind: drop, change: 5}", "points as in 2pt"},
        {"{name: a, kind: drop, change: -1pt}", "points as in 2pt"},
        {"{name: a, kind: drift, change: 1pt}", "change means nothing for a rule of kind drift"},
        {"{name: a, kind: drop, min: 1}", "min means nothing for a rule of kind drop"},
        {"{name: a, kind: bounds}", "bounds need min, max or both"},
        {"{name: a, kind: bounds, min: 2, max: 1}", "min is above max"},
        {"{name: a, kind: bounds, min: x}", "a number"},
        {"{name: a, kind: drop, level: 2}", "0 to 1"},
        {"{name: a, kind: drop, builds: 65}", "1 to 64"},
        {"{name: a, kind: drop}, {name: a, kind: drift}", "two rules have the name"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[512];
        snprintf(text, sizeof(text), "%smeasurement_rules: [%s]\n", smallest, cases[i].rule);
        cr_assert_null(parse(text), "%s", text);
        cr_assert_not_null(strstr(problems[0].text, cases[i].words), "%s: %s", cases[i].rule,
                           problems[0].text);
        memset(problems, 0, sizeof(problems));
    }
}

Test(config, masking)
{
    struct config *c = parse_good("route: {receiver: a}\n"
                                  "receivers: [{name: a, evidence: none, console_configs: [{}]}]\n"
                                  "masking: {personal: false, patterns: {badge: 'B-[0-9]+'}}\n");

    cr_assert_eq(c->integrations[0].evidence, EVIDENCE_NONE);
    cr_assert_not(c->masking.personal);
    config_free(c);
    c = parse_good("route: {receiver: a}\nreceivers: [{name: a, console_configs: [{}]}]\n");
    cr_assert_eq(c->integrations[0].evidence, EVIDENCE_MASKED);
    config_free(c);
    cr_assert_null(parse("route: {receiver: a}\nreceivers: [{name: a}]\n"
                         "masking: {patterns: {badge: '('}}\n"));
    cr_assert_not_null(strstr(problems[0].text, "f:3:"), "%s", problems[0].text);
    cr_assert_not_null(strstr(problems[0].text, "pattern badge"), "%s", problems[0].text);
}
