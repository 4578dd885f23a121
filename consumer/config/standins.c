/*
 * standins.c - the receivers that stand in for others: `fallback` of a receiver, and the
 * operator's.
 *
 * Each has to be a receiver of this file, and nobody may fall back, over others, on itself. A
 * `fallback` in `global` is everybody's but its own.
 */
#include <string.h>

#include "consumer/config/draft.h"

/* Where the name stands: in the receiver's own mapping or in `global`. */
static const struct node *place_of(const struct draft *draft, const char *receiver)
{
    const struct node *receivers = node_find(draft->root, "receivers");
    const struct node *global = node_find(draft->root, "global");

    for (size_t i = 0; receivers && i < receivers->count; i++) {
        const struct node *name = node_find(receivers->items[i], "name");
        const struct node *fallback = node_find(receivers->items[i], "fallback");

        if (name && fallback && strcmp(name->text, receiver) == 0)
            return fallback;
    }
    return global ? node_find(global, "fallback") : draft->root;
}

static int find(struct draft *draft, const struct node *at, const char *what, const char *name)
{
    size_t index = draft_receiver(draft, name);
    const char *nearest;

    if (index < draft->receivers_count) {
        draft->receivers_used[index] = true;
        return 0;
    }
    nearest = nearest_name(name, draft->receivers, draft->receivers_count);
    return reader_refuse(&draft->reader, at, "undefined receiver \"%.60s\" in %s%s%s%s", name, what,
                         nearest ? "; did you mean \"" : "", nearest ? nearest : "",
                         nearest ? "\"?" : "");
}

static const char *fallback_of(const struct config *config, const char *receiver)
{
    const struct integration *first;

    return config_receiver(config, receiver, &first) ? first->fallback : NULL;
}

static int check_way(struct draft *draft, const struct node *at, const char *receiver)
{
    const char *next = fallback_of(draft->config, receiver);

    for (size_t i = 0; next && i <= draft->receivers_count; i++) {
        if (strcmp(next, receiver) == 0)
            return reader_refuse(&draft->reader, at, "receiver \"%.60s\" falls back on itself",
                                 receiver);
        next = fallback_of(draft->config, next);
    }
    return 0;
}

int standins_check(struct draft *draft)
{
    struct config *config = draft->config;
    const struct node *global = node_find(draft->root, "global");
    const char *everybody = draft->defaults.fallback;
    int rc = 0;

    if (config->operator_receiver)
        rc = find(draft, node_find(global, "operator"), "operator", config->operator_receiver);
    for (size_t i = 0; i < config->integrations_count; i++) {
        struct integration *integration = &config->integrations[i];

        bool inherits = integration->fallback == everybody;

        if (integration->fallback && (*integration->fallback == '\0' ||
                                      (inherits && strcmp(integration->receiver, everybody) == 0)))
            integration->fallback = NULL;
        else if (integration->fallback)
            rc |= find(draft, place_of(draft, integration->receiver), "fallback",
                       integration->fallback);
    }
    for (size_t i = 0; rc == 0 && i < config->integrations_count; i++)
        rc = check_way(draft, place_of(draft, config->integrations[i].receiver),
                       config->integrations[i].receiver);
    return rc;
}
