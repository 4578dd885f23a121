/*
 * api_options.c - pairs of text into settings.
 */
#include "producer/api_options.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "producer/publisher.h"

#define KAFKA_PREFIX "kafka."

static const struct api_row {
    const char *name;
    size_t offset; /* of a const char * */
} rows[] = {
    {"brokers", offsetof(struct api_options, brokers)},
    {"prefix", offsetof(struct api_options, prefix)},
    {"topic", offsetof(struct api_options, topic)},
    {"timeout_ms", offsetof(struct api_options, timeout_ms)},
    {"min_severity", offsetof(struct api_options, min_severity_name)},
    {"min_confidence", offsetof(struct api_options, min_confidence_text)},
    {"mask", offsetof(struct api_options, mask_name)},
    {"run_id", offsetof(struct api_options, run.run_id)},
    {"attempt", offsetof(struct api_options, run.attempt)},
    {"shard", offsetof(struct api_options, run.shard)},
    {"pipeline", offsetof(struct api_options, run.pipeline)},
    {"branch", offsetof(struct api_options, run.branch)},
    {"repository", offsetof(struct api_options, run.repository)},
    {"commit", offsetof(struct api_options, run.commit)},
    {"job", offsetof(struct api_options, run.job)},
    {"team", offsetof(struct api_options, run.team)},
    {"model", offsetof(struct api_options, model)},
    {"model_version", offsetof(struct api_options, model_version)},
    {"target", offsetof(struct api_options, target)},
};

static const struct api_row *row_of(const char *name)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    }
    return NULL;
}

static int read_pairs(const struct tocsin_pair *pairs, size_t count, struct arena *arena,
                      struct api_options *options, struct property *properties, struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        const struct api_row *row = pairs[i].name ? row_of(pairs[i].name) : NULL;
        const char *value = arena_strdup(arena, pairs[i].value);

        if (!pairs[i].name || !pairs[i].value)
            return error_set(err, ERROR_INPUT, "expected options with a name and a value");
        if (!value)
            return error_set(err, ERROR_MEMORY, "no memory for options");
        if (row)
            *(const char **)(void *)((char *)options + row->offset) = value;
        else if (strncmp(pairs[i].name, KAFKA_PREFIX, strlen(KAFKA_PREFIX)) == 0)
            properties[options->kafka.properties_count++] =
                (struct property){pairs[i].name + strlen(KAFKA_PREFIX), value};
        else
            return error_set(err, ERROR_INPUT, "there is no option %s", pairs[i].name);
    }
    return 0;
}

static int read_timeout(struct api_options *options, struct error *err)
{
    char *end;
    long long milliseconds;

    options->kafka.timeout_ms = SINK_TIMEOUT_MS_DEFAULT;
    if (!options->timeout_ms)
        return 0;
    milliseconds = strtoll(options->timeout_ms, &end, 10);
    if (*end || end == options->timeout_ms || milliseconds < SINK_TIMEOUT_MS_MIN ||
        milliseconds > SINK_TIMEOUT_MS_MAX)
        return error_set(err, ERROR_INPUT, "timeout_ms: expected a number from %d to %d",
                         SINK_TIMEOUT_MS_MIN, SINK_TIMEOUT_MS_MAX);
    options->kafka.timeout_ms = milliseconds;
    return 0;
}

static int read_thresholds(struct api_options *options, struct error *err)
{
    const char *name = options->min_severity_name, *text = options->min_confidence_text;
    char *end;

    while (name && severity_names[options->min_severity] &&
           strcmp(severity_names[options->min_severity], name) != 0)
        options->min_severity++;
    if (!severity_names[options->min_severity])
        return error_set(err, ERROR_INPUT,
                         "min_severity: expected info, low, medium, high or critical");
    if (!text)
        return 0;
    options->min_confidence = strtod(text, &end);
    if (*end || end == text || !(options->min_confidence >= 0 && options->min_confidence <= 1))
        return error_set(err, ERROR_INPUT, "min_confidence: expected a number from 0 to 1");
    return 0;
}

static int read_mask(struct api_options *options, struct error *err)
{
    static const char *const names[] = {"secrets", "personal", "none"};
    const char *name = options->mask_name ? options->mask_name : names[API_MASK_SECRETS];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i], name) == 0) {
            options->mask = (enum api_mask)i;
            return 0;
        }
    }
    return error_set(err, ERROR_INPUT, "mask: expected secrets, personal or none");
}

int api_options_read(const struct tocsin_pair *pairs, size_t count, struct arena *arena,
                     struct api_options *ret_options, struct error *err)
{
    struct property *properties = arena_array(arena, count + 1, sizeof(*properties));
    struct api_options options = {.kafka.properties = properties};

    if (!properties)
        return error_set(err, ERROR_MEMORY, "no memory for options");
    if (read_pairs(pairs, count, arena, &options, properties, err) || read_timeout(&options, err) ||
        read_thresholds(&options, err) || read_mask(&options, err))
        return -1;
    if (!options.brokers)
        return error_set(err, ERROR_INPUT, "brokers: expected host:port");
    options.kafka.brokers = options.brokers;
    options.kafka.topic = options.topic;
    if (!options.topic)
        options.kafka.topic = arena_printf(arena, "%s" FINDINGS_TOPIC,
                                           options.prefix ? options.prefix : TOPIC_PREFIX_DEFAULT);
    *ret_options = options;
    return options.kafka.topic ? 0 : error_set(err, ERROR_MEMORY, "no memory for options");
}
