/*
 * deliver_reload.c - the role deliver takes another configuration while it runs.
 *
 * Requests under way end with the one that they began with, so that one is kept until they have.
 * With too many of them at once the next configuration waits its turn.
 */
#include "consumer/deliver_loop.h"
#include "consumer/log.h"

static void give_back(struct loop *loop)
{
    size_t kept = 0;

    for (size_t i = 0; i < loop->old_count; i++) {
        if (deliverer_uses(loop->deliverer, loop->old[i]))
            loop->old[kept++] = loop->old[i];
        else
            config_share_give(loop->run->share, loop->old[i]);
    }
    loop->old_count = kept;
}

int loop_take_config(struct loop *loop, struct moment now, struct error *err)
{
    const struct config *next;

    if (loop->old_count > 0)
        give_back(loop);
    if (loop->old_count == LOOP_CONFIGS_MAX)
        return 0;
    next = config_share_take(loop->run->share, loop->config);
    if (next == loop->config)
        return 0;
    loop->old[loop->old_count++] = loop->config;
    loop->config = next;
    log_event(LOG_INFO, "configuration_taken", "role", "deliver", "sha256", next->hash, NULL);
    return deliverer_reload(loop->deliverer, next, now, err);
}
