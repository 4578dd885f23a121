/*
 * sink_spool.h - a Kafka sink behind which a folder catches what Kafka does not acknowledge.
 *
 * As long as Kafka answers it is that sink and nothing else. When it is away for the time-out, or
 * refuses who we are, all that it did not acknowledge goes into the folder, and so does the rest,
 * without waiting: flush() then means that it is on the disk. What a broker refuses for the
 * record's own sake (too large) is an error as before. A record may end up in both, which its id
 * makes harmless.
 */
#ifndef TOCSIN_PRODUCER_CLI_SINK_SPOOL_H
#define TOCSIN_PRODUCER_CLI_SINK_SPOOL_H

#include "producer/sink.h"

/* Takes what `config` says but for its `unsent`. */
int sink_spool_new(const struct sink_kafka_config *config, const char *folder, uint64_t bytes_max,
                   struct sink **ret_sink, struct error *err);

/* How many records are in the folder because of this sink; *ret_why is Kafka's last word. */
size_t sink_spool_kept(const struct sink *sink, const struct error **ret_why);

#endif
