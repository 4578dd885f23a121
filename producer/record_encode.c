/*
 * record_encode.c - a struct to compact JSON, by the record's table.
 *
 * Holds every member against the same limits as the decoder: what it writes can be read. A member
 * that breaks one is refused by its JSON pointer. Optional members that are NULL, 0 or empty are
 * left out.
 */
#include <stdlib.h>
#include <string.h>

#include "producer/record_check.h"
#include "producer/record_text.h"

struct encoder {
    struct record_text text;
    struct error *err;
};

typedef int (*encode_fn)(struct encoder *encoder, const struct record_type *type,
                         const struct field *field, const struct place *place, const void *member);

static int encode_object(struct encoder *encoder, const struct record_type *type,
                         const struct place *place, const void *record);

static int check_utf8(struct encoder *encoder, const char *text, size_t bytes,
                      const struct place *place)
{
    return utf8_valid(text, bytes) ? 0 : refuse(encoder->err, place, "UTF-8", "other bytes");
}

static int encode_type(struct encoder *encoder, const struct record_type *type,
                       const struct field *field, const struct place *place, const void *member)
{
    (void)field, (void)place, (void)member;
    record_text_string(&encoder->text, type->name, strlen(type->name));
    return 0;
}

static int encode_text(struct encoder *encoder, const struct record_type *type,
                       const struct field *field, const struct place *place, const void *member)
{
    const char *text = *(const char *const *)member;
    size_t bytes = text ? strlen(text) : 0;

    if (!text)
        return refuse_field(encoder->err, place, type, field, "nothing");
    if (check_utf8(encoder, text, bytes, place) ||
        check_text(field, text, bytes, place, encoder->err))
        return -1;
    record_text_string(&encoder->text, text, bytes);
    return 0;
}

static int encode_integer(struct encoder *encoder, const struct record_type *type,
                          const struct field *field, const struct place *place, const void *member)
{
    int64_t value = *(const int64_t *)member;

    (void)type;
    if (check_integer(field, value, place, encoder->err))
        return -1;
    record_text_integer(&encoder->text, value);
    return 0;
}

static int encode_number(struct encoder *encoder, const struct record_type *type,
                         const struct field *field, const struct place *place, const void *member)
{
    double value = *(const double *)member;

    (void)type;
    if (check_number(field, value, place, encoder->err))
        return -1;
    record_text_number(&encoder->text, value);
    return 0;
}

static int encode_bool(struct encoder *encoder, const struct record_type *type,
                       const struct field *field, const struct place *place, const void *member)
{
    const char *word = *(const bool *)member ? "true" : "false";

    (void)type, (void)field, (void)place;
    record_text_append(&encoder->text, word, strlen(word));
    return 0;
}

static int encode_enum(struct encoder *encoder, const struct record_type *type,
                       const struct field *field, const struct place *place, const void *member)
{
    int value = *(const int *)member, count = 0;

    while (field->names[count])
        count++;
    if (value < 0 || value >= count)
        return refuse_field(encoder->err, place, type, field, "another value");
    record_text_string(&encoder->text, field->names[value], strlen(field->names[value]));
    return 0;
}

static int encode_time(struct encoder *encoder, const struct record_type *type,
                       const struct field *field, const struct place *place, const void *member)
{
    int64_t time_ms = *(const int64_t *)member;
    char text[TIME_TEXT_BYTES];

    if (time_ms < 0 || time_ms > TIME_MS_MAX)
        return refuse_field(encoder->err, place, type, field, "a time out of 1970 to 9999");
    time_format(time_ms, text);
    record_text_string(&encoder->text, text, strlen(text));
    return 0;
}

static int encode_nested(struct encoder *encoder, const struct record_type *type,
                         const struct field *field, const struct place *place, const void *member)
{
    (void)type;
    return encode_object(encoder, field->of, place, member);
}

static int encode_pointer(struct encoder *encoder, const struct record_type *type,
                          const struct field *field, const struct place *place, const void *member)
{
    const void *nested = *(const void *const *)member;

    if (!nested)
        return refuse_field(encoder->err, place, type, field, "nothing");
    return encode_object(encoder, field->of, place, nested);
}

static int encode_list(struct encoder *encoder, const struct record_type *type,
                       const struct field *field, const struct place *place, const void *member)
{
    const struct list *list = member;

    (void)type;
    if (check_count(field, list->count, place, encoder->err))
        return -1;
    record_text_byte(&encoder->text, '[');
    for (size_t i = 0; i < list->count; i++) {
        struct place item = {.up = place, .index = i};

        if (i > 0)
            record_text_byte(&encoder->text, ',');
        if (encode_object(encoder, field->of, &item,
                          (const char *)list->items + i * field->of->size))
            return -1;
    }
    record_text_byte(&encoder->text, ']');
    return 0;
}

static int encode_strings(struct encoder *encoder, const struct record_type *type,
                          const struct field *field, const struct place *place, const void *member)
{
    const struct list *list = member;
    const char *const *items = list->items;

    if (check_count(field, list->count, place, encoder->err))
        return -1;
    record_text_byte(&encoder->text, '[');
    for (size_t i = 0; i < list->count; i++) {
        struct place item = {.up = place, .index = i};

        if (i > 0)
            record_text_byte(&encoder->text, ',');
        if (encode_text(encoder, type, field, &item, &items[i]))
            return -1;
    }
    record_text_byte(&encoder->text, ']');
    return 0;
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Two members of one name would make a document that no decoder takes. `size` is that of an item,
 * whose first member is its name. */
static int check_unique(struct encoder *encoder, const struct list *list, size_t size,
                        const struct place *place)
{
    const char **names;

    if (list->count < 2)
        return 0;
    names = arena_array(encoder->text.arena, list->count, sizeof(*names));
    if (!names) {
        encoder->text.failed = true;
        return 0;
    }
    for (size_t i = 0; i < list->count; i++)
        memcpy(&names[i], (const char *)list->items + i * size, sizeof(*names));
    qsort(names, list->count, sizeof(*names), compare_names);
    for (size_t i = 1; i < list->count; i++) {
        if (strcmp(names[i - 1], names[i]) == 0)
            return refuse(encoder->err, place, "different names", "one for the second time");
    }
    return 0;
}

static void encode_name(struct encoder *encoder, size_t index, const char *name)
{
    if (index > 0)
        record_text_byte(&encoder->text, ',');
    record_text_string(&encoder->text, name, strlen(name));
    record_text_byte(&encoder->text, ':');
}

static int encode_labels(struct encoder *encoder, const struct record_type *type,
                         const struct field *field, const struct place *place, const void *member)
{
    const struct list *list = member;
    const struct label *labels = list->items;

    (void)type;
    if (check_count(field, list->count, place, encoder->err))
        return -1;
    record_text_byte(&encoder->text, '{');
    for (size_t i = 0; i < list->count; i++) {
        struct place item = {.up = place, .name = labels[i].name};
        size_t bytes;

        if (!labels[i].name || !labels[i].value)
            return refuse(encoder->err, place, "names and strings", "nothing");
        bytes = strlen(labels[i].value);
        if (check_label(labels[i].name, labels[i].value, bytes, &item, encoder->err) ||
            check_utf8(encoder, labels[i].value, bytes, &item))
            return -1;
        encode_name(encoder, i, labels[i].name);
        record_text_string(&encoder->text, labels[i].value, bytes);
    }
    record_text_byte(&encoder->text, '}');
    return check_unique(encoder, list, sizeof(*labels), place);
}

static int encode_counts(struct encoder *encoder, const struct record_type *type,
                         const struct field *field, const struct place *place, const void *member)
{
    const struct list *list = member;
    const struct count *counts = list->items;

    (void)type;
    if (check_count(field, list->count, place, encoder->err))
        return -1;
    record_text_byte(&encoder->text, '{');
    for (size_t i = 0; i < list->count; i++) {
        struct place item = {.up = place, .name = counts[i].fingerprint};

        if (!counts[i].fingerprint)
            return refuse(encoder->err, place, "fingerprints and numbers", "nothing");
        if (check_tally(counts[i].fingerprint, counts[i].n, &item, encoder->err))
            return -1;
        encode_name(encoder, i, counts[i].fingerprint);
        record_text_integer(&encoder->text, counts[i].n);
    }
    record_text_byte(&encoder->text, '}');
    return check_unique(encoder, list, sizeof(*counts), place);
}

static const encode_fn encoders[] = {
    [FIELD_TYPE] = encode_type,        [FIELD_STRING] = encode_text,
    [FIELD_INTEGER] = encode_integer,  [FIELD_NUMBER] = encode_number,
    [FIELD_BOOL] = encode_bool,        [FIELD_ENUM] = encode_enum,
    [FIELD_TIME] = encode_time,        [FIELD_UUID] = encode_text,
    [FIELD_FINGERPRINT] = encode_text, [FIELD_OBJECT] = encode_nested,
    [FIELD_POINTER] = encode_pointer,  [FIELD_LIST] = encode_list,
    [FIELD_STRINGS] = encode_strings,  [FIELD_LABELS] = encode_labels,
    [FIELD_COUNTS] = encode_counts,
};

/* Whether an optional member says nothing: NULL, 0 or empty, in a nested struct all of it. */
static bool is_empty(const struct field *field, const void *member);

static bool is_empty_struct(const struct record_type *type, const void *record)
{
    for (const struct field *field = type->fields; field->kind != FIELD_END; field++) {
        if (field->kind != FIELD_TYPE && !is_empty(field, (const char *)record + field->offset))
            return false;
    }
    return true;
}

static bool is_empty(const struct field *field, const void *member)
{
    switch (field->kind) {
    case FIELD_STRING:
    case FIELD_UUID:
    case FIELD_FINGERPRINT: {
        const char *text = *(const char *const *)member;

        return !text || !*text;
    }
    case FIELD_INTEGER:
    case FIELD_TIME:
        return *(const int64_t *)member == 0;
    case FIELD_NUMBER:
        return *(const double *)member == 0;
    case FIELD_BOOL:
        return !*(const bool *)member;
    case FIELD_ENUM:
        return *(const int *)member == 0;
    case FIELD_OBJECT:
        return is_empty_struct(field->of, member);
    case FIELD_POINTER:
        return !*(const void *const *)member;
    case FIELD_LIST:
    case FIELD_STRINGS:
    case FIELD_LABELS:
    case FIELD_COUNTS:
        return ((const struct list *)member)->count == 0;
    case FIELD_TYPE:
    case FIELD_END:
        break;
    }
    return false;
}

static int encode_object(struct encoder *encoder, const struct record_type *type,
                         const struct place *place, const void *record)
{
    size_t index = 0;

    record_text_byte(&encoder->text, '{');
    for (const struct field *field = type->fields; field->kind != FIELD_END; field++) {
        const void *member = (const char *)record + field->offset;
        struct place at = {.up = place, .name = field->name};

        if (!field->required && is_empty(field, member))
            continue;
        encode_name(encoder, index++, field->name);
        if (encoders[field->kind](encoder, type, field, &at, member))
            return -1;
    }
    record_text_byte(&encoder->text, '}');
    return 0;
}

char *record_encode(const struct record_type *type, const void *record, struct arena *arena,
                    size_t *ret_bytes, struct error *err)
{
    struct encoder encoder = {.err = err};
    struct place root = {.name = ""};

    record_text_init(&encoder.text, arena);
    if (encode_object(&encoder, type, &root, record))
        return NULL;
    if (encoder.text.failed) {
        error_set(err, ERROR_MEMORY, "no memory to encode a record");
        return NULL;
    }
    *ret_bytes = encoder.text.bytes;
    return encoder.text.text;
}

json_t *record_encode_value(const struct record_type *type, const void *record, struct error *err)
{
    struct arena arena;
    size_t bytes;
    char *json;
    json_t *value = NULL;

    arena_init(&arena);
    json = record_encode(type, record, &arena, &bytes, err);
    if (json)
        value = record_parse(json, bytes, err);
    arena_fini(&arena);
    return value;
}
