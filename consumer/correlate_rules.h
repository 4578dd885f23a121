/*
 * correlate_rules.h - what of the configuration correlate works by.
 */
#ifndef TOCSIN_CONSUMER_CORRELATE_RULES_H
#define TOCSIN_CONSUMER_CORRELATE_RULES_H

#include "consumer/config/config.h"
#include "consumer/correlate/correlator.h"

/* Where it is at work: stays the same whatever the configuration. */
struct correlate_place {
    int32_t partitions, notification_partitions;
    const char *findings_topic;
};

/* The rules point into the configuration and the arena. */
int correlate_rules(const struct config *config, const struct correlate_place *place,
                    struct arena *arena, struct correlator_rules *ret, struct error *err);

#endif
