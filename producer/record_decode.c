/*
 * record_decode.c - a JSON document to a struct, by the record's table.
 *
 * Every member that the table knows is checked and copied into the arena; members that it does not
 * know are passed over. Stops at the first member that is refused, with its JSON pointer. On
 * failure the struct holds whatever was read so far, and nothing needs to be freed but the arena.
 */
#include <math.h>
#include <string.h>

#include "producer/record_check.h"

struct decoder {
    struct arena *arena;
    struct error *err;
};

/* One member of one record: the table's row, where it stands. */
struct spot {
    const struct record_type *type;
    const struct field *field;
    struct place place;
};

typedef int (*decode_fn)(const struct decoder *decoder, const struct spot *spot,
                         const json_t *value, void *ret_member);

static int decode_object(const struct decoder *decoder, const struct record_type *type,
                         const struct place *place, const json_t *value, void *ret);

static const char *name_of_kind(const json_t *value)
{
    static const char *const names[] = {
        [JSON_OBJECT] = "an object",   [JSON_ARRAY] = "an array", [JSON_STRING] = "a string",
        [JSON_INTEGER] = "an integer", [JSON_REAL] = "a number",  [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",        [JSON_NULL] = "null",
    };

    return value ? names[json_typeof(value)] : "nothing";
}

static int refuse_spot(const struct decoder *decoder, const struct spot *spot, const char *found)
{
    return refuse_field(decoder->err, &spot->place, spot->type, spot->field, found);
}

static int refuse_kind(const struct decoder *decoder, const struct spot *spot, const json_t *value)
{
    return refuse_spot(decoder, spot, name_of_kind(value));
}

static int no_memory(const struct decoder *decoder)
{
    return error_set(decoder->err, ERROR_MEMORY, "no memory to decode a record");
}

static int copy_text(const struct decoder *decoder, const json_t *value, const char **ret_text)
{
    *ret_text = arena_strndup(decoder->arena, json_string_value(value), json_string_length(value));
    return *ret_text ? 0 : no_memory(decoder);
}

static int decode_type(const struct decoder *decoder, const struct spot *spot, const json_t *value,
                       void *ret_member)
{
    (void)ret_member;
    if (!json_is_string(value))
        return refuse_kind(decoder, spot, value);
    if (strcmp(json_string_value(value), spot->type->name) != 0)
        return refuse_spot(decoder, spot, "another string");
    return 0;
}

static int decode_text(const struct decoder *decoder, const struct spot *spot, const json_t *value,
                       void *ret_member)
{
    if (!json_is_string(value))
        return refuse_kind(decoder, spot, value);
    if (check_text(spot->field, json_string_value(value), json_string_length(value), &spot->place,
                   decoder->err))
        return -1;
    return copy_text(decoder, value, ret_member);
}

/* As in JSON Schema, 1.0 is an integer. False where the value is none or does not fit. */
static bool integer_value(const json_t *value, int64_t *ret_integer)
{
    double real = json_real_value(value);

    if (json_is_integer(value)) {
        *ret_integer = json_integer_value(value);
        return true;
    }
    if (!json_is_real(value) || real != floor(real))
        return false;
    /* Out of int64 it is out of every field's range as well. */
    *ret_integer = real >= 0x1p63 ? INT64_MAX : real < -0x1p63 ? INT64_MIN : (int64_t)real;
    return true;
}

static int decode_integer(const struct decoder *decoder, const struct spot *spot,
                          const json_t *value, void *ret_member)
{
    if (!integer_value(value, ret_member))
        return refuse_kind(decoder, spot, value);
    return check_integer(spot->field, *(int64_t *)ret_member, &spot->place, decoder->err);
}

static int decode_number(const struct decoder *decoder, const struct spot *spot,
                         const json_t *value, void *ret_member)
{
    if (!json_is_number(value))
        return refuse_kind(decoder, spot, value);
    *(double *)ret_member = json_number_value(value);
    return check_number(spot->field, *(double *)ret_member, &spot->place, decoder->err);
}

static int decode_bool(const struct decoder *decoder, const struct spot *spot, const json_t *value,
                       void *ret_member)
{
    if (!json_is_boolean(value))
        return refuse_kind(decoder, spot, value);
    *(bool *)ret_member = json_is_true(value);
    return 0;
}

static int decode_enum(const struct decoder *decoder, const struct spot *spot, const json_t *value,
                       void *ret_member)
{
    const char *const *names = spot->field->names;

    if (!json_is_string(value))
        return refuse_kind(decoder, spot, value);
    for (int i = 0; names[i]; i++) {
        if (strcmp(names[i], json_string_value(value)) == 0) {
            *(int *)ret_member = i;
            return 0;
        }
    }
    return refuse_spot(decoder, spot, "another string");
}

static int decode_time(const struct decoder *decoder, const struct spot *spot, const json_t *value,
                       void *ret_member)
{
    if (!json_is_string(value))
        return refuse_kind(decoder, spot, value);
    if (time_parse(json_string_value(value), ret_member))
        return refuse_spot(decoder, spot, "another string");
    return 0;
}

static int decode_nested(const struct decoder *decoder, const struct spot *spot,
                         const json_t *value, void *ret_member)
{
    return decode_object(decoder, spot->field->of, &spot->place, value, ret_member);
}

static int decode_pointer(const struct decoder *decoder, const struct spot *spot,
                          const json_t *value, void *ret_member)
{
    void *nested = arena_alloc(decoder->arena, spot->field->of->size);

    if (!nested)
        return no_memory(decoder);
    *(void **)ret_member = nested;
    return decode_object(decoder, spot->field->of, &spot->place, value, nested);
}

/* Room for `count` items of `size` bytes, after the count was held against the table. */
static int start_list(const struct decoder *decoder, const struct spot *spot, size_t count,
                      size_t size, struct list *ret_list)
{
    if (check_count(spot->field, count, &spot->place, decoder->err))
        return -1;
    ret_list->items = arena_array(decoder->arena, count, size);
    if (!ret_list->items)
        return no_memory(decoder);
    ret_list->count = count;
    return 0;
}

static int decode_list(const struct decoder *decoder, const struct spot *spot, const json_t *value,
                       void *ret_member)
{
    const struct record_type *of = spot->field->of;
    struct list *list = ret_member;

    if (!json_is_array(value))
        return refuse_kind(decoder, spot, value);
    if (start_list(decoder, spot, json_array_size(value), of->size, list))
        return -1;
    for (size_t i = 0; i < list->count; i++) {
        struct place place = {.up = &spot->place, .index = i};

        if (decode_object(decoder, of, &place, json_array_get(value, i),
                          (char *)list->items + i * of->size))
            return -1;
    }
    return 0;
}

static int decode_strings(const struct decoder *decoder, const struct spot *spot,
                          const json_t *value, void *ret_member)
{
    struct list *list = ret_member;
    const char **items;

    if (!json_is_array(value))
        return refuse_kind(decoder, spot, value);
    if (start_list(decoder, spot, json_array_size(value), sizeof(*items), list))
        return -1;
    items = list->items;
    for (size_t i = 0; i < list->count; i++) {
        const json_t *item = json_array_get(value, i);
        struct place place = {.up = &spot->place, .index = i};

        if (!json_is_string(item))
            return refuse(decoder->err, &place, "a string", name_of_kind(item));
        if (check_text(spot->field, json_string_value(item), json_string_length(item), &place,
                       decoder->err) ||
            copy_text(decoder, item, &items[i]))
            return -1;
    }
    return 0;
}

static int decode_labels(const struct decoder *decoder, const struct spot *spot,
                         const json_t *value, void *ret_member)
{
    struct list *list = ret_member;
    struct label *label;
    const char *name;
    json_t *item;

    if (!json_is_object(value))
        return refuse_kind(decoder, spot, value);
    if (start_list(decoder, spot, json_object_size(value), sizeof(*label), list))
        return -1;
    label = list->items;
    json_object_foreach ((json_t *)value, name, item) {
        struct place place = {.up = &spot->place, .name = name};

        if (!json_is_string(item))
            return refuse(decoder->err, &place, "a string", name_of_kind(item));
        if (check_label(name, json_string_value(item), json_string_length(item), &place,
                        decoder->err) ||
            copy_text(decoder, item, &label->value))
            return -1;
        label->name = arena_strdup(decoder->arena, name);
        if (!label->name)
            return no_memory(decoder);
        label++;
    }
    return 0;
}

static int decode_counts(const struct decoder *decoder, const struct spot *spot,
                         const json_t *value, void *ret_member)
{
    struct list *list = ret_member;
    struct count *count;
    const char *name;
    json_t *item;

    if (!json_is_object(value))
        return refuse_kind(decoder, spot, value);
    if (start_list(decoder, spot, json_object_size(value), sizeof(*count), list))
        return -1;
    count = list->items;
    json_object_foreach ((json_t *)value, name, item) {
        struct place place = {.up = &spot->place, .name = name};

        if (!integer_value(item, &count->n))
            return refuse(decoder->err, &place, "an integer", name_of_kind(item));
        if (check_tally(name, count->n, &place, decoder->err))
            return -1;
        count->fingerprint = arena_strdup(decoder->arena, name);
        if (!count->fingerprint)
            return no_memory(decoder);
        count++;
    }
    return 0;
}

static const decode_fn decoders[] = {
    [FIELD_TYPE] = decode_type,        [FIELD_STRING] = decode_text,
    [FIELD_INTEGER] = decode_integer,  [FIELD_NUMBER] = decode_number,
    [FIELD_BOOL] = decode_bool,        [FIELD_ENUM] = decode_enum,
    [FIELD_TIME] = decode_time,        [FIELD_UUID] = decode_text,
    [FIELD_FINGERPRINT] = decode_text, [FIELD_OBJECT] = decode_nested,
    [FIELD_POINTER] = decode_pointer,  [FIELD_LIST] = decode_list,
    [FIELD_STRINGS] = decode_strings,  [FIELD_LABELS] = decode_labels,
    [FIELD_COUNTS] = decode_counts,
};

/* What a `filled` member holds when the document has none. */
static void fill(const struct field *field, void *ret_member)
{
    if (field->kind == FIELD_STRING)
        *(const char **)ret_member = "";
    else
        *(int64_t *)ret_member = (int64_t)field->min;
}

static int decode_object(const struct decoder *decoder, const struct record_type *type,
                         const struct place *place, const json_t *value, void *ret)
{
    if (!json_is_object(value))
        return refuse(decoder->err, place, "an object", name_of_kind(value));
    for (const struct field *field = type->fields; field->kind != FIELD_END; field++) {
        struct spot spot = {
            .type = type, .field = field, .place = {.up = place, .name = field->name}};
        const json_t *member = json_object_get(value, field->name);
        void *ret_member = (char *)ret + field->offset;

        if (member) {
            if (decoders[field->kind](decoder, &spot, member, ret_member))
                return -1;
        } else if (field->required)
            return refuse_kind(decoder, &spot, NULL);
        else if (field->filled)
            fill(field, ret_member);
    }
    return 0;
}

int record_decode_value(const struct record_type *type, const json_t *value, const char *pointer,
                        struct arena *arena, void *ret, struct error *err)
{
    struct decoder decoder = {.arena = arena, .err = err};
    struct place root = {.name = pointer};

    memset(ret, 0, type->size);
    return decode_object(&decoder, type, &root, value, ret);
}

int record_decode(const struct record_type *type, const char *json, size_t bytes,
                  struct arena *arena, void *ret, struct error *err)
{
    json_t *document = record_parse(json, bytes, err);
    int rc;

    memset(ret, 0, type->size);
    if (!document)
        return -1;
    rc = record_decode_value(type, document, "", arena, ret, err);
    json_decref(document);
    return rc;
}
