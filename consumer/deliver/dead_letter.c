/*
 * dead_letter.c - see dead_letter.h.
 */
#include "consumer/deliver/dead_letter.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#define SHA256_HEX_BYTES (2 * SHA256_DIGEST_LENGTH + 1)
#define STAGE            "deliver"
#define CONNECT_CLASS    "tocsin.Deliver"

static void add(struct envelope *envelope, const char *name, const char *value)
{
    if (value == NULL || envelope->count == ENVELOPE_HEADERS_MAX)
        return;
    envelope->headers[envelope->count++] =
        (struct header){.name = name, .value = value, .bytes = strlen(value)};
}

/* The reasons under our names first, then under Kafka Connect's. */
static void add_reasons(struct envelope *envelope, const char *kind, enum dead_reason reason,
                        const char *detail, int64_t time_ms, int32_t partition, struct arena *arena)
{
    char time[TIME_TEXT_BYTES];

    time_format(time_ms, time);
    add(envelope, DEAD_HEADER_KIND, kind);
    add(envelope, DEAD_HEADER_REASON, dead_reason_names[reason]);
    add(envelope, DEAD_HEADER_DETAIL, detail);
    add(envelope, DEAD_HEADER_STAGE, STAGE);
    add(envelope, DEAD_HEADER_TIME, arena_strdup(arena, time));
    add(envelope, DEAD_HEADER_PARTITION, arena_printf(arena, "%d", partition));
}

static void add_connect(struct envelope *envelope, enum dead_reason reason, const char *detail)
{
    const struct header *partition = envelope_find(envelope, DEAD_HEADER_PARTITION);

    add(envelope, CONNECT_HEADER_PARTITION, partition ? partition->value : NULL);
    add(envelope, CONNECT_HEADER_STAGE, STAGE);
    add(envelope, CONNECT_HEADER_CLASS, CONNECT_CLASS);
    add(envelope, CONNECT_HEADER_EXCEPTION, dead_reason_names[reason]);
    add(envelope, CONNECT_HEADER_MESSAGE, detail);
}

static const char *detail_of(const struct error *why, struct arena *arena)
{
    if (why->pointer[0] == '\0')
        return arena_strdup(arena, why->text);
    return arena_printf(arena, "%s: %s", why->pointer, why->text);
}

/* The record's own headers, as far as there is room and they are not ours. */
static void add_original(struct envelope *envelope, const struct delivered_record *record)
{
    for (size_t i = 0; i < record->headers_count; i++) {
        if (envelope->count < ENVELOPE_HEADERS_MAX &&
            envelope_find(envelope, record->headers[i].name) == NULL)
            envelope->headers[envelope->count++] = record->headers[i];
    }
}

static const char *sha256_of(const void *value, size_t bytes, struct arena *arena)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    char *hex = arena_alloc(arena, SHA256_HEX_BYTES);

    SHA256(value, bytes, digest);
    for (size_t i = 0; hex != NULL && i < SHA256_DIGEST_LENGTH; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return hex;
}

int dead_record_write(struct batch *batch, topic_index topic, const struct delivered_record *record,
                      enum dead_reason reason, const struct error *why, int64_t now_ms,
                      struct arena *arena, struct error *err)
{
    struct envelope envelope = {.count = 0};
    const char *detail = detail_of(why, arena);
    const char *offset = arena_printf(arena, "%lld", (long long)record->offset);
    size_t bytes = record->value_bytes;

    add_reasons(&envelope, "record", reason, detail, now_ms, record->partition, arena);
    add(&envelope, DEAD_HEADER_TOPIC, record->topic);
    add(&envelope, DEAD_HEADER_OFFSET, offset);
    if (record->key_bytes + bytes > DEAD_RECORD_BYTES_MAX) {
        add(&envelope, DEAD_HEADER_SHA256, sha256_of(record->value, bytes, arena));
        add(&envelope, DEAD_HEADER_BYTES, arena_printf(arena, "%zu", bytes));
        bytes = record->key_bytes < DEAD_RECORD_BYTES_MAX
                    ? DEAD_RECORD_BYTES_MAX - record->key_bytes
                    : 0;
    }
    add_connect(&envelope, reason, detail);
    add(&envelope, CONNECT_HEADER_TOPIC, record->topic);
    add(&envelope, CONNECT_HEADER_OFFSET, offset);
    add_original(&envelope, record);
    return batch_put(batch, topic, PARTITION_BY_KEY, record->key, record->key_bytes, record->value,
                     bytes, &envelope, err);
}

int dead_delivery_write(struct batch *batch, topic_index topic, int32_t partition,
                        const struct dead_delivery *delivery, struct arena *arena,
                        struct error *err)
{
    const char *key = arena_printf(arena, "%s|%s", delivery->integration, delivery->group);
    size_t done = 0;

    if (key == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory");
    do {
        struct envelope envelope = {.count = 0};
        struct dead_delivery part = *delivery;
        size_t left = delivery->pictures.count - done, bytes = 0;
        part.pictures.items = (struct picture *)delivery->pictures.items + done;
        part.pictures.count = left < DEAD_PICTURES_MAX ? left : DEAD_PICTURES_MAX;
        done += part.pictures.count;
        char *value = record_encode(&dead_delivery_type, &part, arena, &bytes, err);
        if (value == NULL)
            return -1;
        add_reasons(&envelope, "delivery", (enum dead_reason)delivery->reason, delivery->detail,
                    delivery->time_ms, partition, arena);
        add(&envelope, DEAD_HEADER_TRIES, arena_printf(arena, "%lld", (long long)delivery->tries));
        add_connect(&envelope, (enum dead_reason)delivery->reason, delivery->detail);
        if (batch_put(batch, topic, PARTITION_BY_KEY, key, strlen(key), value, bytes, &envelope,
                      err) != 0)
            return -1;
    } while (done < delivery->pictures.count);
    return 0;
}
