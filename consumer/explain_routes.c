/*
 * explain_routes.c - see explain_routes.h.
 */
#include "consumer/explain_routes.h"

#include <string.h>

#include "consumer/config/reader.h"
#include "consumer/route/quote.h"
#include "consumer/routes_print.h"

#define MUTED_DAYS_MAX 366 /* looked ahead for the end of a mute */

void explain_text(FILE *out, const char *text)
{
    struct quoted quoted;

    quoted_init(&quoted);
    quoted_put_string(&quoted, text);
    fputs(quoted_text(&quoted) ? quoted_text(&quoted) : "\"…\"", out);
    quoted_fini(&quoted);
}

static void indent(const struct explain *explain, size_t depth)
{
    fprintf(explain->out, "%*s", (int)(2 * (depth + 1)), "");
}

/* The first matcher that does not match, and what it saw. */
static void say_refusal(const struct explain *explain, const struct route *route)
{
    const struct label *labels = explain->labels.items;
    size_t i = 0;

    while (matcher_matches(route->matchers[i], labels, explain->labels.count))
        i++;
    const char *name = matcher_name(route->matchers[i]);
    const char *value = label_value(labels, explain->labels.count, name);

    fputs("no, ", explain->out);
    explain_text(explain->out, name);
    fputs(*value ? " is " : " is not there", explain->out);
    if (*value)
        explain_text(explain->out, value);
    fputc('\n', explain->out);
}

static void say_rest(const struct explain *explain, size_t depth, size_t count)
{
    if (count == 0)
        return;
    indent(explain, depth);
    fprintf(explain->out, "%zu more %s not asked: the last one took it and does not continue\n",
            count, count == 1 ? "route is" : "routes are");
}

static bool walk(const struct explain *explain, const struct route *route, size_t depth)
{
    bool ends_here = true;

    indent(explain, depth);
    fprintf(explain->out, "line %zu, ", route->line);
    route_print_matchers(route, explain->out);
    fputs(": ", explain->out);
    if (!route_takes(route, explain->labels.items, explain->labels.count)) {
        say_refusal(explain, route);
        return false;
    }
    fputs(route->continues ? "yes, and continues\n" : "yes\n", explain->out);
    for (size_t i = 0; i < route->children_count; i++) {
        if (!walk(explain, &route->children[i], depth + 1))
            continue;
        ends_here = false;
        if (route->children[i].continues)
            continue;
        say_rest(explain, depth + 1, route->children_count - i - 1);
        break;
    }
    if (ends_here) {
        indent(explain, depth + 1);
        fputs("-> receiver ", explain->out);
        explain_text(explain->out, route->receiver);
        fputs(route->children_count > 0 ? ", since no route below takes it\n" : "\n", explain->out);
    }
    return true;
}

void explain_routes(const struct explain *explain)
{
    fputs("\nRoutes, by their line in the configuration:\n", explain->out);
    walk(explain, explain->config->route, 0);
}

/* When the route is no longer muted; 0: not within MUTED_DAYS_MAX. */
static int64_t muted_until_ms(const struct route *route, int64_t now_ms)
{
    int64_t limit_ms = now_ms + MUTED_DAYS_MAX * TIME_CHANGE_MS_MAX;
    int64_t at_ms = now_ms;
    const char *name;

    while (at_ms < limit_ms) {
        int64_t change_ms;

        if (!route_muted(route, at_ms, &name, &change_ms))
            return at_ms;
        at_ms = change_ms;
    }
    return 0;
}

static void say_interval(const struct explain *explain, const struct route *route)
{
    char until[TIME_TEXT_BYTES];
    int64_t until_ms, change_ms;
    const char *name;

    if (!route_muted(route, explain->now_ms, &name, &change_ms)) {
        if (route->mute_count + route->active_count > 0)
            fputs("    its time intervals let it through now\n", explain->out);
        return;
    }
    fputs("    muted now ", explain->out);
    if (name) {
        fputs("by the time interval ", explain->out);
        explain_text(explain->out, name);
    } else {
        fputs("by being outside its active time intervals", explain->out);
    }
    until_ms = muted_until_ms(route, explain->now_ms);
    time_format(until_ms, until);
    if (until_ms)
        fprintf(explain->out, ", until %s\n", until);
    else
        fprintf(explain->out, ", for more than %d days\n", MUTED_DAYS_MAX);
}

static void say_told(const struct explain *explain, const struct integration *integration,
                     const char *group_key)
{
    const struct told *told = explain->alert->told.items;
    char group[GROUP_HASH_BYTES];

    group_hash(group_key, group);
    for (size_t i = 0; i < explain->alert->told.count; i++) {
        if (strcmp(told[i].integration, integration->id) == 0 && strcmp(told[i].group, group) == 0)
            fprintf(explain->out, ", told already that it is %s",
                    alert_status_names[told[i].status]);
    }
}

static void say_timing(const struct explain *explain, const struct route *route,
                       const struct integration *integration)
{
    char wait[DURATION_TEXT_BYTES], interval[DURATION_TEXT_BYTES], repeat[DURATION_TEXT_BYTES];
    const struct timing *timing = &route->timing;

    duration_format(integration->flush == FLUSH_RUN_END ? integration->max_wait_ms
                                                        : timing->group_wait_ms,
                    wait);
    duration_format(timing->group_interval_ms, interval);
    duration_format(timing->repeat_interval_ms, repeat);
    if (integration->flush == FLUSH_RUN_END)
        fprintf(explain->out, ": when the run has ended, %s after the news at the latest", wait);
    else
        fprintf(explain->out, ": %s after the group's first news", wait);
    fprintf(explain->out, ", changes %s apart, again every %s", interval, repeat);
}

static void say_receiver(const struct explain *explain, const struct route *route,
                         const char *group_key)
{
    const struct integration *first;
    size_t count = config_receiver(explain->config, route->receiver, &first);

    fputs("  ", explain->out);
    explain_text(explain->out, route->receiver);
    fprintf(explain->out, ", by line %zu\n    group %s\n", route->line, group_key);
    if (count == 0)
        fputs("    nobody: the receiver has no *_configs\n", explain->out);
    for (size_t i = 0; i < count; i++) {
        fputs("    ", explain->out);
        explain_text(explain->out, first[i].id);
        say_timing(explain, route, &first[i]);
        say_told(explain, &first[i], group_key);
        fputc('\n', explain->out);
    }
    say_interval(explain, route);
}

int explain_receivers(const struct explain *explain, struct error *err)
{
    const struct label *labels = explain->labels.items;
    struct route_matches matches;

    route_match(explain->config->route, labels, explain->labels.count, &matches);
    fputs("\nReceivers:\n", explain->out);
    for (size_t i = 0; i < matches.count; i++) {
        const char *key = NULL;
        struct label *chosen = NULL;
        size_t chosen_count = 0;

        if (route_group(matches.routes[i], labels, explain->labels.count, explain->arena, &key,
                        &chosen, &chosen_count, err))
            return -1;
        say_receiver(explain, matches.routes[i], key);
    }
    return 0;
}
