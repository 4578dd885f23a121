/*
 * message.h - what a role reads of a message besides key and value.
 */
#ifndef TOCSIN_CONSUMER_KAFKA_MESSAGE_H
#define TOCSIN_CONSUMER_KAFKA_MESSAGE_H

#include <librdkafka/rdkafka.h>

#include "producer/envelope.h"

/* The first ENVELOPE_HEADERS_MAX headers, empty where there are none. They point into the message.
 */
void message_headers(const rd_kafka_message_t *message, struct envelope *ret);

#endif
