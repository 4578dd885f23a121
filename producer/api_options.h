/*
 * api_options.h - the options of tocsin_publisher_open(), by one table.
 *
 * Strings are copied into the arena. An error names the option, never its value.
 */
#ifndef TOCSIN_PRODUCER_API_OPTIONS_H
#define TOCSIN_PRODUCER_API_OPTIONS_H

#include "producer/run_context.h"
#include "producer/sink.h"
#include "tocsin.h"

struct api_options {
    struct sink_kafka_config kafka;
    struct run_settings run;
    const char *brokers, *prefix, *topic;
    const char *model, *model_version, *target;
    const char *timeout_ms, *min_severity_name, *min_confidence_text;
    int min_severity;
    double min_confidence;
};

int api_options_read(const struct tocsin_pair *pairs, size_t count, struct arena *arena,
                     struct api_options *ret_options, struct error *err);

#endif
