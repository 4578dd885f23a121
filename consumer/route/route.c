/*
 * route.c - walks the routing tree, and names the group that an alert belongs to.
 *
 * Depth first, left to right: the first child that matches ends the search among its siblings
 * unless it says `continue`; a node without a matching child is the answer itself, so the root
 * takes whatever nobody else took. The number of answers is bounded when the configuration is read.
 */
#include "consumer/route/route.h"

#include <stdlib.h>
#include <string.h>

#include "consumer/route/quote.h"

bool route_takes(const struct route *route, const struct label *labels, size_t count)
{
    for (size_t i = 0; i < route->matchers_count; i++) {
        if (!matcher_matches(route->matchers[i], labels, count))
            return false;
    }
    return true;
}

/* Whether the route or one below it was an answer. */
static bool collect(const struct route *route, const struct label *labels, size_t count,
                    struct route_matches *matches)
{
    size_t before = matches->count;

    if (!route_takes(route, labels, count))
        return false;
    for (size_t i = 0; i < route->children_count; i++) {
        const struct route *child = &route->children[i];

        if (collect(child, labels, count, matches) && !child->continues)
            break;
    }
    if (matches->count == before && matches->count < ROUTE_MATCHES_MAX)
        matches->routes[matches->count++] = route;
    return true;
}

void route_match(const struct route *root, const struct label *labels, size_t count,
                 struct route_matches *ret)
{
    ret->count = 0;
    collect(root, labels, count, ret);
}

size_t route_matches_bound(const struct route *route)
{
    size_t continuing = 0, ending = 0;

    for (size_t i = 0; i < route->children_count; i++) {
        size_t bound = route_matches_bound(&route->children[i]);

        if (route->children[i].continues)
            continuing += bound;
        else if (bound > ending)
            ending = bound;
    }
    return continuing + ending > 0 ? continuing + ending : 1;
}

static bool grouped_by(const struct route *route, const char *name)
{
    if (route->group_by_all)
        return true;
    for (size_t i = 0; i < route->group_by_count; i++) {
        if (strcmp(route->group_by[i], name) == 0)
            return true;
    }
    return false;
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(((const struct label *)left)->name, ((const struct label *)right)->name);
}

/* Without empty ones: to Alertmanager a label without a value is none. */
static struct label *group_labels(const struct route *route, const struct label *labels,
                                  size_t count, struct arena *arena, size_t *ret_count)
{
    struct label *chosen = arena_array(arena, count + 1, sizeof(*chosen));
    size_t n = 0;

    for (size_t i = 0; chosen && i < count; i++) {
        bool first = label_value(labels, i, labels[i].name)[0] == '\0';

        if (labels[i].value[0] && first && grouped_by(route, labels[i].name)) {
            chosen[n].name = arena_strdup(arena, labels[i].name);
            chosen[n].value = arena_strdup(arena, labels[i].value);
            if (!chosen[n].name || !chosen[n].value)
                return NULL;
            n++;
        }
    }
    if (n > 1)
        qsort(chosen, n, sizeof(*chosen), compare_names);
    *ret_count = n;
    return chosen;
}

void route_put_matchers(const struct route *route, struct quoted *text)
{
    char matcher[MATCHER_TEXT_BYTES_MAX];

    quoted_put(text, "{");
    for (size_t i = 0; i < route->matchers_count; i++) {
        matcher_format(route->matchers[i], matcher, sizeof(matcher));
        quoted_put(text, i > 0 ? "," : "");
        quoted_put(text, matcher);
    }
    quoted_put(text, "}");
}

static void put_path(struct quoted *text, const struct route *route)
{
    if (route->parent) {
        put_path(text, route->parent);
        quoted_put(text, "/");
    }
    route_put_matchers(route, text);
}

int route_group(const struct route *route, const struct label *labels, size_t count,
                struct arena *arena, const char **ret_key, struct label **ret_labels,
                size_t *ret_count, struct error *err)
{
    struct quoted text;
    size_t chosen_count = 0;
    struct label *chosen = group_labels(route, labels, count, arena, &chosen_count);
    const char *key = NULL;

    quoted_init(&text);
    put_path(&text, route);
    quoted_put(&text, ":{");
    for (size_t i = 0; chosen && i < chosen_count; i++) {
        quoted_put(&text, i > 0 ? ", " : "");
        quoted_put(&text, chosen[i].name);
        quoted_put(&text, "=");
        quoted_put_string(&text, chosen[i].value);
    }
    quoted_put(&text, "}");
    if (chosen && quoted_text(&text))
        key = arena_strdup(arena, quoted_text(&text));
    quoted_fini(&text);
    if (!key)
        return error_set(err, ERROR_MEMORY, "out of memory");
    *ret_key = key;
    *ret_labels = chosen;
    *ret_count = chosen_count;
    return 0;
}
