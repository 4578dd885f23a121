/*
 * relay.c - notifications that deliver itself writes: to the operator, and to a fallback.
 *
 * They go where correlate's would, so the receiver's owner, which may be another process, merges,
 * delays, mutes and retries them like any other; they are in the batch that says why they exist.
 */
#include <string.h>

#include "consumer/deliver/state.h"

int relay_write(struct deliverer *deliverer, struct partition *from, const struct integration *to,
                struct notification *notification, struct moment now, struct error *err)
{
    struct arena *arena = &deliverer->encoded;
    char hash[GROUP_HASH_BYTES];
    size_t bytes = 0;

    arena_reset(arena);
    group_hash(notification->group_key, hash);
    notification->integration = to->id;
    notification->group = hash;
    notification->time_ms = now.wall_ms;
    const char *key = arena_printf(arena, "%s|%s", to->id, hash);
    const char *value =
        key ? record_encode(&notification_type, notification, arena, &bytes, err) : NULL;
    if (value == NULL)
        return key ? -1 : error_set(err, ERROR_MEMORY, "out of memory for a notification");
    deliverer->open_bytes += bytes;
    return batch_put(
        &from->output, DELIVER_NOTIFICATIONS,
        notification_partition(to->id, to->shards, notification_shard(hash, to->shards),
                               (int32_t)deliverer->config->topics.notification_partitions),
        key, strlen(key), value, bytes, NULL, err);
}
