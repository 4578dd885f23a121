/*
 * envelope.c - a record's decision fields as Kafka headers.
 *
 * A member that is empty gets no header: CloudEvents attributes are never empty. Fails for a record
 * without its identity and for want of memory.
 */
#include "producer/envelope.h"

#include <inttypes.h>
#include <string.h>

#include "producer/record_check.h"

#define CONTENT_TYPE_JSON "application/json"
#define SPECVERSION       "1.0"
#define SOURCE_PREFIX     "/tocsin/run/"

struct writer {
    struct envelope *envelope;
    struct arena *arena;
    bool failed;
};

/* `value` lives as long as the envelope. */
static void add(struct writer *writer, const char *name, const char *value)
{
    struct header *header = &writer->envelope->headers[writer->envelope->count];

    if (!value || !*value)
        return;
    *header = (struct header){.name = name, .value = value, .bytes = strlen(value)};
    writer->envelope->count++;
}

static void add_copy(struct writer *writer, const char *name, const char *value)
{
    char *copy = arena_strdup(writer->arena, value);

    if (!copy)
        writer->failed = true;
    else
        add(writer, name, copy);
}

static bool is_unreserved(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || strchr("-._~/", byte);
}

/* CloudEvents wants a URI reference: the run's id, escaped as a path. */
static void add_source(struct writer *writer, const struct run *run)
{
    static const char digits[] = "0123456789ABCDEF";
    char *source = arena_alloc(writer->arena, strlen(SOURCE_PREFIX) + 3 * strlen(run->id) + 1);
    char *at;

    if (!source) {
        writer->failed = true;
        return;
    }
    at = stpcpy(source, SOURCE_PREFIX);
    for (const char *byte = run->id; *byte; byte++) {
        if (is_unreserved(*byte)) {
            *at++ = *byte;
            continue;
        }
        *at++ = '%';
        *at++ = digits[(unsigned char)*byte >> 4];
        *at++ = digits[(unsigned char)*byte & 0x0f];
    }
    add(writer, HEADER_SOURCE, source);
}

static void add_shard(struct writer *writer, const struct run *run)
{
    char *shard = arena_printf(writer->arena, "%" PRId64 "/%" PRId64, run->shard, run->shards);

    if (!shard)
        writer->failed = true;
    else
        add(writer, HEADER_SHARD, shard);
}

/* What every record has. */
static void add_common(struct writer *writer, const char *type, const char *id, int64_t time_ms,
                       const struct run *run)
{
    char time[TIME_TEXT_BYTES];

    add(writer, HEADER_SPECVERSION, SPECVERSION);
    add(writer, HEADER_TYPE, type);
    add(writer, HEADER_ID, id);
    add_source(writer, run);
    if (time_ms != 0) {
        time_format(time_ms, time);
        add_copy(writer, HEADER_TIME, time);
    }
    add(writer, HEADER_CONTENT_TYPE, CONTENT_TYPE_JSON);
    add(writer, HEADER_RUN, run->id);
    add_shard(writer, run);
}

static int start(struct writer *writer, const char *id, const struct run *run, struct error *err)
{
    writer->envelope->count = 0;
    if (!id || !*id)
        return error_set_at(err, ERROR_INPUT, "/id",
                            "expected a UUID in lower case, found nothing");
    if (!run->id || !*run->id)
        return error_set_at(err, ERROR_INPUT, "/run/id", "expected a run id, found nothing");
    return 0;
}

static int finish(const struct writer *writer, struct error *err)
{
    return writer->failed ? error_set(err, ERROR_MEMORY, "no memory for a record's headers") : 0;
}

int envelope_of_finding(const struct finding *finding, struct arena *arena, struct envelope *ret,
                        struct error *err)
{
    struct writer writer = {.envelope = ret, .arena = arena};
    char confidence[NUMBER_TEXT_BYTES];

    if (start(&writer, finding->id, &finding->run, err))
        return -1;
    if (!finding->fingerprint)
        return error_set_at(err, ERROR_INPUT, "/fingerprint",
                            "expected a fingerprint, found nothing");
    add_common(&writer, FINDING_TYPE, finding->id, finding->time_ms, &finding->run);
    add(&writer, HEADER_FINGERPRINT, finding->fingerprint);
    add(&writer, HEADER_MODEL_VERSION, finding->model.version);
    add(&writer, HEADER_SEVERITY, severity_names[finding->severity]);
    number_format(finding->confidence, confidence);
    add_copy(&writer, HEADER_CONFIDENCE, confidence);
    return finish(&writer, err);
}

static int envelope_of_run_event(const char *type, const char *id, int64_t time_ms,
                                 const struct run *run, bool copy, struct writer *writer,
                                 struct error *err)
{
    if (start(writer, id, run, err))
        return -1;
    add_common(writer, type, id, time_ms, run);
    if (copy)
        add(writer, HEADER_COPY, "1");
    return finish(writer, err);
}

int envelope_of_run_begin(const struct run_begin *begin, bool copy, struct arena *arena,
                          struct envelope *ret, struct error *err)
{
    struct writer writer = {.envelope = ret, .arena = arena};

    return envelope_of_run_event(RUN_BEGIN_TYPE, begin->id, begin->time_ms, &begin->run, copy,
                                 &writer, err);
}

int envelope_of_run_end(const struct run_end *end, bool copy, struct arena *arena,
                        struct envelope *ret, struct error *err)
{
    struct writer writer = {.envelope = ret, .arena = arena};

    return envelope_of_run_event(RUN_END_TYPE, end->id, end->time_ms, &end->run, copy, &writer,
                                 err);
}

int envelope_of_measurement(const struct measurement *measurement, struct arena *arena,
                            struct envelope *ret, struct error *err)
{
    struct writer writer = {.envelope = ret, .arena = arena};

    if (start(&writer, measurement->id, &measurement->run, err))
        return -1;
    add_common(&writer, MEASUREMENT_TYPE, measurement->id, measurement->time_ms, &measurement->run);
    add(&writer, HEADER_MODEL_VERSION, measurement->model.version);
    return finish(&writer, err);
}

const json_t *envelope_open(const json_t *document, const char **ret_pointer)
{
    const json_t *data = json_object_get(document, "data");

    *ret_pointer = "";
    if (!data || !json_object_get(document, "specversion"))
        return document;
    *ret_pointer = "/data";
    return data;
}

const struct header *envelope_find(const struct envelope *envelope, const char *name)
{
    for (size_t i = 0; i < envelope->count; i++) {
        if (strcmp(envelope->headers[i].name, name) == 0)
            return &envelope->headers[i];
    }
    return NULL;
}
