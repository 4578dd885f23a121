/*
 * dead_letter.h - writes what deliver gives up into a batch, with the reasons beside it.
 *
 * A record that cannot be used goes as it was, with its headers; a value that does not fit is cut,
 * and its size and SHA-256 said. A delivery goes as struct dead_delivery, split where it has more
 * pictures than fit into one record, so that all of it can be replayed.
 */
#ifndef TOCSIN_CONSUMER_DELIVER_DEAD_LETTER_H
#define TOCSIN_CONSUMER_DELIVER_DEAD_LETTER_H

#include "consumer/deliver/deliverer.h"
#include "consumer/records/dead_letter.h"

#define DEAD_PICTURES_MAX     20 /* in one record */
#define DEAD_RECORD_BYTES_MAX FINDINGS_TOPIC_MESSAGE_BYTES_MAX

int dead_record_write(struct batch *batch, topic_index topic, const struct delivered_record *record,
                      enum dead_reason reason, const struct error *why, int64_t now_ms,
                      struct arena *arena, struct error *err);

/* `partition`: of notifications, where the delivery came from. */
int dead_delivery_write(struct batch *batch, topic_index topic, int32_t partition,
                        const struct dead_delivery *delivery, struct arena *arena,
                        struct error *err);

#endif
