/*
 * record_schema.c - a record's table as a JSON Schema 2020-12 document.
 *
 * Self-contained: nested records stand under $defs by their name. Says what the decoder holds, in
 * words that every validator knows; members that the table does not name are allowed, as the
 * decoder passes over them. Fails only for want of memory.
 */
#include <float.h>
#include <string.h>

#include "producer/record_check.h"

#define SCHEMA_DIALECT     "https://json-schema.org/draft/2020-12/schema"
#define SCHEMA_BASE        "https://tocsin.dev/schemas/"
#define SCHEMA_NAME_PREFIX "tocsin."

typedef json_t *(*describe_fn)(const struct record_type *type, const struct field *field,
                               json_t *definitions);

static json_t *describe_object(const struct record_type *type, json_t *definitions);

/* A whole number is written as one, so that no reader wonders about 512.0. */
static json_t *number(double value)
{
    return value >= -RECORD_INTEGER_MAX && value <= RECORD_INTEGER_MAX &&
                   value == (double)(json_int_t)value
               ? json_integer((json_int_t)value)
               : json_real(value);
}

static json_t *reference(const struct record_type *of, json_t *definitions)
{
    if (!json_object_get(definitions, of->name)) {
        /* Holds the name's place, so that the order is that of first use. */
        json_object_set_new(definitions, of->name, json_true());
        json_object_set_new(definitions, of->name, describe_object(of, definitions));
    }
    return json_pack("{s:o}", "$ref", json_sprintf("#/$defs/%s", of->name));
}

static json_t *describe_type(const struct record_type *type, const struct field *field,
                             json_t *definitions)
{
    (void)field, (void)definitions;
    return json_pack("{s:s}", "const", type->name);
}

static json_t *describe_string(const struct record_type *type, const struct field *field,
                               json_t *definitions)
{
    json_t *schema = json_pack("{s:s}", "type", "string");

    (void)type, (void)definitions;
    if (field->min > 0)
        json_object_set_new(schema, "minLength", number(field->min));
    json_object_set_new(schema, "maxLength", number(field->max));
    if (field->filled)
        json_object_set_new(schema, "default", json_string(""));
    return schema;
}

static json_t *describe_integer(const struct record_type *type, const struct field *field,
                                json_t *definitions)
{
    json_t *schema = json_pack("{s:s, s:o, s:o}", "type", "integer", "minimum", number(field->min),
                               "maximum", number(field->max));

    (void)type, (void)definitions;
    if (field->filled)
        json_object_set_new(schema, "default", number(field->min));
    return schema;
}

static json_t *describe_number(const struct record_type *type, const struct field *field,
                               json_t *definitions)
{
    json_t *schema = json_pack("{s:s}", "type", "number");

    (void)type, (void)definitions;
    if (field->min > -DBL_MAX)
        json_object_set_new(schema, "minimum", number(field->min));
    if (field->max < DBL_MAX)
        json_object_set_new(schema, "maximum", number(field->max));
    return schema;
}

static json_t *describe_bool(const struct record_type *type, const struct field *field,
                             json_t *definitions)
{
    (void)type, (void)field, (void)definitions;
    return json_pack("{s:s}", "type", "boolean");
}

static json_t *describe_enum(const struct record_type *type, const struct field *field,
                             json_t *definitions)
{
    json_t *names = json_array();

    (void)type, (void)definitions;
    for (size_t i = 0; field->names[i]; i++)
        json_array_append_new(names, json_string(field->names[i]));
    return json_pack("{s:o}", "enum", names);
}

static json_t *describe_time(const struct record_type *type, const struct field *field,
                             json_t *definitions)
{
    (void)type, (void)field, (void)definitions;
    return json_pack("{s:s, s:s, s:s, s:{s:s}}", "type", "string", "format", "date-time", "pattern",
                     RECORD_TIME_PATTERN, "not", "pattern", "\n");
}

static json_t *exact(const char *format, const char *pattern, int length)
{
    return json_pack("{s:s, s:s*, s:s, s:i}", "type", "string", "format", format, "pattern",
                     pattern, "maxLength", length);
}

static json_t *describe_uuid(const struct record_type *type, const struct field *field,
                             json_t *definitions)
{
    (void)type, (void)field, (void)definitions;
    return exact("uuid", RECORD_UUID_PATTERN, UUID_CHARS);
}

static json_t *describe_fingerprint(const struct record_type *type, const struct field *field,
                                    json_t *definitions)
{
    (void)type, (void)field, (void)definitions;
    return exact(NULL, RECORD_FINGERPRINT_PATTERN, FINGERPRINT_CHARS);
}

static json_t *describe_nested(const struct record_type *type, const struct field *field,
                               json_t *definitions)
{
    (void)type;
    return reference(field->of, definitions);
}

/* Adds minItems and maxItems, or minProperties and maxProperties. */
static void bound(json_t *schema, const struct field *field, const char *min, const char *max)
{
    if (field->min > 0)
        json_object_set_new(schema, min, number(field->min));
    json_object_set_new(schema, max, number(field->max));
}

static json_t *describe_list(const struct record_type *type, const struct field *field,
                             json_t *definitions)
{
    json_t *schema =
        json_pack("{s:s, s:o}", "type", "array", "items", reference(field->of, definitions));

    (void)type;
    bound(schema, field, "minItems", "maxItems");
    return schema;
}

static json_t *describe_strings(const struct record_type *type, const struct field *field,
                                json_t *definitions)
{
    json_t *schema = json_pack("{s:s, s:{s:s, s:i}}", "type", "array", "items", "type", "string",
                               "maxLength", RECORD_STRING_MAX);

    (void)type, (void)definitions;
    bound(schema, field, "minItems", "maxItems");
    return schema;
}

static json_t *describe_labels(const struct record_type *type, const struct field *field,
                               json_t *definitions)
{
    json_t *schema = json_pack(
        "{s:s, s:{s:s, s:{s:s}, s:i}, s:{s:s, s:i}}", "type", "object", "propertyNames", "pattern",
        RECORD_LABEL_FIRST_PATTERN, "not", "pattern", RECORD_LABEL_OTHER_PATTERN, "maxLength",
        LABEL_NAME_MAX, "additionalProperties", "type", "string", "maxLength", LABEL_VALUE_MAX);

    (void)type, (void)definitions;
    bound(schema, field, "minProperties", "maxProperties");
    return schema;
}

static json_t *describe_counts(const struct record_type *type, const struct field *field,
                               json_t *definitions)
{
    json_t *schema = json_pack("{s:s, s:{s:s, s:i}, s:{s:s, s:i, s:o}}", "type", "object",
                               "propertyNames", "pattern", RECORD_FINGERPRINT_PATTERN, "maxLength",
                               FINGERPRINT_CHARS, "additionalProperties", "type", "integer",
                               "minimum", 0, "maximum", number(RECORD_INTEGER_MAX));

    (void)type, (void)definitions;
    bound(schema, field, "minProperties", "maxProperties");
    return schema;
}

static const describe_fn describers[] = {
    [FIELD_TYPE] = describe_type,
    [FIELD_STRING] = describe_string,
    [FIELD_INTEGER] = describe_integer,
    [FIELD_NUMBER] = describe_number,
    [FIELD_BOOL] = describe_bool,
    [FIELD_ENUM] = describe_enum,
    [FIELD_TIME] = describe_time,
    [FIELD_UUID] = describe_uuid,
    [FIELD_FINGERPRINT] = describe_fingerprint,
    [FIELD_OBJECT] = describe_nested,
    [FIELD_POINTER] = describe_nested,
    [FIELD_LIST] = describe_list,
    [FIELD_STRINGS] = describe_strings,
    [FIELD_LABELS] = describe_labels,
    [FIELD_COUNTS] = describe_counts,
};

static json_t *describe_object(const struct record_type *type, json_t *definitions)
{
    json_t *schema = json_pack("{s:s, s:s}", "title", type->title, "type", "object");
    json_t *properties = json_object(), *required = json_array();

    for (const struct field *field = type->fields; field->kind != FIELD_END; field++) {
        json_t *property = describers[field->kind](type, field, definitions);

        if (field->help)
            json_object_set_new(property, "description", json_string(field->help));
        json_object_set_new(properties, field->name, property);
        if (field->required)
            json_array_append_new(required, json_string(field->name));
    }
    json_object_set_new(schema, "properties", properties);
    if (json_array_size(required) > 0)
        json_object_set(schema, "required", required);
    json_decref(required);
    return schema;
}

/* "tocsin.run-end.v1" → "https://tocsin.dev/schemas/run-end.v1.json" */
static json_t *schema_id(const struct record_type *type)
{
    const char *name = type->name;

    if (strncmp(name, SCHEMA_NAME_PREFIX, strlen(SCHEMA_NAME_PREFIX)) == 0)
        name += strlen(SCHEMA_NAME_PREFIX);
    return json_sprintf(SCHEMA_BASE "%s.json", name);
}

json_t *record_schema(const struct record_type *type)
{
    json_t *definitions = json_object(), *body = describe_object(type, definitions);
    json_t *schema = json_pack("{s:s, s:o}", "$schema", SCHEMA_DIALECT, "$id", schema_id(type));

    json_object_update(schema, body);
    json_decref(body);
    if (json_object_size(definitions) > 0)
        json_object_set(schema, "$defs", definitions);
    json_decref(definitions);
    return schema;
}
