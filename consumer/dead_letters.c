/*
 * dead_letters.c - see dead_letters.h.
 */
#include "consumer/dead_letters.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/kafka/message.h"
#include "producer/text.h"

const char *const dead_kind_names[] = {
    [DEAD_RECORD] = "record", [DEAD_DELIVERY] = "delivery", [DEAD_KINDS] = NULL};

static const char *header_text(const struct envelope *envelope, const char *name,
                               struct arena *arena)
{
    const struct header *header = envelope_find(envelope, name);

    const char *text = header ? text_repair(header->value, header->bytes, arena, NULL) : "";

    return text ? arena_strdup(arena, text) : NULL; /* it outlives the message */
}

static int64_t header_number(const struct envelope *envelope, const char *name, struct arena *arena)
{
    const char *text = header_text(envelope, name, arena);

    return text && *text ? strtoll(text, NULL, 10) : -1;
}

/* -1: it is none of ours. */
static int kind_of(const struct envelope *envelope, struct arena *arena)
{
    const char *name = header_text(envelope, DEAD_HEADER_KIND, arena);

    for (int kind = 0; name && kind < DEAD_KINDS; kind++) {
        if (strcmp(dead_kind_names[kind], name) == 0)
            return kind;
    }
    return -1;
}

static int put_fingerprint(struct dead_letter *letter, const char *fingerprint, size_t room,
                           struct arena *arena)
{
    const char **items = letter->fingerprints.items;

    if (items == NULL)
        letter->fingerprints.items = items = arena_array(arena, room, sizeof(*items));
    const char *copy = items ? arena_strdup(arena, fingerprint) : NULL;
    if (copy == NULL)
        return -1;
    items[letter->fingerprints.count++] = copy;
    return 0;
}

/* What a delivery is about. One that this program cannot decode is listed without it. */
static int describe_delivery(const rd_kafka_message_t *message, struct arena *arena,
                             struct dead_letter *letter, struct error *err)
{
    struct dead_delivery delivery;
    struct arena own;
    struct error why = {0};
    int rc = 0;

    arena_init(&own);
    if (record_decode(&dead_delivery_type, message->payload, message->len, &own, &delivery, &why) ==
        0) {
        const struct picture *pictures = delivery.pictures.items;
        letter->integration = arena_strdup(arena, delivery.integration);
        rc = letter->integration ? 0 : -1;
        for (size_t i = 0; rc == 0 && i < delivery.pictures.count; i++)
            rc = put_fingerprint(letter, pictures[i].fingerprint, delivery.pictures.count, arena);
    }
    arena_fini(&own);
    return rc ? error_set(err, ERROR_MEMORY, "out of memory for a dead letter") : 0;
}

int dead_letter_of(const rd_kafka_message_t *message, struct arena *arena, struct dead_letter *ret,
                   bool *ret_is, struct error *err)
{
    struct envelope envelope;
    struct dead_letter letter = {.partition = message->partition,
                                 .offset = message->offset,
                                 .done = DEAD_OPEN,
                                 .value_bytes = message->len,
                                 .integration = ""};

    message_headers(message, &envelope);
    letter.kind = kind_of(&envelope, arena);
    *ret_is = letter.kind >= 0;
    if (!*ret_is)
        return 0;
    letter.reason = header_text(&envelope, DEAD_HEADER_REASON, arena);
    letter.detail = header_text(&envelope, DEAD_HEADER_DETAIL, arena);
    letter.stage = header_text(&envelope, DEAD_HEADER_STAGE, arena);
    letter.topic = header_text(&envelope, DEAD_HEADER_TOPIC, arena);
    letter.from_partition = header_number(&envelope, DEAD_HEADER_PARTITION, arena);
    letter.from_offset = header_number(&envelope, DEAD_HEADER_OFFSET, arena);
    letter.tries = header_number(&envelope, DEAD_HEADER_TRIES, arena);
    letter.cut = envelope_find(&envelope, DEAD_HEADER_SHA256) != NULL;
    const char *time = header_text(&envelope, DEAD_HEADER_TIME, arena);
    const char *fingerprint = header_text(&envelope, HEADER_FINGERPRINT, arena);
    if (!letter.reason || !letter.detail || !letter.stage || !letter.topic || !time || !fingerprint)
        return error_set(err, ERROR_MEMORY, "out of memory for a dead letter");
    if (time_parse(time, &letter.time_ms) != 0)
        letter.time_ms = 0;
    if (*fingerprint && put_fingerprint(&letter, fingerprint, 1, arena) != 0)
        return error_set(err, ERROR_MEMORY, "out of memory for a dead letter");
    if (letter.kind == DEAD_DELIVERY && describe_delivery(message, arena, &letter, err) != 0)
        return -1;
    *ret = letter;
    return 0;
}

void dead_letter_id(const struct dead_letter *letter, char ret_id[DEAD_ID_BYTES])
{
    snprintf(ret_id, DEAD_ID_BYTES, "%" PRId32 ":%" PRId64, letter->partition, letter->offset);
}

bool dead_letter_about(const struct dead_letter *letter, const char *fingerprint)
{
    const char *const *items = letter->fingerprints.items;

    for (size_t i = 0; i < letter->fingerprints.count; i++) {
        if (strcmp(items[i], fingerprint) == 0)
            return true;
    }
    return false;
}

/* Room for one more, doubled when there is none. */
static void *grow(void *items, size_t count, size_t *capacity, size_t size, struct error *err)
{
    size_t wanted = *capacity ? *capacity * 2 : 64;

    if (count < *capacity)
        return items;
    if (count >= DEAD_LETTERS_MAX) {
        error_set(err, ERROR_LIMIT, "more than %d dead letters", DEAD_LETTERS_MAX);
        return NULL;
    }
    items = realloc(items, wanted * size);
    if (items == NULL)
        error_set(err, ERROR_MEMORY, "out of memory for %zu dead letters", wanted);
    else
        *capacity = wanted;
    return items;
}

/* A mark that cannot be decoded is of a newer version: what it marks stays in the list. */
static int take_mark(struct dead_letters *letters, const rd_kafka_message_t *message,
                     struct error *err)
{
    struct dead_done done;
    struct arena arena;
    struct error why = {0};
    int rc = 0;

    arena_init(&arena);
    if (message->payload &&
        record_decode(&dead_done_type, message->payload, message->len, &arena, &done, &why) == 0) {
        struct dead_letter *marks = grow(letters->marks, letters->marks_count,
                                         &letters->marks_capacity, sizeof(*marks), err);
        if (marks == NULL) {
            rc = -1;
        } else {
            letters->marks = marks;
            marks[letters->marks_count++] = (struct dead_letter){
                .partition = message->partition, .offset = done.offset, .done = done.how};
        }
    }
    arena_fini(&arena);
    return rc;
}

static int take(void *self, const rd_kafka_message_t *message, struct error *err)
{
    struct dead_letters *letters = self;
    struct dead_letter *items =
        grow(letters->items, letters->count, &letters->capacity, sizeof(*items), err);
    bool is_letter = false;

    if (items == NULL)
        return -1;
    letters->items = items;
    if (dead_letter_of(message, &letters->arena, &items[letters->count], &is_letter, err) != 0)
        return -1;
    if (!is_letter)
        return take_mark(letters, message, err);
    letters->count++;
    return 0;
}

static int by_place(const void *a, const void *b)
{
    const struct dead_letter *one = a, *two = b;

    if (one->partition != two->partition)
        return one->partition < two->partition ? -1 : 1;
    return one->offset < two->offset ? -1 : one->offset > two->offset;
}

struct dead_letter *dead_letters_find(const struct dead_letters *letters,
                                      const struct dead_letter *place)
{
    return letters->count > 0
               ? bsearch(place, letters->items, letters->count, sizeof(*letters->items), by_place)
               : NULL;
}

int dead_letters_scan(const struct config *config,
                      int (*take_message)(void *self, const rd_kafka_message_t *message,
                                          struct error *err),
                      void *self, struct error *err)
{
    const struct table_read read = {.config = config,
                                    .topic = "dead-letter",
                                    .name = "dead",
                                    .take_message = take_message,
                                    .self = self};

    return table_read(&read, err);
}

int dead_letters_read(const struct config *config, struct dead_letters *ret, struct error *err)
{
    *ret = (struct dead_letters){.count = 0};
    arena_init(&ret->arena);
    if (dead_letters_scan(config, take, ret, err) != 0)
        return -1;
    if (ret->count > 0)
        qsort(ret->items, ret->count, sizeof(*ret->items), by_place);
    for (size_t i = 0; i < ret->marks_count; i++) {
        struct dead_letter *letter = dead_letters_find(ret, &ret->marks[i]);
        if (letter != NULL)
            letter->done = ret->marks[i].done;
    }
    return 0;
}

void dead_letters_free(struct dead_letters *letters)
{
    free(letters->items);
    free(letters->marks);
    arena_fini(&letters->arena);
}
