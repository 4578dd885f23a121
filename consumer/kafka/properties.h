/*
 * properties.h - checks the section `kafka` of a configuration with librdkafka itself.
 *
 * Apart from config.h, because the configuration knows no Kafka; apart from client.h, because here
 * every property is tried and each problem has its line.
 */
#ifndef TOCSIN_CONSUMER_KAFKA_PROPERTIES_H
#define TOCSIN_CONSUMER_KAFKA_PROPERTIES_H

#include "consumer/config/config.h"

/* How many problems there are, at most `problems_max` of them, as "file:line:column: …". Values are
 * never shown. */
size_t properties_check(const struct config *config, struct error *problems, size_t problems_max);

#endif
