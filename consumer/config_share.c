/*
 * config_share.c - see config_share.h.
 */
#include "consumer/config_share.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <utlist.h>

struct held {
    const struct config *config;
    struct config *owned; /* NULL: the first */
    size_t holders;
    struct held *next;
};

struct config_share {
    pthread_mutex_t lock;
    struct held *all; /* the newest in front */
    _Atomic(const struct config *) newest;
};

static int add(struct config_share *share, const struct config *config, struct config *owned,
               struct error *err)
{
    struct held *held = calloc(1, sizeof(*held));

    if (held == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for a configuration");
    *held = (struct held){.config = config, .owned = owned, .holders = owned == NULL};
    pthread_mutex_lock(&share->lock);
    LL_PREPEND(share->all, held);
    atomic_store(&share->newest, config);
    pthread_mutex_unlock(&share->lock);
    return 0;
}

int config_share_new(const struct config *first, struct config_share **ret, struct error *err)
{
    struct config_share *share = calloc(1, sizeof(*share));

    *ret = NULL;
    if (share == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for a configuration");
    pthread_mutex_init(&share->lock, NULL);
    if (add(share, first, NULL, err) == 0)
        *ret = share;
    else
        config_share_free(share);
    return *ret ? 0 : -1;
}

void config_share_free(struct config_share *share)
{
    struct held *held, *next;

    if (share == NULL)
        return;
    LL_FOREACH_SAFE(share->all, held, next)
    {
        config_free(held->owned);
        free(held);
    }
    pthread_mutex_destroy(&share->lock);
    free(share);
}

/* Those that nobody holds and nobody will take. */
static void sweep(struct config_share *share)
{
    struct held *held, *next;

    LL_FOREACH_SAFE(share->all, held, next)
    {
        if (held == share->all || held->holders > 0)
            continue;
        LL_DELETE(share->all, held);
        config_free(held->owned);
        free(held);
    }
}

int config_share_offer(struct config_share *share, struct config *next, struct error *err)
{
    if (add(share, next, next, err) != 0) {
        config_free(next);
        return -1;
    }
    pthread_mutex_lock(&share->lock);
    sweep(share);
    pthread_mutex_unlock(&share->lock);
    return 0;
}

const struct config *config_share_take(struct config_share *share, const struct config *held)
{
    const struct config *newest;

    if (atomic_load(&share->newest) == held)
        return held;
    pthread_mutex_lock(&share->lock);
    share->all->holders++;
    newest = share->all->config;
    pthread_mutex_unlock(&share->lock);
    return newest;
}

void config_share_give(struct config_share *share, const struct config *config)
{
    struct held *held;

    pthread_mutex_lock(&share->lock);
    LL_SEARCH_SCALAR(share->all, held, config, config);
    if (held != NULL && held->holders > 0)
        held->holders--;
    sweep(share);
    pthread_mutex_unlock(&share->lock);
}
