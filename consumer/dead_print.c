/*
 * dead_print.c - see dead_print.h.
 */
#include "consumer/dead_print.h"

#include <inttypes.h>

#include "consumer/kafka/message.h"
#include "consumer/text_table.h"
#include "producer/text.h"

#define COLUMNS          6
#define DETAIL_CHARS_MAX 70

static const char *const headings[COLUMNS] = {"ID", "Time", "Kind", "Of", "Reason", "Detail"};
static const char *const done_words[] = {
    [DEAD_OPEN] = "", [DEAD_REPLAYED] = ", replayed", [DEAD_DROPPED] = ", dropped"};

static const char *of(const struct dead_letter *letter, struct arena *arena)
{
    if (letter->kind == DEAD_DELIVERY)
        return arena_printf(arena, "%s, %zu alert%s", letter->integration,
                            letter->fingerprints.count, letter->fingerprints.count == 1 ? "" : "s");
    return arena_printf(arena, "%s %" PRId64 ":%" PRId64, letter->topic, letter->from_partition,
                        letter->from_offset);
}

static int add_row(struct text_table *table, const struct dead_letter *letter, struct error *err)
{
    char id[DEAD_ID_BYTES], time[TIME_TEXT_BYTES];

    dead_letter_id(letter, id);
    time_format(letter->time_ms, time);
    const char *const cells[COLUMNS] = {
        id,
        time,
        dead_kind_names[letter->kind],
        of(letter, table->arena),
        arena_printf(table->arena, "%s%s", letter->reason, done_words[letter->done]),
        text_cut(letter->detail, DETAIL_CHARS_MAX, table->arena),
    };

    return text_table_add(table, cells, NULL, err);
}

int dead_print_table(const struct dead_letter *const *letters, size_t count, FILE *out,
                     struct error *err)
{
    struct arena arena;
    struct text_table table = {.arena = &arena, .columns = COLUMNS};
    int rc;

    arena_init(&arena);
    rc = text_table_add(&table, headings, NULL, err);
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = add_row(&table, letters[i], err);
    if (rc == 0)
        text_table_print(&table, out);
    arena_fini(&arena);
    return rc;
}

static json_t *fingerprints_of(const struct dead_letter *letter)
{
    const char *const *items = letter->fingerprints.items;
    json_t *list = json_array();

    for (size_t i = 0; i < letter->fingerprints.count; i++)
        json_array_append_new(list, json_string(items[i]));
    return list;
}

static void put_text(json_t *object, const char *name, const char *text)
{
    if (*text)
        json_object_set_new(object, name, json_string(text));
}

static void put_number(json_t *object, const char *name, int64_t number)
{
    if (number >= 0)
        json_object_set_new(object, name, json_integer(number));
}

static json_t *letter_json(const struct dead_letter *letter)
{
    char id[DEAD_ID_BYTES], time[TIME_TEXT_BYTES];
    json_t *object = json_object();

    dead_letter_id(letter, id);
    time_format(letter->time_ms, time);
    put_text(object, "id", id);
    put_text(object, "time", time);
    put_text(object, "kind", dead_kind_names[letter->kind]);
    put_text(object, "stage", letter->stage);
    put_text(object, "reason", letter->reason);
    put_text(object, "detail", letter->detail);
    put_text(object, "integration", letter->integration);
    put_text(object, "topic", letter->topic);
    put_number(object, "partition", letter->from_partition);
    put_number(object, "offset", letter->from_offset);
    put_number(object, "tries", letter->tries);
    put_number(object, "value_bytes", (int64_t)letter->value_bytes);
    if (letter->cut)
        json_object_set_new(object, "cut", json_true());
    if (letter->done != DEAD_OPEN)
        put_text(object, "done", dead_done_names[letter->done]);
    json_object_set_new(object, "fingerprints", fingerprints_of(letter));
    return object;
}

static int dump(json_t *value, size_t flags, FILE *out, struct error *err)
{
    int rc = value ? json_dumpf(value, out, flags) : -1;

    json_decref(value);
    fputc('\n', out);
    return rc ? error_set(err, ERROR_MEMORY, "the dead letters cannot be written") : 0;
}

int dead_print_json(const struct dead_letter *const *letters, size_t count, FILE *out,
                    struct error *err)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, letter_json(letters[i]));
    return dump(list, JSON_COMPACT, out, err);
}

/* As JSON where it is, else as text. */
static json_t *value_json(const char *value, size_t bytes, struct arena *arena)
{
    struct error why = {0};
    json_t *parsed = value ? record_parse(value, bytes, &why) : json_null();
    const char *text = parsed ? NULL : text_repair(value, bytes, arena, NULL);

    return parsed ? parsed : text ? json_string(text) : NULL;
}

static int message_json(const struct dead_letter *letter, const rd_kafka_message_t *message,
                        struct arena *arena, json_t **ret)
{
    struct envelope envelope;
    json_t *object = letter_json(letter), *headers = json_object();

    message_headers(message, &envelope);
    for (size_t i = 0; i < envelope.count; i++) {
        const struct header *header = &envelope.headers[i];
        const char *text = text_repair(header->value, header->bytes, arena, NULL);
        json_object_set_new(headers, header->name, json_string(text ? text : ""));
    }
    const char *key = text_repair(message->key, message->key_len, arena, NULL);
    json_object_set_new(object, "key", key ? json_string(key) : json_null());
    json_object_set_new(object, "headers", headers);
    *ret = object;
    return json_object_set_new(object, "value", value_json(message->payload, message->len, arena));
}

int dead_print_message(const struct dead_letter *letter, const rd_kafka_message_t *message,
                       bool json, FILE *out, struct error *err)
{
    struct arena arena;
    json_t *object = NULL;
    int rc;

    arena_init(&arena);
    rc = message_json(letter, message, &arena, &object);
    /* Whatever is in it, on a terminal it is ASCII. */
    if (rc == 0)
        rc = dump(object, json ? JSON_COMPACT : JSON_INDENT(2) | JSON_ENSURE_ASCII, out, err);
    else
        json_decref(object);
    arena_fini(&arena);
    return rc ? error_set(err, ERROR_MEMORY, "a dead letter cannot be written") : 0;
}
