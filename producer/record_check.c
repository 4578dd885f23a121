/*
 * record_check.c - holds values against the table's limits and words the refusals.
 *
 * A refusal names the place and the kind of what was found, never the value: it may be evidence or
 * a secret that somebody pasted into the wrong member.
 */
#include "producer/record_check.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define EXPECTED_BYTES_MAX 256
#define FOUND_BYTES_MAX    64

static const struct field string_item = {
    .kind = FIELD_STRING, .min = 0, .max = RECORD_STRING_MAX, .help = "item of STRINGS"};
static const struct field label_value = {.kind = FIELD_STRING, .min = 0, .max = LABEL_VALUE_MAX};
static const struct field tally_value = {
    .kind = FIELD_INTEGER, .min = 0, .max = RECORD_INTEGER_MAX};

/* Appends one reference token, escaped; false when it does not fit whole. */
static bool append_token(char *pointer, size_t *length, const char *token)
{
    for (const char *at = token; *at; at++) {
        const char *escaped = *at == '~' ? "~0" : *at == '/' ? "~1" : NULL;
        size_t bytes = escaped ? 2 : 1;

        if (*length + bytes >= ERROR_POINTER_BYTES_MAX)
            return false;
        memcpy(pointer + *length, escaped ? escaped : at, bytes);
        *length += bytes;
    }
    return true;
}

static bool append_place(char *pointer, size_t *length, const struct place *place)
{
    char digits[24];

    if (!place->up) {
        *length = utf8_prefix(place->name, ERROR_POINTER_BYTES_MAX - 1);
        memcpy(pointer, place->name, *length);
        return place->name[*length] == '\0';
    }
    if (!append_place(pointer, length, place->up) || *length + 1 >= ERROR_POINTER_BYTES_MAX)
        return false;
    pointer[(*length)++] = '/';
    snprintf(digits, sizeof(digits), "%zu", place->index);
    return append_token(pointer, length, place->name ? place->name : digits);
}

void place_pointer(const struct place *place, char ret_pointer[ERROR_POINTER_BYTES_MAX])
{
    size_t length = 0;

    append_place(ret_pointer, &length, place);
    while (length > 0 && !utf8_valid(ret_pointer, length))
        length--;
    ret_pointer[length] = '\0';
}

int refuse(struct error *err, const struct place *place, const char *expected, const char *found)
{
    char pointer[ERROR_POINTER_BYTES_MAX];

    place_pointer(place, pointer);
    return error_set_at(err, ERROR_INPUT, pointer, "expected %s, found %s", expected, found);
}

/* What each kind expects: a format for its min and max, where it has them. */
static const char *const expected_formats[] = {
    [FIELD_STRING] = "a string of %.0f to %.0f characters",
    [FIELD_INTEGER] = "an integer from %.0f to %.0f",
    [FIELD_NUMBER] = "a number from %g to %g",
    [FIELD_BOOL] = "true or false",
    [FIELD_TIME] = "a time as in RFC 3339, with its offset",
    [FIELD_UUID] = "a UUID in lower case",
    [FIELD_FINGERPRINT] = "a fingerprint (v1: and 32 hex digits in lower case)",
    [FIELD_OBJECT] = "an object",
    [FIELD_POINTER] = "an object",
    [FIELD_LIST] = "an array of %.0f to %.0f items",
    [FIELD_STRINGS] = "an array of %.0f to %.0f strings",
    [FIELD_LABELS] = "an object of %.0f to %.0f names and strings",
    [FIELD_COUNTS] = "an object of %.0f to %.0f fingerprints and numbers",
};

static void expect_names(char *text, size_t bytes, const char *const *names)
{
    size_t length = (size_t)snprintf(text, bytes, "one of");

    for (; *names && length < bytes; names++)
        length += (size_t)snprintf(text + length, bytes - length, " \"%s\"", *names);
}

static void expect(char *text, size_t bytes, const struct record_type *type,
                   const struct field *field)
{
    if (type && field->kind == FIELD_TYPE)
        snprintf(text, bytes, "\"%s\"", type->name);
    else if (field->kind == FIELD_ENUM)
        expect_names(text, bytes, field->names);
    else if (field->kind == FIELD_NUMBER && field->max >= DBL_MAX)
        snprintf(text, bytes, "a number");
    else {
        snprintf(text, bytes, expected_formats[field->kind], field->min, field->max);
    }
}

int refuse_field(struct error *err, const struct place *place, const struct record_type *type,
                 const struct field *field, const char *found)
{
    char expected[EXPECTED_BYTES_MAX];

    expect(expected, sizeof(expected), type, field);
    return refuse(err, place, expected, found);
}

static bool is_hex(const char *text, size_t digits)
{
    for (size_t i = 0; i < digits; i++) {
        if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f')))
            return false;
    }
    return true;
}

bool is_fingerprint(const char *text)
{
    return strncmp(text, "v1:", 3) == 0 && is_hex(text + 3, 32) && text[FINGERPRINT_CHARS] == '\0';
}

bool is_uuid(const char *text)
{
    static const size_t groups[] = {8, 4, 4, 4, 12};

    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
        if (!is_hex(text, groups[i]))
            return false;
        text += groups[i];
        if (*text++ != (i + 1 < sizeof(groups) / sizeof(groups[0]) ? '-' : '\0'))
            return false;
    }
    return true;
}

static int check_length(const struct field *field, const char *text, size_t bytes,
                        const struct place *place, struct error *err)
{
    size_t length = utf8_length(text, bytes);
    char found[FOUND_BYTES_MAX];

    if ((double)length >= field->min && (double)length <= field->max)
        return 0;
    snprintf(found, sizeof(found), "a string of %zu characters", length);
    return refuse_field(err, place, NULL, field, found);
}

int check_text(const struct field *field, const char *text, size_t bytes, const struct place *place,
               struct error *err)
{
    if (field->kind == FIELD_UUID || field->kind == FIELD_FINGERPRINT) {
        bool matches = field->kind == FIELD_UUID ? is_uuid(text) : is_fingerprint(text);

        return matches ? 0 : refuse_field(err, place, NULL, field, "another string");
    }
    return check_length(field->kind == FIELD_STRINGS ? &string_item : field, text, bytes, place,
                        err);
}

int check_integer(const struct field *field, int64_t value, const struct place *place,
                  struct error *err)
{
    if ((double)value >= field->min && (double)value <= field->max)
        return 0;
    return refuse_field(err, place, NULL, field, "an integer out of that range");
}

int check_number(const struct field *field, double value, const struct place *place,
                 struct error *err)
{
    if (value >= field->min && value <= field->max)
        return 0;
    return refuse_field(err, place, NULL, field,
                        isfinite(value) ? "a number out of that range" : "no finite number");
}

int check_count(const struct field *field, size_t count, const struct place *place,
                struct error *err)
{
    char found[FOUND_BYTES_MAX];

    if ((double)count >= field->min && (double)count <= field->max)
        return 0;
    snprintf(found, sizeof(found), "%zu", count);
    return refuse_field(err, place, NULL, field, found);
}

static bool is_label_name(const char *name)
{
    size_t length = 0;

    for (; name[length]; length++) {
        bool letter = (name[length] >= 'a' && name[length] <= 'z') ||
                      (name[length] >= 'A' && name[length] <= 'Z') || name[length] == '_';
        bool digit = name[length] >= '0' && name[length] <= '9';

        if (!letter && !(digit && length > 0))
            return false;
    }
    return length >= 1 && length <= LABEL_NAME_MAX;
}

int check_label(const char *name, const char *value, size_t value_bytes, const struct place *place,
                struct error *err)
{
    if (!is_label_name(name))
        return refuse(err, place,
                      "a name of up to 64 letters, digits and _, not beginning with a digit",
                      "another name");
    return check_length(&label_value, value, value_bytes, place, err);
}

int check_tally(const char *fingerprint, int64_t n, const struct place *place, struct error *err)
{
    if (!is_fingerprint(fingerprint))
        return refuse(err, place, expected_formats[FIELD_FINGERPRINT], "another name");
    return check_integer(&tally_value, n, place, err);
}
