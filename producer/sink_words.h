/*
 * sink_words.h - what Kafka's refusals mean, and what a person can do about them: one table.
 */
#ifndef TOCSIN_PRODUCER_SINK_WORDS_H
#define TOCSIN_PRODUCER_SINK_WORDS_H

#include <librdkafka/rdkafka.h>

#include "producer/error.h"

/* What a refusal means to the caller; ERROR_RETRIABLE for whatever is not in the table. */
enum error_kind refusal_kind(rd_kafka_resp_err_t code);

/* Behind librdkafka's own words: " (…)", or "". */
const char *refusal_advice(rd_kafka_resp_err_t code);

/* Whether the broker does not know or trust us, or we not it: waiting changes nothing. */
bool refusal_of_connection(rd_kafka_resp_err_t code);

#endif
