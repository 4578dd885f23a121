/*
 * reload.c - what a running process can take over from another configuration, and what it can't.
 *
 * Handles, topics and the place of every record are made from `kafka`, `topics`, `instance` and
 * `static_membership` at the start; a change there is refused by name and needs a restart. The rest
 * is taken whole.
 */
#include <string.h>

#include "consumer/config/config.h"

static int refuse(struct error *err, const char *what)
{
    return error_set(err, ERROR_INPUT, "%s can't be changed without a restart", what);
}

/* A name that was made up is another each time. */
static bool is_same_instance(const struct config *running, const struct config *next)
{
    return (running->instance_made && next->instance_made) ||
           strcmp(running->instance, next->instance) == 0;
}

static int check_kafka(const struct config *running, const struct config *next, struct error *err)
{
    const struct label *was = running->kafka.items, *is = next->kafka.items;

    for (size_t i = 0; i < next->kafka.count; i++) {
        const char *before = label_value(was, running->kafka.count, is[i].name);
        if (strcmp(before, is[i].value) != 0)
            return error_set(err, ERROR_INPUT, "kafka: %s can't be changed without a restart",
                             is[i].name);
    }
    for (size_t i = 0; i < running->kafka.count; i++) {
        size_t at = 0;
        while (at < next->kafka.count && strcmp(was[i].name, is[at].name) != 0)
            at++;
        if (at == next->kafka.count)
            return error_set(err, ERROR_INPUT, "kafka: %s can't be taken away without a restart",
                             was[i].name);
    }
    return 0;
}

static int check_topics(const struct topics_config *running, const struct topics_config *next,
                        struct error *err)
{
    const struct retry_tier *was = running->retry_tiers.items, *is = next->retry_tiers.items;

    if (strcmp(running->prefix, next->prefix) != 0)
        return refuse(err, "topics: prefix");
    if (running->partitions != next->partitions)
        return refuse(err, "topics: partitions");
    if (running->notification_partitions != next->notification_partitions)
        return refuse(err, "topics: notification_partitions");
    if (running->replication != next->replication)
        return refuse(err, "topics: replication");
    if (running->create != next->create)
        return refuse(err, "topics: create");
    if (running->retry_tiers.count != next->retry_tiers.count)
        return refuse(err, "topics: retry_tiers");
    for (size_t i = 0; i < running->retry_tiers.count; i++) {
        if (strcmp(was[i].name, is[i].name) != 0)
            return refuse(err, "topics: retry_tiers");
    }
    return 0;
}

int config_check_reload(const struct config *running, const struct config *next, struct error *err)
{
    if (!is_same_instance(running, next))
        return refuse(err, "instance");
    if (running->static_membership != next->static_membership)
        return refuse(err, "static_membership");
    if (check_kafka(running, next, err) != 0)
        return -1;
    return check_topics(&running->topics, &next->topics, err);
}
