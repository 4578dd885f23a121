/*
 * audience.h - who an alert concerns: the (integration, group) pairs that routing gives.
 *
 * Each sighting is routed with its own labels, the most recent first; a pair that several give is
 * the most recent's. At most TOLD_MAX pairs.
 */
#ifndef TOCSIN_CONSUMER_CORRELATE_AUDIENCE_H
#define TOCSIN_CONSUMER_CORRELATE_AUDIENCE_H

#include "consumer/correlate/correlator.h"
#include "consumer/enrich/enriched.h"

#define GROUP_KEY_BYTES_MAX 4096 /* of its text in a record; the hash is of the whole */

struct pair {
    const struct addressee *addressee; /* NULL: no longer configured */
    const char *integration, *group, *group_key;
    struct list group_labels;
    struct timing timing;
    const struct sighting *sighting;
    struct enriched seen; /* what routing saw there */
    struct told *told;    /* what it was told last; NULL: nothing. In the alert */
};

struct audience {
    struct pair *pairs;
    size_t count;
    bool cut; /* TOLD_MAX was reached */
};

/* All in the arena or in the alert. */
int audience_of(const struct correlator_rules *rules, const struct alert *alert,
                struct arena *arena, struct audience *ret, struct error *err);

/* The pair that was told, whether routing still gives it or not. */
int audience_told(const struct correlator_rules *rules, const struct alert *alert,
                  const struct audience *audience, struct told *told, struct arena *arena,
                  struct pair *ret, struct error *err);

/* Where the notifications of an addressee go; `shard` from 0. A group's shard is by its hash. */
int32_t audience_partition(const struct addressee *addressee, int64_t shard, int32_t partitions);
int64_t audience_shard(const struct addressee *addressee, const char *group);

#endif
