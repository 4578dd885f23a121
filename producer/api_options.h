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

/* What is masked: secrets; personal data too; nothing. */
enum api_mask { API_MASK_SECRETS, API_MASK_PERSONAL, API_MASK_NONE };

struct api_options {
    struct sink_kafka_config kafka;
    struct run_settings run;
    const char *brokers, *prefix, *topic;
    const char *model, *model_version, *target;
    const char *timeout_ms, *min_severity_name, *min_confidence_text;
    const char *mask_name;
    int min_severity;
    enum api_mask mask;
    double min_confidence;
};

int api_options_read(const struct tocsin_pair *pairs, size_t count, struct arena *arena,
                     struct api_options *ret_options, struct error *err);

#endif
