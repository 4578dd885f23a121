/*
 * topology.h - the record in `control` that says with how many partitions the topics were created.
 *
 * Somebody who adds partitions to a topic later would send known keys to partitions that don't hold
 * their state; the record is how that is noticed.
 */
#ifndef TOCSIN_CONSUMER_KAFKA_TOPOLOGY_H
#define TOCSIN_CONSUMER_KAFKA_TOPOLOGY_H

#include "consumer/kafka/admin.h"

/* Reads `control` partition 0 to its end; *ret_found false when it holds no such record. */
int topology_read(const struct config *config, const char *control, struct topology *ret,
                  bool *ret_found, struct error *err);

/* Writes it and waits for the acknowledgement. */
int topology_write(struct admin *admin, const char *control, const struct topology *topology,
                   struct error *err);

#endif
