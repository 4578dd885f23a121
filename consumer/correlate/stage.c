/*
 * stage.c - records that leave as they came: to the partition of their key, to all partitions, or
 * to dead-letter.
 *
 * They wait in the partition's arena for the flush, so that a rollback takes them back too. A dead
 * letter keeps key, value and headers as they were, with the reasons in headers beside them; what
 * does not fit is cut, and headers say of what.
 */
#include <inttypes.h>
#include <string.h>

#include "consumer/correlate/correlator_private.h"
#include "consumer/correlate/cut.h"
#include "consumer/records/control.h"
#include "consumer/records/dead_letter.h"

#define FRAMING_BYTES          512 /* of a record in a batch of one, at most */
#define DEAD_KEY_BYTES_MAX     16384
#define DEAD_HEADERS_BYTES_MAX 32768 /* of the original headers that are kept */
#define REASON_HEADERS         18

static int no_memory(struct error *err)
{
    return error_set(err, ERROR_MEMORY, "no memory for a record");
}

static void *copy(struct arena *arena, const void *from, size_t bytes)
{
    void *to = arena_alloc(arena, bytes ? bytes : 1);

    if (to && bytes > 0)
        memcpy(to, from, bytes);
    return to;
}

static struct envelope *copy_envelope(struct arena *arena, const struct envelope *from)
{
    struct envelope *to = arena_alloc(arena, sizeof(*to));

    for (size_t i = 0; to && i < from->count; i++) {
        const struct header *header = &from->headers[i];
        const char *name = arena_strdup(arena, header->name);
        const char *value = copy(arena, header->value, header->bytes);

        if (!name || !value)
            return NULL;
        to->headers[to->count++] =
            (struct header){.name = name, .value = value, .bytes = header->bytes};
    }
    return to;
}

int stage_record(struct partition *partition, const struct output *output, struct error *err)
{
    struct arena *arena = &partition->arena;
    struct staged *staged = arena_alloc(arena, sizeof(*staged));

    if (!staged)
        return no_memory(err);
    staged->output = *output;
    staged->output.key = copy(arena, output->key, output->key_bytes);
    staged->output.value = output->value ? copy(arena, output->value, output->value_bytes) : NULL;
    if (output->envelope)
        staged->output.envelope = copy_envelope(arena, output->envelope);
    if (!staged->output.key || (output->value && !staged->output.value) ||
        (output->envelope && !staged->output.envelope))
        return no_memory(err);
    partition->urgent = true;
    *partition->staged_end = staged;
    partition->staged_end = &staged->next;
    partition->weight += output->key_bytes + output->value_bytes + DEAD_HEADERS_BYTES_MAX / 8;
    return 0;
}

static void put_header(struct envelope *envelope, const char *name, const char *value)
{
    envelope->headers[envelope->count++] =
        (struct header){.name = name, .value = value, .bytes = strlen(value)};
}

int stage_sent_on(const struct intake *intake, const char *key, struct envelope *envelope,
                  struct error *err)
{
    const struct arrival *arrival = intake->arrival;
    size_t bytes = strlen(key);

    put_header(envelope, HEADER_REKEYED, "1");
    struct output output = {
        .topic = OUTPUT_FINDINGS,
        .partition = partition_of_key(key, bytes, intake->correlator->rules.partitions),
        .key = key,
        .key_bytes = bytes,
        .value = arrival->value,
        .value_bytes = arrival->value_bytes,
        .envelope = envelope,
    };
    return stage_record(intake->partition, &output, err);
}

int stage_copies(const struct intake *intake, const char *run, const struct envelope *envelope,
                 struct error *err)
{
    const struct arrival *arrival = intake->arrival;

    for (int32_t i = 0; i < intake->correlator->rules.partitions; i++) {
        struct output output = {
            .topic = OUTPUT_FINDINGS,
            .partition = i,
            .key = run,
            .key_bytes = strlen(run),
            .value = arrival->value,
            .value_bytes = arrival->value_bytes,
            .envelope = envelope,
        };

        if (stage_record(intake->partition, &output, err))
            return -1;
    }
    return 0;
}

/* The original headers, as many as there is room for. */
static size_t keep_headers(const struct envelope *from, struct envelope *to)
{
    size_t bytes = 0;

    to->count = 0;
    for (size_t i = 0; i < from->count; i++) {
        const struct header *header = &from->headers[i];
        size_t more = strlen(header->name) + header->bytes;

        if (to->count + REASON_HEADERS > ENVELOPE_HEADERS_MAX)
            break;
        if (bytes + more > DEAD_HEADERS_BYTES_MAX)
            continue;
        to->headers[to->count++] = *header;
        bytes += more;
    }
    return bytes;
}

struct reasons {
    const char *reason, *detail, *partition, *offset, *time;
};

static int describe(const struct intake *intake, int reason, const struct error *why,
                    struct reasons *ret)
{
    struct arena *arena = &intake->correlator->arena;
    char time[TIME_TEXT_BYTES];

    time_format(intake->now_ms, time);
    *ret = (struct reasons){
        .reason = dead_reason_names[reason],
        .detail = why->pointer[0] ? arena_printf(arena, "%s: %s", why->pointer, why->text)
                                  : arena_strdup(arena, why->text),
        .partition = arena_printf(arena, "%" PRId32, intake->arrival->partition),
        .offset = arena_printf(arena, "%" PRId64, intake->arrival->offset),
        .time = arena_strdup(arena, time),
    };
    return ret->detail && ret->partition && ret->offset && ret->time ? 0 : -1;
}

static void put_reasons(const struct intake *intake, const struct reasons *reasons,
                        struct envelope *envelope)
{
    const char *topic = intake->correlator->rules.findings_topic;
    const struct {
        const char *name, *value;
    } rows[] = {
        {DEAD_HEADER_KIND, "record"},
        {DEAD_HEADER_REASON, reasons->reason},
        {DEAD_HEADER_DETAIL, reasons->detail},
        {DEAD_HEADER_TOPIC, topic},
        {DEAD_HEADER_PARTITION, reasons->partition},
        {DEAD_HEADER_OFFSET, reasons->offset},
        {DEAD_HEADER_TIME, reasons->time},
        {DEAD_HEADER_STAGE, "correlate"},
        {CONNECT_HEADER_TOPIC, topic},
        {CONNECT_HEADER_PARTITION, reasons->partition},
        {CONNECT_HEADER_OFFSET, reasons->offset},
        {CONNECT_HEADER_STAGE, "VALUE_CONVERTER"},
        {CONNECT_HEADER_CLASS, "tocsin.correlate"},
        {CONNECT_HEADER_EXCEPTION, reasons->reason},
        {CONNECT_HEADER_MESSAGE, reasons->detail},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        put_header(envelope, rows[i].name, rows[i].value);
}

static size_t envelope_bytes(const struct envelope *envelope)
{
    size_t bytes = 0;

    for (size_t i = 0; i < envelope->count; i++)
        bytes += strlen(envelope->headers[i].name) + envelope->headers[i].bytes + 8;
    return bytes;
}

/* Cuts the value to what the topic takes. */
static int cut_value(const struct intake *intake, struct output *output, struct envelope *envelope,
                     struct error *err)
{
    struct arena *arena = &intake->correlator->arena;
    size_t room = intake->correlator->dead_bytes_max;
    size_t taken = output->key_bytes + FRAMING_BYTES + envelope_bytes(envelope);
    char hex[SHA256_HEX_BYTES];
    const char *sha256, *bytes;

    if (output->value_bytes + taken <= room)
        return 0;
    sha256_hex(output->value, output->value_bytes, hex);
    sha256 = arena_strdup(arena, hex);
    bytes = arena_printf(arena, "%zu", output->value_bytes);
    if (!sha256 || !bytes)
        return no_memory(err);
    put_header(envelope, DEAD_HEADER_SHA256, sha256);
    put_header(envelope, DEAD_HEADER_BYTES, bytes);
    taken = output->key_bytes + FRAMING_BYTES + envelope_bytes(envelope);
    output->value_bytes = taken < room ? room - taken : 0;
    return 0;
}

int stage_dead(const struct intake *intake, int reason, const struct error *why, struct error *err)
{
    const struct arrival *arrival = intake->arrival;
    struct correlator *correlator = intake->correlator;
    struct envelope *envelope = arena_alloc(&correlator->arena, sizeof(*envelope));
    struct reasons reasons;
    struct output output = {
        .topic = OUTPUT_DEAD_LETTER,
        .partition = OUTPUT_ANY_PARTITION,
        .key = arrival->key,
        .key_bytes =
            arrival->key_bytes < DEAD_KEY_BYTES_MAX ? arrival->key_bytes : DEAD_KEY_BYTES_MAX,
        .value = arrival->value,
        .value_bytes = arrival->value_bytes,
        .envelope = envelope,
    };

    if (!envelope || describe(intake, reason, why, &reasons))
        return no_memory(err);
    keep_headers(arrival->envelope, envelope);
    put_reasons(intake, &reasons, envelope);
    if (output.value && cut_value(intake, &output, envelope, err))
        return -1;
    snprintf(correlator->counters.last_dead, sizeof(correlator->counters.last_dead),
             "%.20s: %.480s", reasons.reason, reasons.detail);
    return stage_record(intake->partition, &output, err);
}

bool correlator_sweeps(const struct correlator *correlator)
{
    return correlator->partitions[0].live;
}

int correlator_bury(struct correlator *correlator, const char *control_key, struct error *err)
{
    const struct output output = {
        .topic = OUTPUT_CONTROL,
        .partition = CONTROL_PARTITION_PEOPLE,
        .key = control_key,
        .key_bytes = strlen(control_key),
    };

    return stage_record(&correlator->partitions[0], &output, err);
}
