/*
 * properties.c - sets every property on an empty librdkafka configuration and sees what it says.
 *
 * Three ways to be wrong: the transaction rules own it, librdkafka has no such property, or refuses
 * the value. Without bootstrap.servers nothing can start, so that is a problem too.
 */
#include "consumer/kafka/properties.h"

#include <librdkafka/rdkafka.h>
#include <string.h>

#include "consumer/kafka/client.h"

#define REASON_BYTES_MAX 256

static int try_property(rd_kafka_conf_t *conf, const struct label *property, struct error *err)
{
    char reason[REASON_BYTES_MAX];

    if (client_check_property(property->name, err))
        return -1;
    switch (rd_kafka_conf_set(conf, property->name, property->value, reason, sizeof(reason))) {
    case RD_KAFKA_CONF_OK:
        return 0;
    case RD_KAFKA_CONF_UNKNOWN:
        return error_set(err, ERROR_INPUT, "kafka.%s: librdkafka %s knows no such property",
                         property->name, rd_kafka_version_str());
    default:
        return error_set(err, ERROR_INPUT, "kafka.%s: librdkafka refuses the value",
                         property->name);
    }
}

static bool has_brokers(const struct config *config)
{
    const struct label *properties = config->kafka.items;
    size_t count = config->kafka.count;

    return label_value(properties, count, "bootstrap.servers")[0] ||
           label_value(properties, count, "metadata.broker.list")[0];
}

size_t properties_check(const struct config *config, struct error *problems, size_t problems_max)
{
    const struct label *properties = config->kafka.items;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    size_t found = 0;

    for (size_t i = 0; i < config->kafka.count && found < problems_max; i++) {
        struct error why = {0};

        if (try_property(conf, &properties[i], &why) == 0)
            continue;
        error_clear(&problems[found]);
        error_set(&problems[found++], why.kind, "%s:%zu:%zu: %s", config->path,
                  config->kafka_places[i].line, config->kafka_places[i].column, why.text);
    }
    rd_kafka_conf_destroy(conf);
    if (!has_brokers(config) && found < problems_max) {
        error_clear(&problems[found]);
        error_set(&problems[found++], ERROR_INPUT,
                  "%s: kafka.bootstrap.servers is missing: host:port of the brokers", config->path);
    }
    return found;
}
