/*
 * routing.c - the section `route`: Alertmanager's tree, checked as Alertmanager checks it.
 *
 * A child starts as a copy of its parent, and its own keys overwrite that: receiver, group_by and
 * timing are inherited, conditions are not. Where no route on the way says group_by, alerts of a
 * receiver with tickets or incidents are grouped by fingerprint, and all others in one group.
 */
#include <stdlib.h>
#include <string.h>

#include "consumer/config/draft.h"
#include "consumer/config/matchers.h"

#define YEAR_MS (INT64_C(365) * 86400000)

const struct setting route_settings[] = {
    {.name = "receiver",
     .kind = SETTING_STRING,
     .offset = offsetof(struct route, receiver),
     .help = "who is told; inherited"},
    {.name = "continue",
     .kind = SETTING_BOOL,
     .offset = offsetof(struct route, continues),
     .help = "go on with the next route on the same level after this one matched"},
    {.name = "group_wait",
     .kind = SETTING_DURATION,
     .offset = offsetof(struct route, timing.group_wait_ms),
     .min = 0,
     .max = YEAR_MS,
     .fallback = "30s",
     .help = "wait before a new group is told for the first time; inherited"},
    {.name = "group_interval",
     .kind = SETTING_DURATION,
     .offset = offsetof(struct route, timing.group_interval_ms),
     .min = 1,
     .max = YEAR_MS,
     .fallback = "5m",
     .help = "wait before a group is told of changes; inherited"},
    {.name = "repeat_interval",
     .kind = SETTING_DURATION,
     .offset = offsetof(struct route, timing.repeat_interval_ms),
     .min = 1,
     .max = YEAR_MS,
     .fallback = "24h",
     .help = "wait before a group without changes is told again; inherited"},
    {.name = "labels",
     .kind = SETTING_REFUSED,
     .help = "labels of a route are there for Go templates; tocsin writes its messages itself"},
    {.kind = SETTING_END},
};

/* A route while it is read. */
struct route_draft {
    struct draft *draft;
    struct route *route;
    const struct node *node, *children;
    struct matchers_draft matchers;
    bool group_by_said; /* here or above */
};

static int bind_match(struct reader *reader, const struct node *key, const struct node *value,
                      void *object)
{
    return matchers_bind_map(reader, key, value, MATCH_EQ,
                             &((struct route_draft *)object)->matchers);
}

static int bind_match_re(struct reader *reader, const struct node *key, const struct node *value,
                         void *object)
{
    return matchers_bind_map(reader, key, value, MATCH_RE,
                             &((struct route_draft *)object)->matchers);
}

static int bind_matchers(struct reader *reader, const struct node *key, const struct node *value,
                         void *object)
{
    return matchers_bind_list(reader, key, value, &((struct route_draft *)object)->matchers);
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Names may hold any character. An empty list is one group, whatever stands above. */
static int bind_group_by(struct reader *reader, const struct node *key, const struct node *value,
                         void *object)
{
    struct route_draft *rd = object;
    struct route *route = rd->route;
    const char **names;
    bool all = false;

    if (!reader_is_kind(reader, key, value, NODE_SEQUENCE))
        return -1;
    names = arena_array(reader->arena, value->count + 1, sizeof(*names));
    if (!names)
        return reader_out_of_memory(reader);
    for (size_t i = 0; i < value->count; i++) {
        if (reader_text(reader, key, value->items[i], &names[i]))
            return -1;
        all = all || strcmp(names[i], "...") == 0;
        if (*names[i] == '\0')
            return reader_refuse(reader, value->items[i], "group_by: an empty label name");
    }
    if (all && value->count > 1)
        return reader_refuse(reader, value,
                             "group_by: `...` and other labels can't stand together");
    if (value->count > 1)
        qsort(names, value->count, sizeof(*names), compare_names);
    for (size_t i = 1; i < value->count; i++) {
        if (strcmp(names[i - 1], names[i]) == 0)
            return reader_refuse(reader, value, "group_by: label \"%s\" stands twice", names[i]);
    }
    route->group_by = names;
    route->group_by_count = all ? 0 : value->count;
    route->group_by_all = all;
    rd->group_by_said = true;
    return 0;
}

static int bind_intervals(struct route_draft *rd, const struct node *key, const struct node *value,
                          const struct named_interval ***ret, size_t *ret_count)
{
    struct reader *reader = &rd->draft->reader;

    if (!reader_is_kind(reader, key, value, NODE_SEQUENCE))
        return -1;
    if (value->count > 0 && !rd->route->parent)
        return reader_refuse(reader, key, "the root route can't have %s", key->text);
    *ret = arena_array(reader->arena, value->count + 1, sizeof(struct named_interval *));
    if (!*ret)
        return reader_out_of_memory(reader);
    for (size_t i = 0; i < value->count; i++) {
        if (!reader_is_kind(reader, key, value->items[i], NODE_SCALAR))
            return -1;
        (*ret)[i] = intervals_find(rd->draft, key, value->items[i]);
        if (!(*ret)[i])
            return -1;
    }
    *ret_count = value->count;
    return 0;
}

static int bind_mute(struct reader *reader, const struct node *key, const struct node *value,
                     void *object)
{
    struct route *route = ((struct route_draft *)object)->route;

    (void)reader;
    return bind_intervals(object, key, value, &route->mute, &route->mute_count);
}

static int bind_active(struct reader *reader, const struct node *key, const struct node *value,
                       void *object)
{
    struct route *route = ((struct route_draft *)object)->route;

    (void)reader;
    return bind_intervals(object, key, value, &route->active, &route->active_count);
}

static int keep_children(struct reader *reader, const struct node *key, const struct node *value,
                         void *object)
{
    struct route_draft *rd = object;

    if (!reader_is_kind(reader, key, value, NODE_SEQUENCE))
        return -1;
    rd->children = value;
    return 0;
}

const struct section route_sections[] = {
    {"matchers", bind_matchers, NULL, "conditions on labels: severity=\"high\", tool=~\"garak.*\""},
    {"match", bind_match, NULL, "label: value, the old form of ="},
    {"match_re", bind_match_re, NULL, "label: regular expression, the old form of =~"},
    {"group_by", bind_group_by, NULL,
     "labels that make a group; [...] is all of them; inherited; [fingerprint] for tickets and "
     "incidents"},
    {"mute_time_intervals", bind_mute, NULL, "names of time intervals when nobody is told"},
    {"active_time_intervals", bind_active, NULL, "names of the only time intervals"},
    {"routes", keep_children, NULL, "children; the first that matches wins"},
    {NULL, NULL, NULL, NULL},
};

static int check_receiver(struct route_draft *rd)
{
    struct draft *draft = rd->draft;
    struct route *route = rd->route;
    size_t index;
    const char *nearest;

    if (*route->receiver == '\0' && route->parent)
        route->receiver = route->parent->receiver;
    if (*route->receiver == '\0')
        return reader_refuse(&draft->reader, rd->node, "the root route needs a receiver");
    index = draft_receiver(draft, route->receiver);
    if (index < draft->receivers_count) {
        draft->receivers_used[index] = true;
        return 0;
    }
    nearest = nearest_name(route->receiver, draft->receivers, draft->receivers_count);
    return reader_refuse(&draft->reader, node_find(rd->node, "receiver"),
                         "undefined receiver \"%.60s\" in route%s%s%s", route->receiver,
                         nearest ? "; did you mean \"" : "", nearest ? nearest : "",
                         nearest ? "\"?" : "");
}

static int check_root(struct route_draft *rd)
{
    if (rd->matchers.count > 0)
        return reader_refuse(&rd->draft->reader, rd->node,
                             "the root route can't have matchers: it takes what nobody else takes");
    if (rd->route->continues)
        return reader_refuse(&rd->draft->reader, rd->node, "the root route can't continue");
    return 0;
}

/* Group labels where no route says any. */
static void default_group_by(struct route_draft *rd)
{
    static const char *fingerprint[] = {"fingerprint"};
    const struct config *config = rd->draft->config;
    struct route *route = rd->route;
    bool one_alert = false;

    if (rd->group_by_said)
        return;
    for (size_t i = 0; i < config->integrations_count; i++)
        one_alert = one_alert || (config->integrations[i].ops->one_alert &&
                                  strcmp(config->integrations[i].receiver, route->receiver) == 0);
    route->group_by = fingerprint;
    route->group_by_count = one_alert ? 1 : 0;
}

static int bind_route(struct draft *draft, const struct node *node, const struct route *parent,
                      bool group_by_said, size_t depth, struct route *route);

static int bind_children(struct route_draft *rd, size_t depth)
{
    struct draft *draft = rd->draft;
    const struct node *list = rd->children;
    struct route *route = rd->route;
    int rc = 0;

    if (!list || list->count == 0)
        return 0;
    if (depth + 1 == ROUTE_DEPTH_MAX)
        return reader_refuse(&draft->reader, list, "routes are nested deeper than %d",
                             ROUTE_DEPTH_MAX);
    route->children = arena_array(draft->reader.arena, list->count, sizeof(*route->children));
    if (!route->children)
        return reader_out_of_memory(&draft->reader);
    for (size_t i = 0; i < list->count && !reader_full(&draft->reader); i++) {
        if (node_is_null(list->items[i])) {
            rc = reader_refuse(&draft->reader, list->items[i], "a route without anything in it");
            continue;
        }
        route->children_count = i + 1;
        rc |= bind_route(draft, list->items[i], route, rd->group_by_said, depth + 1,
                         &route->children[i]);
    }
    return rc;
}

static int bind_route(struct draft *draft, const struct node *node, const struct route *parent,
                      bool group_by_said, size_t depth, struct route *route)
{
    struct route_draft rd = {
        .draft = draft, .route = route, .node = node, .group_by_said = group_by_said};
    const struct schema schema = {
        .what = "route",
        .bindings = {{.settings = route_settings, .object = route, .has_defaults = parent != NULL}},
        .sections = route_sections,
        .object = &rd,
    };
    int rc;

    *route = (struct route){.receiver = parent ? parent->receiver : "",
                            .group_by = parent ? parent->group_by : NULL,
                            .group_by_count = parent ? parent->group_by_count : 0,
                            .group_by_all = parent && parent->group_by_all,
                            .timing = parent ? parent->timing : (struct timing){0},
                            .parent = parent,
                            .line = node->line};
    rc = schema_bind(&draft->reader, node, &schema);
    rc |= matchers_keep(&draft->reader, &rd.matchers, &route->matchers, &route->matchers_count);
    if (rc)
        return rc;
    if ((!parent && check_root(&rd)) || check_receiver(&rd))
        return -1;
    default_group_by(&rd);
    return bind_children(&rd, depth);
}

int routing_bind(struct draft *draft, const struct node *node)
{
    struct reader *reader = &draft->reader;
    struct route *root;

    if (!node || node_is_null(node))
        return reader_refuse(reader, draft->root, "there is no route: nobody would be told");
    root = arena_alloc(reader->arena, sizeof(*root));
    if (!root)
        return reader_out_of_memory(reader);
    draft->config->route = root;
    if (bind_route(draft, node, NULL, false, 0, root))
        return -1;
    if (route_matches_bound(root) > ROUTE_MATCHES_MAX)
        return reader_refuse(reader, node,
                             "one alert could match %zu routes: at most %d, use fewer `continue`",
                             route_matches_bound(root), ROUTE_MATCHES_MAX);
    return 0;
}
