/*
 * instance.c - the name of this process: part of its transactional.id, so no two may share it.
 *
 * Configured, or from $TOCSIN_INSTANCE, or the pod's name; else host, pid and a random number,
 * which is unique but not the same after a restart, so static membership refuses it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "consumer/config/draft.h"

#define INSTANCE_BYTES_MAX 120
#define HOST_BYTES_MAX     64
#define INSTANCE_ALPHABET  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

static const char *first_set(const char *const *names)
{
    for (; *names; names++) {
        const char *value = getenv(*names);

        if (value && *value)
            return value;
    }
    return NULL;
}

/* A name that stays the same over restarts; NULL where there is none. */
static const char *stable_name(void)
{
    static const char *const own[] = {"TOCSIN_INSTANCE", "POD_NAME", NULL};
    static const char *const pod[] = {"HOSTNAME", NULL}; /* in Kubernetes the pod's name */
    const char *name = first_set(own);

    return name || !getenv("KUBERNETES_SERVICE_HOST") ? name : first_set(pod);
}

static const char *random_name(struct arena *arena)
{
    char host[HOST_BYTES_MAX + 1] = "";
    uint32_t number = 0;

    if (gethostname(host, HOST_BYTES_MAX) || host[strspn(host, INSTANCE_ALPHABET)])
        strcpy(host, "host");
    if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
        return NULL;
    return arena_printf(arena, "%s-%ld-%08x", host, (long)getpid(), number);
}

int instance_complete(struct draft *draft)
{
    struct config *config = draft->config;
    const struct node *place = node_find(draft->root, "instance");
    struct reader *reader = &draft->reader;

    if (!config->instance)
        config->instance = stable_name();
    if (!config->instance && config->static_membership)
        return reader_refuse(reader, node_find(draft->root, "static_membership"),
                             "static_membership needs a name that stays the same: set instance or "
                             "the environment variable TOCSIN_INSTANCE");
    config->instance_made = config->instance == NULL;
    if (config->instance_made)
        config->instance = random_name(reader->arena);
    else
        config->instance = arena_strdup(reader->arena, config->instance);
    if (!config->instance)
        return reader_out_of_memory(reader);
    if (*config->instance == '\0' || strlen(config->instance) > INSTANCE_BYTES_MAX ||
        config->instance[strspn(config->instance, INSTANCE_ALPHABET)])
        return reader_refuse(reader, place ? place : draft->root,
                             "instance: expected 1 to %d letters, digits, dots, dashes and "
                             "underscores, not \"%.60s\"",
                             INSTANCE_BYTES_MAX, config->instance);
    return 0;
}
