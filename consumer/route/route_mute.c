/*
 * route_mute.c - when a route tells nobody because of the time: its mute and its active intervals.
 *
 * A group remembers its key, not its route; the key begins with the route's path, so the routes
 * that it may have come from are found again, in whatever configuration is in force now.
 */
#include <string.h>

#include "consumer/route/quote.h"
#include "consumer/route/route.h"

/* The first of the names whose intervals hold the time, NULL for none. */
static const char *find_interval(const struct named_interval *const *named, size_t count,
                                 int64_t time_ms, int64_t *change_ms)
{
    const char *found = NULL;

    for (size_t i = 0; i < count; i++) {
        int64_t at_ms;
        bool contained =
            time_intervals_contain(named[i]->intervals, named[i]->count, time_ms, &at_ms);

        if (contained && !found)
            found = named[i]->name;
        if (at_ms < *change_ms)
            *change_ms = at_ms;
    }
    return found;
}

bool route_muted(const struct route *route, int64_t time_ms, const char **ret_name,
                 int64_t *ret_change_ms)
{
    const char *active = NULL;

    *ret_change_ms = time_ms + TIME_CHANGE_MS_MAX;
    *ret_name = find_interval(route->mute, route->mute_count, time_ms, ret_change_ms);
    if (route->active_count > 0)
        active = find_interval(route->active, route->active_count, time_ms, ret_change_ms);
    return *ret_name || (route->active_count > 0 && !active);
}

/* What is known so far of the routes that a group may have come from. */
struct search {
    const char *receiver;
    int64_t time_ms;
    size_t found, muted;
    const char *name;
    int64_t change_ms;
};

static void take(struct search *search, const struct route *route)
{
    const char *name;
    int64_t change_ms;

    search->found++;
    if (route_muted(route, search->time_ms, &name, &change_ms))
        search->muted++;
    if (name && !search->name)
        search->name = name;
    if (change_ms < search->change_ms)
        search->change_ms = change_ms;
}

/* Length of the route's own part at the beginning of `key`, 0 when it begins otherwise. */
static size_t part_length(const struct route *route, const char *key)
{
    struct quoted text;
    size_t length = 0;

    quoted_init(&text);
    route_put_matchers(route, &text);
    if (quoted_text(&text) && strncmp(key, quoted_text(&text), text.bytes) == 0)
        length = text.bytes;
    quoted_fini(&text);
    return length;
}

static void search_below(struct search *search, const struct route *route, const char *key)
{
    size_t length = part_length(route, key);

    if (length == 0)
        return;
    key += length;
    if (*key == ':' && strcmp(route->receiver, search->receiver) == 0)
        take(search, route);
    for (size_t i = 0; *key == '/' && i < route->children_count; i++)
        search_below(search, &route->children[i], key + 1);
}

bool route_group_muted(const struct route *root, const char *receiver, const char *group_key,
                       int64_t time_ms, const char **ret_name, int64_t *ret_change_ms)
{
    struct search search = {
        .receiver = receiver, .time_ms = time_ms, .change_ms = time_ms + TIME_CHANGE_MS_MAX};

    search_below(&search, root, group_key);
    *ret_name = search.name;
    *ret_change_ms = search.change_ms;
    return search.found > 0 && search.muted == search.found;
}
